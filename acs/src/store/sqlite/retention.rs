//! Removal of what is old, in small steps.

use super::bulk;
use super::engine::Tx;
use super::rows::{Ms, limit};
use crate::limits::TASKS_KEPT;
use crate::store::{Old, Result};
use data_model::Timestamp;
use rusqlite::params;

/// Which rows are old.
struct Rows {
    table: &'static str,
    key: &'static str,
    /// The column the oldest are found first by.
    order: &'static str,
    /// What holds for a row that is old: `?1` is the time before which it is.
    old: &'static str,
}

const fn rows(kind: Old) -> Rows {
    let (table, key, order, old) = match kind {
        // The last tasks of each device stay: they say what was done to it, however long ago.
        Old::Tasks => (
            "task",
            "id",
            "id",
            "t.updated < ?1 AND t.state IN ('done', 'failed', 'expired', 'cancelled')
             AND (SELECT count(*) FROM task n WHERE n.device = t.device AND n.id > t.id) >= ?3
             AND NOT EXISTS (SELECT 1 FROM campaign_device d JOIN campaign c ON c.id = d.campaign
                             WHERE d.task = t.id AND c.state IN ('running', 'paused'))",
        ),
        Old::Contacts => ("contact", "id", "id", "t.at < ?1"),
        Old::Traces => ("traced_session", "id", "id", "t.ended < ?1"),
        Old::Diagnostics => (
            "diagnostic",
            "id",
            "ended",
            "t.ended IS NOT NULL AND t.ended < ?1",
        ),
        Old::DiagnosticRuns => (
            "diagnostic_run",
            "id",
            "id",
            "t.open = 0 AND t.created < ?1",
        ),
        // Asked of the first one alone as long as it is young.
        Old::Events => (
            "event",
            "id",
            "id",
            "t.at < ?1 AND (SELECT at FROM event ORDER BY id LIMIT 1) < ?1",
        ),
        // One whose event is gone is older than any time.
        Old::DeadLetters => (
            "delivery",
            "id",
            "id",
            "t.due IS NULL AND coalesce((SELECT at FROM event e WHERE e.id = t.event), 0) < ?1",
        ),
        Old::Requests => ("request", "key", "at", "t.at < ?1"),
        Old::Operations => ("operation", "id", "ended", "t.open = 0 AND t.ended < ?1"),
    };
    Rows {
        table,
        key,
        order,
        old,
    }
}

/// Removes at most so many rows of a kind that ended before a time; says how many.
pub(super) fn remove(tx: &mut Tx<'_>, kind: Old, before: Timestamp, most: usize) -> Result<u64> {
    // The devices of a run or of an operation go first, some at a time; then the run itself.
    let devices = match kind {
        Old::DiagnosticRuns => devices_of_runs(tx, before, most)?,
        Old::Operations => bulk::remove_old_devices(tx, before, most)?,
        _ => 0,
    };
    if devices > 0 {
        return Ok(devices);
    }
    let Rows {
        table,
        key,
        order,
        old,
    } = rows(kind);
    let sql = format!(
        "DELETE FROM {table} WHERE {key} IN
             (SELECT {key} FROM {table} t WHERE {old} AND ?3 >= 0 ORDER BY t.{order} LIMIT ?2)"
    );
    let row = params![Ms(before), limit(most), limit(TASKS_KEPT)];
    let gone = tx.db.prepare_cached(&sql)?.execute(row)?;
    Ok(gone as u64)
}

fn devices_of_runs(tx: &Tx<'_>, before: Timestamp, most: usize) -> Result<u64> {
    let sql = "DELETE FROM diagnostic_run_device WHERE (run, device) IN
                   (SELECT d.run, d.device FROM diagnostic_run r
                    JOIN diagnostic_run_device d ON d.run = r.id
                    WHERE r.open = 0 AND r.created < ?1 LIMIT ?2)";
    let row = params![Ms(before), limit(most)];
    Ok(tx.db.prepare_cached(sql)?.execute(row)? as u64)
}
