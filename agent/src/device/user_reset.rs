//! The reset of what users may change: everything else stays.

use super::Device;
use super::core::Core;
use super::orders::LocalRefusal;
use crate::tree::Item;
use data_model::schema::{Address, UserAccess};

impl Core {
    /// Whether the user account may change a parameter: `ua`, and the ACS lets others than itself.
    pub(super) fn may_user_change(&self, address: &Address) -> bool {
        self.tree.user_access(address) == UserAccess::ReadWrite
            && self.subscriber_may_write(address)
    }

    /// Where the values lie that the user account may change.
    fn of_users(&self) -> Vec<Address> {
        let schema = &self.product().ty.schema;
        let mut found = Vec::new();
        let Some(root) = self.tree.find(self.product().root) else {
            return found;
        };
        self.tree.walk(&root, &mut |address, item| {
            if matches!(item, Item::Parameter(_)) && self.may_user_change(address) {
                found.push(schema.storage(address));
            }
        });
        found
    }
}

impl Device {
    /// Puts what users may change back to what the factory and the installer gave.
    pub(super) fn user_reset(&mut self) -> Result<(), LocalRefusal> {
        if self.session.is_some() {
            // TR-069 3.7.1.1: the ACS sees a configuration that only itself changes.
            return Err(LocalRefusal::InSession);
        }
        let told = self.core.changes.has_active();
        let before = self.core.access();
        let theirs = self.core.of_users();
        self.core.observing(|core| {
            for address in &theirs {
                core.tree.put_back(address);
            }
        });
        self.core
            .note("the user's settings were reset on the device");
        self.changed_locally(&before);
        self.tell_changes(told);
        Ok(())
    }
}
