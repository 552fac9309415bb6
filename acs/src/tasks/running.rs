//! One task in one session: its RPCs in turn, its outcome in the end. Pure.

use super::diagnostic::Measurement;
use super::faults::{Reaction, reaction, retry_at};
use super::objects::{Adding, Deleting};
use super::reading::Reading;
use super::rediscovery::Rediscovery;
use super::single::{Single, request};
use super::transfers::Transfer;
use super::walk::Walk;
use super::writing::Writing;
use crate::redact::is_secret;
use crate::store::{Certainty, Learned, Observed, Task, TaskFault, TaskKind, TaskOutcome};
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse, Fault, FaultCode, ParameterKey};
use data_model::{ParameterList, Timestamp};
use serde_json::Value;

/// A task under way.
#[derive(Debug)]
pub struct Running {
    /// The task.
    pub task: Task,
    work: Work,
    site: Site,
}

/// What a task begins with.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// What was learned of the device.
    pub learned: Learned,
    /// The root object of its tree.
    pub root: &'static str,
    /// What an attempt that a broken session has left behind has noted.
    pub progress: Option<Value>,
    /// Whether a transfer of doubtful fate is only asked for, and does not leave again.
    pub only_ask: bool,
    /// Whether the device has restarted since that attempt began.
    pub restarted: bool,
    /// The file of a download.
    pub source: Option<Source>,
    /// Where an upload goes.
    pub destination: String,
    /// For a refresh by age: the names that are too old; `None` to read everything.
    pub stale: Option<Vec<String>>,
}

/// What is to be done next for a task.
#[derive(Debug)]
pub enum Next {
    /// Call this.
    Call(Box<AcsRequest>),
    /// Note this for the case that the session breaks, then call that.
    Note(Value, Box<AcsRequest>),
    /// It has ended, or waits outside of sessions.
    Outcome(TaskOutcome, Observed),
}

/// Where a download comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its FileType.
    pub file_type: String,
    /// Its length.
    pub bytes: u64,
    /// Its link for this device.
    pub url: String,
}

/// What all kinds of work share.
#[derive(Debug)]
pub(super) struct Site {
    /// What was seen of the device.
    pub observed: Observed,
    /// What is known of how it wants to be asked.
    pub learned: Learned,
    /// The ParameterKey it is to keep: a task is no change of its profiles.
    pub key: ParameterKey,
    /// The root object of its tree.
    pub root: &'static str,
}

impl Site {
    /// Values of the device, read or accepted. Secrets read back as empty, and so they are kept, also of devices that
    /// show them (case M06).
    pub fn observe(&mut self, values: &ParameterList, asked: impl Fn(&str) -> bool) {
        for parameter in values.iter() {
            // What nobody has asked for is not taken either (case C13).
            if !asked(parameter.name) {
                continue;
            }
            let secret = is_secret(parameter.name);
            let value = if secret { "" } else { parameter.value };
            let kept = &mut self.observed.values;
            kept.push(parameter.name, parameter.ty, value);
        }
    }

    /// The device does not have a method.
    pub fn lacks(&mut self, method: &str) {
        if !self.learned.lacks.iter().any(|known| known == method) {
            self.learned.lacks.push(method.to_owned());
        }
    }
}

/// What a kind of work says after each answer.
#[derive(Debug)]
pub(super) enum Step {
    /// Call this and wait for its answer.
    Call(Work, AcsRequest),
    /// The same, and note this first.
    Note(Work, Value, AcsRequest),
    /// It has ended so.
    End(TaskOutcome),
    /// The device has refused it; nothing of the last call has happened.
    Refused(Fault),
    /// It does not go on at this time; what was noted holds, and is taken up later.
    Later(Fault),
}

/// The work of a task, by its kind.
#[derive(Debug)]
pub(super) enum Work {
    /// It has not begun, or has ended.
    None,
    Reading(Reading),
    Writing(Writing),
    Adding(Adding),
    Deleting(Deleting),
    Walking(Box<Walk>),
    Transferring(Transfer),
    Rediscovering(Rediscovery),
    Single(Single),
    Measuring(Measurement),
}

impl Running {
    /// Begins a task, or takes it up where a broken session has left it; gives its first RPC.
    pub fn begin(
        task: Task,
        certainty: Certainty,
        key: ParameterKey,
        ground: Ground,
        now: Timestamp,
    ) -> (Running, Next) {
        let site = Site {
            observed: Observed::default(),
            learned: ground.learned.clone(),
            key,
            root: ground.root,
        };
        let mut running = Running {
            task,
            work: Work::None,
            site,
        };
        let step = first(&running.task, certainty, &mut running.site, ground, now);
        let next = running.follow(step, now);
        (running, next)
    }

