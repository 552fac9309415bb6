//! The journal: the state of one device or of a whole fleet in one append-only file.
//!
//! A record holds all sections of one [`Output::Persist`](crate::device::Output::Persist) under one checksum, so a
//! power cut leaves either all of them or none. Records of many devices that wait at the same time share one sync.
//! When the file has grown to several times what it holds, it is written anew beside itself and put in place by
//! a rename.

use super::disk::{Disk, DiskFile, Readers};
use crate::device::Saved;
use crate::device::io::{Section, SectionKind};
use data_model::OperatorError;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// What the file begins with.
const MAGIC: &[u8] = b"DIALTONE-JOURNAL 1\n";
/// Bytes below which a file is never written anew.
const SMALL_BYTES: u64 = 256 * 1024;
/// A file is written anew when it is this many times as large as what it holds.
const GROWTH: u64 = 4;
/// A record larger than this is no record of ours: a tree of 10,000 values has 2 MB.
const RECORD_BYTES: usize = 64 * 1024 * 1024;
/// Requests that share one sync at most.
const BATCH: usize = 1024;

/// Called when a request has ended: with the number of the device, and whether its sections are kept.
pub type Done = Box<dyn Fn(u32, io::Result<()>) + Send>;

/// What the thread is asked for.
#[derive(Debug)]
enum Request {
    /// Keep these sections of a device.
    Keep(u32, Vec<Section>),
    /// Leave nothing in the file that later sections have replaced.
    WriteAnew,
}

/// The handle to the thread that writes the journal.
#[derive(Debug)]
pub struct Journal {
    requests: Option<mpsc::Sender<Request>>,
    writer: Option<JoinHandle<()>>,
    path: PathBuf,
    /// Held while the journal is open, so that no second device writes to it.
    _lock: File,
}

/// The states a journal holds, by device.
pub type Devices = BTreeMap<u32, Saved>;

impl Journal {
    /// Opens the journal at a path, or begins one, and reads what it holds. `done` is called from the writing thread.
    ///
    /// # Errors
    /// If the file cannot be read or written, or is no journal.
    pub fn open(path: &Path, done: Done) -> Result<(Journal, Devices), OperatorError> {
        Journal::open_on(&Disk::default(), path, done)
    }

    /// [`Journal::open`] on a disk of the caller's.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        disk: &Disk,
        path: &Path,
        done: Done,
    ) -> Result<(Journal, Devices), OperatorError> {
        let trouble = |error: &dyn std::fmt::Display| {
            OperatorError::new(
                format!("cannot use the state file {}", path.display()),
                error,
                "check the permissions and the free space, or give another state folder",
            )
        };
        let lock = lock(disk, path).map_err(|error| match error {
            TryLockError::WouldBlock => OperatorError::new(
                format!("cannot use the state file {}", path.display()),
                "another device uses it",
                "stop the other one, or give this one a state folder of its own",
            ),
            TryLockError::Error(error) => trouble(&error),
        })?;
        let (file, devices) = open_file(disk, path).map_err(|error| trouble(&error))?;
        let mut writer =
            Writer::new(disk.clone(), path.to_owned(), file).map_err(|error| trouble(&error))?;
        let (requests, incoming) = mpsc::channel();
        let thread = std::thread::Builder::new().name("journal".into());
        let writer = thread
            .spawn(move || writer.run(&incoming, &done))
            .map_err(|error| trouble(&error))?;
        let journal = Journal {
            requests: Some(requests),
            writer: Some(writer),
            path: path.to_owned(),
            _lock: lock,
        };
        Ok((journal, devices))
    }

    /// Asks for sections of a device to be kept.
    pub fn append(&self, device: u32, sections: Vec<Section>) {
        if let Some(requests) = &self.requests {
            // The thread ends only when the journal is dropped.
            let _ = requests.send(Request::Keep(device, sections));
        }
    }

    /// Writes the file anew when what was asked for before is kept: what a factory reset has taken is not to be found
    /// in it any more. Nobody waits for it; if it fails the file stays as it is.
    pub fn write_anew(&self) {
        if let Some(requests) = &self.requests {
            let _ = requests.send(Request::WriteAnew);
        }
    }

    /// What is on stable storage at this moment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read_back(&self) -> io::Result<Devices> {
        Ok(replay(&std::fs::read(&self.path)?)?.devices)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(writer) = self.writer.take() {
            // A panic of the writer has been reported by its thread.
            let _ = writer.join();
        }
    }
}

