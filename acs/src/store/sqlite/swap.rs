//! One unit in the place of another, in one transaction.

use super::engine::Tx;
use super::rows::Ms;
use super::{accounts, activation, audit, devices, holdings, tasks, walls};
use crate::store::{Account, Actor, Device, Id, Replacement, Result, StoreError, Wall, WallReason};
use data_model::Timestamp;
use rusqlite::params;

/// Puts a device in the place of another.
pub(super) fn swap(
    tx: &mut Tx<'_>,
    actor: &Actor,
    old: Id,
    replacement: &Replacement,
    now: Timestamp,
) -> Result<Option<Device>> {
    let Some(unit) = devices::find(tx.db, old)? else {
        return Ok(None);
    };
    let identity = &replacement.identity;
    let new = Id::of_device(identity);
    if new == old {
        let why = "a device cannot take its own place";
        return Err(StoreError::Conflict(why.into()));
    }
    if devices::exists(tx.db, new)? {
        if let Some(account) = holdings::account_of(tx.db, new)? {
            let why = format!("the replacement has the account `{account}`: unbind that first");
            return Err(StoreError::Conflict(why));
        }
        // An operator who names it wants it in.
        walls::take_down(tx, new)?;
    } else {
        let credentials = replacement.credentials.as_ref();
        devices::register(tx, actor, identity, credentials, now)?;
    }
    move_account(tx, old, new, now)?;
    move_labels(tx, old, new)?;
    withdraw(tx, actor, old, now)?;
    let wall = Wall {
        reason: WallReason::Replaced,
        why: format!("replaced by {}", identity.username()),
        since: now,
        replaced_by: Some(new),
    };
    walls::raise(tx, old, &wall)?;
    devices::desire_anew(tx, old)?;
    devices::desire_anew(tx, new)?;
    let subject = format!("{} by {}", unit.identity, identity.username());
    audit::add(tx, actor, "device.swap", subject, now)?;
    devices::find(tx.db, new)
}

fn move_account(tx: &mut Tx<'_>, old: Id, new: Id, now: Timestamp) -> Result<()> {
    let Some(text) = holdings::account_of(tx.db, old)? else {
        return Ok(());
    };
    let Some(kept) = accounts::find(tx.db, Account::key(&text))? else {
        return Ok(());
    };
    holdings::empty(tx, &kept.account, old, now)?;
    let sql = "INSERT OR REPLACE INTO held (device, account, since) VALUES (?1, ?2, ?3)";
    let row = params![new, kept.account.id(), Ms(now)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    // The customer's own number leads the new unit here too, once.
    activation::reopen_for(tx, &text, old)
}

/// Tags and variables, but for the MAC address, which is the unit's own.
fn move_labels(tx: &Tx<'_>, old: Id, new: Id) -> Result<()> {
    for sql in [
        "INSERT OR IGNORE INTO tag (device, tag) SELECT ?2, tag FROM tag WHERE device = ?1",
        "INSERT OR REPLACE INTO variable (device, name, value)
         SELECT ?2, name, value FROM variable WHERE device = ?1 AND name != 'mac'",
    ] {
        tx.db.prepare_cached(sql)?.execute(params![old, new])?;
    }
    for sql in [
        "DELETE FROM tag WHERE device = ?1",
        "DELETE FROM variable WHERE device = ?1 AND name != 'mac'",
        // Whoever has the old unit has its key.
        "DELETE FROM provisioned WHERE device = ?1",
        "DELETE FROM provisioning_window WHERE device = ?1",
    ] {
        tx.db.prepare_cached(sql)?.execute([old])?;
    }
    Ok(())
}

/// Nothing is asked of the old unit any more.
fn withdraw(tx: &mut Tx<'_>, actor: &Actor, old: Id, now: Timestamp) -> Result<()> {
    let sql = "SELECT id FROM task WHERE device = ?1 AND state = 'queued'";
    let queued: Vec<Id> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let rows = statement.query_map([old], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for task in queued {
        tasks::cancel(tx, actor, task, now)?;
    }
    Ok(())
}
