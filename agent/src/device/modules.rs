//! Software modules as the device lives with them: when operations are done, and when the ACS hears of them.

use super::io::{SectionKind, TransferJob, TransferWork};
use super::{Core, Device, Output};
use crate::modules::decide::{Verdict, Wanted};
use crate::modules::queue::Fetch;
use crate::modules::{Modules, Origin, Policy, Step};
use crate::rpc::change_du_state::check;
use cwmp::rpc::{Inform, Operation};
use cwmp::{CwmpVersion, Fault};
use data_model::Timestamp;
use data_model::package::PackageHeader;

/// Events 11 and 12, ChangeDUState and its reports came with this version.
pub(crate) const FIRST_VERSION: CwmpVersion = CwmpVersion::V1_2;

/// The next thing to be done about modules.
enum Next {
    /// Nothing at this moment.
    Rest,
    /// To look at the next step.
    Begin(Step),
    /// A package has arrived, or cannot be had.
    Arrived(Step, Timestamp, Result<PackageHeader, Fault>),
}

impl Core {
    /// Forgets results of autonomous changes that the ACS does not want to hear of.
    fn keep_wanted_modules(&mut self) {
        let policy = |name: &str| self.management(&format!("DUStateChangeComplPolicy.{name}"));
        let policy = Policy {
            enabled: policy("Enable") == "1",
            operation_types: policy("OperationTypeFilter"),
            result_type: policy("ResultTypeFilter"),
            fault_codes: policy("FaultCodeFilter"),
        };
        self.modules.keep_wanted(&policy);
    }

    fn next_of_modules(&mut self) -> Next {
        let busy = self.transfers.is_moving() || self.provisioning_moves;
        let Some(change) = self.modules.current() else {
            return Next::Rest;
        };
        let step = change.steps.front().cloned();
        match (step, &mut change.fetch) {
            (None, _) => Next::Rest,
            (Some(step), Some(fetch)) => match fetch.ended.take() {
                Some(ended) => Next::Arrived(step, fetch.started, ended),
                None => Next::Rest,
            },
            // Files are moved one at a time; what needs none does not overtake what does.
            (Some(_), None) if busy => Next::Rest,
            (Some(step), None) => Next::Begin(step),
        }
    }

    /// Shows that a unit is being updated, or is installed again; a boot forgets it.
    fn show_update(&mut self, unit: Option<u32>, updating: bool) {
        let Some(number) = unit else { return };
        self.observing(|core| {
            let path = core.unit_path(number);
            if let Some(status) = core.leaf(&path, "Status") {
                match updating {
                    true => core.tree.set_until_boot(&status, "Updating"),
                    false => core.tree.forget(&status),
                }
            }
        });
    }
}

impl Device {
    /// Goes on with changes of modules; only ever called while no session is open (TR-069 A.4.1.10).
    pub(super) fn change_modules(&mut self) {
        let told = self.core.changes.has_active();
        loop {
            match self.core.next_of_modules() {
                Next::Rest => break,
                Next::Begin(step) => self.begin_step(&step),
                Next::Arrived(step, started, package) => {
                    if let Step::Update(unit, _) = &step {
                        self.core.show_update(Some(*unit), false);
                    }
                    let result = self.core.package_arrived(&step, started, package);
                    if let Some(change) = self.core.modules.current() {
                        change.step_done(vec![result]);
                    }
                    self.modules_changed();
                }
            }
        }
        self.tell_changes(told);
    }

    fn begin_step(&mut self, step: &Step) {
        let mut modules = std::mem::take(&mut self.core.modules);
        if let Some(change) = modules.current() {
            match self.core.module_verdict(change, step) {
                Verdict::Done(results) => change.step_done(results),
                Verdict::Becomes(steps) => change.step_becomes(steps),
                Verdict::Fetch(wanted) => {
                    let number = self.core.transfers.take_number();
                    change.fetch = Some(Fetch {
                        number,
                        started: self.core.facts.now,
                        ended: None,
                    });
                    self.core.modules = modules;
                    return self.fetch_package(number, wanted);
                }
            }
        }
        self.core.modules = modules;
        self.modules_changed();
    }

    fn fetch_package(&mut self, number: u32, wanted: Wanted) {
        self.core.show_update(wanted.unit, true);
        self.core
            .note(&format!("transfer {number}: the package of a module"));
        self.persist(&[SectionKind::Transfers, SectionKind::Modules]);
        self.outputs.push_back(Output::StartTransfer(TransferJob {
            number,
            url: wanted.url,
            username: wanted.username,
            password: wanted.password,
            domains: String::new(),
            work: TransferWork::Package(wanted.limit),
            trust: None,
            user_agent: String::new(),
        }));
    }

    /// A step is done: its result and what it has done to the tree are kept together.
    fn modules_changed(&mut self) {
        if self.newest_version < FIRST_VERSION {
            self.core.modules.discard_autonomous();
        }
        self.core.keep_wanted_modules();
        self.persist(&[SectionKind::Tree, SectionKind::Modules]);
        if self.core.modules.has_ended() {
            self.tell();
        }
    }

    /// The package with this transfer number is there, or cannot be had.
    pub(super) fn package_ended(&mut self, number: u32, ended: Result<PackageHeader, Fault>) {
        if let Err(fault) = &ended {
            self.core.note(&format!("transfer {number}: {fault}"));
        }
        // What nobody waits for was cut off by a boot.
        self.core.modules.fetched(number, ended);
    }

    /// Somebody at the device wants a module installed, updated or removed.
    pub(super) fn own_module_change(&mut self, operation: Operation) {
        if !self.core.has_modules() {
            return self.core.note("this device has no modules");
        }
        if let Err(fault) = check(&operation) {
            return self.refuse_module_change(&fault);
        }
        let now = self.now();
        if let Operation::Uninstall(uninstall) = &operation
            && self.session.is_none()
        {
            // It takes no time, so nobody is made to wait for packages that are on their way.
            let told = self.core.changes.has_active();
            let number = self.core.transfers.take_number();
            let results = self.core.uninstall(uninstall);
            self.core.modules.note_made(number, results, now);
            self.persist(&[SectionKind::Transfers]);
            self.modules_changed();
            return self.tell_changes(told);
        }
        if let Err(fault) = self.core.modules.check_room(Origin::Device, 1) {
            return self.refuse_module_change(&fault);
        }
        let number = self.core.transfers.take_number();
        let who = (Origin::Device, None);
        self.core.modules.accept(number, who, &[operation], now);
        self.persist(&[SectionKind::Transfers, SectionKind::Modules]);
    }

    fn refuse_module_change(&mut self, fault: &Fault) {
        let line = format!("a change of modules is refused: {fault}");
        self.core.note(&line);
    }

    /// Whether a change of modules waits to be told to an ACS that may know of such.
    pub(super) fn has_module_news(&self) -> bool {
        self.offer >= FIRST_VERSION && self.core.modules.has_ended()
    }

    /// Takes events out of an Inform that the version it is written in does not have (TR-069 3.7.1.1).
    pub(super) fn leave_out_module_events(&self, inform: &mut Inform) {
        if self.offer < FIRST_VERSION {
            inform.event.retain(|event| !Modules::is_event(event));
        }
    }

    /// The ACS of this session turns out not to know modules: autonomous changes are not for it. What an ACS has asked
    /// for is kept until one can be told. Whether there is such.
    pub(super) fn forget_untellable_modules(&mut self) -> bool {
        if self.core.modules.discard_autonomous() {
            self.persist(&[SectionKind::Modules]);
        }
        self.core.modules.has_ended()
    }
}
