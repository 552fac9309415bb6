//! What can be asked of a store's file beside a server that may be running; nothing is migrated by it.

use super::engine;
use super::migrations;
use super::sealing;
use crate::secrets::Secrets;
use data_model::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use std::path::Path;
use std::time::Duration;

/// Time to wait for the writer of a running server.
const BUSY: Duration = Duration::from_secs(10);

fn words(error: rusqlite::Error) -> String {
    error.to_string()
}

/// The version of a database's schema, and the one this program brings it to.
///
/// # Errors
/// If it cannot be read.
pub fn schema(database: &Path) -> Result<(u32, u32), String> {
    let db = engine::reader(database).map_err(words)?;
    let found = db.pragma_query_value(None, "user_version", |row| row.get(0));
    Ok((found.map_err(words)?, migrations::newest()))
}

/// Whether the secrets of a database can be opened with these keys; true for one that has none.
///
/// # Errors
/// If it cannot be read.
pub fn fits(database: &Path, secrets: &Secrets) -> Result<bool, String> {
    let proof = setting(database, sealing::PROOF)?;
    Ok(proof.is_none_or(|proof| {
        let proof = String::from_utf8_lossy(&proof);
        secrets.open_text(sealing::PROOF, &proof).is_ok()
    }))
}

/// A setting the server keeps in its database.
///
/// # Errors
/// If it cannot be read.
pub fn setting(database: &Path, name: &str) -> Result<Option<Vec<u8>>, String> {
    let db = engine::reader(database).map_err(words)?;
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let value = db.query_row(sql, [name], |row| row.get(0));
    value.optional().map_err(words)
}

/// When the last line of the audit trail was written; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn last_line(database: &Path) -> Result<Option<Timestamp>, String> {
    let db = engine::reader(database).map_err(words)?;
    let sql = "SELECT at FROM audit ORDER BY number DESC LIMIT 1";
    let at: Option<i64> = db
        .query_row(sql, [], |row| row.get(0))
        .optional()
        .map_err(words)?;
    Ok(at.map(Timestamp::from_millis))
}

/// Notes that a backup of a database has ended, whether a server has it open or not.
///
/// # Errors
/// If it cannot be written.
pub fn note_backup(database: &Path, now: Timestamp) -> Result<(), String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(database, flags).map_err(words)?;
    db.busy_timeout(BUSY).map_err(words)?;
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    let value = now.as_millis().to_be_bytes();
    db.execute(sql, params![super::figures::LAST_BACKUP, value])
        .map_err(words)?;
    Ok(())
}
