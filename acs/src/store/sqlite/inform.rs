//! An accepted Inform: one narrow row if it brings nothing new, everything it means if it does.

use super::engine::Tx;
use super::hot::Quiet;
use super::rows::Ms;
use super::{
    campaigns, devices, diagnostics, events as happened, health, holdings, restarts, snapshots,
    tasks, walls, watch,
};
use crate::store::{Admitted, Id, InformOutcome, InformRecord, ProfileStamps, Result};
use cwmp::EventCode;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A hash of all an Inform says that does not change by itself from one to the next.
pub(super) fn hash(record: &InformRecord) -> i64 {
    let mut hasher = DefaultHasher::new();
    record.identity.manufacturer.hash(&mut hasher);
    record.address.hash(&mut hasher);
    record.cwmp_version.as_str().hash(&mut hasher);
    for parameter in record.parameters.iter() {
        parameter.name.hash(&mut hasher);
        parameter.value.hash(&mut hasher);
        parameter.ty.as_str().hash(&mut hasher);
    }
    // Zero is what a device has that has never informed.
    hasher
        .finish()
        .cast_signed()
        .max(i64::MIN + 1)
        .wrapping_add(i64::from(hasher.finish() == 0))
}

/// Whether an event means more than that the device has come.
fn means_nothing_new(code: &EventCode) -> bool {
    matches!(
        code,
        EventCode::Periodic
            | EventCode::Scheduled
            | EventCode::ValueChange
            | EventCode::ConnectionRequest
            | EventCode::Heartbeat
    )
}

/// Keeps an Inform that brings nothing new, with one statement; nothing if it does.
pub(super) fn record_quiet(
    tx: &mut Tx<'_>,
    record: &InformRecord,
    hash: i64,
) -> Result<Option<InformOutcome>> {
    let id = Id::of_device(&record.identity);
    let quiet = tx.hot.get(id).filter(|quiet| quiet.inform_hash == hash);
    let usual = record
        .events
        .iter()
        .all(|event| means_nothing_new(&event.event_code));
    let (Some(quiet), true) = (quiet, usual) else {
        return Ok(None);
    };
    count(tx, id, record)?;
    Ok(Some(InformOutcome {
        device: id,
        first_contact: false,
        tasks_due: false,
        stamps: quiet.stamps,
        admitted: Admitted::Yes,
    }))
}

/// Keeps an Inform and says what there is to do.
pub(super) fn record(tx: &mut Tx<'_>, record: &InformRecord, hash: i64) -> Result<InformOutcome> {
    let id = Id::of_device(&record.identity);
    tx.hot.forget(id);
    let known = known(tx, id)?;
    let first_contact = known.is_none_or(|(_, informs)| informs == 0);
    if known.is_none() {
        devices::insert(tx, &record.identity, record.at)?;
    }
    if known.is_none_or(|(known, _)| known != hash) {
        version_changed(tx, id, record)?;
        let before = watch::described(tx, id)?;
        describe(tx, id, record, hash)?;
        if before.is_some() && before != watch::described(tx, id)? {
            watch::anew(tx, id)?;
        }
        snapshots::informed(tx, id, &record.parameters, record.at)?;
    }
    let admitted = match walls::stands(tx.db, id)? {
        true => Admitted::No,
        false => Admitted::Yes,
    };
    if first_contact && admitted == Admitted::Yes {
        holdings::first_contact(tx, id, record)?;
    }
    if first_contact {
        health::look(tx, id)?;
        let data = json!({ "identity": record.identity.username() });
        happened::add(tx, "device.first_contact", Some(id), data, record.at)?;
    }
    parameter_key(tx, id, record)?;
    events(tx, id, record)?;
    versions(tx, id, record)?;
    count(tx, id, record)?;
    let stamps = stamps(tx, id)?;
    let open = tasks::has_open(tx.db, id)?;
    // Who is kept apart is not known by heart, so that whoever is needs no look at a wall.
    if !open && admitted == Admitted::Yes && !campaigns::under_way(tx.db, id)? {
        let quiet = Quiet {
            inform_hash: hash,
            stamps,
        };
        tx.hot.remember(id, quiet);
    }
    Ok(InformOutcome {
        device: id,
        first_contact,
        tasks_due: open && tasks::is_due(tx.db, id, record.at)?,
        stamps,
        admitted,
    })
}

