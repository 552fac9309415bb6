//! The difference between what is observed and what is desired, as the RPCs that remove it.

use super::desired::{Desired, DesiredObject, DesiredValue};
use super::known::{Known, same};
use crate::limits::{NAMES_PER_CALL, VALUES_PER_CALL};
use crate::store::Adding;
use cwmp::rpc::{AddObject, DeleteObject, GetParameterValues, SetParameterValues};
use cwmp::{AcsRequest, ParameterKey};
use data_model::XsdType;
use data_model::value::canonical;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// One RPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Read values, or whole tables, that nobody has seen.
    Read(Vec<String>),
    /// Write values that differ.
    Write(Vec<Change>),
    /// Make a row; its values are written once its number is known.
    Add(Adding),
    /// Remove a row.
    Delete(Deletion),
}

impl Step {
    /// The RPC.
    pub fn request(&self, key: &ParameterKey) -> AcsRequest {
        match self {
            Step::Read(names) => GetParameterValues {
                parameter_names: names.clone(),
            }
            .into(),
            Step::Write(changes) => {
                let values = changes.iter();
                let values = values.map(|change| (&*change.name, change.ty, &*change.to));
                SetParameterValues {
                    parameter_list: values.collect(),
                    parameter_key: key.clone(),
                }
                .into()
            }
            Step::Add(adding) => AddObject {
                object_name: adding.table.clone(),
                parameter_key: key.clone(),
            }
            .into(),
            Step::Delete(deletion) => DeleteObject {
                object_name: deletion.row.clone(),
                parameter_key: key.clone(),
            }
            .into(),
        }
    }
}

/// A value that is to be another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The parameter.
    pub name: String,
    /// Its type.
    pub ty: XsdType,
    /// What the device has told; `None` if nothing.
    pub from: Option<String>,
    /// What it is to be.
    pub to: String,
    /// The profile that says so.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
    /// Whether it must not be shown, whatever its name is.
    pub secret: bool,
    /// The name a refusal is remembered by: rows have other numbers each time they are made.
    pub remembered: String,
}

/// A row that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The row, with a dot at its end.
    pub row: String,
    /// The profile that wants the table for itself.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
}

/// What is left out of the differences, and in which order they are removed.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// What the device has refused: hashes of values by the names they are remembered by.
    pub refused: BTreeMap<String, u64>,
    /// Profiles whose changes wait.
    pub held: BTreeSet<String>,
    /// Whether rows are removed before others are made: the device has said that there is no room.
    pub room: Room,
}

/// Whether a table has room for further rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Room {
    /// As far as is known.
    #[default]
    Enough,
    /// The device says that there is none.
    None,
}

impl Rules {
    fn refuses(&self, name: &str, value: &str) -> bool {
        // Most devices refuse nothing: no hash is made for them.
        self.refused
            .get(name)
            .is_some_and(|hash| *hash == value_hash(value))
    }
}

/// A value as refusals remember it.
pub fn value_hash(value: &str) -> u64 {
    let hash = Sha256::digest(value);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}

/// Where a device differs from what is desired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Names and tables nobody has seen.
    pub unread: Vec<String>,
    /// Rows that are there and not as they should be, each with its changes.
    pub rows: Vec<Vec<Change>>,
    /// Rows to be made, by their place in [`Desired::objects`].
    pub create: Vec<usize>,
    /// Values that differ.
    pub changes: Vec<Change>,
    /// Rows to be removed.
    pub delete: Vec<Deletion>,
    /// What is left out because the device has refused it, by the names it is remembered by.
    pub refused: BTreeSet<String>,
    /// Profiles that would change something and wait.
    pub held: BTreeSet<String>,
}

impl Differences {
    /// Whether nothing is to be done now.
    pub fn is_empty(&self) -> bool {
        self.unread.is_empty()
            && self.rows.is_empty()
            && self.create.is_empty()
            && self.changes.is_empty()
            && self.delete.is_empty()
    }

    /// The RPCs to be made next, in this order: one at a time makes a row, so that it is known which one it is if
    /// nobody hears of its end; rows go last, when what replaces them is there.
    pub fn steps(mut self, desired: &Desired, known: &Known, room: Room) -> Vec<Step> {
        if !self.unread.is_empty() {
            let calls = self.unread.chunks(NAMES_PER_CALL);
            return calls.map(|names| Step::Read(names.to_vec())).collect();
        }
        if !self.rows.is_empty() {
            return self.rows.into_iter().flat_map(writes).collect();
        }
        if room == Room::None && !self.delete.is_empty() {
            return self.delete.into_iter().map(Step::Delete).collect();
        }
        if let Some(place) = self.create.first() {
            let object = &desired.objects[*place];
            let adding = Adding {
                table: object.table.clone(),
                key: object.key.clone(),
                before: known.rows(&object.table).into_iter().collect(),
            };
            return vec![Step::Add(adding)];
        }
        let mut steps = writes(std::mem::take(&mut self.changes));
        steps.extend(self.delete.into_iter().map(Step::Delete));
        steps
    }
}

