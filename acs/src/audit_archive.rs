//! Lines of the audit trail that are past their time, as files: each with a checksum of its own, and bound to the one
//! before it and to the trail that goes on behind it by the hashes of the chain.
//!
//! A file is JSON, one object a line: where the chain stands before the first line of the trail; the lines, each with
//! its hash; and at the end where the chain stands, with the SHA-256 of everything above. A file that was cut off has no
//! end, and is told of.

use crate::limits::AUDIT_LINE_BYTES;
use crate::store::audit_chain::{Head, TrailCheck, TrailTrouble, Walk};
use crate::store::{AuditEntry, PastLines};
use data_model::OperatorError;
use data_model::firmware::{hex, unhex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The folder of the data folder they lie in.
pub const FOLDER: &str = "audit-archive";
/// The form of the files.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Begin {
    dialtone_audit: u32,
    /// Number and hash of the line before the first one.
    behind: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    entry: AuditEntry,
    hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct End {
    /// Number and hash of the last line.
    head: String,
    lines: u64,
    /// Of everything above.
    sha256: String,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name in the folder.
    pub name: String,
    /// The checksum it ends with.
    pub sha256: String,
    /// The last line in it.
    pub head: Head,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// What is there is not what was written once.
    #[error("the audit trail is broken at line {}: {}", .0.number, .0.why)]
    Broken(TrailTrouble),
    /// The disk does not take it.
    #[error("the file cannot be written: {0}")]
    Disk(#[from] io::Error),
}

/// Writes lines into a file of the data folder; it is on the disk, whole, when this returns. `None` if there are none.
/// The same lines lead to the same name, so that an attempt that was cut off is replaced by the next one.
///
/// # Errors
/// If a line is not what was written, or the disk does not take the file.
pub fn write(data: &Path, past: &PastLines) -> Result<Option<Written>, NotWritten> {
    let Some((first, _)) = past.lines.first() else {
        return Ok(None);
    };
    let mut walk = Walk::new(past.behind, None);
    for (line, hash) in &past.lines {
        walk.step(line, Some(hash));
    }
    let check = walk.finish_here();
    if let Some(trouble) = check.trouble {
        return Err(NotWritten::Broken(trouble));
    }
    let head = Head::from_text(&check.head).unwrap_or_default();
    let name = format!("audit-{:012}.jsonl", first.number);
    let folder = data.join(FOLDER);
    private_folder(&folder)?;
    let unfinished = folder.join(format!("partial-{name}"));
    let mut file = io::BufWriter::new(private(&unfinished)?);
    let sha256 = put(&mut file, past, head)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(&unfinished, folder.join(&name))?;
    File::open(&folder)?.sync_all()?;
    Ok(Some(Written { name, sha256, head }))
}

fn put(file: &mut impl io::Write, past: &PastLines, head: Head) -> io::Result<String> {
    let mut sum = Sha256::new();
    let mut say = |text: Vec<u8>| {
        sum.update(&text);
        sum.update(b"\n");
        file.write_all(&text)?;
        file.write_all(b"\n")
    };
    say(serde_json::to_vec(&Begin {
        dialtone_audit: FORMAT,
        behind: past.behind.to_text(),
    })?)?;
    for (entry, hash) in &past.lines {
        let (entry, hash) = (entry.clone(), hex(hash));
        say(serde_json::to_vec(&Line { entry, hash })?)?;
    }
    let sum: [u8; 32] = sum.finalize().into();
    let end = End {
        head: head.to_text(),
        lines: past.lines.len() as u64,
        sha256: hex(&sum),
    };
    serde_json::to_writer(&mut *file, &end)?;
    file.write_all(b"\n")?;
    Ok(end.sha256)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)
}

fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Where the chain stands before its first line.
    pub behind: Head,
    /// Whether its lines are what was written.
    pub check: TrailCheck,
}

