//! Resyncs as part of a device's life: when one begins, which rules it goes by, and what becomes of what it fetches.
//!
//! No session with the ACS is open while a file of provisioning is on its way, and none is fetched in a session: each
//! side sees a configuration that the other leaves alone.

use super::io::{FileContent, Restart, SectionKind, TransferJob, TransferOutcome};
use super::io::{TransferWork, Verb};
use super::{Device, Output};
use crate::configuration_file;
use crate::limits::{CONFIGURATION_BYTES, KEPT_CHANGES, RESYNC_FETCH_SECS};
use crate::provisioning::customization::Step;
use crate::provisioning::engine::{Engine, Reason, Resync, Run, Work};
use crate::provisioning::macros::DeviceMacros;
use crate::provisioning::outcome::{Class, Fetched, Trouble, fetched};
use crate::provisioning::policy::ZeroRetry;
use crate::provisioning::remembered::Cause;
use crate::provisioning::settings::{PROFILE_RULES, Setting};
use crate::provisioning::waits;
use crate::tree::InstanceMode;
use data_model::Secret;
use data_model::provisioning::encryption;
use data_model::provisioning::macros::{Secrets, expand};
use data_model::provisioning::profile::{Aliases, Policy};
use data_model::provisioning::rule::{Choice, Fetch, Rule};
use data_model::provisioning::url::{BadUrl, FullUrl, Scheme};
use data_model::schema::Applies;

impl Device {
    pub(super) fn begin_resync(&mut self) {
        let now = self.now();
        let Some(engine) = self.provisioning.as_deref_mut() else {
            return;
        };
        let Some(reason) = engine.due_now(now) else {
            return;
        };
        engine.take_due(now);
        (engine.was_busy, engine.idle_since) = (false, None);
        let only = engine
            .asked_rule
            .take()
            .filter(|_| reason == Reason::Person);
        self.core.note(&format!("resync: {}", reason.words()));
        self.go_on_resyncing(Resync {
            reason,
            only,
            done: 0,
            restarts: false,
        });
    }

    /// Goes on to the next rule that fetches something, or to the end.
    pub(super) fn go_on_resyncing(&mut self, mut resync: Resync) {
        loop {
            let text = match (&resync.only, resync.done) {
                (Some(rule), 0) => rule.clone(),
                (Some(_), _) => return self.resync_over(&resync, Ok(())),
                (None, done) => match PROFILE_RULES.get(done) {
                    Some(rule) => self.core.setting(*rule),
                    None => return self.resync_over(&resync, Ok(())),
                },
            };
            resync.done += 1;
            match self.follow(&text, resync.reason.status(), "1") {
                Err(trouble) => return self.resync_over(&resync, Err(trouble)),
                Ok(None) => {}
                Ok(Some((fetch, url))) => return self.fetch_profile(resync, *fetch, url),
            }
        }
    }

    /// Goes by a rule as far as the fetch it comes to: its assignments are carried out, and kept.
    pub(super) fn follow(
        &mut self,
        text: &str,
        resync_status: &'static str,
        upgrade_status: &'static str,
    ) -> Result<Option<(Box<Fetch>, FullUrl)>, Trouble> {
        let rule: Rule = text
            .parse()
            .map_err(|bad| Trouble::other(format!("a rule: {bad}")))?;
        self.follow_rule(&rule, resync_status, upgrade_status)
    }

    /// The same, with a rule that has been read.
    pub(super) fn follow_rule(
        &mut self,
        rule: &Rule,
        resync_status: &'static str,
        upgrade_status: &'static str,
    ) -> Result<Option<(Box<Fetch>, FullUrl)>, Trouble> {
        let macros = DeviceMacros::of(&self.core, resync_status, upgrade_status);
        let (assignments, fetch) = match rule.evaluate(&macros).choice {
            Choice::Skip => return Ok(None),
            Choice::Broken { why, .. } => return Err(Trouble::other(format!("a rule: {why}"))),
            Choice::Take {
                assignments, fetch, ..
            } => (assignments, fetch),
        };
        if fetch.as_ref().is_some_and(|fetch| fetch.options.srv) {
            return Err(Trouble::other(
                "a rule: --srv is for the maker's telephones; this device asks DNS for addresses only: \
                 leave --srv out, and name the server and its port",
            ));
        }
        if !assignments.is_empty() {
            // 8831: before the fetch.
            let (before, told) = (self.core.access(), self.core.changes.has_active());
            self.core.assign(&assignments)?;
            self.changed_by_profile(&before, told);
        }
        let Some(fetch) = fetch else { return Ok(None) };
        let transport = Scheme::parse(&self.core.setting(Setting::TransportProtocol));
        let options = self.core.setting(Setting::DhcpOptionToUse);
        let server = self
            .provisioning
            .as_ref()
            .and_then(|it| it.server(&options));
        match fetch.url.complete(transport, server) {
            // A rule without a server waits for DHCP to name one.
            Err(BadUrl::NoServerKnown) => Ok(None),
            Err(why) => Err(Trouble::other(format!("a rule: {why}"))),
            Ok(url) => {
                self.core.check_domain(&url)?;
                Ok(Some((fetch, url)))
            }
        }
    }