    /// The device has answered.
    pub fn answered(&mut self, answer: Result<CpeResponse, AnswerFault>, now: Timestamp) -> Next {
        let work = std::mem::replace(&mut self.work, Work::None);
        let (task, site) = (&self.task, &mut self.site);
        let answer = answer.map_err(|fault| match fault {
            AnswerFault::Fault(fault) => fault,
            // A walk asks for less, everybody else gives up.
            AnswerFault::Unusable(why) => Fault::new(UNUSABLE, why),
        });
        let step = match work {
            Work::None => Step::End(TaskOutcome::Done(Value::Null)),
            Work::Reading(reading) => reading.answered(answer, site),
            Work::Writing(writing) => writing.answered(answer, site),
            Work::Adding(adding) => adding.answered(answer, task, site),
            Work::Deleting(deleting) => deleting.answered(answer, site),
            Work::Walking(walk) => walk.answered(answer, site),
            Work::Transferring(transfer) => transfer.answered(answer, site),
            Work::Rediscovering(rediscovery) => rediscovery.answered(answer, site),
            Work::Single(single) => single.answered(answer, site),
            Work::Measuring(measurement) => measurement.answered(answer, task, site, now),
        };
        self.follow(step, now)
    }

    fn follow(&mut self, step: Step, now: Timestamp) -> Next {
        match step {
            Step::Call(work, request) => {
                self.work = work;
                Next::Call(Box::new(request))
            }
            Step::Note(work, note, request) => {
                self.work = work;
                Next::Note(note, Box::new(request))
            }
            Step::End(outcome) => self.end(outcome),
            Step::Refused(fault) => self.refused(fault, now),
            Step::Later(fault) => self.later(fault, now),
        }
    }

    fn later(&mut self, fault: Fault, now: Timestamp) -> Next {
        let (code, why) = match fault.code {
            UNUSABLE => (FaultCode::INTERNAL_ERROR, TaskFault::ours(&*fault.text)),
            code => (code, fault.clone().into()),
        };
        match retry_at(code, self.task.attempts, now) {
            Some(not_before) => self.end(TaskOutcome::TakeUp {
                fault: why,
                not_before,
            }),
            None => self.refused(fault, now),
        }
    }

    fn refused(&mut self, fault: Fault, now: Timestamp) -> Next {
        if fault.code == UNUSABLE {
            return self.end(TaskOutcome::Failed(TaskFault::ours(fault.text)));
        }
        if let Some(not_before) = retry_at(fault.code, self.task.attempts, now) {
            let fault = fault.into();
            return self.end(TaskOutcome::Retry { fault, not_before });
        }
        if reaction(fault.code) == Reaction::Unsupported {
            let text = format!("the device does not support this ({})", fault.text);
            let fault = Fault { text, ..fault };
            return self.end(TaskOutcome::Failed(fault.into()));
        }
        let mut rediscovery = Rediscovery::after(&self.task.kind, fault);
        match rediscovery.next() {
            Some(request) => {
                self.work = Work::Rediscovering(rediscovery);
                Next::Call(Box::new(request.into()))
            }
            None => self.end(TaskOutcome::Failed(rediscovery.fault.into())),
        }
    }

    fn end(&mut self, outcome: TaskOutcome) -> Next {
        let mut observed = std::mem::take(&mut self.site.observed);
        observed.learned = Some(Box::new(self.site.learned.clone()));
        Next::Outcome(outcome, observed)
    }
}

/// An answer that cannot be read is no fault of the device's list; it never leaves this module.
pub(super) const UNUSABLE: FaultCode = FaultCode::new(0);

fn first(
    task: &Task,
    certainty: Certainty,
    site: &mut Site,
    ground: Ground,
    now: Timestamp,
) -> Step {
    match &task.kind {
        TaskKind::GetParameterValues { names } => Reading::begin(names.clone()),
        TaskKind::SetParameterValues { values } => Writing::begin(values, site),
        TaskKind::Refresh { path, .. } => Walk::refresh(task, path, ground, site, now),
        TaskKind::Discover => Walk::discover(task, ground, site, now),
        TaskKind::AddObject { object, .. } => Adding::begin(task, object, ground.progress, site),
        TaskKind::DeleteObject { object } => Deleting::begin(object, certainty, site),
        TaskKind::RunDiagnostic {
            diagnostic,
            limit_secs,
        } => Measurement::begin(task, diagnostic, *limit_secs, site),
        TaskKind::Download { .. }
        | TaskKind::DownloadProfile
        | TaskKind::RestoreConfiguration { .. }
        | TaskKind::ScheduleDownload { .. }
        | TaskKind::Upload { .. }
        | TaskKind::BackupConfiguration { .. }
        | TaskKind::FetchLog { .. } => Transfer::begin(task, certainty, ground, site),
        TaskKind::Reboot
        | TaskKind::FactoryReset
        | TaskKind::GetParameterNames { .. }
        | TaskKind::GetParameterAttributes { .. }
        | TaskKind::SetParameterAttributes { .. }
        | TaskKind::ScheduleInform { .. }
        | TaskKind::CancelTransfer { .. }
        | TaskKind::GetQueuedTransfers
        | TaskKind::GetAllQueuedTransfers
        | TaskKind::ChangeDuState { .. }
        | TaskKind::GetRpcMethods
        | TaskKind::GetOptions { .. }
        | TaskKind::SetVouchers { .. } => match request(task) {
            Some(request) => Step::Call(Work::Single(Single::of(&task.kind)), request),
            None => Step::End(TaskOutcome::Failed(TaskFault::ours("it asks for nothing"))),
        },
    }
}

#[cfg(test)]
mod tests;
