//! Changes of values: who may make them, and which of them the ACS is told (TR-069 A.3.2.4, Table 37).

use super::core::Core;
use super::exchange::absolute;
use super::facts::Facts;
use super::password;
use super::product::addresses_of;
use crate::diagnostics::Asker;
use crate::inform::Urgency;
use crate::limits::{NEW_ACS_FAILURES, PAGE_PASSWORD_CHARS};
use crate::tree::{Checked, Transaction};
use cwmp::EventCode;
use data_model::XsdType;
use data_model::schema::{Access, Address, Applies, Source};

impl Core {
    /// The ACS has set these values. If one of them sends the device to another ACS, the way back is kept until that
    /// one has answered.
    pub(crate) fn commit_from_acs(&mut self, checked: Checked) {
        let before = match &self.session_access {
            Some(access) => (**access).clone(),
            None => self.access(),
        };
        self.commit(checked, Asker::Acs);
        let url = self.value(&self.product().known.url);
        if url == *self.meta.bootstrapped_url {
            self.meta.last_access = None;
        } else if before.url == *self.meta.bootstrapped_url {
            self.meta.last_access = Some(Box::new(before));
            self.meta.failures_at_new_acs = 0;
        }
    }

    /// A profile has set these values, all of them: a cause outside the ACS, of which notification tells it
    /// (TR-069 Table 37).
    pub(super) fn commit_from_profile(&mut self, checked: Checked) {
        self.observing(|core| core.commit(checked, Asker::Person));
    }

    fn commit(&mut self, checked: Checked, asker: Asker) {
        let changed = self.tree.commit(checked);
        self.hash_passwords(&changed);
        let delay_reboot = self.product().known.delay_reboot;
        let compression = self.product().known.http_compression;
        self.delay_reboot_set |= changed.iter().any(|address| Some(*address) == delay_reboot);
        self.packing_refused &= !changed.iter().any(|address| Some(*address) == compression);
        self.diagnostics_written(&changed, asker);
        self.module_states_written(&changed);
    }

    /// Of a password of the page only its hash is kept. One that opens nothing stays as it is: the factory's, which has to
    /// be replaced at the first login, and those that are too short.
    fn hash_passwords(&mut self, changed: &[Address]) {
        let product = std::sync::Arc::clone(self.product());
        let schema = &product.ty.schema;
        for which in ["Admin", "Guest"] {
            let name = format!(
                "{}X_CISCO_ATA.Router.Web_Login_{which}_Password",
                product.root
            );
            let address = schema.lookup(&name).filter(|at| changed.contains(at));
            let Some(address) = address else { continue };
            let value = self.value(&address);
            let own = value != schema.factory_value(&address);
            if own && PAGE_PASSWORD_CHARS.contains(&value.chars().count()) {
                let (serial, now) = (&self.identity().serial_number, self.facts.now);
                let times = [now.as_millis().to_be_bytes(), self.boots().to_be_bytes()];
                let seed = [serial.as_bytes(), name.as_bytes(), &times[0], &times[1]];
                let kept = password::hashed(&value, &seed);
                self.tree.set_by_device(&address, &kept);
            }
        }
    }

    /// A session has failed at a URL. Whether the device has had enough of an ACS that never answered, and is back
    /// with the one before.
    pub(super) fn gives_up_new_acs(&mut self, url: &str) -> bool {
        let known = &self.product().known;
        let (url_at, username_at, password_at) = (known.url, known.username, known.password);
        if self.meta.last_access.is_none() || self.value(&url_at) != url {
            return false;
        }
        self.meta.failures_at_new_acs += 1;
        if self.meta.failures_at_new_acs < NEW_ACS_FAILURES {
            return false;
        }
        let Some(last) = self.meta.last_access.take() else {
            return false;
        };
        tracing::warn!(url, back_to = %last.url, "the ACS never answered");
        self.observing(|core| {
            core.tree.set_by_device(&url_at, &last.url);
            core.tree.set_by_device(&username_at, &last.username);
            core.tree.set_by_device(&password_at, &last.password);
        });
        true
    }

    /// A person changes a parameter that may be written, or the hardware tells the value of one that may not.
    ///
    /// # Errors
    /// Says why it stays as it is.
    pub(super) fn local_change(&mut self, name: &str, value: &str) -> Result<(), String> {
        let schema = &self.product().ty.schema;
        let address = self.tree.find(name);
        let parameter =
            address.and_then(|address| Some((address, schema.parameter(address.node)?)));
        let Some((address, parameter)) = parameter else {
            return Err("there is no such parameter".into());
        };
        match parameter.access {
            Access::ReadWrite => {
                let changed = self.change_locally(&[(name.to_owned(), value.to_owned())]);
                changed.map_err(|refused| {
                    let reasons: Vec<String> = refused.into_iter().map(|(_, why)| why).collect();
                    reasons.join("; ")
                })
            }
            Access::ReadOnly => self.report_by_hardware(&address, value),
        }
    }

    /// Whether only the ACS and people write this parameter, so that it must rest while a session is open.
    pub(super) fn is_configuration(&self, name: &str) -> bool {
        let schema = &self.product().ty.schema;
        let parameter = self
            .tree
            .find(name)
            .and_then(|address| schema.parameter(address.node));
        parameter.is_some_and(|parameter| parameter.access == Access::ReadWrite)
    }

