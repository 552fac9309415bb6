//! Which account is on which device, and the variables a device's templates see because of it.

use super::engine::Tx;
use super::rows::{Ms, from_json, json};
use super::{accounts, activation, audit, devices, groups, provisioning, walls};
use crate::provisioning::subscriber;
use crate::store::{
    Account, Actor, Binding, BoundBy, HeldBy, Id, InformRecord, KeptAccount, Result, StoreError,
    Variable, VariableSource,
};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// How a device stands to accounts.
#[derive(Debug)]
pub(super) enum Held {
    /// It has this one.
    Account(Id),
    /// It had one, of which this is left.
    Nothing(BTreeMap<String, String>),
}

/// How a device stands to accounts; `None` if it never had one.
pub(super) fn held(db: &Connection, device: Id) -> Result<Option<Held>> {
    let sql = "SELECT account, remains FROM held WHERE device = ?1";
    let row = db.prepare_cached(sql)?.query_row([device], |row| {
        Ok((row.get::<_, Option<Id>>(0)?, row.get::<_, String>(1)?))
    });
    Ok(match row.optional()? {
        None => None,
        Some((Some(account), _)) => Some(Held::Account(account)),
        Some((None, remains)) => Some(Held::Nothing(from_json(&remains, "held", device)?)),
    })
}

/// The operator's text for the account of a device.
pub(super) fn account_of(db: &Connection, device: Id) -> Result<Option<String>> {
    let sql = "SELECT a.account FROM held h JOIN account a ON a.id = h.account WHERE h.device = ?1";
    let text = db
        .prepare_cached(sql)?
        .query_row([device], |row| row.get(0));
    Ok(text.optional()?)
}

/// The device an account is on.
pub(super) fn holder(db: &Connection, account: Id) -> Result<Option<HeldBy>> {
    let sql = "SELECT h.device, d.identity, h.since FROM held h JOIN device d ON d.id = h.device
               WHERE h.account = ?1";
    let held = db.prepare_cached(sql)?.query_row([account], |row| {
        Ok(HeldBy {
            device: row.get(0)?,
            identity: row.get(1)?,
            since: row.get::<_, Ms>(2)?.0,
        })
    });
    Ok(held.optional()?)
}

/// What the templates of a device see: the device's own variables before those of its account, and those before the
/// ones of its groups.
pub(super) fn template_variables(db: &Connection, device: Id) -> Result<Vec<Variable>> {
    let mut variables = BTreeMap::new();
    let mut add = |source: &VariableSource, values: BTreeMap<String, String>| {
        for (name, value) in values {
            let source = source.clone();
            variables.insert(name, (value, source));
        }
    };
    for (group, values) in groups::variables(db, device)? {
        add(&VariableSource::Group(group), values);
    }
    match held(db, device)? {
        None => {}
        Some(Held::Account(account)) => {
            if let Some(kept) = accounts::find(db, account)? {
                let source = VariableSource::Account(kept.account.account.clone());
                add(&source, subscriber::variables(&kept.account));
            }
        }
        Some(Held::Nothing(remains)) => {
            let source = VariableSource::Account(String::new());
            add(&source, subscriber::without_account(remains));
        }
    }
    let own = devices::variables(db, device)?;
    add(&VariableSource::Device, own.into_iter().collect());
    let variables = variables
        .into_iter()
        .map(|(name, (value, source))| Variable {
            name,
            value,
            source,
        });
    Ok(variables.collect())
}

/// Why an account cannot be on a device; `None` if it can.
pub(super) fn objection(db: &Connection, account: &str, device: Id) -> Result<Option<String>> {
    if walls::find(db, device)?.is_some() {
        return Ok(Some("the device is kept apart: admit it first".into()));
    }
    match account_of(db, device)? {
        Some(other) if other != account => {
            let why = format!("the device has the account `{other}`: unbind that first");
            return Ok(Some(why));
        }
        Some(_) | None => {}
    }
    let held = holder(db, Account::key(account))?;
    Ok(held.filter(|held| held.device != device).map(|held| {
        format!(
            "the account is on the device {}: unbind it, or swap the devices",
            held.identity
        )
    }))
}

