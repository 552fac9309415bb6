//! Writes an archive.

use super::{DATABASE, FORMAT, Listed, MANIFEST, Manifest};
use crate::store::sqlite;
use data_model::firmware::hex;
use data_model::{OperatorError, Timestamp};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Files of the data folder that are of this moment only, or that the copy of the store stands for.
const LEFT_OUT: [&str; 5] = [
    DATABASE,
    "dialtone.db-wal",
    "dialtone.db-shm",
    "dialtone.lock",
    "admin-password",
];
/// What files and folders begin with that are not whole yet, or are copies.
const UNFINISHED: [&str; 2] = ["partial-", "backup-"];

/// Writes the archive of a data folder; `database` is a copy of its store.
///
/// # Errors
/// If something cannot be read or written.
pub fn write(data: &Path, database: &Path, now: Timestamp, to: impl Write) -> io::Result<Manifest> {
    let mut archive = tar::Builder::new(to);
    let mut files = Vec::new();
    let store = add(&mut archive, DATABASE, database, now)?;
    files.extend(store);
    for path in files_of(data)? {
        let name = path.strip_prefix(data).map_err(io::Error::other)?;
        let name = name.to_str().ok_or_else(|| {
            io::Error::other(format!("the name of {} is no text", path.display()))
        })?;
        files.extend(add(&mut archive, name, &path, now)?);
    }
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        created: now.as_millis(),
        files,
    };
    let text = serde_json::to_vec_pretty(&manifest)?;
    let mut header = header(text.len() as u64, now);
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    archive.into_inner()?.flush()?;
    Ok(manifest)
}

/// Makes an archive of a data folder whose server may or may not be running.
///
/// # Errors
/// If something cannot be read or written.
pub fn copy_offline(data: &Path, now: Timestamp, to: &Path) -> Result<Manifest, OperatorError> {
    let trouble = |why: &dyn std::fmt::Display| {
        let what = format!("cannot make a backup of {}", data.display());
        let fix = "see that the folder is that of a server, that it can be read, and that there is free space";
        OperatorError::new(what, why, fix)
    };
    let database = data.join(DATABASE);
    if !database.exists() {
        return Err(trouble(&format!("there is no {}", database.display())));
    }
    let copy = to.with_extension("database");
    // One that was left behind when a backup was cut off.
    let _ = std::fs::remove_file(&copy);
    let unfinished = to.with_extension("unfinished");
    let made = sqlite::copy(&database, &copy)
        .map_err(|error| trouble(&error))
        .and_then(|()| {
            let made = private(&unfinished).and_then(|mut file| {
                let manifest = write(data, &copy, now, &mut file)?;
                file.sync_all()?;
                std::fs::rename(&unfinished, to)?;
                super::sync_folder_of(to)?;
                Ok(manifest)
            });
            made.map_err(|error| trouble(&error))
        });
    let _ = std::fs::remove_file(&copy);
    let _ = std::fs::remove_file(&unfinished);
    made
}

/// A file nobody else reads: there are passwords in it.
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

fn header(bytes: u64, now: Timestamp) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(now.as_secs()).unwrap_or(0));
    header
}

/// Adds a file; `None` if it has been deleted meanwhile.
fn add<W: Write>(
    archive: &mut tar::Builder<W>,
    name: &str,
    path: &Path,
    now: Timestamp,
) -> io::Result<Option<Listed>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let bytes = file.metadata()?.len();
    let mut hashed = Hashed {
        file: file.take(bytes),
        hash: Sha256::new(),
    };
    archive.append_data(&mut header(bytes, now), name, &mut hashed)?;
    let hash: [u8; 32] = hashed.hash.finalize().into();
    Ok(Some(Listed {
        name: name.to_owned(),
        bytes,
        sha256: hex(&hash),
    }))
}

/// Hashes what is read.
struct Hashed {
    file: io::Take<File>,
    hash: Sha256,
}

impl Read for Hashed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }
}

/// The files below a folder, without those that are left out.
fn files_of(data: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let unfinished = UNFINISHED.iter().any(|prefix| name.starts_with(prefix));
            let left_out = folder == data && LEFT_OUT.contains(&name.as_ref());
            let kind = entry.file_type()?;
            match (unfinished || left_out, kind.is_dir(), kind.is_file()) {
                (true, _, _) => {}
                (false, true, _) => folders.push(entry.path()),
                (false, _, true) => files.push(entry.path()),
                // Links and sockets are nothing of ours.
                (false, false, false) => {}
            }
        }
    }
    files.sort();
    Ok(files)
}
