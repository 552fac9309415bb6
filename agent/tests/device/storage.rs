//! What a power cut may leave of files, after each change that was made to them.

use agent::shell::disk::{Change, Watch};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Something that happened: a change to the disk, or something a test wants to know the moment of.
#[derive(Debug, Clone)]
pub enum Step {
    /// A folder was made.
    Folder(PathBuf),
    /// A file was made, or emptied.
    Create(PathBuf),
    /// Bytes were written at the end of a file.
    Append(PathBuf, Vec<u8>),
    /// A file was cut off.
    Truncate(PathBuf, u64),
    /// The bytes of a file were put on stable storage.
    Sync(PathBuf),
    /// A file got another name.
    Rename(PathBuf, PathBuf),
    /// The names in a folder were put on stable storage.
    SyncFolder(PathBuf),
    /// No change.
    Noted(Note),
}

/// What a test wants to know the moment of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The ACS has the device's word that it will carry this transfer out.
    Accepted(&'static str),
    /// The ACS has the TransferComplete of this transfer, and will say so.
    Told(&'static str),
    /// The journal has confirmed this record.
    Kept(u8),
}

/// Everything that happened, in its order.
#[derive(Debug, Default)]
pub struct Log(Mutex<Vec<Step>>);

impl Log {
    /// Notes something that is no change to the disk.
    pub fn note(&self, note: Note) {
        self.push(Step::Noted(note));
    }

    /// Whether this has been noted.
    pub fn has(&self, wanted: &Note) -> bool {
        let steps = self.0.lock().expect("nobody panics with it");
        let mut steps = steps.iter();
        steps.any(|step| matches!(step, Step::Noted(note) if note == wanted))
    }

    /// What has happened so far.
    pub fn steps(&self) -> Vec<Step> {
        self.0.lock().expect("nobody panics with it").clone()
    }

    fn push(&self, step: Step) {
        self.0.lock().expect("nobody panics with it").push(step);
    }
}

impl Watch for Log {
    fn made(&self, change: &Change<'_>) {
        self.push(match *change {
            Change::Folder(path) => Step::Folder(path.into()),
            Change::Create(path) => Step::Create(path.into()),
            Change::Append(path, bytes) => Step::Append(path.into(), bytes.into()),
            Change::Truncate(path, length) => Step::Truncate(path.into(), length),
            Change::Sync(path) => Step::Sync(path.into()),
            Change::Rename(from, to) => Step::Rename(from.into(), to.into()),
            Change::SyncFolder(path) => Step::SyncFolder(path.into()),
        });
    }
}

/// Files by name, with their bytes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A disk as the system has it in memory, and what of that is on stable storage.
#[derive(Debug, Default)]
pub struct Storage {
    bytes: Vec<Bytes>,
    names: Names,
    kept_names: Names,
}

/// The bytes of one file, whatever it is called.
#[derive(Debug, Default)]
struct Bytes {
    all: Vec<u8>,
    kept: Vec<u8>,
}

#[derive(Debug, Default)]
struct Names {
    folders: BTreeSet<PathBuf>,
    files: BTreeMap<PathBuf, usize>,
}

/// How much of what no sync has confirmed is there after a cut; a system writes it when it likes.
#[derive(Debug, Clone, Copy)]
enum Unconfirmed {
    Nothing,
    Half,
    All,
}

impl Storage {
    /// Something happens to the disk.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Folder(folder) => _ = self.names.folders.insert(folder.clone()),
            // The name of a file that is there stays; its bytes go.
            Step::Create(path) if self.names.files.contains_key(path) => {
                self.of(path).all.clear();
            }
            Step::Create(path) => {
                self.names.files.insert(path.clone(), self.bytes.len());
                self.bytes.push(Bytes::default());
            }
            Step::Append(path, bytes) => self.of(path).all.extend_from_slice(bytes),
            Step::Truncate(path, length) => self.of(path).all.truncate(*length as usize),
            Step::Sync(path) => {
                let bytes = self.of(path);
                bytes.kept = bytes.all.clone();
            }
            Step::Rename(from, to) => {
                let number = self.names.files.remove(from).expect("it has this name");
                self.names.files.insert(to.clone(), number);
            }
            Step::SyncFolder(folder) => self.keep_names(folder),
            Step::Noted(_) => {}
        }
    }

    fn of(&mut self, path: &Path) -> &mut Bytes {
        let number = self.names.files.get(path).expect("the file was made");
        &mut self.bytes[*number]
    }

    fn keep_names(&mut self, folder: &Path) {
        let within = |path: &PathBuf| path.parent() == Some(folder);
        self.kept_names.files.retain(|path, _| !within(path));
        let files = self.names.files.iter().filter(|(path, _)| within(path));
        self.kept_names
            .files
            .extend(files.map(|(path, number)| (path.clone(), *number)));
        let folders = self.names.folders.iter().filter(|path| within(path));
        self.kept_names.folders.extend(folders.cloned());
    }

    /// Everything a power cut at this moment may leave below a folder that was there before.
    pub fn after_a_cut(&self, below: &Path) -> Vec<Files> {
        let mut all = Vec::new();
        for names in [&self.names, &self.kept_names] {
            for unconfirmed in [Unconfirmed::Nothing, Unconfirmed::Half, Unconfirmed::All] {
                let there = names.files.iter().filter(|(path, _)| {
                    let mut folders = path.ancestors().skip(1);
                    let mut folders = folders.by_ref().take_while(|folder| *folder != below);
                    folders.all(|folder| names.folders.contains(folder))
                });
                let files = there.map(|(path, number)| {
                    let name = path.strip_prefix(below).expect("it lies below");
                    (
                        name.to_owned(),
                        self.bytes[*number].after_a_cut(unconfirmed),
                    )
                });
                all.push(files.collect());
            }
        }
        all
    }
}

/// A folder with these files.
pub fn laid_out(files: &Files) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        let parent = path.parent().expect("it lies in the folder");
        std::fs::create_dir_all(parent).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
    }
    folder
}

impl Bytes {
    fn after_a_cut(&self, unconfirmed: Unconfirmed) -> Vec<u8> {
        let more = self.all.strip_prefix(self.kept.as_slice());
        match (unconfirmed, more) {
            (Unconfirmed::All, _) => self.all.clone(),
            (Unconfirmed::Half, Some(more)) => [&self.kept, &more[..more.len() / 2]].concat(),
            (Unconfirmed::Half, None) => self.all[..self.all.len() / 2].to_vec(),
            (Unconfirmed::Nothing, _) => self.kept.clone(),
        }
    }
}
