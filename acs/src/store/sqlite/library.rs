//! Files of the library.

use super::engine::Tx;
use super::rows::{Ms, count, from_word, word};
use super::{audit, bulk, campaigns, tasks};
use crate::store::{Actor, DeletedFile, FileRecord, Id, Result, StoreError};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

pub(super) fn file(row: &Row<'_>) -> rusqlite::Result<FileRecord> {
    let verification: String = row.get(9)?;
    Ok(FileRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        file_type: row.get(2)?,
        product_class: row.get(3)?,
        version: row.get(4)?,
        bytes: count(row.get(5)?),
        sha256: row.get(6)?,
        created: row.get::<_, Ms>(7)?.0,
        minimum_version: row.get(8)?,
        // A word nobody knows says nothing for the file.
        verification: from_word(verification, "file", "").unwrap_or_default(),
    })
}

pub(super) const FILE: &str = "id, name, file_type, product_class, version, bytes, sha256, created,
    minimum_version, verification";

/// Describes a file.
pub(super) fn put_file(tx: &mut Tx<'_>, actor: &Actor, file: &FileRecord) -> Result<()> {
    let sql = format!("INSERT INTO file ({FILE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    tx.db.prepare_cached(&sql)?.execute(params![
        file.id,
        file.name,
        file.file_type,
        file.product_class,
        file.version,
        file.bytes.cast_signed(),
        file.sha256,
        Ms(file.created),
        file.minimum_version,
        word(&file.verification),
    ])?;
    let subject = format!("{} {} sha256 {}", file.id, file.name, file.sha256);
    audit::add(tx, actor, "file.put", subject, file.created)
}

/// A file by its key.
pub(super) fn find_file(db: &Connection, id: Id) -> Result<Option<FileRecord>> {
    let sql = format!("SELECT {FILE} FROM file WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id], file).optional()?)
}

/// All files, newest first.
pub(super) fn files(db: &Connection) -> Result<Vec<FileRecord>> {
    let sql = format!("SELECT {FILE} FROM file ORDER BY id DESC");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], file)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Forgets a file nobody needs.
pub(super) fn delete_file(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    now: Timestamp,
) -> Result<Option<DeletedFile>> {
    let Some(file) = find_file(tx.db, id)? else {
        return Ok(None);
    };
    if tasks::needs_file(tx.db, id)?
        || campaigns::needs_file(tx.db, id)?
        || bulk::needs_file(tx.db, id)?
    {
        return Err(StoreError::Conflict(
            "an unfinished task, campaign or operation needs the file".into(),
        ));
    }
    tx.db
        .prepare_cached("DELETE FROM file WHERE id = ?1")?
        .execute([id])?;
    audit::add(tx, actor, "file.delete", id, now)?;
    let sql = "SELECT 1 FROM file WHERE sha256 = ?1";
    let shared = tx.db.prepare_cached(sql)?.exists([&file.sha256])?;
    Ok(Some(DeletedFile {
        bytes_unused: (!shared).then_some(file.sha256),
    }))
}
