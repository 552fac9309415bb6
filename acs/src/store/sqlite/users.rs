//! Users: who may sign in, as what, and for which devices.

use super::audit::{self, Change};
use super::engine::Tx;
use super::rows::{count, from_json, from_word, json, readable, word};
use super::tokens;
use crate::auth::permissions::{self, Permission};
use crate::store::{Actor, PasswordUse, Result, Role, Scope, StoreError, User, UserChange};
use data_model::Timestamp;
use rusqlite::{Connection, Row, params};

/// Whether a user may change all devices of a scope at this moment: what somebody has begun with many devices goes on
/// for as long as that is so.
pub(super) fn may_operate(db: &Connection, name: &str, scope: &Scope) -> Result<bool> {
    let user = find_user(db, name)?;
    Ok(user.is_some_and(|user| {
        permissions::allows(user.role, Permission::Operate) && scope.is_within(&user.scope)
    }))
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
    changed(tx, actor, before.as_ref(), user, now)
}

/// What follows from every change of a user.
fn changed(
    tx: &Tx<'_>,
    actor: &Actor,
    before: Option<&User>,
    user: &User,
    now: Timestamp,
) -> Result<()> {
    end_tokens(tx, &user.name)?;
    an_administrator_is_left(tx)?;
    let another = before.is_some_and(|before| before.password_hash != user.password_hash);
    let password = if another { ", another password" } else { "" };
    let change = Change {
        before: before.map(described),
        after: Some(format!("{}{password}", described(user))),
    };
    audit::add_change(tx, actor, "user.put", &user.name, change, now)
}

/// Changes what is said of a user and nothing else: somebody else may have changed the rest since it was read.
pub(super) fn change(
    tx: &Tx<'_>,
    actor: &Actor,
    asker: &[u8; 32],
    change: &UserChange,
    now: Timestamp,
) -> Result<Option<User>> {
    if tokens::find(tx.db, asker, now)?.is_none() {
        return Err(StoreError::Conflict(
            "whoever asks has been changed or signed out meanwhile; sign in and ask again".into(),
        ));
    }
    let before = readable(find_user(tx.db, &change.name))?.flatten();
    let scope = change.scope.as_ref().map(json);
    let written = match &change.password {
        Some((hash, password)) => {
            let sql = "INSERT INTO user (name, role, scope, password_hash, must_change)
                       VALUES (?1, ?2, coalesce(?3, ?6), ?4, ?5)
                       ON CONFLICT (name) DO UPDATE SET role = ?2, scope = coalesce(?3, scope), password_hash = ?4,
                       must_change = ?5";
            let one_time = *password == PasswordUse::OneTime;
            let fleet = json(&Scope::default());
            let row = params![
                change.name,
                word(&change.role),
                scope,
                hash,
                one_time,
                fleet
            ];
            tx.db.prepare_cached(sql)?.execute(row)?
        }
        None => {
            let sql = "UPDATE user SET role = ?2, scope = coalesce(?3, scope) WHERE name = ?1";
            let row = params![change.name, word(&change.role), scope];
            tx.db.prepare_cached(sql)?.execute(row)?
        }
    };
    if written == 0 {
        return Ok(None);
    }
    let after = find_user(tx.db, &change.name)?;
    if let Some(after) = &after {
        changed(tx, actor, before.as_ref(), after, now)?;
    }
    Ok(after)
}

/// Puts a password in place of the one that was proved.
pub(super) fn change_password(
    tx: &Tx<'_>,
    actor: &Actor,
    name: &str,
    (old, new): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    let before = find_user(tx.db, name)?.filter(|user| user.password_hash == old);
    let Some(before) = before else {
        return Err(StoreError::Conflict(
            "the password has been changed, or the user removed, meanwhile".into(),
        ));
    };
    let sql = "UPDATE user SET password_hash = ?3, must_change = 0 WHERE name = ?1 AND password_hash = ?2";
    tx.db
        .prepare_cached(sql)?
        .execute(params![name, old, new])?;
    let after = User {
        password_hash: new.to_owned(),
        password: PasswordUse::Full,
        ..before.clone()
    };
    changed(tx, actor, Some(&before), &after, now)
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
    let before = readable(find_user(tx.db, name))?.flatten();
    let deleted = tx
        .db
        .prepare_cached("DELETE FROM user WHERE name = ?1")?
        .execute([name])?;
    if deleted == 0 {
        return Ok(None);
    }
    end_tokens(tx, name)?;
    an_administrator_is_left(tx)?;
    let change = Change {
        before: before.as_ref().map(described),
        after: None,
    };
    audit::add_change(tx, actor, "user.delete", name, change, now)?;
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
