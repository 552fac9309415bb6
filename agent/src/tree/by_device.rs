//! Changes of a tree that the device makes by itself: rows of its hardware, and the way back to the factory.

use super::{Tree, is_below};
use data_model::schema::Address;

impl Tree {
    /// Forgets what was set; the installer's value counts again, or the factory's.
    pub fn back_to_factory(&mut self, address: &Address) {
        self.values.remove(address);
    }

    /// Keeps what the hardware says of a table's instances until the next boot: there are so many.
    pub fn report_rows(&mut self, table: &Address, count: u32) {
        self.instances.report(table, count);
        let depth = table.instances.len();
        let gone = |other: &Address| {
            let number = other.instances.as_slice().get(depth);
            number.is_some_and(|number| *number > count)
                && is_below(&self.ty, other.node, table.node)
        };
        self.attributes.retain(|other| !gone(other));
    }
}
