//! The provisioning server's own: keys of profiles, windows, contacts.
//! Long because keys, windows, bindings, contacts and reports of a device are one area with one trait.

use super::engine::Tx;
use super::rows::{Ms, from_json, json, limit, readable};
use super::{SqliteStore, activation, audit, devices, reports};
use crate::limits::CONTACTS;
use crate::store::{
    Activation, Actor, Binding, Claim, Contact, FleetContact, Id, Observed, Page, ProvisioningKeys,
    ProvisioningStore, Report, Result, SealedKey, StoreError,
};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// How a token is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It has been used before.
    InUse,
    /// It has not: its use is to be kept.
    FirstTime,
}

/// The one device with this MAC address.
pub(super) fn device_by_mac(db: &Connection, mac: &str) -> Result<Option<Id>> {
    let sql = "SELECT device FROM variable WHERE name = 'mac' AND value = ?1 LIMIT 2";
    only(db, sql, mac)
}

/// The one device with this serial number.
pub(super) fn device_by_serial_number(db: &Connection, serial: &str) -> Result<Option<Id>> {
    only(
        db,
        "SELECT id FROM device WHERE serial_number = ?1 LIMIT 2",
        serial,
    )
}

fn only(db: &Connection, sql: &str, value: &str) -> Result<Option<Id>> {
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map([value], |row| row.get(0))?;
    let found: Vec<Id> = found.collect::<rusqlite::Result<_>>()?;
    Ok(match found[..] {
        [device] => Some(device),
        // Nobody, or nobody knows who.
        _ => None,
    })
}

fn sealed(row: &Row<'_>, at: usize) -> rusqlite::Result<SealedKey> {
    Ok(SealedKey {
        sealed: row.get(at)?,
        token: row.get(at + 1)?,
        since: row.get::<_, Ms>(at + 2)?.0,
    })
}

/// The keys of a device.
pub(super) fn keys(db: &Connection, device: Id) -> Result<Option<ProvisioningKeys>> {
    let sql = "SELECT key, token, since, used, next_key, next_token, next_since
               FROM provisioned WHERE device = ?1";
    let keys = db.prepare_cached(sql)?.query_row([device], |row| {
        let next: Option<Vec<u8>> = row.get(4)?;
        Ok(ProvisioningKeys {
            current: sealed(row, 0)?,
            used: row.get(3)?,
            next: next.map(|_| sealed(row, 4)).transpose()?,
        })
    });
    Ok(keys.optional()?)
}

/// Whose token it is, and whether its use is known.
pub(super) fn by_token(db: &Connection, token: &[u8; 32]) -> Result<Option<(Id, Known)>> {
    // A window that is still open is closed by the next use of the token.
    let sql = "SELECT device, used AND NOT EXISTS (SELECT 1 FROM provisioning_window w WHERE w.device = p.device)
               FROM provisioned p WHERE token = ?1
               UNION ALL SELECT device, 0 FROM provisioned WHERE next_token = ?1";
    let found = db.prepare_cached(sql)?.query_row([token], |row| {
        let known = match row.get(1)? {
            true => Known::InUse,
            false => Known::FirstTime,
        };
        Ok((row.get(0)?, known))
    });
    Ok(found.optional()?)
}

/// A token has been used: its key is the current one from here on.
pub(super) fn token_used(tx: &mut Tx<'_>, token: &[u8; 32], now: Timestamp) -> Result<Option<Id>> {
    let Some((device, _)) = by_token(tx.db, token)? else {
        return Ok(None);
    };
    let sql = "UPDATE provisioned SET key = next_key, token = next_token, since = next_since,
               next_key = NULL, next_token = NULL, next_since = NULL WHERE next_token = ?1";
    let replaced = tx.db.prepare_cached(sql)?.execute([token])?;
    let sql = "UPDATE provisioned SET used = 1 WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    // Who has its key needs no window any more, and nobody else is to have one.
    let sql = "DELETE FROM provisioning_window WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    if replaced > 0 {
        let actor = Actor::Device(device);
        audit::add(tx, &actor, "provisioning.key_replaced", device, now)?;
    }
    Ok(Some(device))
}

