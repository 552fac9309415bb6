//! Bindings of accounts, and the one time each of them is told.

use super::engine::Tx;
use super::rows::{Ms, from_json, json, limit};
use super::{accounts, audit, devices, holdings, provisioning, walls};
use crate::limits::ACTIVATION_REPEAT_MS;
use crate::store::{
    Account, Activation, Actor, Binding, BoundBy, Claim, Id, Page, Result, StoreError, Told,
};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// A binding as it stands in its row.
type Kept = (Id, String, Option<String>);

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn readable((id, binding, told): Kept) -> Result<Binding> {
    let mut binding: Binding = from_json(&binding, "binding", id)?;
    binding.told = told
        .map(|told| from_json(&told, "binding", id))
        .transpose()?;
    Ok(binding)
}

/// Keeps a binding; who was told stays.
pub(super) fn put(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut binding: Binding,
    now: Timestamp,
) -> Result<Binding> {
    binding.told = None;
    let sql = "INSERT INTO binding (id, binding, account, expires) VALUES (?1, seal_json('binding/' || ?1, ?2), ?3, ?4)
               ON CONFLICT (id) DO UPDATE SET binding = excluded.binding, account = excluded.account,
               expires = excluded.expires";
    let expires = binding.expires.map(Ms);
    let values = params![binding.id(), json(&binding), binding.account, expires];
    tx.db.prepare_cached(sql)?.execute(values)?;
    audit::add(tx, actor, "binding.put", subject(&binding), now)?;
    holdings::bound(tx, actor, &binding, now)?;
    Ok(find(tx.db, binding.id())?.unwrap_or(binding))
}

fn subject(binding: &Binding) -> String {
    let Binding { by, value, .. } = binding;
    match by {
        // Whoever reads it could use it.
        BoundBy::Code => format!("code for {}", binding.account),
        BoundBy::Serial | BoundBy::Mac | BoundBy::Customer => {
            format!("{} {value} for {}", by.name(), binding.account)
        }
    }
}

/// A binding by its key.
pub(super) fn find(db: &Connection, id: Id) -> Result<Option<Binding>> {
    let sql = "SELECT id, read_json('binding/' || id, binding), told FROM binding WHERE id = ?1";
    let found = db.prepare_cached(sql)?.query_row([id], kept).optional()?;
    found.map(readable).transpose()
}

/// Bindings in the order of their keys.
pub(super) fn list(db: &Connection, page: Page<Id>) -> Result<Vec<Binding>> {
    let sql = "SELECT id, read_json('binding/' || id, binding), told FROM binding WHERE ?1 IS NULL OR id > ?1
               ORDER BY id LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![page.after, limit(page.limit)], kept)?;
    let rows: Vec<Kept> = rows.collect::<rusqlite::Result<_>>()?;
    rows.into_iter().map(readable).collect()
}

/// Removes a binding.
pub(super) fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    let Some(binding) = find(tx.db, id)? else {
        return Ok(None);
    };
    let sql = "DELETE FROM binding WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute([id])?;
    audit::add(tx, actor, "binding.delete", subject(&binding), now)?;
    Ok(Some(()))
}

/// Lets a binding be told once more.
pub(super) fn reopen(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    let Some(binding) = find(tx.db, id)? else {
        return Ok(None);
    };
    let sql = "UPDATE binding SET told = NULL WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute([id])?;
    audit::add(tx, actor, "binding.reopen", subject(&binding), now)?;
    Ok(Some(()))
}

/// A device asks where it belongs. With its binding it becomes a device of ours, in the same transaction.
pub(super) fn tell(tx: &mut Tx<'_>, claim: &Claim, now: Timestamp) -> Result<Activation> {
    let Some(mut binding) = bound(tx.db, claim, now)? else {
        return Ok(Activation::Unbound);
    };
    if let Some(told) = &binding.told {
        return match again(tx.db, told, claim, now)? {
            true => Ok(Activation::Told(Box::new(binding))),
            false => Ok(Activation::Used(told.device)),
        };
    }
    let known = match known(tx.db, claim)? {
        Known::Different => return Ok(Activation::Contradiction),
        Known::Device(device) if belongs_elsewhere(tx.db, device, &binding)? => {
            return Ok(Activation::Contradiction);
        }
        Known::Device(device) => Some(device),
        // Another device has the account.
        Known::Nobody if holdings::holder(tx.db, Account::key(&binding.account))?.is_some() => {
            return Ok(Activation::Contradiction);
        }
        Known::Nobody => match &claim.identity {
            None => None,
            // There are several with this serial number, one of them of this identity.
            Some(identity) if devices::exists(tx.db, Id::of_device(identity))? => {
                return Ok(Activation::Contradiction);
            }
            Some(identity) => {
                let actor = Actor::Job("activation");
                Some(devices::register(tx, &actor, identity, None, now)?.id)
            }
        },
    };
    match known {
        Some(device) => take_in(tx, device, &binding, claim, now)?,
        // The rule leads somewhere else; a profile of ours it could not get.
        None if binding.rule.is_some() => {}
        None => return Ok(Activation::Contradiction),
    }
    let told = Told {
        at: now,
        serial_number: claim.serial_number.clone(),
        mac: claim.mac.clone(),
        device: known,
    };
    let sql = "UPDATE binding SET told = ?2 WHERE id = ?1";
    let values = params![binding.id(), json(&told)];
    tx.db.prepare_cached(sql)?.execute(values)?;
    let actor = known.map_or(Actor::Job("activation"), Actor::Device);
    audit::add(tx, &actor, "binding.told", subject(&binding), now)?;
    binding.told = Some(told);
    Ok(Activation::Told(Box::new(binding)))
}