/// The hash of the last Inform and how many there were.
fn known(tx: &Tx<'_>, id: Id) -> Result<Option<(i64, i64)>> {
    let sql =
        "SELECT d.inform_hash, s.informs FROM device d JOIN seen s ON s.id = d.id WHERE d.id = ?1";
    let mut statement = tx.db.prepare_cached(sql)?;
    Ok(statement
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn count(tx: &Tx<'_>, id: Id, record: &InformRecord) -> Result<()> {
    let sql = "UPDATE seen SET last_inform = ?2, informs = informs + 1 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![id, Ms(record.at)])?;
    Ok(())
}

/// What the device says about itself. What it leaves out this time stays as it was. With another firmware it is compared
/// anew: other profiles may be for it, and it may take what it has refused.
fn describe(tx: &Tx<'_>, id: Id, record: &InformRecord, hash: i64) -> Result<()> {
    let said = |suffix: &str| record.parameters.get_by_suffix(suffix);
    let first = record.parameters.iter().next();
    let root = first.and_then(|parameter| parameter.name.split_once('.'));
    let root = root.map(|(root, _)| format!("{root}."));
    let sql = "UPDATE device SET manufacturer = ?2, software_version = coalesce(?3, software_version),
               hardware_version = coalesce(?4, hardware_version), root = coalesce(?5, root),
               connection_request_url = coalesce(?6, connection_request_url),
               parameter_key = coalesce(?7, parameter_key), address = ?8, cwmp_version = ?9, inform_hash = ?10,
               profile_stamp = iif(?3 != software_version, 0, profile_stamp),
               profile_failed_stamp = iif(?3 != software_version, 0, profile_failed_stamp),
               profile_waits = iif(?3 != software_version, 0, profile_waits)
               WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute(params![
        id,
        record.identity.manufacturer,
        said(".DeviceInfo.SoftwareVersion"),
        said(".DeviceInfo.HardwareVersion"),
        root,
        said(".ManagementServer.ConnectionRequestURL"),
        said(".ManagementServer.ParameterKey"),
        record.address.to_string(),
        record.cwmp_version.as_str(),
        hash,
    ])?;
    Ok(())
}

/// If the device reports another ParameterKey than we gave it last, somebody else has configured it, or it was reset, or
/// has lost our change: what we believed applied may not be. It may be the key of the Inform before, so this does not
/// depend on whether the Inform brings anything new.
fn parameter_key(tx: &Tx<'_>, id: Id, record: &InformRecord) -> Result<()> {
    let suffix = ".ManagementServer.ParameterKey";
    let Some(key) = record.parameters.get_by_suffix(suffix) else {
        return Ok(());
    };
    let sql = "UPDATE device SET profile_stamp = 0 WHERE id = ?1 AND profile_stamp != 0 AND profile_key != ?2";
    tx.db.prepare_cached(sql)?.execute(params![id, key])?;
    Ok(())
}

fn events(tx: &mut Tx<'_>, id: Id, record: &InformRecord) -> Result<()> {
    let has = |code: &EventCode| record.events.iter().any(|event| event.event_code == *code);
    if has(&EventCode::DiagnosticsComplete) || has(&EventCode::Boot) {
        diagnostics::wake(tx, id)?;
    }
    if has(&EventCode::Boot) {
        health::booted(tx, id, record.at)?;
        happened::add(tx, "device.boot", Some(id), Value::Null, record.at)?;
        let sql = "UPDATE device SET last_boot = ?2 WHERE id = ?1";
        tx.db
            .prepare_cached(sql)?
            .execute(params![id, Ms(record.at)])?;
        watch::changed(tx, id, "last_boot")?;
        let suffix = ".DeviceInfo.SoftwareVersion";
        let version = record.parameters.get_by_suffix(suffix);
        restarts::booted(tx, id, version, record.at)?;
    }
    if has(&EventCode::Bootstrap) {
        restarts::bootstrapped(tx, id, record.at)?;
        happened::add(tx, "device.bootstrap", Some(id), Value::Null, record.at)?;
        // TR-069 3.7.1.5: the device is as from the factory, or has never met us.
        let sql =
            "UPDATE device SET last_bootstrap = ?2, profile_stamp = 0, profile_failed_stamp = 0,
                   profile_waits = 0, profile_key = '' WHERE id = ?1";
        tx.db
            .prepare_cached(sql)?
            .execute(params![id, Ms(record.at)])?;
    }
    Ok(())
}

/// Tells of a firmware version that is not the one of the Inform before.
fn version_changed(tx: &Tx<'_>, id: Id, record: &InformRecord) -> Result<()> {
    let suffix = ".DeviceInfo.SoftwareVersion";
    let Some(to) = record.parameters.get_by_suffix(suffix) else {
        return Ok(());
    };
    let sql =
        "SELECT software_version FROM device WHERE id = ?1 AND software_version NOT IN ('', ?2)";
    let mut statement = tx.db.prepare_cached(sql)?;
    let from: Option<String> = statement
        .query_row(params![id, to], |row| row.get(0))
        .optional()?;
    match from {
        Some(from) => {
            let data = json!({ "from": from, "to": to });
            happened::add(tx, "device.version", Some(id), data, record.at)
        }
        None => Ok(()),
    }
}

/// The version a device reports may be the one a campaign waits for.
fn versions(tx: &mut Tx<'_>, id: Id, record: &InformRecord) -> Result<()> {
    let version = record
        .parameters
        .get_by_suffix(".DeviceInfo.SoftwareVersion");
    match version {
        Some(version) => campaigns::reported(tx, id, version, record.at),
        None => Ok(()),
    }
}

fn stamps(tx: &Tx<'_>, id: Id) -> Result<ProfileStamps> {
    let sql = "SELECT profile_stamp, profile_failed_stamp, profile_waits, profile_opens FROM device WHERE id = ?1";
    let mut statement = tx.db.prepare_cached(sql)?;
    let stamps = statement.query_row([id], |row| {
        Ok(ProfileStamps {
            agreed: row.get::<_, i64>(0)?.cast_unsigned(),
            failed: row.get::<_, i64>(1)?.cast_unsigned(),
            waits: row.get::<_, i64>(2)?.cast_unsigned(),
            opens: row.get::<_, Ms>(3)?.0,
        })
    })?;
    Ok(stamps)
}
