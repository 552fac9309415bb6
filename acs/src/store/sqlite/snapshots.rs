//! What was last seen of a device's parameters. [`trees`](super::trees) has how it is kept.
//!
//! What Informs say is kept beside it until the next write: a periodic Inform must not cost the whole tree.

use super::engine::Tx;
use super::packing::{pack_words, read_text, type_code, unpack_small, write_text};
use super::rows::{Ms, corrupt, readable};
use super::trees::{Kept, Tree, load, save};
use super::{calls, health, history, lines, parameter_index};
use crate::redact::is_secret;
use crate::store::{Id, Observed, Result, Snapshot};
use data_model::{ParameterList, Timestamp, XsdType};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Parameters of Informs kept beside a snapshot; beyond them they are put into it.
const BESIDE: usize = 256;

/// What Informs have said since the snapshot was written.
fn load_informed(db: &Connection, device: Id) -> Result<Option<(ParameterList, Timestamp)>> {
    let sql = "SELECT list, at FROM informed WHERE device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let row = statement.query_row([device], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Ms>(1)?.0))
    });
    let Some((packed, at)) = row.optional()? else {
        return Ok(None);
    };
    let mut list = ParameterList::new();
    let mut buffer = Vec::new();
    let broken = || corrupt("informed", device, "it cannot be read");
    let mut rest = unpack_small(&packed, &mut buffer).ok_or_else(broken)?;
    while let [ty, after @ ..] = rest {
        rest = after;
        let parameter = XsdType::ALL
            .get(usize::from(*ty))
            .and_then(|ty| Some((read_text(&mut rest)?, *ty, read_text(&mut rest)?)));
        let (name, ty, value) = parameter.ok_or_else(broken)?;
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
        let secret = is_secret(parameter.name);
        write_text(if secret { "" } else { parameter.value }, &mut bytes);
    }
    let sql = "INSERT OR REPLACE INTO informed (device, at, list) VALUES (?1, ?2, ?3)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, Ms(at), pack_words(&bytes)])?;
    let values = list
        .iter()
        .map(|parameter| (parameter.name, parameter.value));
    parameter_index::keep_some(tx, device, values)
}

/// What has become of a tree, the most of it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Nothing,
    /// Values that are what they were have been seen once more.
    Times,
    Content,
}

/// A secret that a device shows is nobody's to keep: its value stays out (case U07).
fn set(tree: &mut Tree, name: &str, ty: XsdType, value: &str, seen: i64) -> Change {
    let value = if is_secret(name) { "" } else { value };
    let Some(kept) = tree.get_mut(name) else {
        let kept = Kept {
            ty,
            writable: None,
            value: value.to_owned(),
            seen,
        };
        tree.insert(name.into(), kept);
        return Change::Content;
    };
    let same = kept.ty == ty && kept.value == value;
    let seen_then = std::mem::replace(&mut kept.seen, seen);
    if !same {
        kept.ty = ty;
        value.clone_into(&mut kept.value);
        return Change::Content;
    }
    match seen_then == seen {
        true => Change::Nothing,
        false => Change::Times,
    }
}

fn set_all(tree: &mut Tree, list: &ParameterList, at: Timestamp) -> Change {
    let at = at.as_secs();
    let each = list
        .iter()
        .map(|parameter| set(tree, parameter.name, parameter.ty, parameter.value, at));
    each.max().unwrap_or(Change::Nothing)
}

fn set_access(tree: &mut Tree, observed: &Observed) -> Change {
    let mut change = Change::Nothing;
    for (name, writable) in &observed.writable {
        if let Some(kept) = tree.get_mut(name.as_str())
            && kept.writable != Some(*writable)
        {
            kept.writable = Some(*writable);
            change = Change::Content;
        }
    }
    change
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
    let (mut tree, changed) = known(tx, device)?;
    let change = [
        keep_only_seen(&mut tree, observed),
        set_all(&mut tree, &observed.values, now),
        set_access(&mut tree, observed),
    ];
    let at = match change.into_iter().max() {
        None | Some(Change::Nothing) => return Ok(()),
        Some(Change::Times) => changed.unwrap_or(now),
        Some(Change::Content) => now,
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

/// Drops what is gone from the branches that were read whole, or whose names were.
fn keep_only_seen(tree: &mut Tree, observed: &Observed) -> Change {
    if observed.complete_below.is_empty() && observed.listed_below.is_empty() {
        return Change::Nothing;
    }
    let before = tree.len();
    let values = observed.values.iter();
    let seen: HashSet<&str> = values.map(|parameter| parameter.name).collect();
    let listed = observed.writable.iter();
    let listed: HashSet<&str> = listed.map(|(name, _)| name.as_str()).collect();
    let below = |branches: &[String], name: &str| {
        let mut branches = branches.iter();
        branches.any(|branch| name.starts_with(branch.as_str()))
    };
    tree.retain(|name, _| {
        let read = below(&observed.complete_below, name);
        let known = below(&observed.listed_below, name);
        below(&observed.except_below, name)
            || seen.contains(&**name)
            || (!read && (!known || listed.contains(&**name)))
    });
    match tree.len() == before {
        true => Change::Nothing,
        false => Change::Content,
    }
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