/// Takes the lock file beside the journal, which itself is replaced when it is written anew.
fn lock(disk: &Disk, path: &Path) -> Result<File, TryLockError> {
    if let Some(folder) = path.parent() {
        disk.make_folder(folder).map_err(TryLockError::Error)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path.with_extension("lock"));
    let file = file.map_err(TryLockError::Error)?;
    file.try_lock()?;
    Ok(file)
}

fn open_file(disk: &Disk, path: &Path) -> io::Result<(DiskFile, Devices)> {
    let mut file = disk.open(path, Readers::Owner)?;
    let bytes = file.read()?;
    if is_unbegun(&bytes) {
        if !bytes.is_empty() {
            file.truncate(0)?;
        }
        file.append(MAGIC)?;
        file.sync()?;
        file.sync_name()?;
        return Ok((file, Devices::new()));
    }
    let replayed = replay(&bytes)?;
    // What follows the last whole record was cut off by a power cut: it was never acknowledged.
    if replayed.end < bytes.len() {
        tracing::warn!(
            cut_bytes = bytes.len() - replayed.end,
            "the journal ended in a torn record"
        );
        file.truncate(replayed.end as u64)?;
        file.sync()?;
    }
    Ok((file, replayed.devices))
}

/// What a journal says, and where its last whole record ends.
struct Replayed {
    devices: Devices,
    end: usize,
}

/// The file is empty, or its very first write was cut off: file systems may leave zeros where bytes were to go.
fn is_unbegun(bytes: &[u8]) -> bool {
    let mut pairs = bytes.iter().zip(MAGIC);
    bytes.len() <= MAGIC.len() && bytes != MAGIC && pairs.all(|(is, due)| is == due || *is == 0)
}

fn replay(bytes: &[u8]) -> io::Result<Replayed> {
    if is_unbegun(bytes) {
        return Ok(Replayed {
            devices: Devices::new(),
            end: 0,
        });
    }
    if !bytes.starts_with(MAGIC) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the file is no journal of ours",
        ));
    }
    let mut devices = Devices::new();
    let mut end = MAGIC.len();
    while let Some((device, sections, length)) = record_at(&bytes[end..]) {
        let saved = devices.entry(device).or_default();
        for section in sections {
            saved.insert(section.kind, section.bytes);
        }
        end += length;
    }
    Ok(Replayed { devices, end })
}

fn record_at(bytes: &[u8]) -> Option<(u32, Vec<Section>, usize)> {
    let length = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let checksum = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let payload = bytes
        .get(8..8usize.checked_add(length)?)
        .filter(|_| length <= RECORD_BYTES)?;
    if crc32fast::hash(payload) != checksum {
        return None;
    }
    let device = u32::from_le_bytes(payload.get(..4)?.try_into().ok()?);
    let mut sections = Vec::new();
    let mut rest = &payload[4..];
    while let Some((code, tail)) = rest.split_first() {
        let length = u32::from_le_bytes(tail.get(..4)?.try_into().ok()?) as usize;
        let content = tail.get(4..4usize.checked_add(length)?)?;
        if let Some(kind) = SectionKind::from_code(*code) {
            sections.push(Section {
                kind,
                bytes: content.to_vec(),
            });
        }
        rest = &tail[4 + length..];
    }
    Some((device, sections, 8 + payload.len()))
}

