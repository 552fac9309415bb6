//! When a resync is due: reasons and their order, timers, triggers, and what a call means for it.

use super::io::TransferOutcome;
use super::{BootedInto, Device, Output};
use crate::limits::RESYNC_TRIGGER_SECS;
use crate::provisioning::engine::{Ask, Engine, Reason, Timing};
use crate::provisioning::macros::DeviceMacros;
use crate::provisioning::policy::{ForcedResync, Policies, Triggers};
use crate::provisioning::remembered::Cause;
use crate::provisioning::settings::Setting;
use crate::provisioning::waits;
use data_model::Timestamp;
use data_model::provisioning::rule::Condition;

impl Device {
    /// Whether a file of provisioning is on its way.
    pub(super) fn is_provisioning(&self) -> bool {
        self.core.provisioning_moves
    }

    pub(super) fn provisioning_job(&self) -> Option<u32> {
        let run = self.provisioning.as_ref()?.run.as_ref()?;
        Some(run.job)
    }

    /// What a boot means: resyncs that follow it, and how an upgrade went.
    pub(super) fn provisioning_booted(&mut self, into: BootedInto) {
        let remembered = self.core.remembered().is_some();
        self.restarted_for = match remembered {
            true => self.core.remembered_mut().restart.take(),
            false => None,
        };
        if self.restarted_for == Some(Cause::Upgrade) || self.rolls_own_upgrade_back(into) {
            self.upgrade_booted(into);
        }
        if remembered {
            let changed = std::mem::take(&mut self.core.remembered_mut().changed);
            self.core.note_kept_changes(&changed);
        }
        self.sources_booted();
        self.arm_provisioning();
    }

    /// What the device is given at every boot: servers from DHCP, and its certificate.
    fn sources_booted(&mut self) {
        let certificate = self.core.certificate_status();
        let place = "Status.Product.Client_Certificate";
        self.core.show_vendor_value(place, certificate);
        let Some(sources) = self.core.files.provisioning.clone() else {
            return;
        };
        if !sources.dhcp.is_empty() {
            let engine = self.provisioning.get_or_insert_default();
            engine.set_servers(sources.dhcp.clone());
        }
        if sources.policies != Policies::default() {
            self.provisioning.get_or_insert_default().policies = sources.policies;
        }
    }

    /// Somebody wants something.
    pub(super) fn provisioning_asked(&mut self, ask: Ask) {
        let now = self.now();
        if self.core.product().known.provisioning.is_none() {
            return self.core.note("this device has no provisioning of its own");
        }
        let enabled = self.core.is_set(Setting::ProvisionEnable);
        let engine = self.provisioning.get_or_insert_default();
        match ask {
            Ask::Resync(_) | Ask::SipResync if !enabled => {
                self.core
                    .note("a resync is refused: Provision_Enable is off");
            }
            Ask::Resync(rule) => {
                engine.asked_rule = rule;
                engine.due.insert(Reason::Person, now);
            }
            Ask::SipResync if !self.core.is_set(Setting::ResyncFromSip) => {
                self.core
                    .note("a resync is refused: Resync_From_SIP is off");
            }
            Ask::SipResync => {
                engine.due.insert(Reason::SipNotify, now);
            }
            Ask::SipReport => engine.report = Some(0),
            Ask::Servers(servers) => engine.set_servers(servers),
            Ask::Policies(policies) => engine.policies = policies,
        }
        self.arm_provisioning();
    }

    /// Puts the settings into force; a device with nothing to do holds nothing.
    pub(super) fn arm_provisioning(&mut self) {
        if self.core.product().known.provisioning.is_none() {
            return;
        }
        let with_server = self
            .provisioning
            .as_ref()
            .is_some_and(|it| it.has_servers());
        let profiles = self.core.has_profile_rule(with_server);
        let marks = self.core.wants_marks();
        let sources = self.core.wants_custom_ca() || self.core.wants_activation(with_server);
        let wanted = profiles || sources || marks || self.has_upgrade_rule();
        if self.provisioning.is_none() && !wanted {
            return;
        }
        let mut engine = self.provisioning.take().unwrap_or_default();
        if profiles {
            self.arm_resyncs(&mut engine);
        } else {
            engine.due.retain(|reason, _| reason.is_explicit());
            (engine.timing, engine.triggers_at) = (None, None);
        }
        self.arm_upgrade(&mut engine);
        let before = engine.marks.take().filter(|_| marks);
        engine.marks = before.or_else(|| marks.then(|| self.core.marks()));
        self.arm_custom_ca(&mut engine);
        self.arm_activation(&mut engine);
        if !engine.is_idle() || profiles {
            self.provisioning = Some(engine);
        }
    }

