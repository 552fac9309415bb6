//! How devices stand to their profiles: what they refuse, which rows they are being given, which window they wait for.

use super::audit;
use super::devices::exists;
use super::engine::Tx;
use super::profiles::stamp;
use super::rows::{Ms, count, from_json, json, limit, readable};
use crate::limits::{
    COMPARISON_PAUSE_MAX_MS, COMPARISON_PAUSE_MS, COMPARISONS_QUIET, FAILURE_REASONS,
};
use crate::query::sql::Bound;
use crate::store::{
    Actor, Adding, BrokenOff, FailureReason, Id, ProfileCounts, Refusal, Result, Waits, row_label,
};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};

/// A condition on a device's row `d`, with what is bound in it.
pub(super) type Condition = (String, Vec<Bound>);

/// Counts of the devices of a condition, and what they have refused of a profile.
pub(super) fn counts(db: &Connection, of: Condition, name: &str) -> Result<ProfileCounts> {
    let stamp = stamp(db)?.cast_signed();
    let (found, values) = &of;
    let sql = format!(
        "SELECT count(*), total(agreed), total(failed), total(NOT failed AND waits)
         FROM (SELECT d.profile_stamp = {stamp} AS agreed, d.profile_failed_stamp = {stamp} AS failed,
               d.profile_waits = {stamp} AS waits FROM device d WHERE {found})"
    );
    let numbers = db.query_row(&sql, params_from_iter(values.iter()), |row| {
        let total = |column| row.get::<_, f64>(column).map(|total| total as u64);
        Ok((count(row.get(0)?), total(1)?, total(2)?, total(3)?))
    })?;
    let (devices, agreed, failed, waiting_for_window) = numbers;
    let mut reasons = refused(db, name)?;
    reasons.extend(failures(db, of, stamp)?);
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.devices));
    reasons.truncate(FAILURE_REASONS);
    Ok(ProfileCounts {
        devices,
        agreed,
        failed,
        waiting_for_window,
        waiting: devices.saturating_sub(agreed + failed + waiting_for_window),
        reasons,
    })
}

/// What was refused of a profile, by parameters.
fn refused(db: &Connection, name: &str) -> Result<Vec<FailureReason>> {
    let sql = "SELECT r.code, r.name || ': ' || r.text, count(*) AS devices, min(d.identity)
               FROM refusal r JOIN device d ON d.id = r.device AND d.software_version = r.software_version
               WHERE r.profile = ?1 GROUP BY r.code, r.name, r.text ORDER BY devices DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![name, limit(FAILURE_REASONS)], reason)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Why profiles as a whole could not be applied.
fn failures(
    db: &Connection,
    (found, mut values): Condition,
    stamp: i64,
) -> Result<Vec<FailureReason>> {
    let sql = format!(
        "SELECT json_extract(d.profile_fault, '$.code') AS code, json_extract(d.profile_fault, '$.text') AS text,
         count(*) AS devices, min(d.identity) FROM device d
         WHERE {found} AND d.profile_failed_stamp = {stamp} AND json_valid(d.profile_fault)
         AND json_extract(d.profile_fault, '$.parameters') IS NULL
         GROUP BY code, text ORDER BY devices DESC LIMIT ?"
    );
    values.push(Bound::Integer(limit(FAILURE_REASONS)));
    let mut statement = db.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(values), reason)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn reason(row: &rusqlite::Row<'_>) -> rusqlite::Result<FailureReason> {
    Ok(FailureReason {
        code: u16::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
        text: row.get(1)?,
        devices: count(row.get(2)?),
        example: row.get(3)?,
    })
}

