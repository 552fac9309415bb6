//! Upgrades by rule: `Upgrade_Rule` through the two slots.

use super::io::{Restart, SectionKind, TransferOutcome, TransferWork};
use super::{BootedInto, Device};
use crate::provisioning::engine::{Engine, Reason, Work};
use crate::provisioning::macros::DeviceMacros;
use crate::provisioning::remembered::{Cause, Upgraded};
use crate::provisioning::settings::Setting;
use crate::provisioning::waits;
use crate::transfer::{OwnTransferMade, TransferFile};
use data_model::Timestamp;
use data_model::provisioning::ProfileUrl;
use data_model::provisioning::rule::{Choice, Rule};
use data_model::provisioning::url::{FullUrl, Scheme};

impl Device {
    /// Whether there is a rule to upgrade by, and nobody else decides about upgrades.
    pub(super) fn has_upgrade_rule(&self) -> bool {
        let core = &self.core;
        core.is_set(Setting::UpgradeEnable)
            && !core.setting(Setting::UpgradeRule).is_empty()
            // TR-181 UpgradesManaged: upgrades come from the ACS and from nowhere else.
            && core.management("UpgradesManaged") != "1"
    }

    /// What the rule comes to at this moment.
    fn wanted_upgrade(&self) -> Option<Upgraded> {
        if !self.has_upgrade_rule() {
            return None;
        }
        let text = self.core.setting(Setting::UpgradeRule);
        let macros = DeviceMacros::of(&self.core, "0", "1");
        let url = match text.parse::<Rule>().ok()?.evaluate(&macros).choice {
            // PG: a rule for upgrades has to name its server.
            Choice::Take {
                fetch: Some(fetch), ..
            } => fetch.url.complete(None, None).ok()?,
            Choice::Take { .. } | Choice::Skip | Choice::Broken { .. } => return None,
        };
        Some(Upgraded {
            rule: text,
            url: url.to_string(),
        })
    }

    /// PG: once gone by, a rule is not gone by again until its text, or what it comes to, is another.
    pub(super) fn arm_upgrade(&mut self, engine: &mut Engine) {
        let now = self.now();
        let wanted = self.wanted_upgrade();
        let done = self.core.remembered().and_then(|it| it.upgraded.as_ref());
        if wanted.is_none() || wanted.as_ref() == done {
            (engine.upgrade_at, engine.upgrade_tried) = (None, None);
            engine.upgrade_failures = 0;
        } else if wanted != engine.upgrade_tried {
            engine.upgrade_tried = wanted;
            engine.upgrade_failures = 0;
            engine.upgrade_at = Some(now);
        }
    }

    /// When an upgrade can begin: every line rests, and the slot for it holds no image to go back to.
    pub(super) fn upgrade_due(&self, engine: &Engine) -> Option<Timestamp> {
        let due = engine.upgrade_at?;
        if due > self.now() {
            return Some(due);
        }
        let free = self.core.firmware.trial.is_none() && self.core.is_idle();
        free.then_some(due)
    }

    pub(super) fn begin_upgrade(&mut self) {
        let Some(engine) = self.provisioning.as_deref_mut() else {
            return;
        };
        engine.upgrade_at = None;
        let status = if engine.upgrade_failures == 0 {
            "1"
        } else {
            "2"
        };
        let rule = self.core.setting(Setting::UpgradeRule);
        match self.follow(&rule, Reason::Reset.status(), status) {
            Err(trouble) => self.upgrade_failed(None, &trouble.text),
            Ok(None) => {}
            Ok(Some((_, url))) if self.lies_ready(&url) => self.switch_slots(rule, &url),
            Ok(Some((fetch, url))) => {
                let credentials = (fetch.uid.unwrap_or_default(), fetch.pwd.unwrap_or_default());
                let slot = self.core.firmware.active.other();
                let unsigned = self.core.product().ty.unsigned_firmware;
                let file = TransferWork::Image(slot, unsigned);
                let message = Some(Setting::LogUpgradeRequestMsg);
                self.start_provision(Work::Upgrade(rule), url, credentials, file, message);
            }
        }
    }

    pub(super) fn upgrade_ended(
        &mut self,
        rule: String,
        url: FullUrl,
        started: Timestamp,
        outcome: TransferOutcome,
    ) {
        let staged = match outcome {
            TransferOutcome::Staged(header) => match self.core.accept_image(&header) {
                Ok(()) => Ok(header),
                Err(fault) => Err(fault.text),
            },
            TransferOutcome::Failed(fault) => Err(fault.text),
            TransferOutcome::Answered(status) => Err(format!("the server answered {status}")),
            TransferOutcome::Fetched(_)
            | TransferOutcome::Coded(_)
            | TransferOutcome::Package(_)
            | TransferOutcome::Sent => Err("what came is no image".into()),
        };
        let header = match staged {
            Err(why) => return self.upgrade_failed(Some(&url), &why),
            Ok(header) => header,
        };
        let runs = header.version == self.core.facts.software_version();
        self.upgrade_done(rule, &url);
        if runs {
            self.core.note("upgrade: the image is the one that runs");
            self.persist(&[SectionKind::Meta]);
            return self.arm_provisioning();
        }
        self.activate(&header.version);
        self.own_transfer_made(OwnTransferMade {
            file: TransferFile::Firmware,
            url: url.to_string(),
            file_size: u32::try_from(header.bytes).unwrap_or(0),
            target_file_name: String::new(),
            started,
            fault: None,
        });
        self.stop(Restart::Reboot);
    }