    pub(super) fn arm_resyncs(&mut self, engine: &mut Engine) {
        let now = self.now();
        let core = &self.core;
        let remembered = core.remembered().cloned().unwrap_or_default();
        let since_boot = remembered
            .last_resync
            .is_some_and(|at| at >= core.facts.booted);
        if engine.timing.is_none() && !since_boot {
            // PG: after a reset, but neither after an update of parameters nor, but for its own setting, an upgrade.
            let (reason, wanted) = match self.restarted_for {
                Some(Cause::Parameters) => (Reason::Reset, false),
                Some(Cause::Upgrade) => {
                    let after = Setting::ResyncAfterUpgradeAttempt;
                    (Reason::AfterUpgrade, core.is_set(after))
                }
                None => (Reason::Reset, core.is_set(Setting::ResyncOnReset)),
            };
            if wanted {
                let delay = core.setting(Setting::ResyncRandomDelay);
                let wait = waits::after_reset(&delay, &mut self.random);
                engine
                    .due
                    .insert(reason, now.max(core.facts.booted.plus_secs(wait)));
            }
        }
        let core = &self.core;
        let timing = Timing {
            periodic: core.setting(Setting::ResyncPeriodic),
            at: core.setting(Setting::ResyncAt),
            at_delay: core.setting(Setting::ResyncAtRandomDelay),
        };
        if engine.timing.as_ref() != Some(&timing) {
            engine.periods = 0;
            engine.due.remove(&Reason::Periodic);
            engine.timing = Some(timing);
            self.arm_period(engine, remembered.succeeded);
        }
        let triggers = [Setting::ResyncTrigger1, Setting::ResyncTrigger2];
        let set = triggers.into_iter().any(|trigger| {
            let text = self.core.setting(trigger);
            let text = text.trim_start();
            // A comment switches it off.
            !text.is_empty() && !text.starts_with('#')
        });
        let next = engine
            .triggers_at
            .unwrap_or(now.plus_secs(RESYNC_TRIGGER_SECS));
        engine.triggers_at = set.then_some(next);
    }

    /// When the next resync by the clock is due: `Resync_At` puts `Resync_Periodic` aside, which runs after a success.
    pub(super) fn arm_period(&mut self, engine: &mut Engine, succeeded: bool) {
        let now = self.now();
        let Some(timing) = &engine.timing else { return };
        let at = waits::at(&timing.at, &timing.at_delay, &mut self.random, now);
        let at = at.filter(|_| self.core.facts.knows_the_time());
        let periodic = || {
            let wait = waits::listed(&timing.periodic, engine.periods, &mut self.random)?;
            succeeded.then(|| now.plus_secs(wait))
        };
        if let Some(due) = at.or_else(periodic) {
            engine.due.insert(Reason::Periodic, due);
        }
    }