fn writes(changes: Vec<Change>) -> Vec<Step> {
    let calls = changes.chunks(VALUES_PER_CALL);
    calls.map(|chunk| Step::Write(chunk.to_vec())).collect()
}

/// Compares. Values are always read before they are written: only the device knows their types, and what it has
/// already need not be written.
pub fn differences(desired: &Desired, known: &Known, rules: &Rules) -> Differences {
    let mut found = Differences::default();
    for (name, wanted) in &desired.values {
        let change = difference(known, name, wanted, name, rules, &mut found);
        if let Some(change) = change {
            found.changes.push(change);
        }
    }
    let tables: BTreeSet<&str> = desired.objects.iter().map(|it| &*it.table).collect();
    for table in tables {
        match known.was_asked(table) || !known.rows(table).is_empty() {
            true => table_differences(desired, known, rules, table, &mut found),
            false => found.unread.push(table.to_owned()),
        }
    }
    found
}

fn difference(
    known: &Known,
    name: &str,
    wanted: &DesiredValue,
    remembered: &str,
    rules: &Rules,
    found: &mut Differences,
) -> Option<Change> {
    if rules.refuses(remembered, &wanted.value) {
        found.refused.insert(remembered.to_owned());
        return None;
    }
    let Some((ty, has)) = known.value(name) else {
        found.unread.push(name.to_owned());
        return None;
    };
    // What is no value of the type goes as it is: the device is to say so itself, it knows best.
    let to = canonical(ty, &wanted.value).map_or_else(|_| wanted.value.clone(), String::from);
    if same(ty, has, &wanted.value) {
        return None;
    }
    if rules.held.contains(&wanted.profile) {
        found.held.insert(wanted.profile.clone());
        return None;
    }
    Some(Change {
        name: name.to_owned(),
        ty,
        from: known.told(name).map(str::to_owned),
        to,
        profile: wanted.profile.clone(),
        revision: wanted.revision,
        secret: wanted.secret,
        remembered: remembered.to_owned(),
    })
}

fn table_differences(
    desired: &Desired,
    known: &Known,
    rules: &Rules,
    table: &str,
    found: &mut Differences,
) {
    let mut wanted_rows = BTreeSet::new();
    let mut exclusive: Option<&DesiredObject> = None;
    let objects = desired.objects.iter().enumerate();
    for (place, object) in objects.filter(|(_, object)| object.table == table) {
        if object.exclusive {
            exclusive = Some(object);
        }
        if object.key.is_empty() {
            continue;
        }
        let label = object.label();
        let there = known.row_of(table, &object.key);
        let made = known.made_for(table, &object.key);
        if rules.refuses(&label, "") {
            // A row that was made in vain does not stay.
            if let Some(row) = made.filter(|_| there.is_none()) {
                wanted_rows.insert(row);
                found.delete.push(deletion(table, row, object));
            }
            found.refused.insert(label);
            wanted_rows.extend(there);
            continue;
        }
        let Some(row) = there.or(made) else {
            match rules.held.contains(&object.profile) {
                true => drop(found.held.insert(object.profile.clone())),
                false => found.create.push(place),
            }
            continue;
        };
        wanted_rows.insert(row);
        row_differences(known, rules, object, row, found);
    }
    let Some(object) = exclusive else {
        return;
    };
    let rows = known.rows(table);
    let superfluous: Vec<u32> = rows.difference(&wanted_rows).copied().collect();
    for row in superfluous {
        let deletion = deletion(table, row, object);
        if rules.refuses(&deletion.row, "") {
            found.refused.insert(deletion.row);
        } else if rules.held.contains(&object.profile) {
            found.held.insert(object.profile.clone());
        } else {
            found.delete.push(deletion);
        }
    }
}

fn deletion(table: &str, row: u32, object: &DesiredObject) -> Deletion {
    Deletion {
        row: format!("{table}{row}."),
        profile: object.profile.clone(),
        revision: object.revision,
    }
}

fn row_differences(
    known: &Known,
    rules: &Rules,
    object: &DesiredObject,
    row: u32,
    found: &mut Differences,
) {
    let path = format!("{}{row}.", object.table);
    let of_row = |name: &str| known.value(&format!("{path}{name}")).is_some();
    let mut names = object.key.keys().chain(object.values.keys());
    if !names.all(|name| of_row(name)) {
        found.unread.push(path);
        return;
    }
    let key = object.key.iter().map(|(name, value)| {
        let value = DesiredValue {
            value: value.clone(),
            profile: object.profile.clone(),
            revision: object.revision,
            secret: false,
        };
        (name, value)
    });
    let values = object
        .values
        .iter()
        .map(|(name, value)| (name, value.clone()));
    let label = object.label();
    let mut changes = Vec::new();
    for (name, wanted) in key.chain(values) {
        let remembered = format!("{label}.{name}");
        let name = format!("{path}{name}");
        changes.extend(difference(known, &name, &wanted, &remembered, rules, found));
    }
    if !changes.is_empty() {
        found.rows.push(changes);
    }
}
