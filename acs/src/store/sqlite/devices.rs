//! Devices as people see them: list, register, label, forget.

use super::audit::Change;
use super::engine::Tx;
use super::rows::{Ms, count, from_json, json, limit, readable};
use super::{audit, events, watch};
use crate::store::{
    Actor, Agreement, Credentials, Device, Id, Page, Provisioning, Result, StoreError, TaskFault,
};
use cwmp::{CwmpVersion, DeviceId};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const COLUMNS: &str = "d.id, d.identity, d.manufacturer, d.oui, d.product_class, d.serial_number,
    d.software_version, d.hardware_version, d.root, d.connection_request_url, d.parameter_key, d.address,
    d.cwmp_version, d.first_seen, d.last_boot, d.last_bootstrap, d.profile_stamp, d.profile_key,
    d.profile_fault, d.profile_failed_stamp, d.profile_at, s.last_inform, s.informs, d.revision,
    (SELECT json_group_array(tag) FROM (SELECT tag FROM tag WHERE device = d.id ORDER BY tag)),
    d.profile_waits, d.profile_opens, d.profile_digest";

fn device(row: &Row<'_>) -> Result<Device> {
    let id: Id = row.get(0)?;
    let version: String = row.get(12)?;
    let fault: Option<String> = row.get(18)?;
    // A reason that cannot be read is no reason to hide the device.
    let fault = match fault {
        Some(text) => readable(from_json::<TaskFault>(&text, "device", id))?,
        None => None,
    };
    let tags: String = row.get(24)?;
    let time = |column| {
        row.get::<_, Option<Ms>>(column)
            .map(|ms| ms.map(|Ms(time)| time))
    };
    Ok(Device {
        id,
        identity: row.get(1)?,
        manufacturer: row.get(2)?,
        oui: row.get(3)?,
        product_class: row.get(4)?,
        serial_number: row.get(5)?,
        software_version: row.get(6)?,
        hardware_version: row.get(7)?,
        root: row.get(8)?,
        connection_request_url: row.get(9)?,
        parameter_key: row.get(10)?,
        address: row.get(11)?,
        // What cannot be read was written by a newer version of this program.
        cwmp_version: version.parse().unwrap_or(CwmpVersion::V1_0),
        tags: from_json(&tags, "tag", id)?,
        first_seen: row.get::<_, Ms>(13)?.0,
        last_inform: row.get::<_, Ms>(21)?.0,
        last_boot: time(14)?,
        last_bootstrap: time(15)?,
        informs: count(row.get(22)?),
        provisioning: Provisioning {
            stamp: row.get::<_, i64>(16)?.cast_unsigned(),
            parameter_key: row.get(17)?,
            fault,
            failed_stamp: row.get::<_, i64>(19)?.cast_unsigned(),
            at: time(20)?,
            revision: count(row.get(23)?),
            waits: row.get::<_, i64>(25)?.cast_unsigned(),
            opens: (row.get::<_, i64>(25)? != 0)
                .then(|| row.get::<_, Ms>(26))
                .transpose()?
                .map(|Ms(at)| at),
            digest: row.get::<_, i64>(27)?.cast_unsigned(),
        },
    })
}

