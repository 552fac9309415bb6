//! Profiles as they travel: packed with gzip, then encrypted.
//!
//! [`openssl`] is the form of every device of the family, [`aes128gcm`] that of RFC 8188, which has seals. Which one a
//! file is in, its first bytes tell.

pub mod aes128gcm;
pub mod openssl;

use crate::Secret;
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use std::borrow::Cow;
use std::io::{Read as _, Write as _};

/// What a packed file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes of a profile as it travels, and unpacked; one of an ATA with everything in it has 100 kB.
pub const PROFILE_BYTES: usize = 4 * 1024 * 1024;

/// Why a profile cannot be unpacked. Nothing of it may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProfile {
    /// Encrypted, and no key was given.
    #[error("the profile is encrypted, and the rule gives no --key")]
    KeyMissing,
    /// A key was given for something that is not encrypted.
    #[error("the rule gives a --key, and the profile is not encrypted")]
    NotEncrypted,
    /// Not a whole number of blocks.
    #[error("the encrypted profile is not complete")]
    Truncated,
    /// The padding cannot be.
    #[error("the key does not fit the profile")]
    WrongKey,
    /// A record says that it is smaller than its own seal (RFC 8188 section 2.1).
    #[error("the encrypted profile names records of {0} bytes; they have 18 at least")]
    RecordSize(u32),
    /// The seal of a record behind the first does not fit, or its padding cannot be.
    #[error("record {0} of the encrypted profile is damaged or not in its place")]
    BadRecord(usize),
    /// Something follows the last record.
    #[error("the encrypted profile goes on behind its last record")]
    BehindTheEnd,
    /// The packed file is broken.
    #[error("the packed profile is damaged")]
    Damaged,
    /// Larger than a profile may be.
    #[error("the profile has more than {PROFILE_BYTES} bytes")]
    TooLarge,
}

/// Whether a profile is packed before it is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// With gzip; devices tell it by its first bytes.
    Gzip,
    /// As it is.
    Plain,
}

/// How a profile is encrypted, with the salt for it: random, and never used twice with one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As `openssl enc -aes-256-cbc -md md5` does it.
    OpenSsl([u8; openssl::SALT_BYTES]),
    /// As the content coding `aes128gcm` of RFC 8188; the bytes of the phrase are its keying material.
    Aes128Gcm([u8; aes128gcm::SALT_BYTES]),
}

/// Makes a profile ready to travel, encrypted in the form every device reads.
pub fn seal(
    profile: &[u8],
    packing: Packing,
    key: Option<(&Secret, [u8; openssl::SALT_BYTES])>,
) -> Vec<u8> {
    match key {
        None => pack(profile, packing).into_owned(),
        Some((phrase, salt)) => seal_as(profile, packing, phrase, Form::OpenSsl(salt)),
    }
}

/// Makes a profile ready to travel, encrypted in this form.
pub fn seal_as(profile: &[u8], packing: Packing, phrase: &Secret, form: Form) -> Vec<u8> {
    let packed = pack(profile, packing);
    match form {
        Form::OpenSsl(salt) => openssl::encrypt(&packed, phrase, salt),
        Form::Aes128Gcm(salt) => aes128gcm::encrypt(&packed, phrase.reveal().as_bytes(), salt),
    }
}

fn pack(profile: &[u8], packing: Packing) -> Cow<'_, [u8]> {
    match packing {
        Packing::Plain => Cow::Borrowed(profile),
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            // Writing to memory does not fail.
            let _ = encoder.write_all(profile);
            Cow::Owned(encoder.finish().unwrap_or_default())
        }
    }
}

/// What is known of the form of a file before one looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coding {
    /// Nothing: its first bytes tell.
    #[default]
    Untold,
    /// Its server says `Content-Encoding: aes128gcm`.
    Aes128Gcm,
}

/// Gives the profile in what has come.
///
/// # Errors
/// Says why there is none.
pub fn open(bytes: &[u8], key: Option<&Secret>) -> Result<Vec<u8>, BadProfile> {
    open_coded(bytes, key, Coding::Untold)
}

