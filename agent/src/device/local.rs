//! What a person at the device does to it: changes that just happen, and orders that are answered when they are kept.

use super::io::{Restart, SectionKind, UPLOADED};
use super::meta::Access;
use super::orders::{AskedUrl, LocalAnswer, LocalOrder, LocalRefusal, Order};
use super::{Core, Device, Output};
use crate::configuration_file;
use crate::provisioning::engine::Ask;
use crate::provisioning::settings::Setting;
use crate::transfer::{OwnTransfer, TransferFile};
use cwmp::rpc::RequestDownload;
use cwmp::{Event, EventCode};
use data_model::Secret;
use data_model::provisioning::ProfileUrl;
use data_model::provisioning::encryption;
use data_model::provisioning::profile::{Aliases, EmptyElements, Policy};
use data_model::provisioning::url::Scheme;
use data_model::schema::Applies;
use std::net::IpAddr;

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
            Order::Resync(url) => {
                let outcome = self.order_resync(url);
                self.outputs.push_back(answer(outcome));
            }
            Order::Upgrade(url) => {
                let outcome = self.order_upgrade(&url);
                self.outputs.push_back(answer(outcome));
            }
            Order::TakeFirmware => {
                let outcome = self.order_transfer(UPLOADED.to_owned());
                self.outputs.push_back(answer(outcome));
            }
            Order::Configure { file, empty } => match self.order_configuration(&file, empty) {
                Err(refusal) => self.outputs.push_back(answer(Err(refusal))),
                Ok(applies) => {
                    self.outputs.push_back(answer(Ok(())));
                    if applies == Applies::AfterReboot {
                        self.persist(&SectionKind::ALL);
                        self.stop(Restart::Reboot);
                    }
                }
            },
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

    /// `/admin/resync`: gated by `Provision_Enable`, whatever triggers say.
    fn order_resync(&mut self, url: Option<AskedUrl>) -> Result<(), LocalRefusal> {
        if self.core.product().known.provisioning.is_none() {
            let why = "this device has no provisioning of its own";
            return Err(LocalRefusal::Unusable(why.into()));
        }
        if !self.core.is_set(Setting::ProvisionEnable) {
            return Err(LocalRefusal::SwitchedOff("Provision_Enable"));
        }
        let rule = url.map(|url| self.core.full_url(&url)).transpose()?;
        self.core.note("a resync was asked for on the device");
        self.provisioning_asked(Ask::Resync(rule));
        Ok(())
    }

    /// `/admin/upgrade`: gated by `Upgrade_Enable`.
    fn order_upgrade(&mut self, url: &AskedUrl) -> Result<(), LocalRefusal> {
        let url = self.core.full_url(url)?;
        if let Err(fault) = crate::rpc::file_url::check(&url) {
            return Err(LocalRefusal::Unusable(fault.text));
        }
        self.order_transfer(url)
    }

    /// Brings firmware into the slot that rests.
    fn order_transfer(&mut self, url: String) -> Result<(), LocalRefusal> {
        let provisions = self.core.product().known.provisioning.is_some();
        if provisions && !self.core.is_set(Setting::UpgradeEnable) {
            return Err(LocalRefusal::SwitchedOff("Upgrade_Enable"));
        }
        if self.core.upgrades_are_managed() {
            return Err(LocalRefusal::SwitchedOff("UpgradesManaged"));
        }
        let own = OwnTransfer {
            file: TransferFile::Firmware,
            url,
            username: String::new(),
            password: Secret::default(),
        };
        let queued = self.core.transfers.queue_own(own, self.core.facts.now);
        queued.map_err(|fault| LocalRefusal::Unusable(fault.text))?;
        self.core.note("an upgrade was asked for on the device");
        self.persist(&[SectionKind::Transfers]);
        Ok(())
    }

    fn order_configuration(
        &mut self,
        file: &[u8],
        empty: EmptyElements,
    ) -> Result<Applies, LocalRefusal> {
        if self.session.is_some() {
            return Err(LocalRefusal::InSession);
        }
        let policy = Policy {
            empty,
            ..Policy::default()
        };
        let file = encryption::open(file, None);
        let file = file.map_err(|why| LocalRefusal::Unusable(why.to_string()))?;
        let core = &self.core;
        let aliases = Aliases::default();
        let checked = configuration_file::read(&file, &aliases, &core.tree, &core.facts, policy)
            .map_err(LocalRefusal::Unusable)?;
        let applies = checked.applies;
        let (before, told) = (core.access(), core.changes.has_active());
        self.core.commit_from_profile(checked);
        self.core
            .note("a configuration was taken over on the device");
        self.changed_by_profile(&before, told);
        Ok(applies)
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

impl Core {
    /// What a person's URL comes to: without a server it is the person's own machine (SPA), and macros are not looked for.
    fn full_url(&self, asked: &AskedUrl) -> Result<String, LocalRefusal> {
        let transport = Scheme::parse(&self.setting(Setting::TransportProtocol));
        let server = match asked.from.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let url =
            ProfileUrl::parse(&asked.text).and_then(|url| url.complete(transport, Some(&server)));
        let url = url.map_err(|why| LocalRefusal::Unusable(why.to_string()))?;
        if let Err(trouble) = self.check_domain(&url) {
            return Err(LocalRefusal::Unusable(trouble.text));
        }
        Ok(url.to_string())
    }
}