/// A device by its key.
pub(super) fn find(db: &Connection, id: Id) -> Result<Option<Device>> {
    let sql = format!("SELECT {COLUMNS} FROM device d JOIN seen s ON s.id = d.id WHERE d.id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(device).transpose()
}

/// Devices by their keys, those that are there.
pub(super) fn of(db: &Connection, keys: &[Id]) -> Result<Vec<Device>> {
    let mut devices = Vec::with_capacity(keys.len());
    for key in keys {
        devices.extend(find(db, *key)?);
    }
    Ok(devices)
}

/// Whether there is a device with this key.
pub(super) fn exists(db: &Connection, id: Id) -> Result<bool> {
    let mut statement = db.prepare_cached("SELECT 1 FROM device WHERE id = ?1")?;
    Ok(statement.exists([id])?)
}

/// Writes the row of a device nobody has heard of yet.
pub(super) fn insert(tx: &Tx<'_>, identity: &DeviceId, now: Timestamp) -> Result<Id> {
    let id = Id::of_device(identity);
    let parts = [
        &identity.oui,
        &identity.product_class,
        &identity.serial_number,
    ];
    let parts = parts.map(String::as_str).into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let encoded = Some(identity.username()).filter(|name| *name != parts.join("-"));
    let sql = "INSERT INTO device (id, encoded, manufacturer, oui, product_class, serial_number,
               cwmp_version, first_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    tx.db.prepare_cached(sql)?.execute(params![
        id,
        encoded,
        identity.manufacturer,
        identity.oui,
        identity.product_class,
        identity.serial_number,
        CwmpVersion::V1_0.as_str(),
        Ms(now),
    ])?;
    let sql = "INSERT INTO seen (id, last_inform, informs) VALUES (?1, 0, 0)";
    tx.db.prepare_cached(sql)?.execute([id])?;
    super::health::add(tx, id)?;
    Ok(id)
}

/// Registers a device before it comes.
pub(super) fn register(
    tx: &mut Tx<'_>,
    actor: &Actor,
    identity: &DeviceId,
    credentials: Option<&Credentials>,
    now: Timestamp,
) -> Result<Device> {
    let id = Id::of_device(identity);
    if exists(tx.db, id)? {
        let why = format!("the device {} is known already", identity.username());
        return Err(StoreError::Conflict(why));
    }
    insert(tx, identity, now)?;
    if let Some(credentials) = credentials {
        super::people::put_credentials(tx, credentials)?;
    }
    audit::add(tx, actor, "device.register", identity.username(), now)?;
    find(tx.db, id)?
        .ok_or_else(|| StoreError::Unavailable("the device has just been written".into()))
}

/// Forgets a device with all that belongs to it.
pub(super) fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    let sql = "SELECT identity FROM device WHERE id = ?1";
    let identity: Option<String> = tx.db.query_row(sql, [id], |row| row.get(0)).optional()?;
    let Some(identity) = identity else {
        return Ok(None);
    };
    tx.hot.forget(id);
    tx.hot.credentials_change(id);
    super::holdings::forget(tx, id)?;
    for (table, key) in [
        ("device", "id"),
        ("seen", "id"),
        ("tag", "device"),
        ("variable", "device"),
        ("snapshot", "device"),
        ("informed", "device"),
        ("indexed_value", "device"),
        ("task", "device"),
        ("campaign_device", "device"),
        ("campaign_event", "device"),
        ("credentials", "device"),
        ("provisioned", "device"),
        ("provisioning_window", "device"),
        ("contact", "device"),
        ("report", "device"),
        ("diagnostic", "device"),
        ("diagnostic_run_device", "device"),
        ("operation_device", "device"),
        ("device_health", "device"),
        ("device_health_reason", "device"),
        ("device_reach", "device"),
        ("device_call", "device"),
        ("trace_switch", "device"),
        ("traced_session", "device"),
        ("line_state", "device"),
        ("walled", "device"),
        ("refusal", "device"),
        ("adding", "device"),
        ("learned", "device"),
        ("learned_vote", "device"),
        ("device_file", "device"),
        ("history", "device"),
        ("note", "device"),
    ] {
        tx.db
            .prepare_cached(&format!("DELETE FROM {table} WHERE {key} = ?1"))?
            .execute([id])?;
    }
    audit::add(tx, actor, "device.delete", identity, now)?;
    Ok(Some(()))
}

/// What is desired of a device may have changed: nothing believed so far counts.
pub(super) fn desire_anew(tx: &mut Tx<'_>, id: Id) -> Result<()> {
    watch::anew(tx, id)
}

/// Replaces a device's tags.
pub(super) fn set_tags(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    tags: &[String],
    now: Timestamp,
) -> Result<Option<()>> {
    if !exists(tx.db, id)? {
        return Ok(None);
    }
    let before = tags_of(tx.db, id)?;
    desire_anew(tx, id)?;
    tx.db
        .prepare_cached("DELETE FROM tag WHERE device = ?1")?
        .execute([id])?;
    for tag in tags {
        let sql = "INSERT OR IGNORE INTO tag (device, tag) VALUES (?1, ?2)";
        tx.db.prepare_cached(sql)?.execute(params![id, tag])?;
    }
    let change = Change {
        before: Some(before),
        after: Some(tags_of(tx.db, id)?),
    };
    audit::add_change(tx, actor, "device.tags", id, change, now)?;
    Ok(Some(()))
}

