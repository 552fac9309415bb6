//! What was last seen of a device's parameters: names shared by all devices of one shape, values packed against those
//! of another device of that shape.
//!
//! An ATA has 1,600 parameters of which a handful differ from device to device, so a packed snapshot has a few hundred
//! bytes. What Informs say is kept beside it until the next write: a periodic Inform must not cost the whole tree.

use super::engine::Tx;
use super::packing::{
    BYTES, LEVEL, access_code, pack, read_runs, read_text, type_code, unpack, write_runs,
    write_text,
};
use super::parameter_index;
use super::rows::{Ms, corrupt, readable};
use super::{calls, health, history, lines};
use crate::store::{Id, Observed, Result, Snapshot};
use data_model::{ParameterList, Timestamp, XsdType};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parameters of Informs kept beside a snapshot; beyond them they are put into it.
const BESIDE: usize = 256;

/// One parameter as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    ty: XsdType,
    writable: Option<bool>,
    value: String,
    /// When it was last seen, in seconds since 1970.
    seen: i64,
}

/// All parameters of one device, by name.
type Tree = BTreeMap<Arc<str>, Kept>;

// ---- packing ---------------------------------------------------------------------------------------------

/// Names, types and access, as the bytes of a shape.
fn shape_of(tree: &Tree) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(tree.len() * 64);
    for (name, kept) in tree {
        bytes.push(type_code(kept.ty));
        bytes.push(access_code(kept.writable));
        write_text(name, &mut bytes);
    }
    bytes
}

fn values_of(tree: &Tree) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(tree.len() * 8);
    for kept in tree.values() {
        write_text(&kept.value, &mut bytes);
    }
    bytes
}

fn tree_of(mut names: &[u8], mut values: &[u8]) -> Option<Tree> {
    let mut tree = Tree::new();
    while let [ty, writable, rest @ ..] = names {
        names = rest;
        let ty = *XsdType::ALL.get(usize::from(*ty))?;
        let writable = match writable {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        };
        let name = read_text(&mut names)?;
        let value = read_text(&mut values)?.to_owned();
        tree.insert(
            name.into(),
            Kept {
                ty,
                writable,
                value,
                seen: 0,
            },
        );
    }
    Some(tree)
}

// ---- rows ------------------------------------------------------------------------------------------------

/// What the snapshot row holds, without what Informs have said since.
fn load(db: &Connection, device: Id) -> Result<Option<(Tree, Timestamp)>> {
    let sql = "SELECT n.at, n.bytes, n.vals, s.names, s.sample, n.times FROM snapshot n
               JOIN shape s ON s.id = n.shape WHERE n.device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let row = statement.query_row([device], |row| {
        let (values, names): (Vec<u8>, Vec<u8>) = (row.get(2)?, row.get(3)?);
        Ok((
            row.get::<_, Ms>(0)?.0,
            row.get::<_, i64>(1)?,
            values,
            names,
            row.get::<_, Vec<u8>>(4)?,
            row.get::<_, Vec<u8>>(5)?,
        ))
    });
    let Some((at, length, values, names, sample, times)) = row.optional()? else {
        return Ok(None);
    };
    let broken = |why: &dyn std::fmt::Display| corrupt("snapshot", device, why);
    let sample = unpack(&sample)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(BYTES);
    let mut unpacker =
        zstd::bulk::Decompressor::with_dictionary(&sample).map_err(|error| broken(&error))?;
    let values = unpacker
        .decompress(&values, length)
        .map_err(|error| broken(&error))?;
    let tree = tree_of(&unpack(&names)?, &values);
    let mut tree = tree.ok_or_else(|| broken(&"names and values do not fit"))?;
    let times = read_runs(&times, tree.len(), at.as_secs());
    for (kept, seen) in tree.values_mut().zip(times) {
        kept.seen = seen;
    }
    Ok(Some((tree, at)))
}

