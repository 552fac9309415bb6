//! Tokens of people who have signed in, and of programs.

use super::audit;
use super::engine::Tx;
use super::rows::{Ms, corrupt, from_json, from_word, json, word};
use super::users::password;
use crate::limits::{API_TOKENS, SIGN_IN_TOKENS};
use crate::store::{Actor, Id, PasswordUse, Proof, Result, StoreError, Token, TokenKind};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const TOKEN: &str =
    "hash, id, kind, name, user, role, scope, must_change, created, expires, address";

fn token(row: &Row<'_>) -> Result<Token> {
    let id: Id = row.get(1)?;
    let hash: Vec<u8> = row.get(0)?;
    let scope: String = row.get(6)?;
    let hash = hash.try_into();
    Ok(Token {
        hash: hash.map_err(|_| corrupt("token", id, "a hash has another length"))?,
        id,
        kind: from_word(row.get(2)?, "token", id)?,
        name: row.get(3)?,
        user: row.get(4)?,
        role: from_word(row.get(5)?, "token", id)?,
        scope: from_json(&scope, "token", id)?,
        password: password(row.get(7)?),
        created: row.get::<_, Ms>(8)?.0,
        expires: row.get::<_, Ms>(9)?.0,
        address: row.get(10)?,
    })
}

/// Keeps a token, and drops those that have ended.
pub(super) fn put(
    tx: &Tx<'_>,
    actor: &Actor,
    token: &Token,
    proof: &Proof,
    now: Timestamp,
) -> Result<()> {
    must_hold(tx, token, proof, now)?;
    tx.db
        .prepare_cached("DELETE FROM token WHERE expires <= ?1")?
        .execute([Ms(now)])?;
    match token.kind {
        TokenKind::SignIn | TokenKind::Session => make_room(tx, &token.user)?,
        TokenKind::Api => there_is_room(tx, token)?,
    }
    let sql = format!(
        "INSERT OR REPLACE INTO token ({TOKEN}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    );
    let row = params![
        token.hash.to_vec(),
        token.id,
        word(&token.kind),
        token.name,
        token.user,
        word(&token.role),
        json(&token.scope),
        token.password == PasswordUse::OneTime,
        Ms(token.created),
        Ms(token.expires),
        token.address,
    ];
    tx.db.prepare_cached(&sql)?.execute(row)?;
    match token.kind {
        TokenKind::SignIn | TokenKind::Session => {
            let subject = format!("{} from {}", token.user, token.address);
            audit::add(tx, actor, "sign-in", subject, now)
        }
        TokenKind::Api => audit::add(tx, actor, "token.create", named(token), now),
    }
}

fn must_hold(tx: &Tx<'_>, token: &Token, proof: &Proof, now: Timestamp) -> Result<()> {
    let holds = match proof {
        Proof::Password(hash) => {
            let sql = "SELECT 1 FROM user WHERE name = ?1 AND password_hash = ?2 AND role = ?3 AND scope = ?4
                       AND must_change = ?5";
            tx.db.prepare_cached(sql)?.exists(params![
                token.user,
                hash,
                word(&token.role),
                json(&token.scope),
                token.password == PasswordUse::OneTime,
            ])?
        }
        Proof::Token(hash) => find(tx.db, hash, now)?.is_some_and(|by| by.user == token.user),
    };
    match holds {
        true => Ok(()),
        false => Err(StoreError::Conflict(
            "the user has been changed or removed meanwhile; sign in and try again".into(),
        )),
    }
}

/// A token of a program in the audit trail.
fn named(token: &Token) -> String {
    format!("{} {}/{}", token.id, token.user, token.name)
}

fn make_room(tx: &Tx<'_>, user: &str) -> Result<()> {
    let sql = "DELETE FROM token WHERE user = ?1 AND kind != ?2 AND hash NOT IN
               (SELECT hash FROM token WHERE user = ?1 AND kind != ?2 ORDER BY id DESC LIMIT ?3)";
    let row = params![user, word(&TokenKind::Api), i64::from(SIGN_IN_TOKENS) - 1];
    tx.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn there_is_room(tx: &Tx<'_>, token: &Token) -> Result<()> {
    let sql =
        "SELECT count(*), coalesce(max(name = ?3), 0) FROM token WHERE user = ?1 AND kind = ?2";
    let row = params![token.user, word(&TokenKind::Api), token.name];
    let (count, named): (i64, bool) = tx
        .db
        .prepare_cached(sql)?
        .query_row(row, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if named {
        let why = format!("{} has a token `{}` already", token.user, token.name);
        return Err(StoreError::Conflict(why));
    }
    if count >= i64::from(API_TOKENS) {
        let why = format!("{} has {count} tokens; end some first", token.user);
        return Err(StoreError::Conflict(why));
    }
    Ok(())
}

/// A token that has not ended.
pub(super) fn find(db: &Connection, hash: &[u8; 32], now: Timestamp) -> Result<Option<Token>> {
    let sql = format!("SELECT {TOKEN} FROM token WHERE hash = ?1 AND expires > ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![hash.to_vec(), Ms(now)])?;
    rows.next()?.map(token).transpose()
}

/// The tokens of a user's programs that have not ended.
pub(super) fn list(db: &Connection, user: &str, now: Timestamp) -> Result<Vec<Token>> {
    let sql = format!(
        "SELECT {TOKEN} FROM token WHERE user = ?1 AND kind = ?2 AND expires > ?3 ORDER BY id"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![user, word(&TokenKind::Api), Ms(now)])?;
    let mut tokens = Vec::new();
    while let Some(row) = rows.next()? {
        tokens.push(token(row)?);
    }
    Ok(tokens)
}

/// Ends a program's token; `owner` is whose it must be.
pub(super) fn end(
    tx: &Tx<'_>,
    actor: &Actor,
    id: Id,
    owner: Option<&str>,
    now: Timestamp,
) -> Result<Option<()>> {
    let sql = format!("SELECT {TOKEN} FROM token WHERE id = ?1 AND kind = ?2");
    let found = {
        let mut statement = tx.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id, word(&TokenKind::Api)])?;
        rows.next()?.map(token).transpose()?
    };
    let Some(token) = found.filter(|token| owner.is_none_or(|owner| owner == token.user)) else {
        return Ok(None);
    };
    tx.db
        .prepare_cached("DELETE FROM token WHERE hash = ?1")?
        .execute([token.hash.to_vec()])?;
    audit::add(tx, actor, "token.delete", named(&token), now)?;
    Ok(Some(()))
}

/// Ends the token of somebody who signs out.
pub(super) fn sign_out(
    tx: &Tx<'_>,
    actor: &Actor,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<()>> {
    let sql = "DELETE FROM token WHERE hash = ?1 RETURNING user";
    let user: Option<String> = tx
        .db
        .prepare_cached(sql)?
        .query_row([hash.to_vec()], |row| row.get(0))
        .optional()?;
    let Some(user) = user else { return Ok(None) };
    audit::add(tx, actor, "sign-out", user, now)?;
    Ok(Some(()))
}