    /// A person changes parameters: all or none.
    ///
    /// # Errors
    /// Names those that stay as they are, and why.
    pub(super) fn change_locally(
        &mut self,
        changes: &[(String, String)],
    ) -> Result<(), Vec<(String, String)>> {
        let mut refused = Vec::new();
        let mut transaction = Transaction::new(&self.tree, &self.facts);
        for (name, value) in changes {
            match self.tree.find(name) {
                Some(address) if !self.subscriber_may_write(&address) => {
                    let why = "the ACS lets nobody but itself write it";
                    refused.push((name.clone(), why.to_owned()));
                }
                Some(_) | None => transaction.set(name, XsdType::String, value),
            }
        }
        refused.extend(self.unusable_acs_urls(changes));
        let checked = transaction.check().map_err(|faults| {
            let reasons = faults
                .into_iter()
                .map(|fault| (fault.parameter_name.to_string(), fault.fault_string));
            refused.extend(reasons);
            std::mem::take(&mut refused)
        })?;
        let mut unusable = self.unusable_tests(&checked);
        unusable.extend(self.unusable_module_states(&checked));
        refused.extend(
            unusable
                .into_iter()
                .map(|fault| (fault.parameter_name.to_string(), fault.fault_string)),
        );
        if !refused.is_empty() {
            return Err(refused);
        }
        self.observing(|core| core.commit(checked, Asker::Person));
        Ok(())
    }

    /// When a change would take effect; one that is refused never does.
    pub(super) fn needs_restart(&self, name: &str, value: &str) -> Applies {
        let mut transaction = Transaction::new(&self.tree, &self.facts);
        transaction.set(name, XsdType::String, value);
        transaction
            .check()
            .map_or(Applies::AtOnce, |checked| checked.applies)
    }

    /// TR-069 3.1: the ACS URL is absolute, http or https. A person may also take it away, so that DHCP is asked.
    fn unusable_acs_urls(&self, changes: &[(String, String)]) -> Vec<(String, String)> {
        let schema = &self.product().ty.schema;
        let url = self.product().known.url;
        let names_url = |name: &str| {
            let address = self.tree.find(name);
            address.is_some_and(|address| schema.storage(&address) == url)
        };
        let bad = changes.iter().filter(|(name, value)| {
            names_url(name) && !value.is_empty() && absolute(value).is_none()
        });
        bad.map(|(name, _)| {
            let why = "the ACS URL is not an absolute http or https URL";
            (name.clone(), why.to_owned())
        })
        .collect()
    }

    pub(super) fn subscriber_may_write(&self, address: &Address) -> bool {
        let storage = self.product().ty.schema.storage(address);
        let attributes = self.tree.attributes();
        attributes.subscriber_may_write(address) && attributes.subscriber_may_write(&storage)
    }

    fn report_by_hardware(&mut self, address: &Address, value: &str) -> Result<(), String> {
        let product = std::sync::Arc::clone(self.product());
        let Some(parameter) = product.ty.schema.parameter(address.node) else {
            return Err("there is no such parameter".into());
        };
        let value = parameter.ty.check_held(value);
        let value = value.map_err(|broken| broken.to_string())?;
        match &parameter.source {
            Source::Stored => self.observing(|core| core.tree.set_by_device(address, &value)),
            Source::Computed(name) if Facts::is_reported(name) => {
                self.observing(|core| core.tree.report(address, &value));
            }
            Source::Computed(_) => return Err("the device works this value out itself".into()),
            Source::View(view) => {
                let target = view.target_address(&address.instances);
                let before = self.value(&target);
                let stored = view.write(&address.instances, &value, &before);
                let stored = stored.map_err(|broken| broken.to_string())?;
                return self.report_by_hardware(&target, &stored);
            }
        }
        Ok(())
    }

    /// Does something that is no work of the ACS, and notes which parameters it has changed.
    pub(crate) fn observing<T>(&mut self, change: impl FnOnce(&mut Core) -> T) -> T {
        let watched = self.watched();
        let before: Vec<String> = watched.iter().map(|address| self.value(address)).collect();
        let outcome = change(self);
        for (address, before) in watched.iter().zip(before) {
            // A row of hardware that is gone has no value that could have changed.
            if self.tree.exists(address) && self.value(address) != before {
                self.note_change(*address);
            }
        }
        outcome
    }

    /// Notes changes that a restart has come in between; where BOOTSTRAP is due, they are not told (TR-069 Table 8).
    pub(super) fn note_kept_changes(&mut self, names: &[String]) {
        if self.events.contains(&EventCode::Bootstrap) {
            return;
        }
        for name in names {
            if let Some(address) = self.tree.find(name) {
                self.note_change(address);
            }
        }
    }

    /// Notes that a parameter was changed by something other than the ACS.
    pub(super) fn note_change(&mut self, address: Address) {
        let schema = &self.product().ty.schema;
        let Some(parameter) = schema.parameter(address.node) else {
            return;
        };
        let notification = self.tree.attributes().notification(&address, parameter);
        let forced_inform = parameter.forced_inform;
        match notification.by_session() {
            Some(Urgency::Active) => self.changes.note_active(address),
            Some(Urgency::Passive) => self.changes.note_passive(address),
            // TR-069 Table 37: a forced parameter counts as changed even when nobody asked to be told.
            None if forced_inform => self.changes.note_passive(address),
            None => {}
        }
        // TR-181 LightweightNotificationProtocolsUsed: switched off, the levels lead to nothing.
        if let Some(urgency) = notification
            .by_datagram()
            .filter(|_| self.notifies_lightly())
        {
            self.changes.note_light(address, urgency);
        }
    }

    /// Parameters whose changes may have to be told.
    fn watched(&self) -> Vec<Address> {
        let product = self.product();
        let by_model = product.notified.iter().chain(&product.forced_inform);
        let by_model = by_model.flat_map(|node| addresses_of(&self.tree, *node));
        let by_acs = self.tree.attributes().notified();
        let mut all: Vec<Address> = by_model.chain(by_acs).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
