//! Puts an archive back: all of it, checked, into a folder that is not there yet.

use super::{DATABASE, FORMAT, Listed, MANIFEST, Manifest};
use crate::store::sqlite;
use data_model::OperatorError;
use data_model::firmware::hex;
use sha2::{Digest as _, Sha256};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

/// Bytes of a manifest: a line for each file of a library of a hundred thousand.
const MANIFEST_BYTES: u64 = 32 * 1024 * 1024;

/// Puts an archive back into a folder. It appears there when all of it is right, or not at all.
///
/// # Errors
/// If the folder holds something, or the archive is not whole, was changed, or is from a newer version.
pub fn restore(from: &Path, data: &Path) -> Result<Manifest, OperatorError> {
    if std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(OperatorError::new(
            format!("cannot restore into {}", data.display()),
            "there is something in it",
            "give a folder that is empty or not there; move the old one away first",
        ));
    }
    let unfinished = unfinished(data);
    let _ = std::fs::remove_dir_all(&unfinished);
    let restored = into(from, &unfinished).and_then(|manifest| {
        // An empty folder is replaced by the rename.
        std::fs::rename(&unfinished, data)
            .and_then(|()| super::sync_folder_of(data))
            .map_err(|error| trouble(from, &error, "check the permissions of the target"))?;
        Ok(manifest)
    });
    if restored.is_err() {
        let _ = std::fs::remove_dir_all(&unfinished);
    }
    restored
}

/// Beside the target, so that the rename stays on one disk.
fn unfinished(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    data.with_file_name(name)
}

fn trouble(from: &Path, why: &dyn Display, fix: &str) -> OperatorError {
    let what = format!("cannot restore the backup {}", from.display());
    OperatorError::new(what, why, fix)
}

fn into(from: &Path, folder: &Path) -> Result<Manifest, OperatorError> {
    let broken = |why: &dyn Display| {
        let fix = "use another backup, or see that it was copied whole";
        trouble(from, why, fix)
    };
    let (found, manifest) = unpack(from, folder).map_err(|error| broken(&error))?;
    let manifest = manifest.ok_or_else(|| broken(&"its end is missing"))?;
    if manifest.format > FORMAT {
        let why = format!("a newer version made it ({})", manifest.version);
        return Err(trouble(from, &why, "use that version"));
    }
    for listed in &manifest.files {
        if !found.contains(listed) {
            return Err(broken(&format!("{} is missing or damaged", listed.name)));
        }
    }
    if found.len() != manifest.files.len() {
        return Err(broken(&"there is more in it than it lists"));
    }
    sqlite::examine(&folder.join(DATABASE)).map_err(|why| broken(&why))?;
    Ok(manifest)
}

/// Unpacks the archive; says what was in it, and its manifest if it stood at the end.
fn unpack(from: &Path, folder: &Path) -> io::Result<(Vec<Listed>, Option<Manifest>)> {
    let private = |path: &Path| {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(path)
    };
    private(folder)?;
    let mut archive = tar::Archive::new(io::BufReader::new(File::open(from)?));
    let (mut found, mut manifest) = (Vec::new(), None);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        let plain = name
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if manifest.is_some() || !plain || !entry.header().entry_type().is_file() {
            let why = format!("{} has no place in a backup", name.display());
            return Err(io::Error::other(why));
        }
        if name == Path::new(MANIFEST) {
            let mut text = Vec::new();
            entry.by_ref().take(MANIFEST_BYTES).read_to_end(&mut text)?;
            manifest = Some(serde_json::from_slice(&text)?);
            continue;
        }
        let path = folder.join(&name);
        private(path.parent().unwrap_or(folder))?;
        found.push(keep(&mut entry, &name, &path)?);
    }
    Ok((found, manifest))
}

/// Writes one file, whole and onto the disk.
fn keep(entry: &mut impl Read, name: &Path, path: &Path) -> io::Result<Listed> {
    let mut options = File::options();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = entry.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hash.update(&piece[..count]);
        file.write_all(&piece[..count])?;
        bytes += count as u64;
    }
    file.sync_all()?;
    let hash: [u8; 32] = hash.finalize().into();
    Ok(Listed {
        name: name.to_string_lossy().into_owned(),
        bytes,
        sha256: hex(&hash),
    })
}