/// The binding of who asks: a number of a customer counts alone.
fn bound(db: &Connection, claim: &Claim, now: Timestamp) -> Result<Option<Binding>> {
    if let Some(customer) = &claim.customer {
        let found = find(db, BoundBy::Customer.key(customer))?;
        return match found {
            Some(found) => Ok(Some(found)),
            None => by_code(db, customer, now),
        };
    }
    if let Some(found) = find(db, BoundBy::Serial.key(&claim.serial_number))? {
        return Ok(Some(found));
    }
    match &claim.mac {
        Some(mac) => find(db, BoundBy::Mac.key(mac)),
        None => Ok(None),
    }
}

/// Whether who was told may be told again: its answer may have been lost, or an operator has opened its window.
fn again(db: &Connection, told: &Told, claim: &Claim, now: Timestamp) -> Result<bool> {
    if told.serial_number != claim.serial_number || told.mac != claim.mac {
        return Ok(false);
    }
    let window = match told.device {
        Some(device) => provisioning::window(db, device)?,
        None => None,
    };
    let open = window.is_some_and(|until| now <= until);
    Ok(open || now <= told.at.plus_ms(ACTIVATION_REPEAT_MS))
}

/// The binding of an activation code, as it is typed: dashes are for the eye.
fn by_code(db: &Connection, typed: &str, now: Timestamp) -> Result<Option<Binding>> {
    let code: String = typed.chars().filter(|c| *c != '-').collect();
    let found = find(db, BoundBy::Code.key(&code))?;
    Ok(found.filter(|found| found.expires.is_none_or(|expires| now <= expires)))
}

/// Uses an activation code for a device somebody names.
pub(super) fn use_code(
    tx: &mut Tx<'_>,
    actor: &Actor,
    code: &str,
    device: Id,
    now: Timestamp,
) -> Result<Option<String>> {
    let binding = by_code(tx.db, code, now)?.filter(|binding| binding.told.is_none());
    let Some(binding) = binding else {
        return Ok(None);
    };
    let Some(found) = devices::find(tx.db, device)? else {
        return Err(StoreError::Conflict("there is no such device".into()));
    };
    holdings::bind(tx, actor, &binding.account, device, now)?;
    let told = Told {
        at: now,
        serial_number: found.serial_number,
        mac: None,
        device: Some(device),
    };
    let sql = "UPDATE binding SET told = ?2 WHERE id = ?1";
    let values = params![binding.id(), json(&told)];
    tx.db.prepare_cached(sql)?.execute(values)?;
    audit::add(tx, actor, "binding.told", subject(&binding), now)?;
    Ok(Some(binding.account))
}

/// The bindings of an account.
pub(super) fn of_account(db: &Connection, account: &str) -> Result<Vec<Binding>> {
    let sql = "SELECT id, read_json('binding/' || id, binding), told FROM binding WHERE account = ?1 ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([account], kept)?;
    let rows: Vec<Kept> = rows.collect::<rusqlite::Result<_>>()?;
    rows.into_iter().map(readable).collect()
}

/// Removes the bindings of an account that name one unit, and its codes.
pub(super) fn forget_units(tx: &Tx<'_>, account: &str) -> Result<()> {
    for binding in of_account(tx.db, account)? {
        match binding.by {
            BoundBy::Serial | BoundBy::Mac | BoundBy::Code => {
                let sql = "DELETE FROM binding WHERE id = ?1";
                tx.db.prepare_cached(sql)?.execute([binding.id()])?;
            }
            // It is the customer's, whatever unit it is.
            BoundBy::Customer => {}
        }
    }
    Ok(())
}

