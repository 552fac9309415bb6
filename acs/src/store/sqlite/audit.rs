//! The audit trail: one line for each change somebody made, in the same transaction as the change.

use super::engine::Tx;
use super::events;
use super::rows::{Ms, limit};
use crate::store::{Actor, AuditEntry, Page, Result};
use data_model::Timestamp;
use rusqlite::{Connection, params};
use serde_json::json;

/// What was there before a change and what is after it. Never a secret.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Adds a line.
pub(super) fn add(
    tx: &Tx<'_>,
    actor: &Actor,
    action: &str,
    subject: impl std::fmt::Display,
    now: Timestamp,
) -> Result<()> {
    add_change(tx, actor, action, subject, Change::default(), now)
}

/// Adds a line that says what was there before and what is there after it.
pub(super) fn add_change(
    tx: &Tx<'_>,
    actor: &Actor,
    action: &str,
    subject: impl std::fmt::Display,
    change: Change,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO audit (at, actor, action, subject, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (actor, subject) = (actor.to_string(), subject.to_string());
    let row = params![Ms(now), actor, action, subject, change.before, change.after];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let data = json!({ "actor": actor.to_string(), "subject": subject.to_string() });
    events::add(tx, action, None, data, now)
}

/// The newest lines.
pub(super) fn list(db: &Connection, page: Page<u64>) -> Result<Vec<AuditEntry>> {
    let before = page
        .after
        .and_then(|number| i64::try_from(number).ok())
        .unwrap_or(i64::MAX);
    let sql =
        "SELECT number, at, actor, action, subject, before, after FROM audit WHERE number < ?1
               ORDER BY number DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![before, limit(page.limit)], |row| {
        Ok(AuditEntry {
            number: super::rows::count(row.get(0)?),
            at: row.get::<_, Ms>(1)?.0,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            before: row.get(5)?,
            after: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
