//! Where images are written: two files on a disk, or nowhere on simulated hardware.

use crate::firmware::SlotName;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// The place of a device's images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotStore {
    /// `slot-a.image` and `slot-b.image` in a folder.
    Folder(PathBuf),
    /// Images are checked to the last byte and not kept.
    Simulated,
}

/// An image being written.
#[derive(Debug)]
pub enum SlotWriter {
    /// To a file beside its place.
    File {
        /// The open file.
        file: File,
        /// Where it lies while it is not complete.
        beside: PathBuf,
        /// Where it will lie.
        place: PathBuf,
    },
    /// To nowhere.
    Simulated,
}

impl SlotStore {
    /// Begins to write an image.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn begin(&self, slot: SlotName) -> io::Result<SlotWriter> {
        match self {
            SlotStore::Simulated => Ok(SlotWriter::Simulated),
            SlotStore::Folder(folder) => {
                std::fs::create_dir_all(folder)?;
                let place = folder.join(format!("slot-{}.image", slot.as_str()));
                let beside = place.with_extension("partial");
                let file = File::create(&beside)?;
                Ok(SlotWriter::File {
                    file,
                    beside,
                    place,
                })
            }
        }
    }
}

impl SlotWriter {
    /// Writes a piece.
    ///
    /// # Errors
    /// If the disk takes no more.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            SlotWriter::File { file, .. } => file.write_all(bytes),
            SlotWriter::Simulated => Ok(()),
        }
    }

    /// The image is complete and checked: it is put in its slot, on stable storage.
    ///
    /// # Errors
    /// If it cannot be put there.
    pub fn commit(self) -> io::Result<()> {
        match self {
            SlotWriter::Simulated => Ok(()),
            SlotWriter::File {
                file,
                beside,
                place,
            } => {
                file.sync_all()?;
                std::fs::rename(&beside, &place)?;
                match place.parent() {
                    Some(folder) => File::open(folder)?.sync_all(),
                    None => Ok(()),
                }
            }
        }
    }
}