/// The first key of a device.
pub(super) fn put_key(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    key: &SealedKey,
    now: Timestamp,
) -> Result<Option<ProvisioningKeys>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    let sql =
        "INSERT OR IGNORE INTO provisioned (device, key, token, since) VALUES (?1, ?2, ?3, ?4)";
    let since = Ms(key.since);
    let values = params![device, key.sealed, key.token, since];
    if tx.db.prepare_cached(sql)?.execute(values)? > 0 {
        audit::add(tx, actor, "provisioning.key", device, now)?;
    }
    keys(tx.db, device)
}

/// The key a device gets next.
pub(super) fn prepare_key(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    key: &SealedKey,
    now: Timestamp,
) -> Result<Option<()>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    let Some(kept) = keys(tx.db, device)? else {
        let why = "the device has no key yet: it gets its first one at its first contact";
        return Err(StoreError::Conflict(why.into()));
    };
    if kept.next.is_some() {
        // The device may have stored that key already: without it here, it could fetch with neither.
        let why =
            "the next key is on its way: it can be replaced when the device has fetched with it";
        return Err(StoreError::Conflict(why.into()));
    }
    let sql =
        "UPDATE provisioned SET next_key = ?2, next_token = ?3, next_since = ?4 WHERE device = ?1";
    let since = Ms(key.since);
    let values = params![device, key.sealed, key.token, since];
    tx.db.prepare_cached(sql)?.execute(values)?;
    audit::add(tx, actor, "provisioning.rotate", device, now)?;
    Ok(Some(()))
}

/// Opens or closes the window of a device.
pub(super) fn put_window(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<()>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    let sql = "INSERT OR REPLACE INTO provisioning_window (device, until) VALUES (?1, ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, Ms(until)])?;
    let subject = format!("{device} until {until}");
    audit::add(tx, actor, "provisioning.window", subject, now)?;
    Ok(Some(()))
}

/// Until when the window of a device is open.
pub(super) fn window(db: &Connection, device: Id) -> Result<Option<Timestamp>> {
    let sql = "SELECT until FROM provisioning_window WHERE device = ?1";
    let until = db
        .prepare_cached(sql)?
        .query_row([device], |row| row.get(0));
    Ok(until.optional()?.map(|Ms(until)| until))
}

/// Keeps a contact, and the last ones only.
pub(super) fn add_contact(tx: &mut Tx<'_>, device: Id, contact: &Contact) -> Result<()> {
    if !devices::exists(tx.db, device)? {
        return Ok(());
    }
    let sql = "INSERT INTO contact (device, at, contact) VALUES (?1, ?2, ?3)";
    let values = params![device, Ms(contact.at), json(contact)];
    tx.db.prepare_cached(sql)?.execute(values)?;
    let sql =
        "DELETE FROM contact WHERE device = ?1 AND id <= (SELECT id FROM contact WHERE device = ?1
               ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    let kept = i64::try_from(CONTACTS).unwrap_or(i64::MAX);
    tx.db.prepare_cached(sql)?.execute(params![device, kept])?;
    Ok(())
}

/// The contacts of a device, newest first.
pub(super) fn contacts(db: &Connection, device: Id) -> Result<Vec<Contact>> {
    let sql = "SELECT contact FROM contact WHERE device = ?1 ORDER BY id DESC";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        found.extend(readable(from_json(&text, "contact", device))?);
    }
    Ok(found)
}

/// The contacts of the fleet, or of one device, newest first.
fn contact_page(db: &Connection, device: Option<Id>, page: Page<Id>) -> Result<Vec<FleetContact>> {
    let of_one = if device.is_some() {
        "AND c.device = ?3"
    } else {
        "AND ?3 IS NULL"
    };
    let sql = format!(
        "SELECT c.id, c.device, d.identity, c.contact FROM contact c JOIN device d ON d.id = c.device
         WHERE c.id < ?1 {of_one} ORDER BY c.id DESC LIMIT ?2"
    );
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![before, limit(page.limit), device])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, device) = (Id::from_i64(row.get(0)?), row.get(1)?);
        let text: String = row.get(3)?;
        // A record nobody can read is left out, as of one device.
        if let Some(contact) = readable(from_json(&text, "contact", device))? {
            found.push(FleetContact {
                id,
                device,
                identity: row.get(2)?,
                contact,
            });
        }
    }
    Ok(found)
}

