//! Credentials of devices; users, tokens and small settings of the server itself.

use super::audit::{self, Change};
use super::engine::Tx;
use super::rows::{corrupt, count, from_json, from_word, json, readable, word};
use crate::store::{
    Actor, Credentials, Id, NewCredentials, PasswordUse, Result, Role, Rotation, Scope, StoreError,
    User,
};
use cwmp::http::Verifier;
use data_model::{Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

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

/// Creates or changes a user; tokens were given for what the user was before.
pub(super) fn put_user(tx: &Tx<'_>, actor: &Actor, user: &User, now: Timestamp) -> Result<()> {
    let before = readable(find_user(tx.db, &user.name))?.flatten();
    let sql = "INSERT OR REPLACE INTO user (name, role, scope, password_hash, must_change)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![
        user.name,
        word(&user.role),
        json(&user.scope),
        user.password_hash,
        user.password == PasswordUse::OneTime,
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    end_tokens(tx, &user.name)?;
    an_administrator_is_left(tx)?;
    let change = Change {
        before: before.as_ref().map(described),
        after: Some(described(user)),
    };
    audit::add_change(tx, actor, "user.put", &user.name, change, now)
}

/// A user in the audit trail.
fn described(user: &User) -> String {
    let lists = user.scope.lists().iter().map(|tags| tags.join("|"));
    let scope = lists.collect::<Vec<_>>().join(" and ");
    let scope = if user.scope.is_fleet() {
        "whole fleet"
    } else {
        &scope
    };
    let password = match user.password {
        PasswordUse::Full => "",
        PasswordUse::OneTime => ", one-time password",
    };
    format!("{}, {scope}{password}", user.role.word())
}

/// Removes a user.
pub(super) fn delete_user(
    tx: &Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
) -> Result<Option<()>> {
    let deleted = tx
        .db
        .prepare_cached("DELETE FROM user WHERE name = ?1")?
        .execute([name])?;
    if deleted == 0 {
        return Ok(None);
    }
    end_tokens(tx, name)?;
    an_administrator_is_left(tx)?;
    audit::add(tx, actor, "user.delete", name, now)?;
    Ok(Some(()))
}

fn end_tokens(tx: &Tx<'_>, user: &str) -> Result<()> {
    tx.db
        .prepare_cached("DELETE FROM token WHERE user = ?1")?
        .execute([user])?;
    Ok(())
}

/// Somebody must be left who may change people.
fn an_administrator_is_left(tx: &Tx<'_>) -> Result<()> {
    let sql = "SELECT 1 FROM user WHERE role = ?1 AND scope = ?2";
    let row = params![word(&Role::Admin), json(&Scope::default())];
    if tx.db.prepare_cached(sql)?.exists(row)? {
        return Ok(());
    }
    Err(StoreError::Conflict(
        "there would be no administrator of the whole fleet left".into(),
    ))
}

const USER: &str = "name, role, scope, password_hash, must_change";

fn user(row: &Row<'_>) -> Result<User> {
    let name: String = row.get(0)?;
    let scope: String = row.get(2)?;
    Ok(User {
        role: from_word(row.get(1)?, "user", &name)?,
        scope: from_json(&scope, "user", &name)?,
        password_hash: row.get(3)?,
        password: password(row.get(4)?),
        name,
    })
}

/// What a column says a password is good for.
pub(super) fn password(must_change: bool) -> PasswordUse {
    if must_change {
        PasswordUse::OneTime
    } else {
        PasswordUse::Full
    }
}

/// All users, by name.
pub(super) fn list_users(db: &Connection) -> Result<Vec<User>> {
    let sql = format!("SELECT {USER} FROM user ORDER BY name");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        users.push(user(row)?);
    }
    Ok(users)
}

/// A user by name.
pub(super) fn find_user(db: &Connection, name: &str) -> Result<Option<User>> {
    let sql = format!("SELECT {USER} FROM user WHERE name = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(user).transpose()
}

/// How many users there are.
pub(super) fn users(db: &Connection) -> Result<u64> {
    Ok(count(db.query_row(
        "SELECT count(*) FROM user",
        [],
        |row| row.get(0),
    )?))
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