    fn upgrade_done(&mut self, rule: String, url: &FullUrl) {
        let now = self.now();
        let remembered = self.core.remembered_mut();
        remembered.upgraded = Some(Upgraded {
            rule,
            url: url.to_string(),
        });
        remembered.last_upgrade = Some(now);
        remembered.upgrade_error.clear();
    }

    /// The image in the inactive slot is the next to be booted, and that is kept.
    fn activate(&mut self, version: &str) {
        self.core.remembered_mut().restart = Some(Cause::Upgrade);
        let number = self.core.transfers.take_number();
        self.core.firmware.activate(version, number);
        self.persist(&[
            SectionKind::Meta,
            SectionKind::Firmware,
            SectionKind::Transfers,
        ]);
    }

    /// Whether the image a URL names lies in the inactive slot already, and has run there.
    fn lies_ready(&self, url: &FullUrl) -> bool {
        let slots = &self.core.firmware;
        slots.other_proved && version_in(&url.path) == Some(self.other_version())
    }

    fn other_version(&self) -> &str {
        let slots = &self.core.firmware;
        match slots.other_version.is_empty() {
            true => &self.core.product().ty.firmware_version,
            false => &slots.other_version,
        }
    }

    /// PG: an image that lies there is started; its server is not asked.
    fn switch_slots(&mut self, rule: String, url: &FullUrl) {
        let version = self.other_version().to_owned();
        if let Err(fault) = self.core.accept_version(&version) {
            return self.upgrade_failed(Some(url), &fault.text);
        }
        let line = format!("upgrade: {version} lies in the other slot and is started");
        self.core.note(&line);
        self.upgrade_done(rule, url);
        let to_factory = self.core.firmware.other_version.is_empty();
        self.activate(if to_factory { "" } else { &version });
        self.stop(Restart::Reboot);
    }

    /// PG: the device runs on, and tries again after `Upgrade_Error_Retry_Delay`.
    fn upgrade_failed(&mut self, url: Option<&FullUrl>, why: &str) {
        let now = self.now();
        self.note_upgrade(why);
        self.say(Setting::LogUpgradeFailureMsg, url, why);
        let after = self.core.is_set(Setting::ResyncAfterUpgradeAttempt)
            && self.core.is_set(Setting::ProvisionEnable);
        let list = self.core.setting(Setting::UpgradeErrorRetryDelay);
        let random = &mut self.random;
        if let Some(engine) = self.provisioning.as_deref_mut() {
            let wait = waits::listed(&list, engine.upgrade_failures, random);
            engine.upgrade_at = wait.map(|wait| now.plus_secs(wait));
            engine.upgrade_failures += 1;
            if after && engine.timing.is_some() {
                engine.due.insert(Reason::AfterUpgrade, now);
            }
        }
        self.persist(&[SectionKind::Meta]);
    }

    fn note_upgrade(&mut self, error: &str) {
        let now = self.now();
        let remembered = self.core.remembered_mut();
        remembered.last_upgrade = Some(now);
        remembered.upgrade_error = error.to_owned();
    }

    /// Whether an image is left that a rule has brought, after boots of which the upgrade was not the last.
    pub(super) fn rolls_own_upgrade_back(&self, into: BootedInto) -> bool {
        let BootedInto::RolledBack(number) = into else {
            return false;
        };
        let remembered = self.core.remembered();
        self.core.transfers.get(number).is_none()
            && remembered.is_some_and(|remembered| remembered.upgraded.is_some())
    }

    /// The boot after an upgrade: it has worked if the image is the one that was brought.
    pub(super) fn upgrade_booted(&mut self, into: BootedInto) {
        let upgraded = self.core.remembered().and_then(|it| it.upgraded.as_ref());
        let url = upgraded.and_then(|it| ProfileUrl::parse(&it.url).ok());
        let url = url.and_then(|url| url.complete(Some(Scheme::Tftp), None).ok());
        match into {
            BootedInto::RolledBack(_) => {
                let why = "the image did not prove itself";
                self.note_upgrade(why);
                self.say(Setting::LogUpgradeFailureMsg, url.as_ref(), why);
            }
            BootedInto::Trial(_) | BootedInto::Same => {
                self.note_upgrade("");
                self.say(Setting::LogUpgradeSuccessMsg, url.as_ref(), "");
            }
        }
    }
}

/// The version in the name of an image, as the maker names them: `ATA19x.11-3-2MPP0102-233.img`.
fn version_in(path: &str) -> Option<&str> {
    let name = path.split('?').next()?.rsplit('/').next()?;
    let (_, version) = name.strip_suffix(".img")?.split_once('.')?;
    Some(version)
}
