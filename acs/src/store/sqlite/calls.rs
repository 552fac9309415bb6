//! Calls: how a device can be reached, and what came of it.

use super::SqliteStore;
use super::engine::Tx;
use super::rows::{Ms, count, from_word, limit, readable, word};
use crate::limits::CALLS_KEPT;
use crate::store::{CallRecord, CallStore, Id, Reach, Result, Way};
use async_trait::async_trait;
use data_model::ParameterList;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Characters of an address that are kept: a JID has 3071 at most (RFC 7622 3.1).
const ADDRESS_CHARS: usize = 3071;

/// A device has shown parameters: some of them say where it can be called.
pub(super) fn parameters(tx: &Tx<'_>, device: Id, list: &ParameterList) -> Result<()> {
    let said = |name: &str| {
        let suffix = format!(".ManagementServer.{name}");
        list.get_by_suffix(&suffix).map(str::to_owned)
    };
    let address = |name: &str| said(name).filter(|text| text.len() <= ADDRESS_CHARS);
    let flag = |name: &str| said(name).map(|text| matches!(text.as_str(), "1" | "true"));
    let udp_address = address("UDPConnectionRequestAddress");
    let jabber_id = address("ConnReqJabberID");
    let (nat, stun) = (flag("NATDetected"), flag("STUNEnable"));
    if udp_address.is_none() && jabber_id.is_none() && nat.is_none() && stun.is_none() {
        return Ok(());
    }
    let before = find(tx.db, device)?;
    let after = Reach {
        udp_address: udp_address.or(before.udp_address.clone()),
        nat_detected: nat.or(before.nat_detected),
        stun_enable: stun.or(before.stun_enable),
        jabber_id: jabber_id.or(before.jabber_id.clone()),
        worked: before.worked,
    };
    if after == before {
        return Ok(());
    }
    let sql = "INSERT OR REPLACE INTO device_reach (device, udp_address, nat_detected, stun_enable, jabber_id, worked)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.db.prepare_cached(sql)?.execute(params![
        device,
        after.udp_address,
        after.nat_detected,
        after.stun_enable,
        after.jabber_id,
        after.worked.map(Way::as_str),
    ])?;
    Ok(())
}

fn find(db: &Connection, device: Id) -> Result<Reach> {
    let sql = "SELECT udp_address, nat_detected, stun_enable, jabber_id, worked FROM device_reach WHERE device = ?1";
    let row = db.prepare_cached(sql)?.query_row([device], |row| {
        Ok((
            Reach {
                udp_address: row.get(0)?,
                nat_detected: row.get(1)?,
                stun_enable: row.get(2)?,
                jabber_id: row.get(3)?,
                worked: None,
            },
            row.get::<_, Option<String>>(4)?,
        ))
    });
    let Some((reach, worked)) = row.optional()? else {
        return Ok(Reach::default());
    };
    let worked = worked.map(|worked| from_word(worked, "device_reach", device));
    Ok(Reach {
        worked: readable(worked.transpose())?.flatten(),
        ..reach
    })
}

fn add(tx: &Tx<'_>, device: Id, calls: &[CallRecord], worked: Option<Way>) -> Result<()> {
    if !super::devices::exists(tx.db, device)? {
        return Ok(());
    }
    for call in calls {
        let sql = "INSERT INTO device_call (device, at, way, outcome, why, took_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        tx.db.prepare_cached(sql)?.execute(params![
            device,
            Ms(call.at),
            call.way.map(|way| word(&way)),
            call.outcome,
            call.why,
            i64::try_from(call.took_ms).unwrap_or(i64::MAX),
        ])?;
    }
    let sql = "DELETE FROM device_call WHERE device = ?1 AND id <=
               (SELECT id FROM device_call WHERE device = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, limit(CALLS_KEPT)])?;
    if let Some(worked) = worked {
        let sql = "INSERT INTO device_reach (device, worked) VALUES (?1, ?2)
                   ON CONFLICT (device) DO UPDATE SET worked = ?2 WHERE worked IS NOT ?2";
        tx.db
            .prepare_cached(sql)?
            .execute(params![device, worked.as_str()])?;
    }
    Ok(())
}

fn list(db: &Connection, device: Id) -> Result<Vec<CallRecord>> {
    let sql =
        "SELECT at, way, outcome, why, took_ms FROM device_call WHERE device = ?1 ORDER BY id DESC";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let way: Option<String> = row.get(1)?;
        let way = way.map(|way| from_word(way, "device_call", device));
        found.push(CallRecord {
            at: row.get::<_, Ms>(0)?.0,
            way: readable(way.transpose())?.flatten(),
            outcome: row.get(2)?,
            why: row.get(3)?,
            took_ms: count(row.get(4)?),
        });
    }
    Ok(found)
}

#[async_trait]
impl CallStore for SqliteStore {
    async fn reach(&self, device: Id) -> Result<Reach> {
        self.engine.read(move |db| find(db, device)).await
    }

    async fn calls_add(
        &self,
        device: Id,
        calls: Vec<CallRecord>,
        worked: Option<Way>,
    ) -> Result<()> {
        self.engine
            .write(move |tx| add(tx, device, &calls, worked))
            .await
    }

    async fn call_list(&self, device: Id) -> Result<Vec<CallRecord>> {
        self.engine.read(move |db| list(db, device)).await
    }
}
