//! Bulk operations begin, pause, are given up, and go when they are old.

use super::super::engine::Tx;
use super::super::rows::{Ms, count, json, limit};
use super::super::{audit, audit_words, devices};
use super::one;
use crate::limits::{OPERATION_DEVICES, OPERATIONS_OPEN};
use crate::store::{
    Actor, BulkAction, BulkOperation, BulkState, Consent, Id, OwnAction, Result, Scope, StoreError,
};
use data_model::Timestamp;
use rusqlite::{Connection, params};

/// Devices that were named, if all of them are there and in the scope.
pub(in super::super) fn named(db: &Connection, named: &[Id], scope: &Scope) -> Result<Vec<Id>> {
    for device in named {
        let seen = devices::exists(db, *device)? && scope.admits(&devices::tags(db, *device)?);
        if !seen {
            return Err(StoreError::Conflict(format!("there is no device {device}")));
        }
    }
    Ok(named.to_vec())
}

/// Each device once, and not too many.
pub(super) fn each_once(mut chosen: Vec<Id>) -> Result<Vec<Id>> {
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.len() > OPERATION_DEVICES {
        let number = chosen.len();
        let why = format!(
            "it would touch {number} devices, and one operation takes {OPERATION_DEVICES}; choose a part of them"
        );
        return Err(StoreError::Conflict(why));
    }
    Ok(chosen)
}

/// Keeps an operation with its devices.
pub(super) fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    operation: &BulkOperation,
    chosen: &[Id],
    consent: Consent,
) -> Result<u64> {
    let now = operation.created;
    if chosen.is_empty() {
        let why = "the selection finds no device";
        return Err(StoreError::Conflict(why.into()));
    }
    let number = chosen.len() as u64;
    consent
        .check(number, "touch")
        .map_err(StoreError::Conflict)?;
    let sql = "SELECT count(*) FROM operation WHERE open = 1";
    let open = tx.db.prepare_cached(sql)?.query_row([], |row| row.get(0));
    if count(open?) >= OPERATIONS_OPEN {
        return Err(StoreError::Conflict(format!(
            "{OPERATIONS_OPEN} operations have not ended; wait for one of them, or cancel one"
        )));
    }
    insert(tx.db, operation)?;
    // One that was forgotten since it was chosen is left out.
    let sql = "INSERT INTO operation_device (operation, device, step, updated)
               SELECT ?1, id, 'pending', ?3 FROM device WHERE id = ?2";
    let mut statement = tx.db.prepare_cached(sql)?;
    for device in chosen {
        statement.execute(params![operation.id, device, Ms(now)])?;
    }
    let kind = operation.action.name();
    let subject = format!("{} {kind} {number} devices", operation.id);
    let change = match &operation.action {
        BulkAction::Task(kind) => audit_words::task(kind),
        BulkAction::Own(OwnAction::AddTags { tags } | OwnAction::RemoveTags { tags }) => {
            audit_words::change(None, tags.join(", "))
        }
        BulkAction::Own(OwnAction::ConnectionRequest | OwnAction::CancelTasks { .. }) => {
            audit::Change::default()
        }
    };
    audit::add_change(tx, actor, "operation.create", subject, change, now)?;
    Ok(number)
}

fn insert(db: &Connection, operation: &BulkOperation) -> Result<()> {
    let sql = "INSERT INTO operation (id, name, action, kind, file, query, expires_secs, concurrency, state, created_by,
               owner, scope, created)
               VALUES (?1, ?2, seal_json('operation/' || ?1, ?3), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    db.prepare_cached(sql)?.execute(params![
        operation.id,
        operation.name,
        json(&operation.action),
        operation.action.name(),
        operation.action.library_file(),
        operation.query.as_ref().map(ToString::to_string),
        operation.expires_secs,
        operation.concurrency,
        operation.state.as_str(),
        operation.created_by,
        operation.owner,
        json(&operation.scope),
        Ms(operation.created),
    ])?;
    Ok(())
}

/// Pauses an operation, lets it go on, or gives it up.
pub(super) fn set_state(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    state: BulkState,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some(operation) = one(tx.db, id)? else {
        return Ok(None);
    };
    match operation.state {
        BulkState::Running | BulkState::Paused => {}
        BulkState::Cancelled | BulkState::Done => {
            let why = format!("the operation is {}", operation.state.as_str());
            return Err(StoreError::Conflict(why));
        }
    }
    let sql = "UPDATE operation SET state = ?2, reason = NULL WHERE id = ?1";
    let row = params![id, state.as_str()];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let verb = match state {
        BulkState::Running => "resume",
        BulkState::Paused => "pause",
        BulkState::Cancelled | BulkState::Done => "cancel",
    };
    if state == BulkState::Cancelled {
        let sql = "UPDATE operation_device SET step = 'cancelled', why = 'the operation was cancelled', updated = ?2
                   WHERE operation = ?1 AND step = 'pending'";
        tx.db.prepare_cached(sql)?.execute(params![id, Ms(now)])?;
    }
    let change = audit_words::change(Some(operation.state.as_str().to_owned()), state.as_str());
    audit::add_change(tx, actor, &format!("operation.{verb}"), id, change, now)?;
    Ok(Some(()))
}

/// Whether an operation that has not ended gives devices a file of the library.
pub(in super::super) fn needs_file(db: &Connection, file: Id) -> Result<bool> {
    let sql = "SELECT 1 FROM operation WHERE open = 1 AND file = ?1";
    Ok(db.prepare_cached(sql)?.exists([file])?)
}

/// Removes at most so many devices of operations that ended before a time; the operations can go when they have none.
pub(in super::super) fn remove_old_devices(
    tx: &mut Tx<'_>,
    before: Timestamp,
    most: usize,
) -> Result<u64> {
    let sql = "DELETE FROM operation_device WHERE (operation, device) IN (
                   SELECT d.operation, d.device FROM operation o JOIN operation_device d ON d.operation = o.id
                   WHERE o.open = 0 AND o.ended < ?1 LIMIT ?2)";
    let row = params![Ms(before), limit(most)];
    Ok(tx.db.prepare_cached(sql)?.execute(row)? as u64)
}