fn push_record(out: &mut Vec<u8>, device: u32, sections: &[Section]) {
    let start = out.len();
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&device.to_le_bytes());
    for section in sections {
        out.push(section.kind.code());
        out.extend_from_slice(&(section.bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(&section.bytes);
    }
    let length = (out.len() - start - 8) as u32;
    let checksum = crc32fast::hash(&out[start + 8..]);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
}

/// The thread's side.
struct Writer {
    disk: Disk,
    path: PathBuf,
    file: DiskFile,
    /// Length of the file up to the last record that is known to be kept.
    length: u64,
    /// Length at which the file is written anew.
    rewrite_at: u64,
    /// A sync has failed: the kernel may have dropped what it could not write, so nothing can be promised any more.
    broken: bool,
}

impl Writer {
    fn new(disk: Disk, path: PathBuf, file: DiskFile) -> io::Result<Writer> {
        let length = file.length()?;
        let rewrite_at = (length * GROWTH).max(SMALL_BYTES);
        Ok(Writer {
            disk,
            path,
            file,
            length,
            rewrite_at,
            broken: false,
        })
    }

    fn run(&mut self, incoming: &mpsc::Receiver<Request>, done: &Done) {
        while let Ok(first) = incoming.recv() {
            let (mut batch, mut anew) = (Vec::new(), false);
            let more = incoming.try_iter().take(BATCH - 1);
            for request in std::iter::once(first).chain(more) {
                match request {
                    Request::Keep(device, sections) => batch.push((device, sections)),
                    Request::WriteAnew => anew = true,
                }
            }
            let outcome = match batch.is_empty() {
                true => Ok(()),
                false => self.write(&batch),
            };
            if let Err(error) = &outcome {
                tracing::error!(%error, "device state cannot be kept");
            }
            for (device, _) in &batch {
                let each = outcome
                    .as_ref()
                    .copied()
                    .map_err(|e| io::Error::new(e.kind(), e.to_string()));
                done(*device, each);
            }
            if outcome.is_ok() && !self.broken && (anew || self.length >= self.rewrite_at) {
                self.rewrite();
            }
        }
    }

    fn write(&mut self, batch: &[(u32, Vec<Section>)]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier sync of the journal failed"));
        }
        let mut bytes = Vec::new();
        for (device, sections) in batch {
            push_record(&mut bytes, *device, sections);
        }
        if let Err(error) = self.file.append(&bytes) {
            // A full disk: what was half written goes again, and the next attempt starts from there.
            self.file.truncate(self.length)?;
            return Err(error);
        }
        if let Err(error) = self.file.sync() {
            self.broken = true;
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Writes the file anew with only the newest section of each kind. If that fails the old file stays.
    fn rewrite(&mut self) {
        match self.try_rewrite() {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, "the journal cannot be written anew; it keeps growing");
                self.rewrite_at = self.length * 2;
            }
        }
    }

    fn try_rewrite(&mut self) -> io::Result<()> {
        let old = std::fs::read(&self.path)?;
        let mut bytes = MAGIC.to_vec();
        for (device, saved) in replay(&old)?.devices {
            let sections: Vec<Section> = saved
                .into_iter()
                .map(|(kind, bytes)| Section { kind, bytes })
                .collect();
            push_record(&mut bytes, device, &sections);
        }
        let beside = self.path.with_extension("journal.new");
        let mut file = self.disk.create(&beside, Readers::Owner)?;
        file.append(&bytes)?;
        file.take_place(&self.path)?;
        self.file = file;
        self.length = bytes.len() as u64;
        self.rewrite_at = (self.length * GROWTH).max(SMALL_BYTES);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::sync::mpsc::Receiver;

    fn section(kind: SectionKind, text: &str) -> Section {
        Section {
            kind,
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn open(path: &Path) -> (Journal, Devices, Receiver<u32>) {
        let (done, finished) = mpsc::channel();
        let notify = move |device, outcome: io::Result<()>| {
            outcome.unwrap();
            let _ = done.send(device);
        };
        let (journal, devices) = Journal::open(path, Box::new(notify)).unwrap();
        (journal, devices, finished)
    }

    #[test]
    fn a_journal_is_one_device_s_and_nobody_else_s_to_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.journal");
        let (journal, _, _) = open(&path);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        let second = Journal::open(&path, Box::new(|_, _| {}));
        assert!(second.unwrap_err().to_string().contains("another device"));
        drop(journal);
        assert!(Journal::open(&path, Box::new(|_, _| {})).is_ok());
    }

    #[test]
    fn what_was_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/device.journal");
        let (journal, devices, finished) = open(&path);
        assert!(devices.is_empty());
        journal.append(
            7,
            vec![
                section(SectionKind::Tree, "one"),
                section(SectionKind::Meta, "m"),
            ],
        );
        journal.append(7, vec![section(SectionKind::Tree, "two")]);
        journal.append(8, vec![section(SectionKind::Meta, "other")]);
        for _ in 0..3 {
            finished.recv().unwrap();
        }
        drop(journal);
        let (_, devices, _) = open(&path);
        assert_eq!(devices[&7][&SectionKind::Tree], b"two");
        assert_eq!(devices[&7][&SectionKind::Meta], b"m");
        assert_eq!(devices[&8][&SectionKind::Meta], b"other");
    }

    /// Every length a power cut may leave: the state is that of the last whole record. Covers P5.
    #[test]
    fn a_journal_cut_anywhere_holds_old_or_new_and_never_a_mix() {
        let mut bytes = MAGIC.to_vec();
        let mut ends = vec![bytes.len()];
        for step in 0..4 {
            let text = format!("value {step}");
            let sections = [
                section(SectionKind::Tree, &text),
                section(SectionKind::Meta, &text),
            ];
            push_record(&mut bytes, 1, &sections);
            ends.push(bytes.len());
        }
        for cut in 0..=bytes.len() {
            let replayed = replay(&bytes[..cut]).unwrap();
            let whole = ends.iter().filter(|end| **end <= cut).count();
            let expected = whole
                .checked_sub(2)
                .map(|step| format!("value {step}").into_bytes());
            let saved = replayed.devices.get(&1);
            assert_eq!(
                saved.map(|saved| &saved[&SectionKind::Tree]),
                expected.as_ref(),
                "{cut}"
            );
            assert_eq!(
                saved.map(|saved| &saved[&SectionKind::Meta]),
                expected.as_ref(),
                "{cut}"
            );
        }
    }

    #[test]
    fn a_torn_record_is_cut_off_and_the_journal_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.journal");
        let (journal, _, finished) = open(&path);
        journal.append(1, vec![section(SectionKind::Tree, "good")]);
        finished.recv().unwrap();
        drop(journal);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&[9, 0, 0, 0, 1, 2, 3, 4, 5]).unwrap();
        let (journal, devices, finished) = open(&path);
        assert_eq!(devices[&1][&SectionKind::Tree], b"good");
        journal.append(1, vec![section(SectionKind::Tree, "better")]);
        finished.recv().unwrap();
        drop(journal);
        assert_eq!(open(&path).1[&1][&SectionKind::Tree], b"better");
    }

    /// Covers P5.
    #[test]
    fn a_journal_whose_first_write_was_cut_off_is_begun_again() {
        let cut_off = (0..MAGIC.len()).map(|cut| MAGIC[..cut].to_vec());
        for left in cut_off.chain([vec![0; MAGIC.len()]]) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("device.journal");
            std::fs::write(&path, &left).unwrap();
            let (journal, devices, finished) = open(&path);
            assert!(devices.is_empty());
            journal.append(1, vec![section(SectionKind::Tree, "kept")]);
            finished.recv().unwrap();
            drop(journal);
            let (_, devices, _) = open(&path);
            assert_eq!(devices[&1][&SectionKind::Tree], b"kept", "{left:?}");
        }
    }

    #[test]
    fn a_grown_journal_is_written_anew_with_the_newest_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.journal");
        let (journal, _, finished) = open(&path);
        let large = "x".repeat(10_000);
        for step in 0..200 {
            journal.append(
                1,
                vec![section(SectionKind::Tree, &format!("{step}{large}"))],
            );
            finished.recv().unwrap();
        }
        drop(journal);
        assert!(std::fs::metadata(&path).unwrap().len() < 2 * SMALL_BYTES);
        let (_, devices, _) = open(&path);
        assert!(devices[&1][&SectionKind::Tree].starts_with(b"199x"));
    }

    #[test]
    fn written_anew_the_file_has_nothing_that_was_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.journal");
        let (journal, _, finished) = open(&path);
        journal.append(1, vec![section(SectionKind::Tree, "a secret of old")]);
        finished.recv().unwrap();
        journal.append(1, vec![section(SectionKind::Tree, "empty")]);
        journal.write_anew();
        finished.recv().unwrap();
        drop(journal);
        let bytes = std::fs::read(&path).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("of old"));
        let (_, devices, _) = open(&path);
        assert_eq!(devices[&1][&SectionKind::Tree], b"empty");
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.journal");
        std::fs::write(&path, "something else entirely").unwrap();
        let error = Journal::open(&path, Box::new(|_, _| {})).unwrap_err();
        assert!(error.why.contains("no journal"), "{error}");
    }
}