    /// Puts what a profile or a rule has changed into force, and keeps it.
    pub(super) fn changed_by_profile(&mut self, before: &super::meta::Access, told: bool) {
        let engine = self.provisioning.take();
        self.changed_locally(before);
        self.tell_changes(told);
        self.provisioning = engine.or(self.provisioning.take());
    }

    pub(super) fn fetch_profile(&mut self, resync: Resync, fetch: Fetch, url: FullUrl) {
        let aliases = match self.aliases(&fetch) {
            Ok(aliases) => aliases,
            Err(trouble) => return self.resync_over(&resync, Err(trouble)),
        };
        let verb = match fetch.post {
            None => Verb::Get,
            Some(register) => {
                let macros = DeviceMacros::of(&self.core, resync.reason.status(), "1");
                let name = format!("Provisioning.{}", register.parameter());
                let body = expand(&self.core.vendor_value(&name), &macros, Secrets::Hidden);
                Verb::PostAndFetch(FileContent(body.into_bytes()))
            }
        };
        let work = Work::Profile {
            resync,
            key: fetch.key,
            aliases,
        };
        let credentials = (fetch.uid.unwrap_or_default(), fetch.pwd.unwrap_or_default());
        let message = Some(Setting::LogResyncRequestMsg);
        self.move_provision(work, url, credentials, verb, message);
    }

    /// The map of `--alias`, read before anything is fetched for it.
    fn aliases(&self, fetch: &Fetch) -> Result<Aliases, Trouble> {
        let Some(register) = fetch.alias else {
            return Ok(Aliases::default());
        };
        let name = register.parameter();
        let map = self.core.vendor_value(&format!("Provisioning.{name}"));
        let wrong = |bad| Trouble::other(format!("the map of --alias in {name}: {bad}"));
        Aliases::parse(&map).map_err(wrong)
    }

    /// Starts a transfer of provisioning.
    pub(super) fn move_provision(
        &mut self,
        work: Work,
        url: FullUrl,
        (username, password): (String, Secret),
        verb: Verb,
        message: Option<Setting>,
    ) {
        let file = self.core.provision(verb, CONFIGURATION_BYTES);
        self.start_provision(work, url, (username, password), file, message);
    }

    pub(super) fn start_provision(
        &mut self,
        work: Work,
        url: FullUrl,
        (username, password): (String, Secret),
        file: TransferWork,
        message: Option<Setting>,
    ) {
        let now = self.now();
        if let Some(message) = message {
            self.say(message, Some(&url), "");
        }
        let job = TransferJob {
            number: self.core.transfers.take_number(),
            url: url.to_string(),
            username,
            password,
            domains: self.core.restricted_domains(),
            work: file,
            trust: self.core.trust(),
            user_agent: self.core.user_agent(),
        };
        let run = Run {
            work,
            job: job.number,
            url,
            started: now,
            deadline: now.plus_secs(RESYNC_FETCH_SECS),
        };
        self.core.provisioning_moves = true;
        self.provisioning.get_or_insert_default().run = Some(run);
        if matches!(job.work, TransferWork::Image(..)) && self.core.firmware.overwrite() {
            self.persist(&[SectionKind::Transfers, SectionKind::Firmware]);
        } else {
            self.persist(&[SectionKind::Transfers]);
        }
        self.outputs.push_back(Output::StartTransfer(job));
    }

    pub(super) fn say(&mut self, message: Setting, url: Option<&FullUrl>, error: &str) {
        let line = self.core.log_message(message, url, error);
        self.outputs.extend(line.map(Output::SendNotification));
    }

    /// The transfer that was under way has ended.
    pub(super) fn provision_ended(&mut self, outcome: TransferOutcome) {
        self.core.provisioning_moves = false;
        let run = self
            .provisioning
            .as_mut()
            .and_then(|engine| engine.run.take());
        let Some(run) = run else { return };
        match run.work {
            Work::Profile {
                resync,
                key,
                aliases,
            } => {
                let file = fetched(outcome, run.url.scheme == Scheme::Tftp);
                let taken = file.and_then(|file| self.take_profile(&file, key.as_ref(), &aliases));
                self.profile_ended(resync, &run.url, taken);
            }
            Work::Upgrade(rule) => self.upgrade_ended(rule, run.url, run.started, outcome),
            Work::Activation => self.activation_ended(run.url.scheme, outcome),
            Work::CustomCa(url) => self.custom_ca_ended(url, run.url.scheme, outcome),
            Work::Report(report) => {
                let ended = fetched(outcome, run.url.scheme == Scheme::Tftp);
                self.one_report_ended(report, ended.map(drop));
            }
        }
    }