/// Writes a snapshot that holds everything that is known; nothing stands beside it then.
fn save(tx: &mut Tx<'_>, device: Id, tree: &Tree, at: Timestamp) -> Result<()> {
    let names = shape_of(tree);
    let values = values_of(tree);
    if names.len().max(values.len()) > BYTES {
        tracing::warn!(%device, "a device shows more than is kept; what was known of it stays");
        return Ok(());
    }
    let hash = Sha256::digest(&names);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    let shape = i64::from_be_bytes(first);
    let sql = "SELECT sample FROM shape WHERE id = ?1";
    let sample: Option<Vec<u8>> = tx
        .db
        .prepare_cached(sql)?
        .query_row([shape], |row| row.get(0))
        .optional()?;
    let sample = match sample {
        Some(sample) => unpack(&sample)?,
        None => {
            let sql = "INSERT INTO shape (id, names, sample) VALUES (?1, ?2, ?3)";
            tx.db
                .prepare_cached(sql)?
                .execute(params![shape, pack(&names)?, pack(&values)?])?;
            values.clone()
        }
    };
    let broken = |error: std::io::Error| corrupt("snapshot", device, error);
    let mut packer = zstd::bulk::Compressor::with_dictionary(LEVEL, &sample).map_err(broken)?;
    let packed = packer.compress(&values).map_err(broken)?;
    let mut times = Vec::new();
    write_runs(tree.values().map(|kept| kept.seen), &mut times);
    let sql = "INSERT OR REPLACE INTO snapshot (device, at, shape, count, bytes, vals, times)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let number = i64::try_from(tree.len()).unwrap_or(i64::MAX);
    let row = params![device, Ms(at), shape, number, length, packed, times];
    tx.db.prepare_cached(sql)?.execute(row)?;
    tx.db
        .prepare_cached("DELETE FROM informed WHERE device = ?1")?
        .execute([device])?;
    let values = tree
        .iter()
        .map(|(name, kept)| (&**name, kept.value.as_str()));
    parameter_index::keep_all(tx, device, values)
}

/// What Informs have said since the snapshot was written.
fn load_informed(db: &Connection, device: Id) -> Result<Option<(ParameterList, Timestamp)>> {
    let sql = "SELECT list, at FROM informed WHERE device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let row = statement.query_row([device], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Ms>(1)?.0))
    });
    let Some((bytes, at)) = row.optional()? else {
        return Ok(None);
    };
    let mut list = ParameterList::new();
    let mut rest = bytes.as_slice();
    while let [ty, after @ ..] = rest {
        rest = after;
        let parameter = XsdType::ALL
            .get(usize::from(*ty))
            .and_then(|ty| Some((read_text(&mut rest)?, *ty, read_text(&mut rest)?)));
        let Some((name, ty, value)) = parameter else {
            return Err(corrupt("informed", device, "it cannot be read"));
        };
        list.push(name, ty, value);
    }
    Ok(Some((list, at)))
}

// ---- what others call ------------------------------------------------------------------------------------

/// Parameters that others keep something of: where the device can be called, and how it stands.
fn shown(tx: &Tx<'_>, device: Id, list: &ParameterList) -> Result<()> {
    calls::parameters(tx, device, list)?;
    health::parameters(tx, device, list)
}

/// Keeps the parameters of an Inform, beside those of earlier ones it does not repeat.
pub(super) fn informed(
    tx: &mut Tx<'_>,
    device: Id,
    list: &ParameterList,
    at: Timestamp,
) -> Result<()> {
    shown(tx, device, list)?;
    lines::observe(tx, device, list, at)?;
    history::keep(tx, device, list, at)?;
    let mut all = BTreeMap::new();
    let before = readable(load_informed(tx.db, device))?.flatten();
    let before = before.map(|(list, _)| list).unwrap_or_default();
    for parameter in before.iter().chain(list.iter()) {
        all.insert(parameter.name, parameter);
    }
    if all.len() > BESIDE {
        let (mut tree, _) = known(tx, device)?;
        set_all(&mut tree, list, at);
        return save(tx, device, &tree, at);
    }
    let mut bytes = Vec::new();
    for parameter in all.values() {
        bytes.push(type_code(parameter.ty));
        write_text(parameter.name, &mut bytes);
        write_text(parameter.value, &mut bytes);
    }
    let sql = "INSERT OR REPLACE INTO informed (device, at, list) VALUES (?1, ?2, ?3)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, Ms(at), bytes])?;
    let values = list
        .iter()
        .map(|parameter| (parameter.name, parameter.value));
    parameter_index::keep_some(tx, device, values)
}

fn set(tree: &mut Tree, name: &str, ty: XsdType, value: &str, seen: i64) {
    match tree.get_mut(name) {
        Some(kept) => {
            kept.ty = ty;
            kept.seen = seen;
            value.clone_into(&mut kept.value);
        }
        None => {
            let kept = Kept {
                ty,
                writable: None,
                value: value.to_owned(),
                seen,
            };
            tree.insert(name.into(), kept);
        }
    }
}

fn set_all(tree: &mut Tree, list: &ParameterList, at: Timestamp) {
    for parameter in list.iter() {
        set(
            tree,
            parameter.name,
            parameter.ty,
            parameter.value,
            at.as_secs(),
        );
    }
}