/// The tags of a device.
pub(super) fn tags(db: &Connection, device: Id) -> Result<Vec<String>> {
    let sql = "SELECT tag FROM tag WHERE device = ?1 ORDER BY tag";
    let mut statement = db.prepare_cached(sql)?;
    let tags = statement.query_map([device], |row| row.get(0))?;
    Ok(tags.collect::<rusqlite::Result<_>>()?)
}

/// A device's tags, for the trail.
fn tags_of(db: &Connection, id: Id) -> Result<String> {
    Ok(tags(db, id)?.join(","))
}

/// Replaces a device's variables. The trail gets their names only: values may be secrets.
pub(super) fn set_variables(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    variables: &[(String, String)],
    now: Timestamp,
) -> Result<Option<()>> {
    if !exists(tx.db, id)? {
        return Ok(None);
    }
    desire_anew(tx, id)?;
    tx.db
        .prepare_cached("DELETE FROM variable WHERE device = ?1")?
        .execute([id])?;
    for (name, value) in variables {
        let sql = "INSERT OR REPLACE INTO variable (device, name, value) VALUES (?1, ?2,
                   CASE WHEN is_secret(?2) THEN seal('variable/' || ?1 || '/' || ?2, ?3) ELSE ?3 END)";
        tx.db
            .prepare_cached(sql)?
            .execute(params![id, name, value])?;
    }
    let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
    audit::add(
        tx,
        actor,
        "device.variables",
        format!("{id} {}", names.join(",")),
        now,
    )?;
    Ok(Some(()))
}

/// A device's variables, by name.
pub(super) fn variables(db: &Connection, id: Id) -> Result<Vec<(String, String)>> {
    let sql = "SELECT name, CASE WHEN is_secret(name)
               THEN unseal('variable/' || device || '/' || name, value) ELSE value END FROM variable
               WHERE device = ?1 ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The device agrees with the profiles, unless its own data have changed since it was compared.
pub(super) fn agreed(tx: &mut Tx<'_>, id: Id, agreement: &Agreement, now: Timestamp) -> Result<()> {
    tx.hot.forget(id);
    let sql = "UPDATE device SET profile_stamp = ?2, profile_key = ?3, profile_fault = NULL,
               profile_failed_stamp = 0, profile_waits = 0, profile_at = ?4, profile_digest = ?6, profile_tries = 0
               WHERE id = ?1 AND revision = ?5";
    tx.db.prepare_cached(sql)?.execute(params![
        id,
        agreement.stamp.cast_signed(),
        agreement.parameter_key,
        Ms(now),
        agreement.revision.cast_signed(),
        agreement.digest.cast_signed(),
    ])?;
    super::health::profiles(tx, id, None)
}

/// Devices that have been here and are still to be compared with the profiles of this stamp.
pub(super) fn to_compare(db: &Connection, stamp: u64, page: Page<Id>) -> Result<Vec<Id>> {
    let sql = "SELECT d.id FROM device d JOIN seen s ON s.id = d.id
               WHERE d.profile_stamp != ?1 AND d.profile_failed_stamp != ?1 AND d.profile_waits != ?1
               AND s.informs > 0 AND d.id > ?2
               AND NOT EXISTS (SELECT 1 FROM walled w WHERE w.device = d.id)
               ORDER BY d.id LIMIT ?3";
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(sql)?;
    let arguments = params![stamp.cast_signed(), after, limit(page.limit)];
    let rows = statement.query_map(arguments, |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The profiles of this stamp cannot be applied.
pub(super) fn failed(
    tx: &mut Tx<'_>,
    id: Id,
    stamp: u64,
    fault: &TaskFault,
    now: Timestamp,
) -> Result<()> {
    tx.hot.forget(id);
    // What is known already is no news: a device is compared again whenever anything changes.
    let fault_text = json(fault);
    let sql = "SELECT 1 FROM device WHERE id = ?1 AND profile_fault = ?2";
    let known = tx.db.prepare_cached(sql)?.exists(params![id, fault_text])?;
    let sql = "UPDATE device SET profile_fault = ?2, profile_failed_stamp = ?3, profile_waits = 0,
               profile_digest = 0, profile_tries = 0 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![id, fault_text, stamp.cast_signed()])?;
    super::health::profiles(tx, id, Some(fault))?;
    if known {
        return Ok(());
    }
    let data = serde_json::json!({ "fault": fault });
    events::add(tx, "device.profile_failed", Some(id), data, now)
}
