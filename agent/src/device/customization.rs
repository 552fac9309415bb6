//! Activation: a device that neither DHCP nor a person has told of its provider asks a server for its rule, once.

use super::core::Core;
use super::io::{SectionKind, TransferOutcome, Verb};
use super::{Device, Output};
use crate::limits::ACTIVATION_RULE_BYTES;
use crate::provisioning::customization::{Customization, Step};
use crate::provisioning::engine::{Engine, Reason, Work};
use crate::provisioning::outcome::{Class, fetched};
use crate::provisioning::settings::Setting;
use crate::provisioning::waits;
use data_model::provisioning::rule::Rule;
use data_model::provisioning::url::Scheme;

/// Where a device shows how far it is.
const STATUS: &str = "Status.Product.Customization";

/// What is asked for, on the activation server.
const REQUEST: &str = "/software/edos/callhome/rc?id=$MAU:$SN:$PN&sw=$SWVER";

impl Core {
    fn customization(&self) -> Customization {
        self.remembered()
            .map_or_else(Customization::default, |it| it.customization)
    }

    /// Whether the activation server is to be asked.
    pub(super) fn wants_activation(&self, with_server: bool) -> bool {
        let sources = self.files.provisioning.as_ref();
        sources.is_some_and(|it| it.activation.is_some())
            && self.is_set(Setting::ProvisionEnable)
            && self.customization().asks()
            // A rule that leads somewhere by itself: somebody has provisioned the device by hand.
            && !self.has_profile_rule(with_server)
    }
}

impl Device {
    /// Something has happened that matters for the customization of the device; gives what is to be kept.
    pub(super) fn customize(&mut self, step: Step) -> &'static [SectionKind] {
        let before = self.core.customization();
        let state = before.after(step);
        if state == before {
            return &[];
        }
        self.core.remembered_mut().customization = state;
        self.core.show_vendor_value(STATUS, state.words());
        self.core.note(&format!("customization: {}", state.words()));
        &[SectionKind::Meta, SectionKind::Tree]
    }

    /// Has the activation server asked if nobody else names one.
    pub(super) fn arm_activation(&mut self, engine: &mut Engine) {
        if engine.has_servers() {
            let kept = self.customize(Step::ServerNamed);
            if !kept.is_empty() {
                self.persist(kept);
            }
        }
        if !self.core.wants_activation(engine.has_servers()) {
            (engine.activation_at, engine.activation_armed) = (None, false);
        } else if !std::mem::replace(&mut engine.activation_armed, true) {
            let delay = self.core.setting(Setting::ResyncRandomDelay);
            let wait = waits::after_reset(&delay, &mut self.random);
            let booted = self.core.facts.booted;
            engine.activation_at = Some(self.now().max(booted.plus_secs(wait)));
        }
    }

    pub(super) fn begin_activation(&mut self) {
        let sources = self.core.files.provisioning.as_ref();
        let server = sources.and_then(|it| it.activation.clone());
        let Some((engine, server)) = self.provisioning.as_deref_mut().zip(server) else {
            return;
        };
        engine.activation_at = None;
        let kept = self.customize(Step::Asked);
        if !kept.is_empty() {
            self.persist(kept);
        }
        let rule = format!("{}{REQUEST}", server.trim_end_matches('/'));
        match self.follow(&rule, Reason::Reset.status(), "1") {
            Err(trouble) => self.activation_failed(&trouble.text),
            Ok(None) => self.activation_failed("its URL leads nowhere"),
            Ok(Some((_, url))) => {
                let file = self.core.provision(Verb::Get, ACTIVATION_RULE_BYTES);
                let nobody = (String::new(), data_model::Secret::default());
                let message = Setting::LogResyncRequestMsg;
                self.start_provision(Work::Activation, url, nobody, file, Some(message));
            }
        }
    }

    /// What the activation server says: a rule, which becomes `Profile_Rule`, or that it knows nobody for this device.
    pub(super) fn activation_ended(&mut self, scheme: Scheme, outcome: TransferOutcome) {
        let file = match fetched(outcome, scheme == Scheme::Tftp) {
            Err(trouble) if trouble.class == Class::FileNotFound => {
                let kept = self.customize(Step::NobodyKnown);
                self.persist(kept);
                return self.arm_provisioning();
            }
            Err(trouble) => return self.activation_failed(&trouble.text),
            Ok(file) => file,
        };
        let rule = String::from_utf8(file.bytes).unwrap_or_default();
        let rule = rule.trim();
        if rule.is_empty() || rule.parse::<Rule>().is_err() {
            return self.activation_failed("what it answers is no rule");
        }
        let (before, told) = (self.core.access(), self.core.changes.has_active());
        let profile_rule = Setting::ProfileRule.name().to_owned();
        if let Err(trouble) = self.core.assign(&[(profile_rule, rule.to_owned())]) {
            return self.activation_failed(&trouble.text);
        }
        let kept = self.customize(Step::Redirected);
        self.changed_by_profile(&before, told);
        self.persist(kept);
        let now = self.now();
        let engine = self.provisioning.get_or_insert_default();
        engine.due.insert(Reason::Reset, now);
        self.arm_provisioning();
    }

    /// Neither DHCP nor the activation server has helped: both are asked again.
    fn activation_failed(&mut self, why: &str) {
        self.core.note(&format!("activation: failed: {why}"));
        self.outputs.push_back(Output::Discover);
        let list = self.core.setting(Setting::ResyncErrorRetryDelay);
        let now = self.now();
        if let Some(engine) = self.provisioning.as_deref_mut() {
            let wait = waits::listed(&list, engine.activation_failures, &mut self.random);
            engine.activation_failures += 1;
            engine.activation_at = wait.map(|wait| now.plus_secs(wait));
        }
    }
}