/// What a device has refused.
pub(super) fn refusals(db: &Connection, device: Id) -> Result<Vec<Refusal>> {
    let sql = "SELECT name, value, profile, revision, code, text, at, software_version FROM refusal
               WHERE device = ?1 ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([device], |row| {
        Ok(Refusal {
            name: row.get(0)?,
            value: row.get::<_, i64>(1)?.cast_unsigned(),
            profile: row.get(2)?,
            revision: count(row.get(3)?),
            code: u16::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
            text: row.get(5)?,
            at: row.get::<_, Ms>(6)?.0,
            software_version: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps what a device has refused.
pub(super) fn put_refusals(tx: &mut Tx<'_>, device: Id, refusals: &[Refusal]) -> Result<()> {
    if !exists(tx.db, device)? {
        return Ok(());
    }
    let sql =
        "INSERT OR REPLACE INTO refusal (device, name, value, profile, revision, code, text, at,
               software_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    for refusal in refusals {
        tx.db.prepare_cached(sql)?.execute(params![
            device,
            refusal.name,
            refusal.value.cast_signed(),
            refusal.profile,
            refusal.revision.cast_signed(),
            refusal.code,
            refusal.text,
            Ms(refusal.at),
            refusal.software_version,
        ])?;
    }
    Ok(())
}

/// Forgets what a device has refused, but for these names.
pub(super) fn retain_refusals(tx: &mut Tx<'_>, device: Id, names: &[String]) -> Result<()> {
    let sql =
        "DELETE FROM refusal WHERE device = ?1 AND name NOT IN (SELECT value FROM json_each(?2))";
    let arguments = params![device, json(&names)];
    tx.db.prepare_cached(sql)?.execute(arguments)?;
    Ok(())
}

/// Forgets what a device has refused, and has it compared anew.
pub(super) fn clear_refusals(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    now: Timestamp,
) -> Result<Option<u64>> {
    if !exists(tx.db, device)? {
        return Ok(None);
    }
    let sql = "DELETE FROM refusal WHERE device = ?1";
    let cleared = tx.db.prepare_cached(sql)?.execute([device])?;
    super::devices::desire_anew(tx, device)?;
    audit::add(tx, actor, "device.retry-refused", device, now)?;
    Ok(Some(u64::try_from(cleared).unwrap_or(u64::MAX)))
}

/// Rows a device is being given.
pub(super) fn addings(db: &Connection, device: Id) -> Result<Vec<Adding>> {
    let sql = "SELECT adding FROM adding WHERE device = ?1 ORDER BY row";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let mut addings = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        addings.extend(readable(from_json(&text, "adding", device))?);
    }
    Ok(addings)
}

/// Keeps that a device is about to be given a row.
pub(super) fn put_adding(tx: &mut Tx<'_>, device: Id, adding: &Adding) -> Result<()> {
    if !exists(tx.db, device)? {
        return Ok(());
    }
    let sql = "INSERT OR REPLACE INTO adding (device, row, adding) VALUES (?1, ?2, ?3)";
    let row = row_label(&adding.table, &adding.key);
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, row, json(adding)])?;
    Ok(())
}

/// No row of a device is on its way any more.
pub(super) fn clear_addings(tx: &mut Tx<'_>, device: Id) -> Result<()> {
    let sql = "DELETE FROM adding WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    Ok(())
}

/// The device waits for a window, unless its own data have changed since it was compared.
pub(super) fn waits(tx: &mut Tx<'_>, device: Id, waits: &Waits) -> Result<()> {
    tx.hot.forget(device);
    let sql = "UPDATE device SET profile_waits = ?2, profile_opens = ?3, profile_fault = ?4, profile_digest = 0
               WHERE id = ?1 AND revision = ?5";
    tx.db.prepare_cached(sql)?.execute(params![
        device,
        waits.stamp.cast_signed(),
        Ms(waits.until),
        waits.fault.as_ref().map(json),
        waits.revision.cast_signed(),
    ])?;
    Ok(())
}

/// A comparison has come to its end.
pub(super) fn compared(tx: &Tx<'_>, device: Id) -> Result<()> {
    let sql = "UPDATE device SET profile_tries = 0 WHERE id = ?1 AND profile_tries != 0";
    tx.db.prepare_cached(sql)?.execute([device])?;
    Ok(())
}

/// The device is compared again later, as after a window. That it does not succeed for long is somebody's concern.
pub(super) fn later(
    tx: &mut Tx<'_>,
    device: Id,
    broken_off: BrokenOff,
    now: Timestamp,
) -> Result<()> {
    let BrokenOff {
        stamp,
        revision,
        fault,
    } = broken_off;
    let sql = "UPDATE device SET profile_tries = profile_tries + 1
               WHERE id = ?1 AND revision = ?2 RETURNING profile_tries";
    let tries: Option<u32> = tx
        .db
        .prepare_cached(sql)?
        .query_row(params![device, revision.cast_signed()], |row| row.get(0))
        .optional()?;
    let Some(tries) = tries else {
        return Ok(());
    };
    let pause = 2u64.saturating_pow(tries.saturating_sub(1));
    let pause = COMPARISON_PAUSE_MS.saturating_mul(pause);
    let wait = Waits {
        stamp,
        revision,
        until: now.plus_ms(pause.min(COMPARISON_PAUSE_MAX_MS)),
        fault: Some(fault.clone()),
    };
    waits(tx, device, &wait)?;
    if tries < COMPARISONS_QUIET {
        return Ok(());
    }
    super::health::profiles(tx, device, Some(&fault))?;
    if tries > COMPARISONS_QUIET {
        return Ok(());
    }
    let data = serde_json::json!({ "fault": fault });
    super::events::add(tx, "device.profile_failed", Some(device), data, now)
}

/// Windows are others from here on: whoever waits is looked at again.
pub(super) fn windows_changed(tx: &mut Tx<'_>) -> Result<()> {
    let sql = "UPDATE device SET profile_opens = 0 WHERE profile_waits != 0";
    tx.db.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Devices whose window has opened; they wait no longer.
pub(super) fn opened(tx: &mut Tx<'_>, now: Timestamp, most: usize) -> Result<Vec<Id>> {
    let sql = "UPDATE device SET profile_waits = 0 WHERE id IN
               (SELECT id FROM device WHERE profile_waits != 0 AND profile_opens <= ?1
                ORDER BY profile_opens LIMIT ?2) RETURNING id";
    let opened: Vec<Id> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![Ms(now), limit(most)], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for device in &opened {
        tx.hot.forget(*device);
    }
    Ok(opened)
}
