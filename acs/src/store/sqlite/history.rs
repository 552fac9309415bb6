//! Changes of chosen parameters, bounded for each device.

use super::engine::Tx;
use super::rows::{Ms, count, limit};
use crate::limits::HISTORY_ENTRIES;
use crate::live::Live;
use crate::redact::is_secret;
use crate::store::{HistoryEntry, Id, Page, Result};
use data_model::{ParameterList, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::Arc;

/// The patterns of parameters whose changes are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched(Arc<Live<Vec<String>>>);

impl Watched {
    /// Replaces them.
    pub fn set(&self, patterns: Vec<String>) {
        self.0.put(patterns);
    }

    fn patterns(&self) -> Arc<Vec<String>> {
        self.0.get()
    }
}

/// Whether a pattern means a name: `*` is any one node, and a dot at the end everything below.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, below) = match pattern.strip_suffix('.') {
        Some(branch) => (branch, true),
        None => (pattern, false),
    };
    let mut nodes = name.split('.');
    for wanted in pattern.split('.') {
        match nodes.next() {
            Some(node) if wanted == "*" || wanted == node => {}
            Some(_) | None => return false,
        }
    }
    nodes.next().is_some() == below
}

/// Keeps those of these values that are watched and have changed.
pub(super) fn keep(tx: &Tx<'_>, device: Id, values: &ParameterList, now: Timestamp) -> Result<()> {
    let patterns = tx.hot.watched.patterns();
    if patterns.is_empty() {
        return Ok(());
    }
    let mut kept = false;
    for parameter in values.iter() {
        let name = parameter.name;
        let watched = patterns.iter().any(|pattern| matches(pattern, name));
        if !watched || is_secret(name) {
            continue;
        }
        let sql =
            "SELECT value FROM history WHERE device = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1";
        let last: Option<String> = tx
            .db
            .prepare_cached(sql)?
            .query_row(params![device, name], |row| row.get(0))
            .optional()?;
        if last.as_deref() == Some(parameter.value) {
            continue;
        }
        let sql = "INSERT INTO history (device, name, at, value) VALUES (?1, ?2, ?3, ?4)";
        let row = params![device, name, Ms(now), parameter.value];
        tx.db.prepare_cached(sql)?.execute(row)?;
        kept = true;
    }
    if kept {
        let sql = "DELETE FROM history WHERE device = ?1 AND id <=
                   (SELECT id FROM history WHERE device = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
        let row = params![device, limit(HISTORY_ENTRIES)];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

/// Values parameters have had, newest first.
pub(super) fn list(
    db: &Connection,
    device: Id,
    name: Option<&str>,
    page: Page<u64>,
) -> Result<Vec<HistoryEntry>> {
    let before = page.after.and_then(|number| i64::try_from(number).ok());
    let sql = "SELECT id, name, at, value FROM history
               WHERE device = ?1 AND (?2 IS NULL OR name = ?2) AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let mut statement = db.prepare_cached(sql)?;
    let row = params![device, name, before.unwrap_or(i64::MAX), limit(page.limit)];
    let rows = statement.query_map(row, |row| {
        Ok(HistoryEntry {
            number: count(row.get(0)?),
            name: row.get(1)?,
            at: row.get::<_, Ms>(2)?.0,
            value: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_names_it_should() {
        let version = "Device.DeviceInfo.SoftwareVersion";
        for pattern in [
            version,
            "*.DeviceInfo.SoftwareVersion",
            "Device.DeviceInfo.",
            "Device.*.SoftwareVersion",
        ] {
            assert!(matches(pattern, version), "{pattern}");
        }
        for pattern in [
            "",
            "*",
            "Device.DeviceInfo",
            "Device.DeviceInfo.Software",
            "DeviceInfo.",
            "*.SoftwareVersion",
        ] {
            assert!(!matches(pattern, version), "{pattern}");
        }
        assert!(matches(
            "*.Services.VoiceService.*.VoiceProfile.*.Line.*.Status",
            "Device.Services.VoiceService.1.VoiceProfile.1.Line.2.Status"
        ));
    }
}
