//! What a person at the device does to it: changes that just happen, and orders that are answered when they are kept.

use super::io::{Restart, SectionKind};
use super::meta::Access;
use super::orders::{LocalAnswer, LocalOrder, LocalRefusal, Order};
use super::{Device, Output};
use cwmp::rpc::RequestDownload;
use cwmp::{Event, EventCode};

impl Device {
    pub(super) fn local_change(&mut self, name: String, value: String) {
        if self.session.is_some() && self.core.is_configuration(&name) {
            // TR-069 3.7.1.1: the ACS sees a configuration that only itself changes.
            self.held_back.insert(name, value);
            return;
        }
        let told = self.core.changes.has_active();
        let before = self.core.access();
        match self.core.local_change(&name, &value) {
            Err(why) => tracing::warn!(parameter = %name, why, "a change is refused"),
            Ok(()) => {
                self.core.note(&format!("{name} was changed on the device"));
                self.changed_locally(&before);
            }
        }
        self.tell_changes(told);
    }

    /// Puts what a person has changed into force.
    pub(super) fn changed_locally(&mut self, before: &Access) {
        if self.core.access() == *before {
            self.persist(&[SectionKind::Tree]);
        } else {
            // What a person says of the ACS stands: there is no way back to the one before by itself.
            self.core.meta.last_access = None;
            // TR-069 Table 7: another URL means BOOTSTRAP, and it is tried at once.
            self.core.check_bootstrap();
            self.tell();
            // Together: BOOTSTRAP is for the new URL, and not for the one a power cut would leave.
            self.persist(&SectionKind::ALL);
        }
        self.arm_periodic();
        self.arm_alarms();
        self.start_delayed_reboot();
        if !before.url.is_empty() && !self.has_acs() {
            self.discover_again();
        }
        self.arm_reports();
        self.arm_provisioning();
    }

    /// A change that wants a session ends the wait for a retry, but only the first of those that wait: a value that
    /// never rests must not undo the retry schedule.
    pub(super) fn tell_changes(&mut self, told: bool) {
        let waits = self.core.events.contains(&EventCode::ValueChange);
        if self.core.changes.has_active() && !told && !waits {
            self.tell();
        }
    }

    /// Somebody at the page asks the ACS for a file. A second wish takes the place of the first.
    pub(super) fn request_download(&mut self, request: Box<RequestDownload>) {
        self.wanted = Some(request);
        self.raise(Event::new(EventCode::RequestDownload));
    }

    pub(super) fn local_factory_reset(&mut self) {
        self.core.reset_at_boot();
        self.persist(&[SectionKind::Meta]);
        self.stop(Restart::Reboot);
    }

    /// Carries an order out. The answer stands behind what has to be kept, and in front of a restart.
    pub(super) fn local_order(&mut self, order: LocalOrder) {
        let number = order.number;
        let answer = |outcome| Output::AnswerLocalOrder(LocalAnswer { number, outcome });
        match order.order {
            Order::Change(changes) => {
                let outcome = self.order_changes(&changes);
                self.outputs.push_back(answer(outcome));
            }
            Order::RequestDownload(_) if !self.core.may_inform() => {
                self.outputs.push_back(answer(Err(LocalRefusal::NoAcs)));
            }
            Order::RequestDownload(request) => {
                self.core.note("a file was asked for on the device");
                self.request_download(request);
                self.outputs.push_back(answer(Ok(())));
            }
            Order::Restart => {
                self.persist(&SectionKind::ALL);
                self.outputs.push_back(answer(Ok(())));
                self.stop(Restart::Reboot);
            }
            Order::FactoryReset => {
                self.core.reset_at_boot();
                self.persist(&[SectionKind::Meta]);
                self.outputs.push_back(answer(Ok(())));
                self.stop(Restart::Reboot);
            }
        }
    }

    /// All or none.
    pub(super) fn order_changes(
        &mut self,
        changes: &[(String, String)],
    ) -> Result<(), LocalRefusal> {
        if self.session.is_some() {
            // TR-069 3.7.1.1, as above; a person waits for the answer, so nothing is held back in memory.
            return Err(LocalRefusal::InSession);
        }
        let told = self.core.changes.has_active();
        let before = self.core.access();
        let changed = self.core.change_locally(changes);
        changed.map_err(LocalRefusal::Values)?;
        for (name, _) in changes {
            self.core.note(&format!("{name} was changed on the device"));
        }
        self.changed_locally(&before);
        self.tell_changes(told);
        Ok(())
    }
}
