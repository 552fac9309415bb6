//! Every change to files that has to outlive a power cut, so that each of them can be watched as it is made.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One change, as it has just been made. Until a sync it may be undone by a power cut, in part or wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<'c> {
    /// A folder is there.
    Folder(&'c Path),
    /// A file is there, and empty.
    Create(&'c Path),
    /// These bytes are at the end of a file.
    Append(&'c Path, &'c [u8]),
    /// A file has only this many bytes.
    Truncate(&'c Path, u64),
    /// The bytes of a file are on stable storage.
    Sync(&'c Path),
    /// A file has another name.
    Rename(&'c Path, &'c Path),
    /// The names in a folder are on stable storage.
    SyncFolder(&'c Path),
}

/// Somebody who sees every change.
pub trait Watch: fmt::Debug + Send + Sync {
    /// This change has been made.
    fn made(&self, change: &Change<'_>);
}

/// The disk.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    watch: Option<Arc<dyn Watch>>,
}

/// A file on it that is written from its beginning to its end.
#[derive(Debug)]
pub struct DiskFile {
    file: File,
    path: PathBuf,
    disk: Disk,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner: the state of a device holds its passwords.
    Owner,
    /// Whoever the system lets.
    Anybody,
}

impl Disk {
    /// A disk whose changes somebody sees.
    pub fn watched(watch: Arc<dyn Watch>) -> Disk {
        Disk { watch: Some(watch) }
    }

    fn made(&self, change: &Change<'_>) {
        if let Some(watch) = &self.watch {
            watch.made(change);
        }
    }

    /// Makes a folder, and those it lies in, each on stable storage.
    ///
    /// # Errors
    /// If one cannot be made.
    pub fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.make_folder(above)?;
        }
        match std::fs::create_dir(folder) {
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
        self.made(&Change::Folder(folder));
        self.sync_folder_of(folder)
    }

    /// A file that begins empty, whatever was there before.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(&self, path: &Path, readers: Readers) -> io::Result<DiskFile> {
        let file = options(readers).truncate(true).open(path)?;
        self.made(&Change::Create(path));
        Ok(self.file(file, path))
    }

    /// A file with what is in it; an empty one if there is none.
    ///
    /// # Errors
    /// If it can be neither opened nor made.
    pub fn open(&self, path: &Path, readers: Readers) -> io::Result<DiskFile> {
        if !path.exists() {
            return self.create(path, readers);
        }
        let file = options(readers).truncate(false).open(path)?;
        Ok(self.file(file, path))
    }

    fn file(&self, file: File, path: &Path) -> DiskFile {
        DiskFile {
            file,
            path: path.to_owned(),
            disk: self.clone(),
        }
    }

    /// Puts the names in the folder of a path on stable storage.
    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent();
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        self.made(&Change::SyncFolder(folder));
        Ok(())
    }
}

fn options(readers: Readers) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    if readers == Readers::Owner {
        options.mode(0o600);
    }
    options
}

impl DiskFile {
    /// All that is in it; what is written next goes behind it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Its length.
    ///
    /// # Errors
    /// If the disk does not say.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Writes at its end.
    ///
    /// # Errors
    /// If the disk takes no more; a part may have been written.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.disk.made(&Change::Append(&self.path, bytes));
        Ok(())
    }

    /// Cuts it off; what is written next goes there.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length))?;
        self.disk.made(&Change::Truncate(&self.path, length));
        Ok(())
    }

    /// Puts its bytes on stable storage.
    ///
    /// # Errors
    /// If that fails; nothing can be said of the file then.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()?;
        self.disk.made(&Change::Sync(&self.path));
        Ok(())
    }

    /// Puts its name on stable storage.
    ///
    /// # Errors
    /// If that fails.
    pub fn sync_name(&self) -> io::Result<()> {
        self.disk.sync_folder_of(&self.path)
    }

    /// Gives it, whose bytes are on stable storage, the name of another, which is gone with that; all at once.
    ///
    /// # Errors
    /// If that fails.
    pub fn take_place(&mut self, place: &Path) -> io::Result<()> {
        self.sync()?;
        std::fs::rename(&self.path, place)?;
        let old = std::mem::replace(&mut self.path, place.to_owned());
        self.disk.made(&Change::Rename(&old, place));
        self.sync_name()
    }
}
