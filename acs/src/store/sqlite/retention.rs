//! Removal of what is old, in small steps.

use super::engine::Tx;
use super::rows::{Ms, limit};
use crate::limits::TASKS_KEPT;
use crate::store::{Old, Result};
use data_model::Timestamp;
use rusqlite::params;

/// Removes at most so many rows of a kind that ended before a time; says how many.
pub(super) fn remove(tx: &mut Tx<'_>, kind: Old, before: Timestamp, most: usize) -> Result<u64> {
    let sql = match kind {
        // The last tasks of each device stay: they say what was done to it, however long ago. Keys grow with time, so
        // the oldest ones are found first.
        Old::Tasks => {
            "DELETE FROM task WHERE id IN (
                 SELECT id FROM task t WHERE t.updated < ?1
                 AND t.state IN ('done', 'failed', 'expired', 'cancelled')
                 AND (SELECT count(*) FROM task n WHERE n.device = t.device AND n.id > t.id) >= ?3
                 AND NOT EXISTS (SELECT 1 FROM campaign_device d JOIN campaign c ON c.id = d.campaign
                                 WHERE d.task = t.id AND c.state IN ('running', 'paused'))
                 ORDER BY t.id LIMIT ?2)"
        }
        Old::Contacts => {
            "DELETE FROM contact WHERE id IN
                 (SELECT id FROM contact WHERE at < ?1 AND ?3 >= 0 ORDER BY id LIMIT ?2)"
        }
        Old::Traces => {
            "DELETE FROM traced_session WHERE id IN
                 (SELECT id FROM traced_session WHERE ended < ?1 AND ?3 >= 0 ORDER BY id LIMIT ?2)"
        }
    };
    let row = params![Ms(before), limit(most), limit(TASKS_KEPT)];
    let gone = tx.db.prepare_cached(sql)?.execute(row)?;
    Ok(gone as u64)
}
