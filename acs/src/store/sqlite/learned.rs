//! What was learned of devices, and of their models for those that are met for the first time.

use super::engine::Tx;
use super::rows::{from_json, json, limit, readable};
use super::{audit, devices};
use crate::limits::{MODEL_AGREE, MODEL_VOTES};
use crate::store::{Actor, Id, Learned, Result};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

/// What makes devices alike, and the firmware one runs.
fn model(db: &Connection, device: Id) -> Result<Option<(String, String)>> {
    let sql = "SELECT oui, product_class, software_version FROM device WHERE id = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let row = statement.query_row([device], |row| {
        let (oui, product_class): (String, String) = (row.get(0)?, row.get(1)?);
        let version: String = row.get(2)?;
        Ok((format!("{oui}-{product_class}-{version}"), version))
    });
    Ok(row.optional()?)
}

/// Keeps what was learned of a device. Its model learns from what is a habit of the firmware, not of this one device, and
/// only what several devices agree on.
pub(super) fn keep(tx: &mut Tx<'_>, device: Id, learned: &Learned) -> Result<()> {
    let Some((model, version)) = model(tx.db, device)? else {
        return Ok(());
    };
    if *learned == find(tx.db, device)? {
        return Ok(());
    }
    let mut learned = learned.clone();
    learned.software_version = version;
    let sql = "INSERT OR REPLACE INTO learned (device, learned) VALUES (?1, ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, json(&learned)])?;
    vote(tx, device, &model, &learned)
}

fn vote(tx: &Tx<'_>, device: Id, model: &str, learned: &Learned) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO learned_vote (model, device, learned) VALUES (?1, ?2, ?3)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![model, device, json(&learned.of_firmware())])?;
    let sql = "DELETE FROM learned_vote WHERE model = ?1 AND number <=
               (SELECT number FROM learned_vote WHERE model = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![model, limit(MODEL_VOTES)])?;
    let mut votes = Vec::new();
    {
        let sql = "SELECT learned FROM learned_vote WHERE model = ?1";
        let mut statement = tx.db.prepare_cached(sql)?;
        let mut rows = statement.query([model])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            votes.extend(readable(from_json::<Learned>(
                &text,
                "learned_vote",
                model,
            ))?);
        }
    }
    let agreed = Learned {
        software_version: learned.software_version.clone(),
        ..Learned::agreed(&votes, MODEL_AGREE)
    };
    let sql = "INSERT OR REPLACE INTO learned_of_model (model, learned) VALUES (?1, ?2)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![model, json(&agreed)])?;
    Ok(())
}

/// What is known of a device.
pub(super) fn find(db: &Connection, device: Id) -> Result<Learned> {
    let Some((model, version)) = model(db, device)? else {
        return Ok(Learned::default());
    };
    let of_itself: Option<String> = db
        .prepare_cached("SELECT learned FROM learned WHERE device = ?1")?
        .query_row([device], |row| row.get(0))
        .optional()?;
    if let Some(text) = of_itself
        && let Some(learned) = readable(from_json::<Learned>(&text, "learned", device))?
    {
        // Another firmware may do better.
        if learned.software_version == version {
            return Ok(learned);
        }
    }
    let of_model: Option<String> = db
        .prepare_cached("SELECT learned FROM learned_of_model WHERE model = ?1")?
        .query_row([&model], |row| row.get(0))
        .optional()?;
    let known = match of_model {
        Some(text) => readable(from_json::<Learned>(&text, "learned", &model))?,
        None => None,
    };
    Ok(known.unwrap_or(Learned {
        software_version: version,
        ..Learned::default()
    }))
}

/// Forgets what is known of a device and of its model.
pub(super) fn forget(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    now: Timestamp,
) -> Result<Option<()>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    let sql = "DELETE FROM learned WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    if let Some((model, _)) = model(tx.db, device)? {
        for table in ["learned_of_model", "learned_vote"] {
            let sql = format!("DELETE FROM {table} WHERE model = ?1");
            tx.db.prepare_cached(&sql)?.execute([&model])?;
        }
    }
    audit::add(tx, actor, "device.learned.forget", device, now)?;
    Ok(Some(()))
}
