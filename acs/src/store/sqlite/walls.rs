//! Devices that are kept apart: who, why, and the first Inform of those nobody knows.

use super::engine::Tx;
use super::rows::{Ms, count, from_word, limit, word};
use super::{SqliteStore, activation, audit, devices, inform};
use crate::limits::STRANGERS;
use crate::store::{
    Actor, AdmissionStore, BoundBy, Id, InformOutcome, InformRecord, Page, Result, Standing, Wall,
    WallReason, WalledDevice,
};
use async_trait::async_trait;
use cwmp::DeviceId;
use data_model::Timestamp;
use rusqlite::{Connection, Row, params};

fn wall(row: &Row<'_>, first: usize, device: Id) -> Result<Wall> {
    Ok(Wall {
        reason: from_word(row.get(first)?, "walled", device)?,
        why: row.get(first + 1)?,
        since: row.get::<_, Ms>(first + 2)?.0,
        replaced_by: row.get(first + 3)?,
    })
}

/// Why a device is kept apart.
pub(super) fn find(db: &Connection, device: Id) -> Result<Option<Wall>> {
    let sql = "SELECT reason, why, since, replaced_by FROM walled WHERE device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    rows.next()?.map(|row| wall(row, 0, device)).transpose()
}

/// Whether a device is kept apart.
pub(super) fn stands(db: &Connection, device: Id) -> Result<bool> {
    let mut statement = db.prepare_cached("SELECT 1 FROM walled WHERE device = ?1")?;
    Ok(statement.exists([device])?)
}

/// Devices that are kept apart, in the order of their keys.
fn list(db: &Connection, page: Page<Id>) -> Result<Vec<WalledDevice>> {
    let sql = "SELECT w.device, d.identity, d.address, s.last_inform, s.informs,
               w.reason, w.why, w.since, w.replaced_by
               FROM walled w JOIN device d ON d.id = w.device JOIN seen s ON s.id = w.device
               WHERE w.device > ?1 ORDER BY w.device LIMIT ?2";
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![after, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let device = row.get(0)?;
        found.push(WalledDevice {
            device,
            identity: row.get(1)?,
            address: row.get(2)?,
            last_inform: row.get::<_, Ms>(3)?.0,
            informs: count(row.get(4)?),
            wall: wall(row, 5, device)?,
        });
    }
    Ok(found)
}

/// Keeps a device apart. From here on nothing of it is known by heart, so every Inform of it is looked at.
pub(super) fn raise(tx: &mut Tx<'_>, device: Id, wall: &Wall) -> Result<()> {
    tx.hot.forget(device);
    let sql = "INSERT OR REPLACE INTO walled (device, reason, why, since, replaced_by)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![
        device,
        word(&wall.reason),
        wall.why,
        Ms(wall.since),
        wall.replaced_by
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Lets a device in; says whether it was kept apart.
pub(super) fn take_down(tx: &mut Tx<'_>, device: Id) -> Result<bool> {
    tx.hot.forget(device);
    let sql = "DELETE FROM walled WHERE device = ?1";
    Ok(tx.db.prepare_cached(sql)?.execute([device])? > 0)
}

fn standing(db: &Connection, identity: &DeviceId) -> Result<Standing> {
    let id = Id::of_device(identity);
    if stands(db, id)? {
        return Ok(Standing::Walled);
    }
    if devices::exists(db, id)? {
        return Ok(Standing::Known);
    }
    let binding = activation::find(db, BoundBy::Serial.key(&identity.serial_number))?;
    Ok(match binding {
        // One that was told belongs to the device it was told to.
        Some(binding) if binding.told.is_none() => Standing::Expected,
        Some(_) | None => Standing::Unknown,
    })
}

fn record_stranger(
    tx: &mut Tx<'_>,
    inform: &InformRecord,
    hash: i64,
    why: String,
) -> Result<Option<InformOutcome>> {
    let id = Id::of_device(&inform.identity);
    if !devices::exists(tx.db, id)? {
        let sql = "SELECT count(*) FROM walled WHERE reason = ?1";
        let reason = word(&WallReason::Unknown);
        let strangers = tx.db.prepare_cached(sql)?;
        let strangers = { strangers }.query_row([reason], |row| row.get(0))?;
        if count(strangers) >= STRANGERS {
            return Ok(None);
        }
        devices::insert(tx, &inform.identity, inform.at)?;
        let actor = Actor::Device(id);
        let subject = format!("{} {why}", inform.identity.username());
        audit::add(tx, &actor, "device.quarantine", subject, inform.at)?;
        let wall = Wall {
            reason: WallReason::Unknown,
            why,
            since: inform.at,
            replaced_by: None,
        };
        raise(tx, id, &wall)?;
    }
    inform::record(tx, inform, hash).map(Some)
}

fn put(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    why: String,
    now: Timestamp,
) -> Result<Option<()>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    audit::add(
        tx,
        actor,
        "device.quarantine",
        format!("{device} {why}"),
        now,
    )?;
    let wall = Wall {
        reason: WallReason::Operator,
        why,
        since: now,
        replaced_by: None,
    };
    raise(tx, device, &wall)?;
    Ok(Some(()))
}

fn remove(tx: &mut Tx<'_>, actor: &Actor, device: Id, now: Timestamp) -> Result<Option<()>> {
    if !take_down(tx, device)? {
        return Ok(None);
    }
    devices::desire_anew(tx, device)?;
    audit::add(tx, actor, "device.admit", device, now)?;
    Ok(Some(()))
}

#[async_trait]
impl AdmissionStore for SqliteStore {
    async fn device_standing(&self, identity: &DeviceId) -> Result<Standing> {
        let identity = identity.clone();
        self.engine.read(move |db| standing(db, &identity)).await
    }

    async fn record_stranger(
        &self,
        record: InformRecord,
        why: String,
    ) -> Result<Option<InformOutcome>> {
        let hash = inform::hash(&record);
        self.engine
            .write(move |tx| record_stranger(tx, &record, hash, why))
            .await
    }

    async fn wall_put(
        &self,
        actor: &Actor,
        device: Id,
        why: String,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| put(tx, &actor, device, why, now))
            .await
    }

    async fn wall_remove(&self, actor: &Actor, device: Id, now: Timestamp) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| remove(tx, &actor, device, now))
            .await
    }

    async fn wall(&self, device: Id) -> Result<Option<Wall>> {
        self.engine.read(move |db| find(db, device)).await
    }

    async fn wall_list(&self, page: Page<Id>) -> Result<Vec<WalledDevice>> {
        self.engine.read(move |db| list(db, page)).await
    }
}