    pub(super) fn profile_ended(
        &mut self,
        mut resync: Resync,
        url: &FullUrl,
        taken: Result<Applies, Trouble>,
    ) {
        match taken {
            Ok(applies) => {
                resync.restarts |= applies == Applies::AfterReboot;
                // Where there is no ACS to find, the image on trial has found what there is.
                if self.core.firmware.trial.is_some() && !self.core.may_inform() {
                    self.confirm_firmware();
                }
                self.say(Setting::LogResyncSuccessMsg, Some(url), "");
                self.go_on_resyncing(resync);
            }
            Err(trouble)
                if trouble.class == Class::FileNotFound
                    && !self.core.is_set(Setting::ResyncFailsOnFnf) =>
            {
                self.core
                    .note(&format!("resync: {}, which is no failure", trouble.text));
                self.go_on_resyncing(resync);
            }
            Err(trouble) => self.resync_over(&resync, Err(trouble)),
        }
    }

    /// Takes a profile over: unpacked, read and checked whole before anything of it counts.
    pub(super) fn take_profile(
        &mut self,
        file: &Fetched,
        key: Option<&Secret>,
        aliases: &Aliases,
    ) -> Result<Applies, Trouble> {
        let bad = |why: String| Trouble::bad_profile(format!("corrupt file: {why}"));
        let profile = encryption::open_coded(&file.bytes, key, file.coding);
        let profile = profile.map_err(|why| bad(why.to_string()))?;
        let (core, policy) = (&self.core, Policy::default());
        let checked = configuration_file::read(&profile, aliases, &core.tree, &core.facts, policy);
        let checked = checked.map_err(bad)?;
        let applies = checked.applies;
        let (before, told) = (self.core.access(), self.core.changes.has_active());
        self.core.commit_from_profile(checked);
        self.changed_by_profile(&before, told);
        Ok(applies)
    }

    /// A way through the rules is over.
    pub(super) fn resync_over(&mut self, resync: &Resync, ended: Result<(), Trouble>) {
        let now = self.now();
        let failed = ended.is_err();
        let remembered = self.core.remembered_mut();
        remembered.last_resync = Some(now);
        remembered.succeeded |= !failed;
        if resync.restarts {
            let waiting = self.core.changes.waiting().take(KEPT_CHANGES);
            let tree = &self.core.tree;
            let changed = waiting.map(|address| tree.name(address, InstanceMode::Number));
            let changed = changed.collect();
            let remembered = self.core.remembered_mut();
            remembered.changed = changed;
            // What has failed is made up for after the restart, as after any other.
            remembered.restart = (!failed).then_some(Cause::Parameters);
        }
        if !failed {
            let kept = self.customize(Step::Resynced);
            if !kept.is_empty() {
                self.persist(kept);
            }
        }
        if let Err(trouble) = &ended {
            self.say(Setting::LogResyncFailureMsg, None, &trouble.text);
        }
        if let Some(mut engine) = self.provisioning.take() {
            match failed {
                true => self.retry_resync(&mut engine),
                false => {
                    engine.failures = 0;
                    engine.due.remove(&Reason::Retry);
                    self.arm_period(&mut engine, true);
                    engine.periods += 1;
                    engine.marks = self.core.wants_marks().then(|| self.core.marks());
                }
            }
            self.provisioning = Some(engine);
        }
        self.persist(&[SectionKind::Meta]);
        if resync.restarts {
            return self.stop(Restart::Reboot);
        }
        self.arm_provisioning();
    }

    /// Classes B and C both wait `Resync_Error_Retry_Delay`; the retry begins with the first rule.
    pub(super) fn retry_resync(&mut self, engine: &mut Engine) {
        let list = self.core.setting(Setting::ResyncErrorRetryDelay);
        let wait = waits::listed(&list, engine.failures, &mut self.random);
        let wait = wait.or(match engine.policies.zero_retry {
            ZeroRetry::Never => None,
            ZeroRetry::AtOnce => Some(1),
        });
        engine.failures += 1;
        if let Some(wait) = wait {
            engine.due.insert(Reason::Retry, self.now().plus_secs(wait));
        }
        // A period that goes on is not stopped by a failure, but starts again.
        engine.due.remove(&Reason::Periodic);
        if wait.is_none() {
            let succeeded = self.core.remembered().is_some_and(|it| it.succeeded);
            self.arm_period(engine, succeeded);
        }
    }
}