/// Puts an account that is there on a device that is there.
pub(super) fn bind(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: &str,
    device: Id,
    now: Timestamp,
) -> Result<()> {
    if let Some(why) = objection(tx.db, account, device)? {
        return Err(StoreError::Conflict(why));
    }
    if account_of(tx.db, device)?.is_some() {
        return Ok(());
    }
    let sql = "INSERT OR REPLACE INTO held (device, account, since) VALUES (?1, ?2, ?3)";
    let row = params![device, Account::key(account), Ms(now)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    // The variable a binding without an account of ours leaves; the account itself says it from here on.
    let sql = "DELETE FROM variable WHERE device = ?1 AND name = 'account'";
    tx.db.prepare_cached(sql)?.execute([device])?;
    devices::desire_anew(tx, device)?;
    let subject = format!("{account} on {device}");
    audit::add(tx, actor, "account.bind", subject, now)
}

/// Takes an account off its device; gives the device.
pub(super) fn unbind(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kept: &KeptAccount,
    now: Timestamp,
) -> Result<Option<Id>> {
    let account = &kept.account;
    let Some(HeldBy { device, .. }) = kept.device else {
        return Ok(None);
    };
    empty(tx, account, device, now)?;
    let subject = format!("{} off {device}", account.account);
    audit::add(tx, actor, "account.unbind", subject, now)?;
    Ok(Some(device))
}

/// Leaves a device without its account, and without the bindings that would give it back.
pub(super) fn empty(tx: &mut Tx<'_>, account: &Account, device: Id, now: Timestamp) -> Result<()> {
    let sql =
        "INSERT OR REPLACE INTO held (device, account, since, remains) VALUES (?1, NULL, ?2, ?3)";
    let row = params![device, Ms(now), json(&subscriber::remains(account))];
    tx.db.prepare_cached(sql)?.execute(row)?;
    activation::forget_units(tx, &account.account)?;
    devices::desire_anew(tx, device)
}

/// A new account takes the device that is its own already: one that was told of it before there was the account, or one
/// that a binding names.
pub(super) fn adopt(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: &Account,
    now: Timestamp,
) -> Result<()> {
    let sql = "SELECT device FROM variable WHERE name = 'account' AND value = ?1 LIMIT 2";
    let told: Vec<Id> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let rows = statement.query_map([&account.account], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let mut found = match told[..] {
        [device] => Some(device),
        _ => None,
    };
    for binding in activation::of_account(tx.db, &account.account)? {
        if found.is_none() {
            found = named(tx.db, &binding)?;
        }
    }
    match found {
        Some(device) if objection(tx.db, &account.account, device)?.is_none() => {
            bind(tx, actor, &account.account, device, now)
        }
        Some(_) | None => Ok(()),
    }
}

/// The device of ours a binding names.
fn named(db: &Connection, binding: &Binding) -> Result<Option<Id>> {
    if binding.rule.is_some() {
        // It leads the device to another server.
        return Ok(None);
    }
    match binding.by {
        BoundBy::Serial => provisioning::device_by_serial_number(db, &binding.value),
        BoundBy::Mac => provisioning::device_by_mac(db, &binding.value),
        BoundBy::Customer | BoundBy::Code => Ok(None),
    }
}

/// A binding was written: if it names a device of ours and there is the account, the account is on the device.
pub(super) fn bound(
    tx: &mut Tx<'_>,
    actor: &Actor,
    binding: &Binding,
    now: Timestamp,
) -> Result<()> {
    if !accounts::exists(tx.db, Account::key(&binding.account))? {
        return Ok(());
    }
    match named(tx.db, binding)? {
        Some(device) => bind(tx, actor, &binding.account, device, now),
        None => Ok(()),
    }
}

/// A device comes for the first time: a binding of its serial number or MAC address gives it its account.
pub(super) fn first_contact(tx: &mut Tx<'_>, device: Id, record: &InformRecord) -> Result<()> {
    if held(tx.db, device)?.is_some() {
        return Ok(());
    }
    let Some(binding) = expected(tx.db, device, record)? else {
        return Ok(());
    };
    let account = &binding.account;
    if named(tx.db, &binding)? != Some(device) || !accounts::exists(tx.db, Account::key(account))? {
        return Ok(());
    }
    if let Some(why) = objection(tx.db, account, device)? {
        tracing::warn!(%device, account, why, "a device comes for an account it cannot have");
        return Ok(());
    }
    let actor = Actor::Device(device);
    bind(tx, &actor, account, device, record.at)?;
    let mut variables: BTreeMap<String, String> =
        devices::variables(tx.db, device)?.into_iter().collect();
    if binding.variables.is_empty() {
        return Ok(());
    }
    variables.extend(binding.variables);
    let variables: Vec<_> = variables.into_iter().collect();
    devices::set_variables(tx, &actor, device, &variables, record.at)?;
    Ok(())
}

fn expected(db: &Connection, device: Id, record: &InformRecord) -> Result<Option<Binding>> {
    let serial = BoundBy::Serial.key(&record.identity.serial_number);
    if let Some(binding) = activation::find(db, serial)? {
        return Ok(Some(binding));
    }
    let variables = devices::variables(db, device)?;
    match variables.iter().find(|(name, _)| name == "mac") {
        Some((_, mac)) => activation::find(db, BoundBy::Mac.key(mac)),
        None => Ok(None),
    }
}
