//! A device's parameters as they are kept: names shared by all devices of one shape, values as what differs from those of
//! another device of that shape.
//!
//! An ATA has 1,600 parameters of which a handful differ from device to device, so a packed snapshot has a few hundred
//! bytes.

use super::differences::{self, Differences};
use super::engine::Tx;
use super::packing::{
    BYTES, access_code, pack, read_runs, read_text, type_code, unpack, write_runs, write_text,
};
use super::parameter_index;
use super::rows::{Ms, corrupt};
use crate::store::{Id, Result};
use data_model::{Timestamp, XsdType};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One parameter as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub ty: XsdType,
    pub writable: Option<bool>,
    pub value: String,
    /// When it was last seen, in seconds since 1970.
    pub seen: i64,
}

/// All parameters of one device, by name.
pub(super) type Tree = BTreeMap<Arc<str>, Kept>;

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

fn values_of(tree: &Tree) -> impl Iterator<Item = &str> {
    tree.values().map(|kept| kept.value.as_str())
}

/// A device's tree: names, types and access of its shape, the shape's values, and what differs from them.
fn tree_of(mut names: &[u8], mut sample: &[u8], mut own: Differences<'_>) -> Option<Tree> {
    // In their order, which is that of the tree.
    let mut all = Vec::new();
    let mut following = own.next().ok()?;
    let mut place = 0;
    while let [ty, writable, rest @ ..] = names {
        names = rest;
        let ty = *XsdType::ALL.get(usize::from(*ty))?;
        let writable = match writable {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        };
        let name = read_text(&mut names)?;
        let usual = read_text(&mut sample)?;
        let value = match &following {
            Some((at, own_value)) if *at == place => {
                let value = own_value.value(usual).ok()?;
                following = own.next().ok()?;
                value
            }
            Some(_) | None => usual.to_owned(),
        };
        let kept = Kept {
            ty,
            writable,
            value,
            seen: 0,
        };
        all.push((name.into(), kept));
        place += 1;
    }
    following.is_none().then(|| all.into_iter().collect())
}

/// When each value was seen; nothing if it was all of them when the snapshot was written.
fn times_of(tree: &Tree, at: Timestamp) -> Vec<u8> {
    let mut times = Vec::new();
    if tree.values().any(|kept| kept.seen != at.as_secs()) {
        write_runs(tree.values().map(|kept| kept.seen), &mut times);
    }
    times
}

// ---- rows ------------------------------------------------------------------------------------------------

/// What the snapshot row holds, without what Informs have said since.
pub(super) fn load(db: &Connection, device: Id) -> Result<Option<(Tree, Timestamp)>> {
    let sql = "SELECT n.at, n.vals, s.names, s.sample, n.times FROM snapshot n
               JOIN shape s ON s.id = n.shape WHERE n.device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let at = row.get::<_, Ms>(0)?.0;
    let blob = |column| {
        let blob = row.get_ref(column)?;
        blob.as_blob()
            .map_err(|error| corrupt("snapshot", device, error))
    };
    let (names, sample) = (unpack(blob(2)?)?, unpack(blob(3)?)?);
    let mut buffer = Vec::new();
    let own = Differences::unpack(blob(1)?, &mut buffer);
    let tree = own.and_then(|own| tree_of(&names, &sample, own));
    let mut tree = tree.ok_or_else(|| corrupt("snapshot", device, "it does not fit its shape"))?;
    let times = read_runs(blob(4)?, tree.len(), at.as_secs());
    for (kept, seen) in tree.values_mut().zip(times) {
        kept.seen = seen;
    }
    Ok(Some((tree, at)))
}

/// Writes a snapshot that holds everything that is known; nothing stands beside it then.
pub(super) fn save(tx: &mut Tx<'_>, device: Id, tree: &Tree, at: Timestamp) -> Result<()> {
    let names = shape_of(tree);
    let length: usize = values_of(tree).map(str::len).sum();
    if names.len().max(length) > BYTES {
        tracing::warn!(%device, "a device shows more than is kept; what was known of it stays");
        return Ok(());
    }
    let (shape, sample) = shape(tx.db, &names, tree)?;
    let own = differences::pack(values_of(tree), &sample);
    let sql = "INSERT OR REPLACE INTO snapshot (device, at, shape, vals, times) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![device, Ms(at), shape, own, times_of(tree, at)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    tx.db
        .prepare_cached("DELETE FROM informed WHERE device = ?1")?
        .execute([device])?;
    let values = tree
        .iter()
        .map(|(name, kept)| (&**name, kept.value.as_str()));
    parameter_index::keep_all(tx, device, values)
}

/// The key of a shape and its sample; the first device of a shape becomes the sample.
fn shape(db: &Connection, names: &[u8], tree: &Tree) -> Result<(i64, Vec<u8>)> {
    let hash = Sha256::digest(names);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    let hash = i64::from_be_bytes(first);
    let sql = "SELECT id, sample FROM shape WHERE hash = ?1";
    let known = db
        .prepare_cached(sql)?
        .query_row([hash], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)));
    if let Some((key, sample)) = known.optional()? {
        return Ok((key, unpack(&sample)?));
    }
    let sample = differences::values(values_of(tree));
    let sql = "INSERT INTO shape (hash, names, sample) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?
        .execute(params![hash, pack(names)?, pack(&sample)?])?;
    Ok((db.last_insert_rowid(), sample))
}

// ---- what earlier versions kept ---------------------------------------------------------------------------

/// Makes known what the step of the schema uses that brings in this form.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("differences_of", 3, flags, |context| {
        let (sample, values) = (context.get::<Vec<u8>>(0)?, context.get::<Vec<u8>>(2)?);
        let length = usize::try_from(context.get::<i64>(1)?).unwrap_or(usize::MAX);
        // What cannot be read stays so, and is learnt anew.
        Ok(differences_of(&sample, length.min(BYTES), &values).unwrap_or_default())
    })?;
    connection.create_scalar_function("packed_in_words", 1, flags, |context| {
        Ok(super::packing::pack_words(
            context.get_raw(0).as_bytes().unwrap_or_default(),
        ))
    })
}

/// Values that were packed with the sample as a dictionary, in the form they have here.
fn differences_of(sample: &[u8], length: usize, packed: &[u8]) -> Option<Vec<u8>> {
    let sample = unpack(sample).ok()?;
    let mut unpacker = zstd::bulk::Decompressor::with_dictionary(&sample).ok()?;
    let values = unpacker.decompress(packed, length).ok()?;
    let (mut rest, mut list) = (values.as_slice(), Vec::new());
    while !rest.is_empty() {
        list.push(read_text(&mut rest)?);
    }
    Some(differences::pack(list.into_iter(), &sample))
}