/// Removes the codes of an account, and those of all others that have ended.
pub(super) fn forget_codes(tx: &Tx<'_>, account: &str, now: Timestamp) -> Result<()> {
    let sql = "DELETE FROM binding WHERE expires IS NOT NULL AND (account = ?1 OR expires < ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![account, Ms(now)])?;
    Ok(())
}

/// Lets the number of a customer be told once more whose unit was replaced.
pub(super) fn reopen_for(tx: &Tx<'_>, account: &str, old: Id) -> Result<()> {
    for binding in of_account(tx.db, account)? {
        let told_it = binding
            .told
            .as_ref()
            .is_some_and(|told| told.device == Some(old));
        if told_it {
            let sql = "UPDATE binding SET told = NULL WHERE id = ?1";
            tx.db.prepare_cached(sql)?.execute([binding.id()])?;
        }
    }
    Ok(())
}

enum Known {
    Nobody,
    Device(Id),
    Different,
}

/// The device of ours a claim names. A MAC address of one and a serial number of another are nobody's.
fn known(db: &Connection, claim: &Claim) -> Result<Known> {
    let by_mac = match &claim.mac {
        Some(mac) => provisioning::device_by_mac(db, mac)?,
        None => None,
    };
    let by_serial = provisioning::device_by_serial_number(db, &claim.serial_number)?;
    let device = match (by_mac, by_serial) {
        (Some(one), Some(other)) if one != other => return Ok(Known::Different),
        (Some(device), _) | (None, Some(device)) => device,
        (None, None) => return Ok(Known::Nobody),
    };
    let variables = devices::variables(db, device)?;
    let mac = variables.iter().find(|(name, _)| name == "mac");
    let contradicts = match (mac, &claim.mac) {
        (Some((_, kept)), Some(claimed)) => kept != claimed,
        (Some(_) | None, _) => false,
    };
    let another_serial = by_serial.is_none()
        && !claim.serial_number.is_empty()
        && serial_number(db, device)? != claim.serial_number;
    Ok(match contradicts || another_serial {
        true => Known::Different,
        false => Known::Device(device),
    })
}

/// Whether a device is not for this binding: whoever has a number of a customer can say to be any device, and would get
/// a window for the first contact of somebody else's.
fn belongs_elsewhere(db: &Connection, device: Id, binding: &Binding) -> Result<bool> {
    if walls::stands(db, device)? {
        return Ok(true);
    }
    let on = holdings::holder(db, Account::key(&binding.account))?;
    if on.is_some_and(|on| on.device != device) {
        return Ok(true);
    }
    let account = match holdings::account_of(db, device)? {
        Some(account) => Some(account),
        None => {
            let variables = devices::variables(db, device)?;
            let mut variables = variables.into_iter();
            let variable = variables.find(|(name, _)| name == "account");
            variable.map(|(_, account)| account)
        }
    };
    Ok(match (account, binding.by) {
        (Some(account), _) => account != binding.account,
        (None, BoundBy::Customer | BoundBy::Code) => {
            provisioning::keys(db, device)?.is_some_and(|keys| keys.used)
        }
        (None, BoundBy::Serial | BoundBy::Mac) => false,
    })
}

fn serial_number(db: &Connection, device: Id) -> Result<String> {
    let found = devices::find(db, device)?;
    Ok(found.map(|device| device.serial_number).unwrap_or_default())
}

/// Gives a device the variables of its account, and its window.
fn take_in(
    tx: &mut Tx<'_>,
    device: Id,
    binding: &Binding,
    claim: &Claim,
    now: Timestamp,
) -> Result<()> {
    let actor = Actor::Device(device);
    let mut variables: std::collections::BTreeMap<String, String> =
        devices::variables(tx.db, device)?.into_iter().collect();
    variables.extend(binding.variables.clone());
    let subscriber = accounts::exists(tx.db, Account::key(&binding.account))?;
    if !subscriber {
        variables.insert("account".into(), binding.account.clone());
    }
    if let Some(mac) = &claim.mac {
        variables.insert("mac".into(), mac.clone());
    }
    let variables: Vec<_> = variables.into_iter().collect();
    devices::set_variables(tx, &actor, device, &variables, now)?;
    if subscriber {
        holdings::bind(tx, &actor, &binding.account, device, now)?;
    }
    if binding.window_minutes > 0 {
        let until = now.plus_secs(binding.window_minutes * 60);
        provisioning::put_window(tx, &actor, device, until, now)?;
    }
    Ok(())
}
