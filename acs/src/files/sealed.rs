//! Files of devices on the disk: sealed in chunks under a key of each file's own, which the store keeps sealed itself.
//!
//! A configuration holds the passwords of whoever telephones with the device. Each chunk is AES-256-GCM with its number
//! as nonce; the last one is marked, so that a file that was cut is told from one that ends.

use crate::clock;
use bytes::Bytes;
use data_model::Secret;
use data_model::firmware::{hex, unhex};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// Plain bytes of a chunk: few enough to be held, and enough for the tags to weigh nothing.
const CHUNK: usize = 64 * 1024;
/// What sealing adds to it.
const TAG: usize = 16;

/// A key nobody knows, as the store keeps it.
pub fn fresh_key() -> Secret {
    Secret::new(hex(&clock::random_bytes::<32>()))
}

fn key_of(secret: &Secret) -> Result<LessSafeKey> {
    let broken = || Error::new(ErrorKind::InvalidData, "the key of the file is none");
    let bytes = unhex::<32>(secret.reveal()).ok_or_else(broken)?;
    let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| broken())?;
    Ok(LessSafeKey::new(key))
}

/// Whether a chunk is the last one of its file.
#[derive(Clone, Copy)]
enum Place {
    Within,
    Last,
}

fn nonce(number: u64, place: Place) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[0] = match place {
        Place::Within => 0,
        Place::Last => 1,
    };
    bytes[NONCE_LEN - 8..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// Seals a file as it comes.
pub struct Sealer {
    key: LessSafeKey,
    number: u64,
    waiting: Vec<u8>,
}

impl Sealer {
    /// With a key that has sealed nothing else.
    ///
    /// # Errors
    /// If it is none.
    pub fn new(key: &Secret) -> Result<Sealer> {
        Ok(Sealer {
            key: key_of(key)?,
            number: 0,
            waiting: Vec::new(),
        })
    }

    /// Takes a piece; gives what is to be written.
    pub fn take(&mut self, piece: &[u8]) -> Vec<u8> {
        self.waiting.extend_from_slice(piece);
        let mut sealed = Vec::new();
        while self.waiting.len() > CHUNK {
            let rest = self.waiting.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            sealed.extend(self.chunk(chunk, Place::Within));
        }
        sealed
    }

    /// The end of the file, which is to be written too.
    pub fn end(&mut self) -> Vec<u8> {
        let chunk = std::mem::take(&mut self.waiting);
        self.chunk(chunk, Place::Last)
    }

    fn chunk(&mut self, mut chunk: Vec<u8>, place: Place) -> Vec<u8> {
        let nonce = nonce(self.number, place);
        self.number += 1;
        // It fails for texts of gigabytes only.
        let _ = self
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut chunk);
        chunk
    }
}

/// Reads a sealed file from its beginning to its end.
pub struct Opened {
    key: LessSafeKey,
    file: File,
    number: u64,
    left: u64,
}

impl Opened {
    /// Opens it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn new(path: &Path, key: &Secret) -> Result<Opened> {
        let file = File::open(path).await?;
        let left = file.metadata().await?.len();
        Ok(Opened {
            key: key_of(key)?,
            file,
            number: 0,
            left,
        })
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or was cut.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let most = (CHUNK + TAG) as u64;
        let (take, place) = match self.left {
            0 if self.number > 0 => return Ok(None),
            left if left > most => (most, Place::Within),
            left => (left, Place::Last),
        };
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        (&mut self.file).take(take).read_to_end(&mut chunk).await?;
        let nonce = nonce(self.number, place);
        let opened = self.key.open_in_place(nonce, Aad::empty(), &mut chunk);
        let opened = opened.map_err(|_| {
            Error::new(
                ErrorKind::InvalidData,
                "the file is damaged, or not the one that was kept",
            )
        })?;
        let plain = Bytes::copy_from_slice(opened);
        self.number += 1;
        self.left -= take;
        Ok(Some(plain))
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`Opened::next`].
    pub async fn read(mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(key: &Secret, plain: &[u8], piece: usize) -> Vec<u8> {
        let mut sealer = Sealer::new(key).unwrap();
        let mut bytes = Vec::new();
        for piece in plain.chunks(piece) {
            bytes.extend(sealer.take(piece));
        }
        bytes.extend(sealer.end());
        bytes
    }

    async fn opened(key: &Secret, bytes: &[u8]) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        Opened::new(&path, key).await?.read().await
    }

    /// Covers U07.
    #[tokio::test]
    async fn a_file_of_any_length_comes_back_as_it_was_and_nothing_of_it_is_readable() {
        let key = fresh_key();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7] {
            let plain: Vec<u8> = (0..length).map(|at| b"opensesame "[at % 11]).collect();
            let kept = sealed(&key, &plain, 10_007);
            assert!(!kept.windows(11).any(|part| part == b"opensesame "));
            assert_eq!(opened(&key, &kept).await.unwrap(), plain, "{length}");
        }
    }

    #[tokio::test]
    async fn a_file_that_was_cut_changed_or_mixed_up_is_an_error() {
        let key = fresh_key();
        let plain = vec![7; 2 * CHUNK + 5];
        let kept = sealed(&key, &plain, CHUNK);
        let chunk = CHUNK + TAG;
        let swapped = [&kept[chunk..2 * chunk], &kept[..chunk], &kept[2 * chunk..]].concat();
        let mut changed = kept.clone();
        changed[chunk + 3] ^= 1;
        for broken in [
            &kept[..2 * chunk],
            &kept[..chunk],
            &kept[..kept.len() - 1],
            &kept[..3],
            &[],
            &swapped,
            &changed,
        ] {
            assert!(opened(&key, broken).await.is_err(), "{}", broken.len());
        }
        assert!(opened(&fresh_key(), &kept).await.is_err(), "another key");
    }
}
