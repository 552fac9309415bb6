//! Profiles and files.

use super::engine::Tx;
use super::rows::{Ms, count, from_json, from_word, json, readable, word};
use super::{audit, campaigns, people, tasks};
use crate::store::{Actor, DeletedFile, FileRecord, Id, Profile, Result, StoreError};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// The setting that counts changes of profiles.
const STAMP: &str = "profile-stamp";

/// Writes a profile, and makes every device compare anew.
pub(super) fn put_profile(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut profile: Profile,
    now: Timestamp,
) -> Result<Profile> {
    let sql = "SELECT revision FROM profile WHERE name = ?1";
    let known: Option<i64> = tx
        .db
        .query_row(sql, [&profile.name], |row| row.get(0))
        .optional()?;
    profile.revision = count(known.unwrap_or(0)) + 1;
    let sql = "INSERT OR REPLACE INTO profile (name, revision, selector, precedence, vals)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.db.prepare_cached(sql)?.execute(params![
        profile.name,
        profile.revision.cast_signed(),
        json(&profile.selector),
        profile.precedence,
        json(&profile.values),
    ])?;
    next_stamp(tx)?;
    let subject = format!("{} revision {}", profile.name, profile.revision);
    audit::add(tx, actor, "profile.put", subject, now)?;
    Ok(profile)
}

/// Removes a profile. What devices have got from it stays with them.
pub(super) fn delete_profile(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
) -> Result<Option<()>> {
    let deleted = tx
        .db
        .prepare_cached("DELETE FROM profile WHERE name = ?1")?
        .execute([name])?;
    if deleted == 0 {
        return Ok(None);
    }
    next_stamp(tx)?;
    audit::add(tx, actor, "profile.delete", name, now)?;
    Ok(Some(()))
}

fn next_stamp(tx: &Tx<'_>) -> Result<()> {
    let next = stamp(tx.db)? + 1;
    people::put_setting(tx, STAMP, &next.to_be_bytes())
}

/// How often profiles have changed, from 1.
pub(super) fn stamp(db: &Connection) -> Result<u64> {
    let kept = people::setting(db, STAMP)?;
    let bytes = kept.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    Ok(bytes.map_or(1, u64::from_be_bytes))
}

/// All profiles, and how often they have changed.
pub(super) fn profiles(db: &Connection) -> Result<(u64, Vec<Profile>)> {
    let stamp = stamp(db)?;
    let sql = "SELECT name, revision, selector, precedence, vals FROM profile ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut profiles = Vec::new();
    while let Some(row) = rows.next()? {
        profiles.extend(readable(profile(row))?);
    }
    Ok((stamp, profiles))
}

fn profile(row: &Row<'_>) -> Result<Profile> {
    let name: String = row.get(0)?;
    let (selector, values): (String, String) = (row.get(2)?, row.get(4)?);
    Ok(Profile {
        revision: count(row.get(1)?),
        selector: from_json(&selector, "profile", &name)?,
        precedence: row.get(3)?,
        values: from_json(&values, "profile", &name)?,
        name,
    })
}

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
    if tasks::needs_file(tx.db, id)? || campaigns::needs_file(tx.db, id)? {
        return Err(StoreError::Conflict(
            "an unfinished task or campaign needs the file".into(),
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