#[async_trait]
impl ProvisioningStore for SqliteStore {
    async fn device_by_mac(&self, mac: &str) -> Result<Option<Id>> {
        let mac = mac.to_owned();
        self.engine.read(move |db| device_by_mac(db, &mac)).await
    }

    async fn device_by_serial_number(&self, serial_number: &str) -> Result<Option<Id>> {
        let serial = serial_number.to_owned();
        self.engine
            .read(move |db| device_by_serial_number(db, &serial))
            .await
    }

    async fn provisioning_keys(&self, device: Id) -> Result<Option<ProvisioningKeys>> {
        self.engine.read(move |db| keys(db, device)).await
    }

    async fn provisioning_token_used(&self, token: [u8; 32], now: Timestamp) -> Result<Option<Id>> {
        // Most requests come with a token that is in use already, and have nothing to write.
        let known = self.engine.read(move |db| by_token(db, &token)).await?;
        match known {
            None => Ok(None),
            Some((device, Known::InUse)) => Ok(Some(device)),
            Some((_, Known::FirstTime)) => {
                self.engine
                    .write(move |tx| token_used(tx, &token, now))
                    .await
            }
        }
    }

    async fn provisioning_key_put(
        &self,
        actor: &Actor,
        device: Id,
        key: SealedKey,
        now: Timestamp,
    ) -> Result<Option<ProvisioningKeys>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| put_key(tx, &actor, device, &key, now))
            .await
    }

    async fn provisioning_key_prepare(
        &self,
        actor: &Actor,
        device: Id,
        key: SealedKey,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| prepare_key(tx, &actor, device, &key, now))
            .await
    }

    async fn provisioning_window_put(
        &self,
        actor: &Actor,
        device: Id,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| put_window(tx, &actor, device, until, now))
            .await
    }

    async fn provisioning_window(&self, device: Id) -> Result<Option<Timestamp>> {
        self.engine.read(move |db| window(db, device)).await
    }

    async fn contact_add(&self, device: Id, contact: Contact) -> Result<()> {
        self.engine
            .write(move |tx| add_contact(tx, device, &contact))
            .await
    }

    async fn contact_page(&self, device: Option<Id>, page: Page<Id>) -> Result<Vec<FleetContact>> {
        self.engine
            .read(move |db| contact_page(db, device, page))
            .await
    }

    async fn contact_list(&self, device: Id) -> Result<Vec<Contact>> {
        self.engine.read(move |db| contacts(db, device)).await
    }

    async fn binding_put(
        &self,
        actor: &Actor,
        binding: Binding,
        now: Timestamp,
    ) -> Result<Binding> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| activation::put(tx, &actor, binding, now))
            .await
    }

    async fn binding_find(&self, binding: Id) -> Result<Option<Binding>> {
        self.engine
            .read(move |db| activation::find(db, binding))
            .await
    }

    async fn binding_list(&self, page: Page<Id>) -> Result<Vec<Binding>> {
        self.engine.read(move |db| activation::list(db, page)).await
    }

    async fn binding_delete(
        &self,
        actor: &Actor,
        binding: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| activation::delete(tx, &actor, binding, now))
            .await
    }

    async fn binding_reopen(
        &self,
        actor: &Actor,
        binding: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| activation::reopen(tx, &actor, binding, now))
            .await
    }

    async fn binding_tell(&self, claim: Claim, now: Timestamp) -> Result<Activation> {
        self.engine
            .write(move |tx| activation::tell(tx, &claim, now))
            .await
    }

    async fn report_record(
        &self,
        device: Id,
        report: Report,
        observed: Observed,
        now: Timestamp,
    ) -> Result<Option<()>> {
        self.engine
            .write(move |tx| reports::record(tx, device, report, &observed, now))
            .await
    }

    async fn report_find(&self, device: Id) -> Result<Option<Report>> {
        self.engine.read(move |db| reports::find(db, device)).await
    }
}
