//! Accounts: their rows, written whole and read whole.

use super::audit_words;
use super::engine::Tx;
use super::rows::{Ms, count, from_json, json, limit};
use super::scopes::within;
use super::{audit, devices, holdings, lines};
use crate::redact::{MASK, is_secret};
use crate::store::{
    Account, AccountChange, AccountFilter, Actor, Id, KeptAccount, Page, Result, RowOutcome,
    StoreError,
};
use data_model::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};
use std::collections::BTreeMap;

const COLUMNS: &str =
    "a.id, a.account, a.name, a.notes, read_json('account/' || a.id, a.variables),
    a.created, a.updated, a.revision";

fn kept(db: &Connection, row: &Row<'_>) -> Result<KeptAccount> {
    let id: Id = row.get(0)?;
    let variables: String = row.get(4)?;
    Ok(KeptAccount {
        account: Account {
            account: row.get(1)?,
            name: row.get(2)?,
            notes: row.get(3)?,
            variables: from_json(&variables, "account", id)?,
            lines: lines::of_account(db, id)?,
        },
        device: holdings::holder(db, id)?,
        created: row.get::<_, Ms>(5)?.0,
        updated: row.get::<_, Ms>(6)?.0,
        revision: count(row.get(7)?),
    })
}

/// An account by its key.
pub(super) fn find(db: &Connection, id: Id) -> Result<Option<KeptAccount>> {
    let sql = format!("SELECT {COLUMNS} FROM account a WHERE a.id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(|row| kept(db, row)).transpose()
}

/// Whether there is an account with this key.
pub(super) fn exists(db: &Connection, id: Id) -> Result<bool> {
    let mut statement = db.prepare_cached("SELECT 1 FROM account WHERE id = ?1")?;
    Ok(statement.exists([id])?)
}

/// Accounts a filter finds, in the order of their keys.
pub(super) fn list(
    db: &Connection,
    filter: &AccountFilter,
    page: Page<Id>,
) -> Result<Vec<KeptAccount>> {
    let mut sql = format!("SELECT {COLUMNS} FROM account a WHERE a.id > ?");
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(page.after.map_or(i64::MIN, Id::to_i64))];
    if let Some(device) = filter.device {
        sql.push_str(" AND a.id = (SELECT account FROM held WHERE device = ?)");
        values.push(Box::new(device));
    }
    if !filter.scope.is_fleet() {
        let (condition, tags) = within(&filter.scope, "held.device");
        let held = "a.id IN (SELECT account FROM held WHERE ";
        sql.push_str(&format!(" AND {held}{condition})"));
        for list in tags {
            values.push(Box::new(list));
        }
    }
    if let Some(text) = &filter.contains {
        sql.push_str(
            " AND instr(lower(a.account || char(1) || a.name || char(1) || a.notes), lower(?)) > 0",
        );
        values.push(Box::new(text.clone()));
    }
    sql.push_str(" ORDER BY a.id LIMIT ?");
    values.push(Box::new(limit(page.limit)));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(kept(db, row)?);
    }
    Ok(found)
}

/// The account with the secrets that stay as they are.
fn with_secrets(mut account: Account, before: Option<&Account>) -> Result<Account> {
    let known = before.map(|before| &before.variables);
    keep(&mut account.variables, known)?;
    for line in &mut account.lines {
        let lines = before.map(|before| before.lines.as_slice());
        let known = lines
            .unwrap_or_default()
            .iter()
            .find(|known| known.port == line.port);
        keep(&mut line.options, known.map(|known| &known.options))?;
        if line.password.reveal() == MASK {
            line.password = known
                .map(|known| known.password.clone())
                .unwrap_or_default();
        }
    }
    account.lines.sort_by_key(|line| line.port);
    Ok(account)
}

fn keep(
    variables: &mut BTreeMap<String, String>,
    before: Option<&BTreeMap<String, String>>,
) -> Result<()> {
    for (name, value) in variables {
        if value != MASK || !is_secret(name) {
            continue;
        }
        let Some(known) = before.and_then(|before| before.get(name)) else {
            let why = format!(
                "`{MASK}` for `{name}` stands for a secret that was not shown, and there is none"
            );
            return Err(StoreError::Conflict(why));
        };
        value.clone_from(known);
    }
    Ok(())
}

/// Makes an account or replaces what it says; says which of them.
pub(super) fn put(
    tx: &mut Tx<'_>,
    actor: &Actor,
    change: AccountChange,
    now: Timestamp,
) -> Result<RowOutcome> {
    let before = find(tx.db, change.account.id())?;
    if let (Some(read), Some(kept)) = (change.revision, &before)
        && read != kept.revision
    {
        let why = format!(
            "the account has changed since: it has the revision {}",
            kept.revision
        );
        return Err(StoreError::Conflict(why));
    }
    let account = with_secrets(change.account, before.as_ref().map(|kept| &kept.account))?;
    let outcome = match &before {
        Some(kept) if kept.account == account => return Ok(RowOutcome::Unchanged),
        Some(_) => RowOutcome::Update,
        None => RowOutcome::Create,
    };
    let sql =
        "INSERT INTO account (id, account, name, notes, variables, created, updated, revision)
               VALUES (?1, ?2, ?3, ?4, seal_json('account/' || ?1, ?5), ?6, ?6, 1)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, notes = excluded.notes,
               variables = excluded.variables, updated = excluded.updated, revision = revision + 1";
    tx.db.prepare_cached(sql)?.execute(params![
        account.id(),
        account.account,
        account.name,
        account.notes,
        json(&account.variables),
        Ms(now),
    ])?;
    lines::replace(tx, &account)?;
    let words = audit_words::account(before.as_ref().map(|kept| &kept.account), &account);
    audit::add_change(tx, actor, "account.put", &account.account, words, now)?;
    match before.and_then(|kept| kept.device) {
        Some(held) => devices::desire_anew(tx, held.device)?,
        None if outcome == RowOutcome::Create => holdings::adopt(tx, actor, &account, now)?,
        None => {}
    }
    Ok(outcome)
}

/// Removes an account with its lines and bindings.
pub(super) fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    let Some(kept) = find(tx.db, id)? else {
        return Ok(None);
    };
    holdings::unbind(tx, actor, &kept, now)?;
    lines::delete(tx, id)?;
    let sql = "DELETE FROM binding WHERE account = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute([&kept.account.account])?;
    tx.db
        .prepare_cached("DELETE FROM account WHERE id = ?1")?
        .execute([id])?;
    audit::add(tx, actor, "account.delete", &kept.account.account, now)?;
    Ok(Some(()))
}
