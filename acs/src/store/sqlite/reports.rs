//! Reports of devices in the shape of their profiles.

use super::engine::Tx;
use super::rows::{corrupt, from_json, json, readable};
use super::{devices, snapshots};
use crate::store::{Id, Observed, Report, Result};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

/// zstd's level: reports come seldom.
const LEVEL: i32 = 3;
/// Bytes of an unpacked report; more than a profile of every parameter there is.
const BYTES: usize = 16 * 1024 * 1024;

/// Keeps a report over the ones before, and what it shows as the observed state.
pub(super) fn record(
    tx: &mut Tx<'_>,
    device: Id,
    mut report: Report,
    observed: &Observed,
    now: Timestamp,
) -> Result<Option<()>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    snapshots::merge(tx, device, observed, now)?;
    // What cannot be read any more is learnt anew.
    if let Some(before) = readable(find(tx.db, device))?.flatten() {
        for (name, value) in before.values {
            report.values.entry(name).or_insert(value);
        }
    }
    let packed = zstd::bulk::compress(json(&report).as_bytes(), LEVEL)
        .map_err(|error| corrupt("report", device, error))?;
    let sql = "INSERT OR REPLACE INTO report (device, report) VALUES (?1, ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, packed])?;
    Ok(Some(()))
}

/// What a device has reported.
pub(super) fn find(db: &Connection, device: Id) -> Result<Option<Report>> {
    let sql = "SELECT report FROM report WHERE device = ?1";
    let packed: Option<Vec<u8>> = db
        .prepare_cached(sql)?
        .query_row([device], |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else {
        return Ok(None);
    };
    let bytes =
        zstd::bulk::decompress(&packed, BYTES).map_err(|error| corrupt("report", device, error))?;
    let text = String::from_utf8(bytes).map_err(|error| corrupt("report", device, error))?;
    from_json(&text, "report", device).map(Some)
}
