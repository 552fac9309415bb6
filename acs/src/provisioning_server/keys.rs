//! The keys of profiles: made at random, kept sealed, and shown in a path by a token that gives nothing of them away.

use crate::clock;
use crate::store::{Id, SealedKey};
use data_model::firmware::hex;
use data_model::{OperatorError, Secret, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

/// The file of the data folder the keys of devices are sealed with.
pub const FILE: &str = "provisioning.key";
/// Bytes of a device's key; as text, twice as many hexadecimal digits.
const KEY_BYTES: usize = 32;
/// Bytes of a token: nobody finds one by trying.
const TOKEN_BYTES: usize = 16;

/// What the keys of all devices are sealed with.
pub struct MasterKey {
    key: LessSafeKey,
    fingerprint: [u8; 32],
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

/// A key that was sealed with another master key, or is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of the device cannot be opened: {FILE} is not the one it was sealed with")]
pub struct Sealed;

impl MasterKey {
    /// Reads the master key of a data folder, or makes it: 32 bytes nobody else may read.
    ///
    /// # Errors
    /// If the file cannot be read or written, or is not one.
    pub fn open(data: &Path) -> Result<MasterKey, OperatorError> {
        let path = data.join(FILE);
        let trouble = |error: &dyn fmt::Display, fix: &str| {
            OperatorError::new(format!("cannot use {}", path.display()), error, fix)
        };
        let bytes = match read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => make(&path),
            other => other,
        };
        let bytes = bytes.map_err(|error| trouble(&error, "check its permissions"))?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| {
            trouble(
                &format!("it has {} bytes and not 32", bytes.len()),
                "restore it from the backup of the data folder; without it no device's key can be read",
            )
        })?;
        Ok(MasterKey {
            key: LessSafeKey::new(key),
            fingerprint: of_key(&bytes, b"fingerprint"),
        })
    }

    /// Tells this key from others, and gives nothing of it away.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// A key for a device, and how it is kept.
    pub fn new_key(&self, device: Id, now: Timestamp) -> (Secret, SealedKey) {
        let key = Secret::new(hex(&clock::random_bytes::<KEY_BYTES>()));
        let nonce: [u8; NONCE_LEN] = clock::random_bytes();
        let mut sealed = key.reveal().as_bytes().to_vec();
        let whose = Aad::from(device.to_i64().to_be_bytes());
        // It fails for texts of gigabytes only.
        let _ = self.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            whose,
            &mut sealed,
        );
        sealed.splice(0..0, nonce);
        let token = hash_of_token(&token(&key));
        let kept = SealedKey {
            sealed,
            token,
            since: now,
        };
        (key, kept)
    }

    /// Opens a key.
    ///
    /// # Errors
    /// If it was sealed for another device, with another master key, or is damaged.
    pub fn reveal(&self, device: Id, key: &SealedKey) -> Result<Secret, Sealed> {
        let (nonce, sealed) = key.sealed.split_at_checked(NONCE_LEN).ok_or(Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Sealed)?;
        let whose = Aad::from(device.to_i64().to_be_bytes());
        let mut sealed = sealed.to_vec();
        let opened = self.key.open_in_place(nonce, whose, &mut sealed);
        let text = std::str::from_utf8(opened.map_err(|_| Sealed)?);
        text.map(Secret::new).map_err(|_| Sealed)
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than there should be tells a file that is another one.
    std::fs::File::open(path)?
        .take(33)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Under another name first: a power cut must not leave half a key.
fn make(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let bytes = clock::random_bytes::<32>().to_vec();
    let unfinished = path.with_extension("key.part");
    let mut options = std::fs::File::options();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(bytes)
}

/// What stands in the path of whoever has this key: it proves that the device has it, and opens nothing.
pub fn token(key: &Secret) -> String {
    hex(&of_key(key.reveal().as_bytes(), b"fetch")[..TOKEN_BYTES])
}

/// What is kept of a token.
pub fn hash_of_token(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The salt for a document: the same document gives the same bytes, two documents never the same salt by design.
pub fn salt(key: &Secret, document: &[u8]) -> [u8; 8] {
    let digest = of_key(key.reveal().as_bytes(), document);
    std::array::from_fn(|at| digest[at])
}

fn of_key(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key);
    let mut mac = mac.expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn a_key_opens_for_its_device_and_master_key_only() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let master = MasterKey::open(one.path()).unwrap();
        let device = Id::of_identity("A");
        let (key, kept) = master.new_key(device, NOW);
        assert_eq!(key.reveal().len(), 64);
        let again = MasterKey::open(one.path()).unwrap();
        let opened = again.reveal(device, &kept).unwrap();
        assert_eq!(opened.reveal(), key.reveal());
        assert!(again.reveal(Id::of_identity("B"), &kept).is_err());
        let foreign = MasterKey::open(other.path()).unwrap();
        assert!(foreign.reveal(device, &kept).is_err());
        for at in 0..kept.sealed.len() {
            let mut damaged = kept.clone();
            damaged.sealed[at] ^= 1;
            assert!(again.reveal(device, &damaged).is_err(), "{at}");
        }
        assert!(!format!("{kept:?}").contains("sealed: ["));
        assert_eq!(kept.token, hash_of_token(&token(&key)));
    }

    #[test]
    fn nobody_else_reads_the_file_and_another_file_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        MasterKey::open(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        let error = MasterKey::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("5 bytes"), "{error}");
    }
}
