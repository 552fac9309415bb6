//! Bulk operations: one thing done with many devices. [`mod@write`] begins, pauses and ends them, [`advance`] gives devices
//! their turn; this file reads them.

mod advance;
mod store;
mod write;

pub(super) use advance::follow;
pub(super) use write::{named, needs_file, remove_old_devices};

use super::rows::{Ms, count, from_json, from_word, limit, readable};
use crate::limits::OPERATION_REASONS;
use crate::query::Query;
use crate::store::{BulkCounts, BulkDevice, BulkOperation, BulkReason, BulkStep, Id, Page, Result};
use rusqlite::{Connection, Row, params};

const COLUMNS: &str =
    "id, name, unseal_json('operation/' || id, action), query, expires_secs, concurrency, state,
    reason, created_by, owner, scope, created, ended";

fn operation(row: &Row<'_>) -> Result<BulkOperation> {
    let id: Id = row.get(0)?;
    let action: String = row.get(2)?;
    let query: Option<String> = row.get(3)?;
    let scope: String = row.get(10)?;
    Ok(BulkOperation {
        id,
        name: row.get(1)?,
        action: from_json(&action, "operation", id)?,
        // It is only told; the devices are fixed.
        query: query.and_then(|text| Query::parse(&text).ok()),
        expires_secs: row.get(4)?,
        concurrency: row.get(5)?,
        state: from_word(row.get(6)?, "operation", id)?,
        reason: row.get(7)?,
        created_by: row.get(8)?,
        owner: row.get(9)?,
        scope: from_json(&scope, "operation", id)?,
        created: row.get::<_, Ms>(11)?.0,
        ended: row.get::<_, Option<Ms>>(12)?.map(|Ms(time)| time),
    })
}

/// Operations by a condition; one that cannot be read must not be in the way of the others.
fn many(
    db: &Connection,
    condition: &str,
    arguments: impl rusqlite::Params,
) -> Result<Vec<BulkOperation>> {
    let sql = format!("SELECT {COLUMNS} FROM operation WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(arguments)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(readable(operation(row))?);
    }
    Ok(found)
}

fn one(db: &Connection, id: Id) -> Result<Option<BulkOperation>> {
    Ok(many(db, "id = ?1", [id])?.pop())
}

fn find(db: &Connection, id: Id) -> Result<Option<(BulkOperation, BulkCounts)>> {
    match one(db, id)? {
        None => Ok(None),
        Some(operation) => Ok(Some((operation, counts(db, id)?))),
    }
}

fn list(
    db: &Connection,
    owner: Option<&str>,
    page: Page<Id>,
) -> Result<Vec<(BulkOperation, BulkCounts)>> {
    let condition = "id < ?1 AND coalesce(?2, owner) = owner ORDER BY id DESC LIMIT ?3";
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let found = many(db, condition, params![before, owner, limit(page.limit)])?;
    let counted = found.into_iter().map(|operation| {
        let counts = counts(db, operation.id)?;
        Ok((operation, counts))
    });
    counted.collect()
}

fn counts(db: &Connection, id: Id) -> Result<BulkCounts> {
    let sql = "SELECT step, count(*) FROM operation_device WHERE operation = ?1 GROUP BY step";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut counts = BulkCounts::default();
    while let Some(row) = rows.next()? {
        let number = count(row.get(1)?);
        counts.total += number;
        match from_word(row.get(0)?, "operation_device", id)? {
            BulkStep::Pending => counts.pending = number,
            BulkStep::Queued => counts.queued = number,
            BulkStep::Done => counts.done = number,
            BulkStep::Failed => counts.failed = number,
            BulkStep::Expired => counts.expired = number,
            BulkStep::Cancelled => counts.cancelled = number,
            BulkStep::Skipped => counts.skipped = number,
        }
    }
    Ok(counts)
}

fn reasons(db: &Connection, id: Id) -> Result<Vec<BulkReason>> {
    let sql = "SELECT step, coalesce(code, 0), why, count(*) FROM operation_device
               WHERE operation = ?1 AND why IS NOT NULL GROUP BY step, code, why
               ORDER BY count(*) DESC, step, why LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, limit(OPERATION_REASONS)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(BulkReason {
            step: from_word(row.get(0)?, "operation_device", id)?,
            code: row.get(1)?,
            why: row.get(2)?,
            devices: count(row.get(3)?),
        });
    }
    Ok(found)
}

fn devices(
    db: &Connection,
    id: Id,
    step: Option<BulkStep>,
    page: Page<Id>,
) -> Result<Vec<BulkDevice>> {
    let sql = "SELECT device, step, task, code, why, updated,
               (SELECT identity FROM device WHERE device.id = operation_device.device) FROM operation_device
               WHERE operation = ?1 AND device > ?2 AND coalesce(?3, step) = step ORDER BY device LIMIT ?4";
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let step = step.map(BulkStep::as_str);
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, after, step, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(BulkDevice {
            device: row.get(0)?,
            identity: row.get(6)?,
            step: from_word(row.get(1)?, "operation_device", id)?,
            task: row.get(2)?,
            code: row.get(3)?,
            why: row.get(4)?,
            updated: row.get::<_, Ms>(5)?.0,
        });
    }
    Ok(found)
}

/// Devices of running operations that are to be called.
fn calls(db: &Connection, most: usize) -> Result<Vec<(Id, Id)>> {
    let sql = "SELECT o.id, d.device FROM operation o
               JOIN operation_device d ON d.operation = o.id AND d.step = 'pending'
               WHERE o.open = 1 AND o.state = 'running' AND o.kind = 'connection_request' LIMIT ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([limit(most)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
