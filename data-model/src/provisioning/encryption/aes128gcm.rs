//! The content coding `aes128gcm` of RFC 8188, which the telephones of the family take as well.
//!
//! Every record has a seal, and its number is part of it: what is changed, reordered, left out or opened with another
//! key is told for certain.

use super::{BadProfile, PROFILE_BYTES};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

/// Bytes of the salt a body begins with (section 2.1).
pub const SALT_BYTES: usize = 16;
/// Salt, size of a record, and length of the key's name.
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1;
/// Bytes of the seal of a record.
const TAG_BYTES: usize = 16;
/// Bytes of a nonce.
const NONCE_BYTES: usize = 12;
/// Octets a record has at least: its seal, its delimiter, and one of content.
const LEAST_RECORD: u32 = 18;
/// Octets of a record that is written, as in the examples of the RFC.
const RECORD_BYTES: u32 = 4096;
/// Octets of a record that are believed without anybody saying that the body is in this form: less than four
/// characters of text read as a number.
const PLAUSIBLE_RECORD: u32 = 0x0800_0000;
/// What stands behind the content of a record, and behind that of the last one.
const DELIMITERS: [u8; 2] = [1, 2];

/// Whether the bytes can be such a body. Text, gzip and what openssl makes are none.
pub fn is_plausible(bytes: &[u8]) -> bool {
    let known = bytes.starts_with(&super::GZIP) || super::openssl::is_openssl(bytes);
    let header = Header::read(bytes);
    !known && header.is_ok_and(|(header, _)| header.record_bytes < PLAUSIBLE_RECORD)
}

/// Encrypts with a keying material. The salt must be random and never used twice.
pub fn encrypt(plain: &[u8], keying: &[u8], salt: [u8; SALT_BYTES]) -> Vec<u8> {
    let mut out = salt.to_vec();
    out.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    out.push(0);
    let Some(keys) = Keys::of(keying, &salt) else {
        return Vec::new();
    };
    let content = RECORD_BYTES as usize - TAG_BYTES - 1;
    let count = plain.len().div_ceil(content).max(1);
    for number in 0..count {
        let end = plain.len().min((number + 1) * content);
        let mut record = plain
            .get(number * content..end)
            .unwrap_or_default()
            .to_vec();
        record.push(DELIMITERS[usize::from(number + 1 == count)]);
        let nonce = keys.nonce(number as u64);
        // A record of this size is never refused.
        let _ = keys
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut record);
        out.extend_from_slice(&record);
    }
    out
}

/// Decrypts with a keying material.
///
/// # Errors
/// If it is no such body, is not complete, or a seal does not fit.
pub fn decrypt(bytes: &[u8], keying: &[u8]) -> Result<Vec<u8>, BadProfile> {
    if bytes.len() > PROFILE_BYTES {
        return Err(BadProfile::TooLarge);
    }
    let (header, body) = Header::read(bytes)?;
    let keys = Keys::of(keying, header.salt).ok_or(BadProfile::WrongKey)?;
    let mut plain = Vec::with_capacity(body.len());
    let mut ended = false;
    for (number, sealed) in body.chunks(header.record_bytes as usize).enumerate() {
        if ended {
            // Section 2: nothing follows the last record.
            return Err(BadProfile::BehindTheEnd);
        }
        let mut record = sealed.to_vec();
        let nonce = keys.nonce(number as u64);
        let opened = keys.key.open_in_place(nonce, Aad::empty(), &mut record);
        let opened = opened.map_err(|_| match number {
            0 => BadProfile::WrongKey,
            _ => BadProfile::BadRecord(number + 1),
        })?;
        let end = opened.iter().rposition(|octet| *octet != 0);
        let (content, delimiter) = match end {
            Some(end) => (&opened[..end], opened[end]),
            None => return Err(BadProfile::BadRecord(number + 1)),
        };
        ended = match DELIMITERS.iter().position(|it| *it == delimiter) {
            Some(last) => last == 1,
            None => return Err(BadProfile::BadRecord(number + 1)),
        };
        plain.extend_from_slice(content);
    }
    match ended {
        true => Ok(plain),
        false => Err(BadProfile::Truncated),
    }
}

/// What stands in front of the records.
struct Header<'b> {
    salt: &'b [u8],
    record_bytes: u32,
}

impl Header<'_> {
    /// The header, and the records behind it.
    fn read(bytes: &[u8]) -> Result<(Header<'_>, &[u8]), BadProfile> {
        let (head, rest) = bytes
            .split_at_checked(HEADER_BYTES)
            .ok_or(BadProfile::Truncated)?;
        let (salt, sizes) = head.split_at(SALT_BYTES);
        let size = sizes.first_chunk().ok_or(BadProfile::Truncated)?;
        let record_bytes = u32::from_be_bytes(*size);
        if record_bytes < LEAST_RECORD {
            return Err(BadProfile::RecordSize(record_bytes));
        }
        // The name of the key: a rule has one key, whatever it is called.
        let name_bytes = usize::from(sizes[4]);
        let body = rest.get(name_bytes..).ok_or(BadProfile::Truncated)?;
        if body.len() <= TAG_BYTES {
            return Err(BadProfile::Truncated);
        }
        Ok((Header { salt, record_bytes }, body))
    }
}