/// Reads a file and looks at every line of it.
///
/// # Errors
/// If it cannot be read, is not whole, or its checksum is not its own.
pub fn read(path: &Path) -> Result<Read, OperatorError> {
    let broken = |why: &dyn std::fmt::Display| {
        let what = format!("the file {} is not what was exported", path.display());
        OperatorError::new(what, why, "compare it with a copy that was kept elsewhere")
    };
    let unreadable = |why: &dyn std::fmt::Display| {
        let what = format!("cannot read {}", path.display());
        OperatorError::new(what, why, "give a file of the folder audit-archive")
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let (mut reader, mut sum) = (BufReader::new(file), Sha256::new());
    let begin = next(&mut reader).map_err(|error| unreadable(&error))?;
    let begun = serde_json::from_str::<Begin>(&begin).ok();
    let behind = begun
        .filter(|begin| begin.dialtone_audit == FORMAT)
        .and_then(|begin| Head::from_text(&begin.behind));
    let behind = behind.ok_or_else(|| unreadable(&"it is no export of an audit trail"))?;
    sum.update(&begin);
    let mut walk = Walk::new(behind, None);
    let end = loop {
        let text = next(&mut reader).map_err(|error| unreadable(&error))?;
        if text.is_empty() {
            return Err(broken(&"its end is missing"));
        }
        if let Ok(end) = serde_json::from_str::<End>(&text) {
            break end;
        }
        let line = serde_json::from_str::<Line>(&text).map_err(|error| broken(&error))?;
        walk.step(
            &line.entry,
            unhex::<32>(&line.hash).as_ref().map(<[u8; 32]>::as_slice),
        );
        sum.update(&text);
    };
    let made: [u8; 32] = sum.finalize().into();
    let check = walk.finish_here();
    if check.trouble.is_none() {
        if end.sha256 != hex(&made) {
            return Err(broken(&"its checksum is another one"));
        }
        if end.head != check.head || end.lines != check.lines {
            return Err(broken(&"its end is not that of its lines"));
        }
    }
    Ok(Read { behind, check })
}

/// The next line with its end; empty at the end of the file.
fn next(reader: &mut BufReader<File>) -> io::Result<String> {
    let mut text = String::new();
    let mut within = reader.by_ref().take(AUDIT_LINE_BYTES);
    within.read_line(&mut text)?;
    if text.len() as u64 >= AUDIT_LINE_BYTES {
        return Err(io::Error::other("a line is longer than any of ours"));
    }
    Ok(text)
}

/// The files of a data folder, the oldest first.
///
/// # Errors
/// If the folder cannot be read.
pub fn files(data: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(data.join(FOLDER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("audit-") && name.ends_with(".jsonl")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::audit_chain::hash;
    use data_model::Timestamp;

    fn lines(behind: Head, count: u64) -> PastLines {
        let (mut at, mut lines) = (behind, Vec::new());
        for number in 1..=count {
            let entry = AuditEntry {
                number: behind.number + number,
                at: Timestamp::from_secs(1_800_000_000),
                actor: "user:ann".into(),
                action: "task.create".into(),
                subject: format!("subject \"{number}\"\n"),
                before: (number % 2 == 0).then(|| "é".into()),
                after: None,
            };
            let hash = hash(&at.hash, &entry);
            at = Head {
                number: entry.number,
                hash,
            };
            lines.push((entry, hash.to_vec()));
        }
        PastLines { behind, lines }
    }

    #[test]
    fn what_was_exported_is_read_back_and_files_follow_each_other() {
        let data = tempfile::tempdir().unwrap();
        let first = write(data.path(), &lines(Head::default(), 5))
            .unwrap()
            .unwrap();
        let second = write(data.path(), &lines(first.head, 3)).unwrap().unwrap();
        assert_eq!(write(data.path(), &PastLines::default()).unwrap(), None);
        let read: Vec<Read> = files(data.path())
            .unwrap()
            .iter()
            .map(|path| read(path).unwrap())
            .collect();
        assert_eq!(read.len(), 2);
        assert!(read.iter().all(|read| read.check.intact), "{read:?}");
        assert_eq!(
            (read[0].behind, read[1].behind),
            (Head::default(), first.head)
        );
        assert_eq!(read[1].check.head, second.head.to_text());
    }

    /// Covers U12.
    #[test]
    fn a_file_that_was_changed_or_cut_off_is_told_of() {
        let data = tempfile::tempdir().unwrap();
        write(data.path(), &lines(Head::default(), 5)).unwrap();
        let path = &files(data.path()).unwrap()[0];
        let text = std::fs::read_to_string(path).unwrap();
        let told = |changed: String| {
            std::fs::write(path, changed).unwrap();
            match read(path) {
                Err(error) => error.why,
                Ok(read) => read
                    .check
                    .trouble
                    .map(|trouble| trouble.why)
                    .unwrap_or_default(),
            }
        };
        assert_eq!(told(text.clone()), "");
        assert!(told(text.replacen("user:ann", "user:bob", 1)).contains("not what was written"));
        let cut = text
            .lines()
            .take(4)
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(told(cut).contains("end is missing"));
        let without_third: Vec<&str> = text
            .lines()
            .enumerate()
            .filter(|(at, _)| *at != 3)
            .map(|(_, line)| line)
            .collect();
        assert!(told(without_third.join("\n") + "\n").contains("missing"));
        let spaced = text.replacen("{\"number\"", "{ \"number\"", 1);
        assert!(told(spaced).contains("checksum"));
        assert!(told("{}\n".into()).contains("no export"));
    }

    #[test]
    fn a_trail_that_is_broken_is_not_exported() {
        let data = tempfile::tempdir().unwrap();
        let mut past = lines(Head::default(), 5);
        past.lines[2].0.subject = "another".into();
        let refused = write(data.path(), &past).unwrap_err();
        assert!(matches!(refused, NotWritten::Broken(trouble) if trouble.number == 3));
        assert!(files(data.path()).unwrap().is_empty());
    }
}
