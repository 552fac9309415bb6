//! What a tree shows until the next boot and never keeps: states and results of diagnostics, counters of services.

use super::{Overlay, Tree};
use data_model::schema::Address;
use std::collections::BTreeMap;

/// Values and rows that a boot forgets; they stand in front of the kept ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Volatile {
    pub(super) values: Overlay,
    /// How many rows a table of results has.
    pub(super) rows: BTreeMap<Address, u32>,
}

impl Volatile {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Volatile>() + self.values.bytes() + self.rows.len() * size_of::<(Address, u32)>()
    }
}

impl Tree {
    /// Shows a value of a stored parameter until the next boot.
    pub fn set_until_boot(&mut self, address: &Address, value: &str) {
        self.volatile
            .get_or_insert_default()
            .values
            .set(address, value);
    }

    /// Shows the kept value again.
    pub fn forget(&mut self, address: &Address) {
        if let Some(volatile) = &mut self.volatile {
            volatile.values.remove(address);
        }
    }

    /// Gives a table so many empty rows until the next boot.
    pub fn set_rows_until_boot(&mut self, table: &Address, rows: u32) {
        let depth = table.instances.len();
        let volatile = self.volatile.get_or_insert_default();
        let ty = &self.ty;
        volatile.values.retain(|address| {
            let above = address.instances.truncated(depth);
            address.instances.len() <= depth
                || above != table.instances
                || !super::is_below(ty, address.node, table.node)
        });
        volatile.rows.insert(*table, rows);
    }

    /// The kept text of a stored parameter, whatever is shown until the next boot.
    pub(crate) fn stored_text(&self, address: &Address) -> &str {
        self.values
            .get(address)
            .unwrap_or_else(|| self.baseline(address))
    }

    pub(super) fn volatile_value(&self, address: &Address) -> Option<&str> {
        self.volatile.as_ref()?.values.get(address)
    }

    pub(super) fn volatile_rows(&self, table: &Address) -> Option<u32> {
        self.volatile.as_ref()?.rows.get(table).copied()
    }
}
