//! Backups: everything of a server in one tar archive, made while it runs, checked when it is put back.
//!
//! The archive holds `dialtone.db`, the other files of the data folder under their names, and as its last entry
//! `MANIFEST.json` with the length and the SHA-256 of each: an archive that was cut off has none, and is refused. Files
//! are copied after the store, so that every file the store knows is there unless somebody has deleted it meanwhile.

mod restore;
mod write;

pub use restore::restore;
pub use write::{copy_offline, write};

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::Path;

/// The store's file.
pub const DATABASE: &str = "dialtone.db";
/// The last entry of an archive.
const MANIFEST: &str = "MANIFEST.json";
/// The form of the archive.
const FORMAT: u32 = 1;

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive.
    format: u32,
    /// The version of the program that made it.
    version: String,
    /// When it was begun, in milliseconds since 1970.
    created: i64,
    /// Everything in it.
    files: Vec<Listed>,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    name: String,
    bytes: u64,
    sha256: String,
}

/// What was put away or put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Manifest {
    /// Its files and their bytes.
    pub fn sum(&self) -> Sum {
        Sum {
            files: self.files.len(),
            bytes: self.files.iter().map(|file| file.bytes).sum(),
        }
    }
}

/// What was renamed stays so if the power goes.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
