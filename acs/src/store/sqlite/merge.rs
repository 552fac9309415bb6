//! One device under two identities: what belongs to the old one becomes the new one's.
//!
//! Some devices come back from an upgrade with another ProductClass or OUI, and are another device to everybody.

use super::engine::Tx;
use super::{audit, devices};
use crate::store::{Actor, Id, Result, StoreError};
use data_model::Timestamp;
use rusqlite::{OptionalExtension as _, params};

/// What moves, where both may have a row of the same name only if the new one has none.
const TABLES: [&str; 10] = [
    "tag",
    "variable",
    "task",
    "campaign_device",
    "contact",
    "provisioned",
    "device_file",
    "history",
    "refusal",
    "note",
];

/// Moves everything and forgets the old identity.
pub(super) fn merge(
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: Id,
    into: Id,
    now: Timestamp,
) -> Result<Option<()>> {
    if from == into {
        let why = "a device cannot be merged with itself".to_owned();
        return Err(StoreError::Conflict(why));
    }
    let (Some(old), Some(new)) = (identity(tx, from)?, identity(tx, into)?) else {
        return Ok(None);
    };
    tx.hot.forget(from);
    tx.hot.forget(into);
    // Its tasks are not tasks of the new one twice over.
    let sql = "UPDATE task SET idempotency_key = NULL WHERE device = ?1 AND idempotency_key IN
               (SELECT idempotency_key FROM task WHERE device = ?2)";
    tx.db.prepare_cached(sql)?.execute(params![from, into])?;
    for table in TABLES {
        let sql = format!("UPDATE OR IGNORE {table} SET device = ?2 WHERE device = ?1");
        tx.db.prepare_cached(&sql)?.execute(params![from, into])?;
    }
    let sql = "UPDATE device SET first_seen = min(first_seen, (SELECT first_seen FROM device WHERE id = ?1)),
               profile_stamp = 0, profile_failed_stamp = 0, revision = revision + 1 WHERE id = ?2";
    tx.db.prepare_cached(sql)?.execute(params![from, into])?;
    devices::delete(tx, actor, from, now)?;
    audit::add(tx, actor, "device.merge", format!("{old} into {new}"), now)?;
    Ok(Some(()))
}

fn identity(tx: &Tx<'_>, id: Id) -> Result<Option<String>> {
    let sql = "SELECT identity FROM device WHERE id = ?1";
    let mut statement = tx.db.prepare_cached(sql)?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}