/// What a body is encrypted with (sections 2.2 and 2.3).
struct Keys {
    key: LessSafeKey,
    nonce: [u8; NONCE_BYTES],
}

/// Octets to derive.
struct Octets(usize);

impl KeyType for Octets {
    fn len(&self) -> usize {
        self.0
    }
}

impl Keys {
    fn of(keying: &[u8], salt: &[u8]) -> Option<Keys> {
        let derived = Salt::new(HKDF_SHA256, salt).extract(keying);
        let (mut key, mut nonce) = ([0; 16], [0; NONCE_BYTES]);
        let info = [b"Content-Encoding: aes128gcm\0".as_slice()];
        derived
            .expand(&info, Octets(16))
            .ok()?
            .fill(&mut key)
            .ok()?;
        let info = [b"Content-Encoding: nonce\0".as_slice()];
        let octets = derived.expand(&info, Octets(NONCE_BYTES)).ok()?;
        octets.fill(&mut nonce).ok()?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
        Some(Keys { key, nonce })
    }

    /// The nonce of a record: its number is part of it.
    fn nonce(&self, number: u64) -> Nonce {
        let mut nonce = self.nonce;
        for (octet, part) in nonce[4..].iter_mut().zip(number.to_be_bytes()) {
            *octet ^= part;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base64 of RFC 4648 section 5, as the RFC prints its examples.
    fn base64url(text: &str) -> Vec<u8> {
        let (mut bits, mut have, mut out) = (0u32, 0, Vec::new());
        for character in text.bytes() {
            let value = match character {
                b'A'..=b'Z' => character - b'A',
                b'a'..=b'z' => character - b'a' + 26,
                b'0'..=b'9' => character - b'0' + 52,
                b'-' => 62,
                b'_' => 63,
                other => panic!("{other}"),
            };
            bits = bits << 6 | u32::from(value);
            have += 6;
            if have >= 8 {
                have -= 8;
                out.push((bits >> have) as u8);
            }
        }
        out
    }

    const ONE: &str = "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg";
    const ONE_KEY: &str = "yqdlZ-tYemfogSmv7Ws5PQ";
    const TWO: &str = "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3\
                       SsLWIqS_uA";
    const TWO_KEY: &str = "BO3ZVPxUlnLORbVGMpbT1Q";

    /// RFC 8188 sections 3.1 and 3.2. Covers M06.
    #[test]
    fn the_examples_of_the_rfc_are_opened_and_made() {
        let one = base64url(ONE);
        assert!(is_plausible(&one));
        let opened = decrypt(&one, &base64url(ONE_KEY));
        assert_eq!(opened.as_deref(), Ok(b"I am the walrus".as_slice()));
        let salt = *one.first_chunk().expect("it begins with its salt");
        let made = encrypt(b"I am the walrus", &base64url(ONE_KEY), salt);
        assert_eq!(made, one);
        // Two records, padding, and a key that has a name.
        let opened = decrypt(&base64url(TWO), &base64url(TWO_KEY));
        assert_eq!(opened.as_deref(), Ok(b"I am the walrus".as_slice()));
    }

    /// Covers M06, X16.
    #[test]
    fn what_is_cut_off_changed_or_reordered_is_told() {
        let whole = base64url(TWO);
        let key = base64url(TWO_KEY);
        for end in 0..whole.len() {
            assert!(decrypt(&whole[..end], &key).is_err(), "cut at {end}");
        }
        let first = HEADER_BYTES + 2;
        let cut = decrypt(&whole[..first + 25], &key);
        assert_eq!(cut, Err(BadProfile::Truncated));
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            // The name of the key has no seal.
            let named = (HEADER_BYTES..first).contains(&at);
            assert_eq!(decrypt(&changed, &key).is_ok(), named, "changed at {at}");
        }
        let (one, two) = (&whole[first..first + 25], &whole[first + 25..]);
        for records in [[two, one].concat(), [one, one, two].concat()] {
            let body = [&whole[..first], &records].concat();
            assert!(decrypt(&body, &key).is_err());
        }
        let behind = [whole.as_slice(), &[0; 25]].concat();
        assert!(decrypt(&behind, &key).is_err());
    }

    /// Covers M06.
    #[test]
    fn many_records_open_with_their_key_and_no_other() {
        for length in [0, 1, 4078, 4079, 4080, 20_000] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let sealed = encrypt(&plain, b"keying material", [9; SALT_BYTES]);
            assert_eq!(decrypt(&sealed, b"keying material"), Ok(plain));
            let other = decrypt(&sealed, b"another");
            assert_eq!(other, Err(BadProfile::WrongKey));
        }
        let mut small = encrypt(b"text", b"k", [1; SALT_BYTES]);
        small[SALT_BYTES..SALT_BYTES + 4].copy_from_slice(&17u32.to_be_bytes());
        assert_eq!(decrypt(&small, b"k"), Err(BadProfile::RecordSize(17)));
        let document = b"<flat-profile><Proxy_1_>sip.example.net</Proxy_1_></flat-profile>";
        assert!(!is_plausible(document));
    }
}
