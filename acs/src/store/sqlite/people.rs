//! Credentials of devices; users, tokens and small settings of the server itself.

use super::audit;
use super::engine::Tx;
use super::rows::{Ms, corrupt, count, from_word, word};
use crate::store::{Actor, Credentials, Id, NewCredentials, Result, Role, StoreError, Token, User};
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
               VALUES (?1, ?2, ?3, ?4, ?5)";
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
    let sql =
        "SELECT verifier, pending, call_username, call_password FROM credentials WHERE device = ?1";
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
    }))
}

/// Keeps credentials that are about to be written to the device.
pub(super) fn prepare_credentials(tx: &mut Tx<'_>, device: Id, new: &NewCredentials) -> Result<()> {
    tx.hot.credentials_change(device);
    let sql =
        "INSERT INTO credentials (device, pending, pending_call_username, pending_call_password)
               VALUES (?1, ?2, ?3, ?4) ON CONFLICT (device) DO UPDATE SET
               pending = coalesce(?2, verifier),
               pending_call_username = ?3, pending_call_password = ?4";
    tx.db.prepare_cached(sql)?.execute(params![
        device,
        bytes(new.verifier.as_ref()),
        new.connection_request_username,
        new.connection_request_password.reveal(),
    ])?;
    Ok(())
}

/// The prepared credentials replace the old ones.
pub(super) fn confirm_credentials(tx: &mut Tx<'_>, device: Id, now: Timestamp) -> Result<()> {
    tx.hot.credentials_change(device);
    let sql = "UPDATE credentials SET verifier = pending, pending = NULL, call_username = pending_call_username,
               call_password = pending_call_password, pending_call_username = '', pending_call_password = ''
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
    let sql = "INSERT OR REPLACE INTO user (name, role, password_hash) VALUES (?1, ?2, ?3)";
    let row = params![user.name, word(&user.role), user.password_hash];
    tx.db.prepare_cached(sql)?.execute(row)?;
    end_tokens(tx, &user.name)?;
    an_administrator_is_left(tx)?;
    let subject = format!("{} {}", user.name, word(&user.role));
    audit::add(tx, actor, "user.put", subject, now)
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

fn an_administrator_is_left(tx: &Tx<'_>) -> Result<()> {
    let sql = "SELECT 1 FROM user WHERE role = ?1";
    if tx.db.prepare_cached(sql)?.exists([word(&Role::Admin)])? {
        return Ok(());
    }
    Err(StoreError::Conflict(
        "there would be no administrator left".into(),
    ))
}

/// All users, by name.
pub(super) fn list_users(db: &Connection) -> Result<Vec<User>> {
    let sql = "SELECT name, role, password_hash FROM user ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        users.push(User {
            role: from_word(row.get(1)?, "user", &name)?,
            password_hash: row.get(2)?,
            name,
        });
    }
    Ok(users)
}

/// A user by name.
pub(super) fn find_user(db: &Connection, name: &str) -> Result<Option<User>> {
    let sql = "SELECT role, password_hash FROM user WHERE name = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let found: Option<(String, String)> = statement
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((role, password_hash)) = found else {
        return Ok(None);
    };
    let role = from_word(role, "user", name)?;
    Ok(Some(User {
        name: name.to_owned(),
        role,
        password_hash,
    }))
}

/// How many users there are.
pub(super) fn users(db: &Connection) -> Result<u64> {
    Ok(count(db.query_row(
        "SELECT count(*) FROM user",
        [],
        |row| row.get(0),
    )?))
}

/// Keeps a token, and drops those that have ended.
pub(super) fn put_token(tx: &Tx<'_>, actor: &Actor, token: &Token, now: Timestamp) -> Result<()> {
    tx.db
        .prepare_cached("DELETE FROM token WHERE expires <= ?1")?
        .execute([Ms(now)])?;
    let sql = "INSERT OR REPLACE INTO token (hash, user, role, expires) VALUES (?1, ?2, ?3, ?4)";
    let row = params![
        token.hash.to_vec(),
        token.user,
        word(&token.role),
        Ms(token.expires)
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    audit::add(tx, actor, "sign-in", &token.user, now)
}

/// A token that has not ended.
pub(super) fn find_token(
    db: &Connection,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Token>> {
    let sql = "SELECT user, role, expires FROM token WHERE hash = ?1 AND expires > ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![hash.to_vec(), Ms(now)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(Token {
        hash: *hash,
        user: row.get(0)?,
        role: from_word(row.get(1)?, "token", "")?,
        expires: row.get::<_, Ms>(2)?.0,
    }))
}

/// A named value.
pub(super) fn setting(db: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
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

/// Writes one number, to see that writing works.
pub(super) fn beat(tx: &mut Tx<'_>) -> Result<()> {
    let sql =
        "INSERT INTO heartbeat (id, at) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET at = at + 1";
    tx.db.prepare_cached(sql)?.execute([])?;
    Ok(())
}
