//! Files that devices have sent.

use super::engine::Tx;
use super::rows::{Ms, count, from_word, limit};
use super::{audit, tasks};
use crate::store::{Actor, DeviceFile, FilePurpose, Id, Result};
use data_model::{Secret, Timestamp};
use rusqlite::{Connection, Row, params};

const COLUMNS: &str = "id, device, task, purpose, file_type, bytes, sha256, created,
    unseal('device_file/' || id, key)";

fn file(row: &Row<'_>) -> Result<DeviceFile> {
    let id: Id = row.get(0)?;
    Ok(DeviceFile {
        id,
        device: row.get(1)?,
        task: row.get(2)?,
        purpose: from_word(row.get(3)?, "device_file", id)?,
        file_type: row.get(4)?,
        bytes: count(row.get(5)?),
        sha256: row.get(6)?,
        created: row.get::<_, Ms>(7)?.0,
        key: row.get::<_, Option<String>>(8)?.map(Secret::new),
    })
}

fn many(
    db: &Connection,
    condition: &str,
    arguments: impl rusqlite::Params,
) -> Result<Vec<DeviceFile>> {
    let sql = format!("SELECT {COLUMNS} FROM device_file WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(arguments)?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.push(file(row)?);
    }
    Ok(files)
}

/// Describes a file, and forgets those it takes the place of.
pub(super) fn put(
    tx: &mut Tx<'_>,
    file: &DeviceFile,
    keep: usize,
) -> Result<Option<Vec<DeviceFile>>> {
    let task = tasks::find(tx.db, file.task)?;
    if task.is_none_or(|task| task.device != file.device) {
        return Ok(None);
    }
    let mut gone = many(tx.db, "task = ?1", [file.task])?;
    forget(tx, &gone)?;
    let sql = "INSERT INTO device_file (id, device, task, purpose, file_type, bytes, sha256, created, key)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, seal('device_file/' || ?1, ?9))";
    tx.db.prepare_cached(sql)?.execute(params![
        file.id,
        file.device,
        file.task,
        file.purpose.as_str(),
        file.file_type,
        file.bytes.cast_signed(),
        file.sha256,
        Ms(file.created),
        file.key.as_ref().map(Secret::reveal),
    ])?;
    let condition = "device = ?1 AND purpose = ?2 ORDER BY id DESC LIMIT -1 OFFSET ?3";
    let arguments = params![file.device, file.purpose.as_str(), limit(keep.max(1))];
    let old = many(tx.db, condition, arguments)?;
    forget(tx, &old)?;
    gone.extend(old);
    let actor = Actor::Device(file.device);
    let subject = format!("{} {} sha256 {}", file.device, file.id, file.sha256);
    audit::add(tx, &actor, "device_file.put", subject, file.created)?;
    Ok(Some(gone))
}

fn forget(tx: &Tx<'_>, files: &[DeviceFile]) -> Result<()> {
    for file in files {
        let sql = "DELETE FROM device_file WHERE id = ?1";
        tx.db.prepare_cached(sql)?.execute([file.id])?;
    }
    Ok(())
}

/// Files of a device, newest first.
pub(super) fn list(
    db: &Connection,
    device: Id,
    purpose: Option<FilePurpose>,
) -> Result<Vec<DeviceFile>> {
    let condition = "device = ?1 AND (?2 IS NULL OR purpose = ?2) ORDER BY id DESC";
    let purpose = purpose.map(FilePurpose::as_str);
    many(db, condition, params![device, purpose])
}

/// A file by its key.
pub(super) fn find(db: &Connection, id: Id) -> Result<Option<DeviceFile>> {
    Ok(many(db, "id = ?1", [id])?.pop())
}

/// The file a task has brought.
pub(super) fn of_task(db: &Connection, task: Id) -> Result<Option<DeviceFile>> {
    Ok(many(db, "task = ?1", [task])?.pop())
}

/// Forgets a file.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    now: Timestamp,
) -> Result<Option<DeviceFile>> {
    let Some(file) = find(tx.db, id)? else {
        return Ok(None);
    };
    forget(tx, std::slice::from_ref(&file))?;
    let subject = format!("{} {id}", file.device);
    audit::add(tx, actor, "device_file.delete", subject, now)?;
    Ok(Some(file))
}
