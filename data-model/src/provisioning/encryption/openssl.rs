//! The form of `openssl enc -aes-256-cbc -md md5`, which every device of the family reads.
//!
//! It has no seal: a wrong key shows as padding that cannot be, or as a document that cannot be read. Its derivation of
//! the key is one round of MD5, so the phrase should be as long as a key and as random.

use super::BadProfile;
use crate::Secret;
use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use md5::{Digest as _, Md5};

/// What an encrypted profile begins with.
const MAGIC: &[u8; 8] = b"Salted__";
/// Bytes of the salt behind it.
pub const SALT_BYTES: usize = 8;
/// Bytes of a block of the cipher.
const BLOCK_BYTES: usize = 16;

/// Whether the bytes are in this form.
pub fn is_openssl(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Encrypts. The salt must be random and never used twice with one phrase.
pub fn encrypt(plain: &[u8], phrase: &Secret, salt: [u8; SALT_BYTES]) -> Vec<u8> {
    let (key, iv) = derive(phrase, &salt);
    let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    let body = cipher.encrypt_padded_vec::<Pkcs7>(plain);
    [MAGIC.as_slice(), &salt, &body].concat()
}

/// Decrypts.
///
/// # Errors
/// If it is cut off, or the key does not fit as far as one can tell.
pub fn decrypt(bytes: &[u8], phrase: &Secret) -> Result<Vec<u8>, BadProfile> {
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
