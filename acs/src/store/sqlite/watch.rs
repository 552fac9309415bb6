//! What the selectors of profiles ask for: a device of which any of it changes is compared with the profiles anew.

use super::engine::Tx;
use super::{parameter_index, profiles, queries};
use crate::provisioning::evidence::{Asked, Evidence};
use crate::query::pattern::Pattern;
use crate::store::{Id, Result};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Attributes that an Inform sets, with their columns. A change of the firmware has a device compared in any case.
const DESCRIBED: [&str; 6] = [
    "manufacturer",
    "hardware_version",
    "address",
    "root",
    "cwmp_version",
    "parameter_key",
];

/// What is watched, besides parameters: those are watched where they are indexed.
#[derive(Debug, Default)]
pub(super) struct Watched {
    attributes: BTreeSet<String>,
    campaigns: BTreeSet<String>,
}

/// What is watched, by heart after the first time.
fn watched(tx: &Tx<'_>) -> Result<Arc<Watched>> {
    let known = tx.hot.selectors.borrow().clone();
    if let Some(known) = known {
        return Ok(known);
    }
    let mut found = Watched::default();
    for (kind, what) in rows(tx.db)? {
        match kind.as_str() {
            "attribute" => drop(found.attributes.insert(what)),
            "campaign" => drop(found.campaigns.insert(what)),
            _ => {}
        }
    }
    let found = Arc::new(found);
    *tx.hot.selectors.borrow_mut() = Some(Arc::clone(&found));
    Ok(found)
}

fn rows(db: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = db.prepare_cached("SELECT kind, what FROM watched")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Paths of a kind.
pub(super) fn patterns(db: &Connection, kind: &str) -> Result<Vec<Pattern>> {
    let rows = rows(db)?.into_iter().filter(|(known, _)| known == kind);
    // What cannot be read was written by another version of this program.
    Ok(rows
        .filter_map(|(_, what)| Pattern::parse(&what).ok())
        .collect())
}

/// Keeps what there is of a kind.
fn put<'a>(tx: &Tx<'_>, kind: &str, all: impl Iterator<Item = &'a str>) -> Result<()> {
    let sql = "DELETE FROM watched WHERE kind = ?1";
    tx.db.prepare_cached(sql)?.execute([kind])?;
    for what in all {
        let sql = "INSERT OR IGNORE INTO watched (kind, what) VALUES (?1, ?2)";
        tx.db.prepare_cached(sql)?.execute([kind, what])?;
    }
    Ok(())
}

/// The operator has chosen parameters.
pub(super) fn choose(tx: &mut Tx<'_>, chosen: &[Pattern]) -> Result<()> {
    put(tx, "chosen", chosen.iter().map(Pattern::as_str))?;
    renew(tx)
}

/// What is in force may have changed, and with it what is asked for.
pub(super) fn renew(tx: &mut Tx<'_>) -> Result<()> {
    let (_, list) = profiles::in_force(tx.db)?;
    let asked = Asked::by(&list);
    let attributes = asked.of_record.iter().chain(&asked.looked_up);
    put(tx, "attribute", attributes.map(|attribute| attribute.name))?;
    put(tx, "campaign", asked.campaigns.iter().map(String::as_str))?;
    let parameters = asked.parameters.iter().map(Pattern::as_str);
    put(tx, "parameter", parameters)?;
    *tx.hot.selectors.borrow_mut() = None;
    parameter_index::settle(tx)
}

/// Which profiles a device gets may have changed: nothing believed so far counts, and it is compared anew.
pub(super) fn anew(tx: &Tx<'_>, device: Id) -> Result<()> {
    tx.hot.forget_soon(device);
    let sql = "UPDATE device SET profile_stamp = 0, profile_failed_stamp = 0, profile_waits = 0,
               revision = revision + 1 WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    Ok(())
}

/// An attribute of a device has changed.
pub(super) fn changed(tx: &Tx<'_>, device: Id, attribute: &str) -> Result<()> {
    match watched(tx)?.attributes.contains(attribute) {
        true => anew(tx, device),
        false => Ok(()),
    }
}

/// A device is somewhere else in a campaign.
pub(super) fn moved(tx: &Tx<'_>, device: Id, campaign: Id) -> Result<()> {
    let watched = watched(tx)?;
    if watched.campaigns.is_empty() {
        return Ok(());
    }
    let sql = "SELECT name FROM campaign WHERE id = ?1";
    let name: Option<String> = tx
        .db
        .prepare_cached(sql)?
        .query_row([campaign], |row| row.get(0))
        .optional()?;
    match name.is_some_and(|name| watched.campaigns.contains(&name)) {
        true => anew(tx, device),
        false => Ok(()),
    }
}

/// What a device's record says of what is asked for, before an Inform changes it. Nothing is read if nothing is.
pub(super) fn described(tx: &Tx<'_>, device: Id) -> Result<Option<Vec<String>>> {
    let watched = watched(tx)?;
    if watched.attributes.is_empty() {
        return Ok(None);
    }
    let columns = DESCRIBED.into_iter();
    let columns = columns.filter(|name| watched.attributes.contains(*name));
    let columns: Vec<&str> = columns.collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let sql = format!("SELECT {} FROM device WHERE id = ?1", columns.join(", "));
    let mut statement = tx.db.prepare_cached(&sql)?;
    let found = statement.query_row(params![device], |row| {
        (0..columns.len()).map(|column| row.get(column)).collect()
    });
    Ok(found.optional()?)
}

/// What selectors ask for of a device.
pub(super) fn evidence(db: &Connection, device: Id, asked: &Asked) -> Result<Evidence> {
    let mut evidence = Evidence::default();
    let found = queries::values(db, &[device], &asked.parameters, &asked.looked_up)?;
    for found in found {
        for (name, value) in &found.values {
            evidence.values.push_str(name, value);
        }
        let names = asked.looked_up.iter().map(|attribute| attribute.name);
        evidence.looked_up = names.zip(found.attributes).collect();
    }
    let sql = "SELECT r.step FROM campaign_device r JOIN campaign c ON c.id = r.campaign
               WHERE r.device = ?1 AND c.name = ?2";
    let mut statement = db.prepare_cached(sql)?;
    for name in &asked.campaigns {
        let steps = statement.query_map(params![device, name], |row| row.get(0))?;
        let steps = steps.collect::<rusqlite::Result<_>>()?;
        evidence.campaigns.push((name.clone(), steps));
    }
    Ok(evidence)
}
