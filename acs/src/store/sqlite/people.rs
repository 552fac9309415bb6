//! Credentials of devices, and small settings of the server itself.

use super::audit;
use super::engine::Tx;
use super::rows::corrupt;
use crate::store::{Actor, Credentials, Id, NewCredentials, Result, Rotation};
use cwmp::http::Verifier;
use data_model::{Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

fn bytes(verifier: Option<&Verifier>) -> Option<Vec<u8>> {
    verifier.map(|verifier| verifier.to_bytes().to_vec())
}

/// Writes a device's credentials as they are.
pub(super) fn put_credentials(tx: &mut Tx<'_>, credentials: &Credentials) -> Result<()> {
    tx.hot.credentials_change(credentials.device);
    let sql = "INSERT OR REPLACE INTO credentials (device, verifier, pending, call_username, call_password)
               VALUES (?1, seal('credentials/' || ?1, ?2), seal('credentials/' || ?1, ?3), ?4,
                       seal('credentials/' || ?1, ?5))";
    tx.db.prepare_cached(sql)?.execute(params![
        credentials.device,
        bytes(credentials.verifier.as_ref()),
        bytes(credentials.pending.as_ref()),
        credentials.connection_request_username,
        credentials.connection_request_password.reveal(),
    ])?;
    Ok(())
}

/// A device's credentials.
pub(super) fn find_credentials(db: &Connection, device: Id) -> Result<Option<Credentials>> {
    let sql = "SELECT unseal('credentials/' || device, verifier), unseal('credentials/' || device, pending),
         call_username, unseal('credentials/' || device, call_password), rotate
         FROM credentials WHERE device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let verifier = |bytes: Option<Vec<u8>>| match bytes {
        None => Ok(None),
        Some(bytes) => match Verifier::from_bytes(&bytes) {
            Some(verifier) => Ok(Some(verifier)),
            None => Err(corrupt(
                "credentials",
                device,
                "a verifier has another length",
            )),
        },
    };
    Ok(Some(Credentials {
        device,
        verifier: verifier(row.get(0)?)?,
        pending: verifier(row.get(1)?)?,
        connection_request_username: row.get(2)?,
        connection_request_password: Secret::new(row.get::<_, String>(3)?),
        rotation: if row.get(4)? {
            Rotation::Due
        } else {
            Rotation::None
        },
    }))
}

/// Keeps credentials that are about to be written to the device.
pub(super) fn prepare_credentials(tx: &mut Tx<'_>, device: Id, new: &NewCredentials) -> Result<()> {
    tx.hot.credentials_change(device);
    let sql =
        "INSERT INTO credentials (device, pending, pending_call_username, pending_call_password)
               VALUES (?1, seal('credentials/' || ?1, ?2), ?3, seal('credentials/' || ?1, ?4))
               ON CONFLICT (device) DO UPDATE SET
               pending = coalesce(excluded.pending, verifier), pending_call_username = excluded.pending_call_username,
               pending_call_password = excluded.pending_call_password";
    tx.db.prepare_cached(sql)?.execute(params![
        device,
        bytes(new.verifier.as_ref()),
        new.connection_request_username,
        new.connection_request_password.reveal(),
    ])?;
    Ok(())
}

/// The device gets others in its next session.
pub(super) fn rotate_credentials(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    now: Timestamp,
) -> Result<Option<()>> {
    tx.hot.credentials_change(device);
    let sql = "UPDATE credentials SET rotate = 1 WHERE device = ?1";
    if tx.db.prepare_cached(sql)?.execute([device])? == 0 {
        return Ok(None);
    }
    audit::add(tx, actor, "credentials.rotate", device, now)?;
    Ok(Some(()))
}

/// The prepared credentials replace the old ones.
pub(super) fn confirm_credentials(tx: &mut Tx<'_>, device: Id, now: Timestamp) -> Result<()> {
    tx.hot.credentials_change(device);
    let sql = "UPDATE credentials SET verifier = pending, pending = NULL, call_username = pending_call_username,
               call_password = pending_call_password, pending_call_username = '', pending_call_password = '',
               rotate = 0
               WHERE device = ?1 AND pending IS NOT NULL";
    let changed = tx.db.prepare_cached(sql)?.execute([device])?;
    if changed > 0 {
        audit::add(
            tx,
            &Actor::Device(device),
            "credentials.confirm",
            device,
            now,
        )?;
    }
    Ok(())
}

/// A named value.
pub(super) fn setting(db: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    Ok(db
        .prepare_cached(sql)?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// A named value that may be sealed.
pub(super) fn sealed_setting(db: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT unseal('setting/' || name, value) FROM setting WHERE name = ?1";
    Ok(db
        .prepare_cached(sql)?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Sets a named value.
pub(super) fn put_setting(tx: &Tx<'_>, name: &str, value: &[u8]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    tx.db.prepare_cached(sql)?.execute(params![name, value])?;
    Ok(())
}

/// Sets a named value that nobody may read who only has the database.
pub(super) fn put_sealed_setting(tx: &Tx<'_>, name: &str, value: &[u8]) -> Result<()> {
    let sql =
        "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, seal('setting/' || ?1, ?2))";
    tx.db.prepare_cached(sql)?.execute(params![name, value])?;
    Ok(())
}

/// Writes one number, to see that writing works.
pub(super) fn beat(tx: &mut Tx<'_>) -> Result<()> {
    let sql =
        "INSERT INTO heartbeat (id, at) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET at = at + 1";
    tx.db.prepare_cached(sql)?.execute([])?;
    Ok(())
}
