//! What is known of a device's values and rows while it is compared: read in the session, or written in it.

use super::desired::Desired;
use crate::redact::is_secret;
use crate::store::{Observed, Snapshot};
use data_model::value::canonical;
use data_model::{ParameterList, XsdType};
use std::collections::{BTreeMap, BTreeSet};

/// Values and rows of one device.
#[derive(Debug, Clone, Default)]
pub struct Known {
    values: BTreeMap<String, (XsdType, String)>,
    /// What was written in this session, by name. Secrets read back as empty, so what was accepted counts.
    written: BTreeMap<String, String>,
    /// Names and partial paths whose read has been answered. A device may leave names it does not have out of its
    /// answer instead of refusing them (spec W-26).
    asked: BTreeSet<String>,
    made: Vec<Made>,
    gone: BTreeSet<String>,
}

/// A row that was made for a key and may not be filled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    table: String,
    key: BTreeMap<String, String>,
    row: u32,
    age: Age,
}

/// Since when a row is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// It was there when its table was read.
    Read,
    /// It has come since.
    Fresh,
}

impl Made {
    fn path(&self) -> String {
        format!("{}{}.", self.table, self.row)
    }
}

impl Known {
    /// What was last seen of a device.
    pub fn of_snapshot(snapshot: &Snapshot) -> Known {
        let mut known = Known::default();
        known.read(&[], &snapshot.values);
        known
    }

    /// Values a device has told when it was asked for these names.
    pub fn read(&mut self, asked: &[String], values: &ParameterList) {
        for parameter in values.iter() {
            let value = (parameter.ty, parameter.value.to_owned());
            self.values.insert(parameter.name.to_owned(), value);
        }
        self.asked.extend(asked.iter().cloned());
    }

    /// A value a device has just accepted.
    pub fn written(&mut self, name: &str, value: &str) {
        self.written.insert(name.to_owned(), value.to_owned());
    }

    /// A row a device has just made for a key.
    pub fn made(&mut self, table: &str, key: &BTreeMap<String, String>, row: u32) {
        self.gone.remove(&format!("{table}{row}."));
        self.row(table, key, row, Age::Fresh);
    }

    /// A row of a table that was read turns out to have been made for a key.
    pub fn adopted(&mut self, table: &str, key: &BTreeMap<String, String>, row: u32) {
        self.row(table, key, row, Age::Read);
    }

    fn row(&mut self, table: &str, key: &BTreeMap<String, String>, row: u32, age: Age) {
        self.made.push(Made {
            table: table.to_owned(),
            key: key.clone(),
            row,
            age,
        });
    }

    /// A row that is removed.
    pub fn gone(&mut self, row: &str) {
        self.made.retain(|made| made.path() != row);
        self.values.retain(|name, _| !name.starts_with(row));
        self.written.retain(|name, _| !name.starts_with(row));
        self.gone.insert(row.to_owned());
    }

    /// Whether a read of this name, or of a path above it, has been answered.
    pub fn was_asked(&self, name: &str) -> bool {
        // What was asked of a table says nothing of rows that have come since.
        let fresh = self.made.iter().filter(|made| made.age == Age::Fresh);
        let fresh = fresh
            .map(Made::path)
            .find(|row| name.starts_with(row.as_str()));
        let least = fresh.map_or(0, |row| row.len());
        let above = name.match_indices('.').map(|(dot, _)| &name[..=dot]);
        let mut above = above.filter(|path| path.len() >= least);
        self.asked.contains(name) || above.any(|path| self.asked.contains(path))
    }

    /// The type and the value of a parameter. One that was asked for and not told is taken for a text: the write will
    /// be refused if it is none.
    pub fn value(&self, name: &str) -> Option<(XsdType, &str)> {
        let read = self.values.get(name);
        let written = self.written.get(name).map(String::as_str);
        match read {
            Some((ty, value)) => Some((*ty, written.unwrap_or(value))),
            None if self.was_asked(name) => Some((XsdType::String, written.unwrap_or(""))),
            None => None,
        }
    }

    /// What the device itself has told of a parameter.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|(_, value)| value.as_str())
    }

    /// The rows of a table.
    pub fn rows(&self, table: &str) -> BTreeSet<u32> {
        let below = self.values.range(table.to_owned()..);
        let names = below
            .map(|(name, _)| name.as_str())
            .take_while(|name| name.starts_with(table));
        let numbers = names.filter_map(|name| name[table.len()..].split('.').next()?.parse().ok());
        let made = self.made.iter().filter(|made| made.table == table);
        let mut rows: BTreeSet<u32> = numbers.collect();
        rows.extend(made.map(|made| made.row));
        rows.retain(|row| !self.gone.contains(&format!("{table}{row}.")));
        rows
    }

    /// The row whose key parameters have these values.
    pub fn row_of(&self, table: &str, key: &BTreeMap<String, String>) -> Option<u32> {
        let fits = |row: &u32| {
            key.iter().all(|(name, wanted)| {
                let name = format!("{table}{row}.{name}");
                let value = self.values.get(&name).is_some() || self.written.contains_key(&name);
                value
                    && self
                        .value(&name)
                        .is_some_and(|(ty, has)| same(ty, has, wanted))
            })
        };
        self.rows(table).into_iter().find(fits)
    }

    /// The row that was made for this key.
    pub fn made_for(&self, table: &str, key: &BTreeMap<String, String>) -> Option<u32> {
        let mut made = self.made.iter();
        let found = made.find(|made| made.table == table && made.key == *key);
        found.map(|made| made.row)
    }

    /// Everything that was learnt, for the observed state: what was written replaces what was read, except where a
    /// value read back as empty, as secrets do.
    pub fn observed(&self, desired: &Desired) -> Observed {
        let mut values = ParameterList::new();
        for (name, (ty, value)) in &self.values {
            let written = self.written.get(name).filter(|_| !is_secret(name));
            values.push(name, *ty, written.unwrap_or(value));
        }
        let tables = desired.objects.iter().map(|object| &object.table);
        let tables: BTreeSet<&String> =
            tables.filter(|table| self.asked.contains(*table)).collect();
        Observed {
            values,
            complete_below: tables.into_iter().cloned().collect(),
            ..Observed::default()
        }
    }
}

/// Whether two texts are one value of a type.
pub fn same(ty: XsdType, one: &str, other: &str) -> bool {
    match (canonical(ty, one), canonical(ty, other)) {
        (Ok(one), Ok(other)) => one == other,
        (Ok(_), Err(_)) | (Err(_), _) => one == other,
    }
}