/// Everything that is known, for a change of it. What cannot be read is learnt anew.
fn known(tx: &Tx<'_>, device: Id) -> Result<(Tree, Option<Timestamp>)> {
    let kept = readable(load(tx.db, device))?.flatten();
    let informed = readable(load_informed(tx.db, device))?.flatten();
    Ok(together(kept, informed))
}

/// Every value of a device, by name.
pub(super) fn values(tx: &Tx<'_>, device: Id) -> Result<Vec<(Arc<str>, String)>> {
    let (tree, _) = known(tx, device)?;
    Ok(tree
        .into_iter()
        .map(|(name, kept)| (name, kept.value))
        .collect())
}

/// A snapshot and what Informs have said since.
fn together(
    kept: Option<(Tree, Timestamp)>,
    informed: Option<(ParameterList, Timestamp)>,
) -> (Tree, Option<Timestamp>) {
    let (mut tree, mut at) = match kept {
        Some((tree, at)) => (tree, Some(at)),
        None => (Tree::new(), None),
    };
    if let Some((list, informed)) = informed {
        set_all(&mut tree, &list, informed);
        at = at.max(Some(informed));
    }
    (tree, at)
}

/// Merges what an RPC has shown. A snapshot in which nothing changes is left as it is.
pub(super) fn merge(
    tx: &mut Tx<'_>,
    device: Id,
    observed: &Observed,
    now: Timestamp,
) -> Result<()> {
    if observed.shows_nothing() {
        return Ok(());
    }
    shown(tx, device, &observed.values)?;
    health::seen_whole(tx, device, observed)?;
    lines::observe(tx, device, &observed.values, now)?;
    let (before, changed) = known(tx, device)?;
    let mut tree = before.clone();
    keep_only_seen(&mut tree, observed);
    set_all(&mut tree, &observed.values, now);
    for (name, writable) in &observed.writable {
        if let Some(kept) = tree.get_mut(name.as_str()) {
            kept.writable = Some(*writable);
        }
    }
    if before == tree {
        return Ok(());
    }
    // Values that are what they were have only been seen once more.
    let at = if same_but_for_times(&before, &tree) {
        changed.unwrap_or(now)
    } else {
        now
    };
    // The next Inform is newer than this, also if it says to the letter what the last one said.
    tx.hot.forget(device);
    let sql = "UPDATE device SET inform_hash = 0 WHERE id = ?1";
    if tx.db.prepare_cached(sql)?.execute([device])? == 0 {
        // It was forgotten meanwhile.
        return Ok(());
    }
    history::keep(tx, device, &observed.values, now)?;
    save(tx, device, &tree, at)
}

fn same_but_for_times(one: &Tree, other: &Tree) -> bool {
    let same = |(one, other): (&Kept, &Kept)| {
        one.ty == other.ty && one.writable == other.writable && one.value == other.value
    };
    one.len() == other.len()
        && one.keys().eq(other.keys())
        && one.values().zip(other.values()).all(same)
}

/// Drops what is gone from the branches that were read whole, or whose names were.
fn keep_only_seen(tree: &mut Tree, observed: &Observed) {
    if observed.complete_below.is_empty() && observed.listed_below.is_empty() {
        return;
    }
    let values = observed.values.iter();
    let mut seen: Vec<&str> = values.map(|parameter| parameter.name).collect();
    seen.sort_unstable();
    let mut listed: Vec<&str> = observed
        .writable
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    listed.sort_unstable();
    let below = |branches: &[String], name: &str| {
        let mut branches = branches.iter();
        branches.any(|branch| name.starts_with(branch.as_str()))
    };
    let has = |list: &[&str], name: &str| list.binary_search(&name).is_ok();
    tree.retain(|name, _| {
        let read = below(&observed.complete_below, name);
        let known = below(&observed.listed_below, name);
        below(&observed.except_below, name)
            || has(&seen, name)
            || (!read && (!known || has(&listed, name)))
    });
}

/// What was last seen.
pub(super) fn read(db: &Connection, device: Id) -> Result<Snapshot> {
    let (tree, at) = together(load(db, device)?, load_informed(db, device)?);
    let mut snapshot = Snapshot {
        at,
        ..Snapshot::default()
    };
    for (name, kept) in &tree {
        snapshot.values.push(name, kept.ty, &kept.value);
        snapshot.writable.push(kept.writable);
        snapshot.seen.push(Timestamp::from_secs(kept.seen));
    }
    Ok(snapshot)
}
