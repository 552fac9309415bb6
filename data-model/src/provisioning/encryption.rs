//! Profiles as they travel: packed with gzip, then encrypted as `openssl enc -aes-256-cbc -md md5` does it.
//!
//! The format has no seal: a wrong key shows as padding that cannot be, or as a document that cannot be read. Its
//! derivation of the key is one round of MD5, so the phrase should be as long as a key and as random.

use crate::Secret;
use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use std::io::{Read as _, Write as _};

/// What an encrypted profile begins with.
pub const MAGIC: &[u8; 8] = b"Salted__";
/// Bytes of the salt behind it.
const SALT_BYTES: usize = 8;
/// Bytes of a block of the cipher.
const BLOCK_BYTES: usize = 16;
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

/// Makes a profile ready to travel. The salt must be random and never used twice with one key.
pub fn seal(profile: &[u8], packing: Packing, key: Option<(&Secret, [u8; SALT_BYTES])>) -> Vec<u8> {
    let packed = match packing {
        Packing::Plain => profile.to_vec(),
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            // Writing to memory does not fail.
            let _ = encoder.write_all(profile);
            encoder.finish().unwrap_or_default()
        }
    };
    match key {
        None => packed,
        Some((phrase, salt)) => encrypt(&packed, phrase, salt),
    }
}

/// Gives the profile in what has come.
///
/// # Errors
/// Says why there is none.
pub fn open(bytes: &[u8], key: Option<&Secret>) -> Result<Vec<u8>, BadProfile> {
    if bytes.len() > PROFILE_BYTES {
        return Err(BadProfile::TooLarge);
    }
    let packed = match (bytes.starts_with(MAGIC), key) {
        (true, Some(phrase)) => decrypt(bytes, phrase)?,
        (true, None) => return Err(BadProfile::KeyMissing),
        (false, Some(_)) => return Err(BadProfile::NotEncrypted),
        (false, None) => bytes.to_vec(),
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

fn encrypt(plain: &[u8], phrase: &Secret, salt: [u8; SALT_BYTES]) -> Vec<u8> {
    let (key, iv) = derive(phrase, &salt);
    let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    let body = cipher.encrypt_padded_vec::<Pkcs7>(plain);
    [MAGIC.as_slice(), &salt, &body].concat()
}

fn decrypt(bytes: &[u8], phrase: &Secret) -> Result<Vec<u8>, BadProfile> {
    let behind = bytes.get(MAGIC.len()..).unwrap_or_default();
    let (salt, body) = behind
        .split_at_checked(SALT_BYTES)
        .ok_or(BadProfile::Truncated)?;
    if body.is_empty() || !body.len().is_multiple_of(BLOCK_BYTES) {
        return Err(BadProfile::Truncated);
    }
    let (key, iv) = derive(phrase, salt);
    let cipher = cbc::Decryptor::<Aes256>::new(&key.into(), &iv.into());
    cipher
        .decrypt_padded_vec::<Pkcs7>(body)
        .map_err(|_| BadProfile::WrongKey)
}

/// `EVP_BytesToKey` with MD5 and one round: key and initialisation vector.
fn derive(phrase: &Secret, salt: &[u8]) -> ([u8; 32], [u8; 16]) {
    let round = |before: &[u8]| -> [u8; 16] {
        let mut hash = Md5::new();
        hash.update(before);
        hash.update(phrase.reveal());
        hash.update(salt);
        hash.finalize().into()
    };
    let first = round(&[]);
    let second = round(&first);
    let iv = round(&second);
    let mut key = [0; 32];
    key[..16].copy_from_slice(&first);
    key[16..].copy_from_slice(&second);
    (key, iv)
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