    /// When there is something to do for provisioning.
    pub(super) fn provisioning_due(&self) -> Option<Timestamp> {
        let engine = self.provisioning.as_deref()?;
        if let Some(run) = &engine.run {
            return Some(run.deadline);
        }
        if self.files_move() {
            return None;
        }
        let resync = engine
            .next_due()
            .and_then(|due| self.resync_at(engine, due));
        let upgrade = self.upgrade_due(engine);
        let report = engine.report.map(|_| self.now());
        let custom_ca = engine.custom_ca.as_ref().and_then(|it| it.at);
        let activation = engine.activation_at;
        [
            resync,
            upgrade,
            report,
            custom_ca,
            activation,
            engine.triggers_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When a resync that is due then can begin: `Forced_Resync_Delay` decides what a call means for it.
    pub(super) fn resync_at(&self, engine: &Engine, due: Timestamp) -> Option<Timestamp> {
        let now = self.now();
        if due > now {
            return Some(due);
        }
        let reason = engine.due_now(now)?;
        if self.is_gated(engine, reason) {
            return None;
        }
        let delay = self
            .core
            .setting(Setting::ForcedResyncDelay)
            .parse()
            .unwrap_or(0);
        let idle = self.core.is_idle();
        match engine.policies.forced_resync {
            ForcedResync::WaitsAtMost if idle => Some(due),
            ForcedResync::WaitsAtMost => Some(due.plus_secs(delay)),
            ForcedResync::LinesRestFor if !idle => None,
            ForcedResync::LinesRestFor => match engine.idle_since {
                Some(since) => Some(due.max(since.plus_secs(delay))),
                None => Some(due),
            },
        }
    }

    pub(super) fn is_gated(&self, engine: &Engine, reason: Reason) -> bool {
        let gated = match engine.policies.triggers {
            Triggers::Gate => reason == Reason::Periodic,
            Triggers::Start => false,
            Triggers::GateAll => !reason.is_explicit(),
        };
        gated && engine.triggers_at.is_some() && !self.trigger_holds()
    }

    pub(super) fn trigger_holds(&self) -> bool {
        let macros = DeviceMacros::of(&self.core, Reason::Trigger.status(), "1");
        let triggers = [Setting::ResyncTrigger1, Setting::ResyncTrigger2];
        triggers.into_iter().any(|trigger| {
            let condition = self.core.setting(trigger).parse::<Condition>();
            condition.is_ok_and(|condition| condition.holds(&macros))
        })
    }

    pub(super) fn files_move(&self) -> bool {
        self.core.transfers.is_moving() || self.core.modules.is_fetching()
    }

    /// Does what is due; only ever called while no session is open. Whether the device restarts.
    pub(super) fn provision(&mut self) -> bool {
        let now = self.now();
        if self.provisioning.is_none() {
            return false;
        }
        self.look_at_lines();
        self.look_at_triggers();
        if let Some(run) = self.provisioning.as_ref().and_then(|it| it.run.as_ref()) {
            if run.deadline <= now {
                self.outputs.push_back(Output::StopTransfer(run.job));
                self.provision_ended(TransferOutcome::Answered(408));
            }
            return self.stopped;
        }
        if self.files_move() {
            return false;
        }
        let Some(engine) = &self.provisioning else {
            return false;
        };
        let due = engine
            .next_due()
            .and_then(|due| self.resync_at(engine, due));
        let custom_ca = engine.custom_ca.as_ref().and_then(|it| it.at);
        if custom_ca.is_some_and(|at| at <= now) {
            self.begin_custom_ca();
        } else if engine.activation_at.is_some_and(|at| at <= now) {
            self.begin_activation();
        } else if due.is_some_and(|due| due <= now) {
            self.begin_resync();
        } else if engine.report.is_some() {
            self.begin_report();
        } else if self.upgrade_due(engine).is_some_and(|due| due <= now) {
            self.begin_upgrade();
        }
        self.stopped
    }

    /// Notes since when no line has a call, while that matters.
    pub(super) fn look_at_lines(&mut self) {
        let now = self.now();
        let Some(engine) = self.provisioning.as_deref_mut() else {
            return;
        };
        if engine.next_due().is_none_or(|due| due > now) {
            return;
        }
        match self.core.is_idle() {
            false => (engine.was_busy, engine.idle_since) = (true, None),
            true if engine.was_busy => {
                engine.was_busy = false;
                engine.idle_since = Some(now);
            }
            true => {}
        }
    }

    pub(super) fn look_at_triggers(&mut self) {
        let now = self.now();
        let engine = self.provisioning.as_deref();
        if engine
            .and_then(|engine| engine.triggers_at)
            .is_none_or(|at| at > now)
        {
            return;
        }
        let holds = self.trigger_holds();
        let Some(engine) = self.provisioning.as_deref_mut() else {
            return;
        };
        engine.triggers_at = Some(now.plus_secs(RESYNC_TRIGGER_SECS));
        let comes_to_hold = holds && !std::mem::replace(&mut engine.triggered, holds);
        if comes_to_hold && engine.policies.triggers == Triggers::Start {
            engine.due.insert(Reason::Trigger, now);
        }
    }
}
