//! Where images are written: two files on a disk, or nowhere on simulated hardware.

use super::disk::{Disk, DiskFile, Readers};
use crate::firmware::SlotName;
use std::io;
use std::path::PathBuf;

/// The place of a device's images.
#[derive(Debug, Clone)]
pub enum SlotStore {
    /// `slot-a.image` and `slot-b.image` in a folder of a disk.
    Folder(Disk, PathBuf),
    /// Images are checked to the last byte and not kept.
    Simulated,
}

/// An image being written.
#[derive(Debug)]
pub enum SlotWriter {
    /// To a file beside its place.
    File {
        /// The open file, beside its place while it is not complete.
        file: DiskFile,
        /// Where it will lie.
        place: PathBuf,
    },
    /// To nowhere.
    Simulated,
}

impl SlotStore {
    /// The store in this folder; without one, simulated hardware.
    pub fn new(disk: Disk, folder: Option<PathBuf>) -> SlotStore {
        match folder {
            Some(folder) => SlotStore::Folder(disk, folder),
            None => SlotStore::Simulated,
        }
    }

    /// Begins to write an image.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn begin(&self, slot: SlotName) -> io::Result<SlotWriter> {
        match self {
            SlotStore::Simulated => Ok(SlotWriter::Simulated),
            SlotStore::Folder(disk, folder) => {
                disk.make_folder(folder)?;
                let place = folder.join(format!("slot-{}.image", slot.as_str()));
                let file = disk.create(&place.with_extension("partial"), Readers::Anybody)?;
                Ok(SlotWriter::File { file, place })
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
            SlotWriter::File { file, .. } => file.append(bytes),
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
            SlotWriter::File { mut file, place } => file.take_place(&place),
        }
    }
}