/// Gives the profile in what has come from a server that may have named its form.
///
/// # Errors
/// Says why there is none.
pub fn open_coded(
    bytes: &[u8],
    key: Option<&Secret>,
    coding: Coding,
) -> Result<Vec<u8>, BadProfile> {
    if bytes.len() > PROFILE_BYTES {
        return Err(BadProfile::TooLarge);
    }
    let coded = coding == Coding::Aes128Gcm;
    let packed = match key {
        Some(phrase) if coded || aes128gcm::is_plausible(bytes) => {
            aes128gcm::decrypt(bytes, phrase.reveal().as_bytes())?
        }
        Some(phrase) if openssl::is_openssl(bytes) => openssl::decrypt(bytes, phrase)?,
        Some(_) => return Err(BadProfile::NotEncrypted),
        None if coded || openssl::is_openssl(bytes) => return Err(BadProfile::KeyMissing),
        None => bytes.to_vec(),
    };
    if !packed.starts_with(&GZIP) {
        return Ok(packed);
    }
    let mut profile = Vec::new();
    let mut decoder = GzDecoder::new(packed.as_slice()).take(PROFILE_BYTES as u64 + 1);
    decoder
        .read_to_end(&mut profile)
        .map_err(|_| BadProfile::Damaged)?;
    if profile.len() > PROFILE_BYTES {
        return Err(BadProfile::TooLarge);
    }
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];

    fn phrase(text: &str) -> Secret {
        Secret::new(text)
    }

    /// `printf '<flat-profile/>' | openssl enc -aes-256-cbc -md md5 -k SecretPhrase1234 -S 0123456789abcdef`,
    /// with the header openssl leaves out when it is given a salt.
    #[test]
    fn the_bytes_are_those_of_openssl() {
        let sealed = seal(
            b"<flat-profile/>",
            Packing::Plain,
            Some((&phrase("SecretPhrase1234"), SALT)),
        );
        assert_eq!(&sealed[..16], b"Salted__\x01\x23\x45\x67\x89\xab\xcd\xef");
        assert_eq!(crate::firmware::hex(&sealed[16..]), VECTOR);
    }

    const VECTOR: &str = "369f6264c89d0cc5c6c1be6fb5d8d845";

    #[test]
    fn what_was_sealed_opens_with_its_key_and_no_other() {
        let profile = b"<flat-profile><User_ID_1_>4711</User_ID_1_></flat-profile>".repeat(50);
        for packing in [Packing::Gzip, Packing::Plain] {
            let sealed = seal(&profile, packing, Some((&phrase("right"), SALT)));
            assert_eq!(open(&sealed, Some(&phrase("right"))), Ok(profile.clone()));
            let wrong = open(&sealed, Some(&phrase("wrong")));
            assert!(wrong.is_err() || wrong != Ok(profile.clone()));
            assert_eq!(open(&sealed, None), Err(BadProfile::KeyMissing));
            assert_eq!(
                open(&seal(&profile, packing, None), None),
                Ok(profile.clone())
            );
        }
        let plain = open(b"<flat-profile/>", Some(&phrase("k")));
        assert_eq!(plain, Err(BadProfile::NotEncrypted));
    }

    /// Covers X16.
    #[test]
    fn a_profile_that_is_cut_off_or_changed_never_opens_to_something_larger() {
        let profile = b"<flat-profile/>".repeat(100);
        let sealed = seal(&profile, Packing::Gzip, Some((&phrase("k"), SALT)));
        for end in 0..sealed.len() {
            let cut = open(&sealed[..end], Some(&phrase("k")));
            assert!(cut.is_err(), "cut at {end}");
        }
    }

    /// Covers M06.
    #[test]
    fn either_form_is_told_by_its_first_bytes() {
        let profile = b"<flat-profile/>".repeat(20);
        let key = phrase("right");
        for form in [Form::OpenSsl(SALT), Form::Aes128Gcm([5; 16])] {
            let sealed = seal_as(&profile, Packing::Gzip, &key, form);
            assert_eq!(open(&sealed, Some(&key)), Ok(profile.clone()));
        }
        let sealed = seal_as(&profile, Packing::Plain, &key, Form::Aes128Gcm([5; 16]));
        let wrong = open(&sealed, Some(&phrase("wrong")));
        assert_eq!(wrong, Err(BadProfile::WrongKey));
        let coded = |key| open_coded(&sealed, key, Coding::Aes128Gcm);
        assert_eq!(coded(None), Err(BadProfile::KeyMissing));
        assert_eq!(coded(Some(&key)), Ok(profile));
    }

    /// Covers H09.
    #[test]
    fn a_packed_bomb_is_refused() {
        let bomb = seal(&vec![b' '; PROFILE_BYTES + 1], Packing::Gzip, None);
        assert!(bomb.len() < PROFILE_BYTES / 100);
        assert_eq!(open(&bomb, None), Err(BadProfile::TooLarge));
        assert_eq!(
            open(&vec![0; PROFILE_BYTES + 1], None),
            Err(BadProfile::TooLarge)
        );
    }
}
