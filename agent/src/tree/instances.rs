//! Which instances the tables have; numbers are never given twice (TR-069 A.2.2.1).

use crate::limits::TABLE_INSTANCES;
use data_model::schema::{Address, NodeKind, Schema, Table};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Tables that do not hold exactly what the factory gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableInstances {
    #[expect(
        clippy::box_collection,
        reason = "one word instead of three in each of thousands of devices"
    )]
    changed: Option<Box<BTreeMap<Address, SavedTable>>>,
}

/// One changed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTable {
    /// The instances there are, in order.
    pub numbers: Vec<u32>,
    /// The number of the next instance.
    pub next: u32,
    /// The hardware tells which instances there are; they are not kept.
    #[serde(skip)]
    pub of_hardware: bool,
}

/// Why a table takes no further instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddRefused {
    /// It has as many as it may have.
    #[error("the table is full")]
    Full,
    /// It is no table.
    #[error("the object is no table")]
    NoTable,
}

impl TableInstances {
    /// How many tables have changed.
    pub fn changed_tables(&self) -> usize {
        self.changed.as_ref().map_or(0, |changed| changed.len())
    }

    /// The numbers of a table's instances, in order.
    pub fn numbers(&self, table: &Table, address: &Address) -> Cow<'_, [u32]> {
        match self
            .changed
            .as_ref()
            .and_then(|changed| changed.get(address))
        {
            Some(saved) => Cow::Borrowed(&saved.numbers),
            None => Cow::Owned((1..=table.initial).collect()),
        }
    }

    /// Whether a table has an instance.
    pub fn contains(&self, table: &Table, address: &Address, number: u32) -> bool {
        match self
            .changed
            .as_ref()
            .and_then(|changed| changed.get(address))
        {
            Some(saved) => saved.numbers.binary_search(&number).is_ok(),
            None => (1..=table.initial).contains(&number),
        }
    }

    /// Adds an instance and gives its number: higher than any number the table ever had.
    pub(super) fn add(&mut self, table: &Table, address: &Address) -> Result<u32, AddRefused> {
        let limit = if table.max == 0 {
            TABLE_INSTANCES
        } else {
            table.max
        };
        let saved = self.change(table, address);
        if saved.numbers.len() >= limit as usize || saved.next == u32::MAX {
            return Err(AddRefused::Full);
        }
        let number = saved.next;
        saved.next += 1;
        saved.numbers.push(number);
        Ok(number)
    }

    /// The table holds instances 1 to `count`, as the hardware tells.
    pub(super) fn report(&mut self, address: &Address, count: u32) {
        let rows = SavedTable {
            numbers: (1..=count).collect(),
            next: count.saturating_add(1),
            of_hardware: true,
        };
        self.changed.get_or_insert_default().insert(*address, rows);
    }

    pub(super) fn remove(&mut self, table: &Table, address: &Address, number: u32) {
        self.change(table, address)
            .numbers
            .retain(|other| *other != number);
    }

    /// Forgets tables at addresses that do not pass.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Address) -> bool) {
        if let Some(changed) = &mut self.changed {
            changed.retain(|address, _| keep(address));
        }
    }

    pub(super) fn saved(&self, schema: &Schema) -> BTreeMap<String, SavedTable> {
        let changed = self.changed.iter().flat_map(|changed| changed.iter());
        changed
            .filter(|(_, saved)| !saved.of_hardware)
            .map(|(address, saved)| (schema.path(address), saved.clone()))
            .collect()
    }

    pub(super) fn restore(&mut self, schema: &Schema, saved: &BTreeMap<String, SavedTable>) {
        for (path, table) in saved {
            let Some(address) = schema.lookup(path) else {
                continue;
            };
            let depth = usize::from(schema.node(address.node).instance_depth);
            let is_table = matches!(schema.node(address.node).kind, NodeKind::Table(_));
            if is_table && address.instances.len() + 1 == depth {
                self.changed
                    .get_or_insert_default()
                    .insert(address, table.clone());
            }
        }
    }

    fn change(&mut self, table: &Table, address: &Address) -> &mut SavedTable {
        self.changed
            .get_or_insert_default()
            .entry(*address)
            .or_insert_with(|| SavedTable {
                numbers: (1..=table.initial).collect(),
                next: table.initial + 1,
                of_hardware: false,
            })
    }
}
