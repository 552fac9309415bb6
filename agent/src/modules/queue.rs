//! The changes of modules that wait, are under way or unreported; they are done one after the other (TR-069 A.4.1.10).

use crate::limits::{
    AUTONOMOUS_MODULE_CHANGES, MODULE_CHANGES, MODULE_OPERATIONS, TRANSFER_ATTEMPTS,
};
use cwmp::rpc::{Operation, OperationResult, UpdateOperation};
use cwmp::{CommandKey, Fault, FaultCode};
use data_model::Timestamp;
use data_model::package::PackageHeader;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The changes of a device; nothing at all on one whose modules rest.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Modules(Option<Box<Queue>>);

/// Changes in the order in which they were asked for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Queue {
    changes: Vec<Change>,
}

/// What was asked for at one time; it is reported as one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Change {
    /// Names it between device and session.
    pub number: u32,
    /// Who has asked for it.
    pub origin: Origin,
    /// The key of the request, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_key: Option<CommandKey>,
    /// When it was asked for.
    pub accepted: Timestamp,
    /// What is still to be done, in order.
    pub steps: VecDeque<Step>,
    /// The package of the first step, while it is being fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<Fetch>,
    /// How often a boot has cut the first step off.
    #[serde(default)]
    pub attempts: u8,
    /// What came of the steps that are done.
    pub results: Vec<OperationResult>,
}

/// Who has asked for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The ACS, by ChangeDUState.
    Acs,
    /// A person at the device: an autonomous change.
    Device,
}

/// One step of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An operation as it was asked for.
    Asked(Operation),
    /// An update, of this deployment unit by its instance number.
    Update(u32, UpdateOperation),
}

/// A package on its way.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fetch {
    /// The number of the transfer.
    pub number: u32,
    /// When it began.
    pub started: Timestamp,
    /// How it has ended; waits for the end of the session.
    #[serde(skip)]
    pub ended: Option<Result<PackageHeader, Fault>>,
}

impl Modules {
    /// Whether so many further operations can be kept.
    ///
    /// # Errors
    /// With fault 9004 if not.
    pub fn check_room(&self, origin: Origin, operations: usize) -> Result<(), Fault> {
        let same = || self.iter().filter(|change| change.origin == origin);
        let waiting: usize = same().map(|change| change.steps.len()).sum();
        // What nobody at the ACS has asked for takes no place away from what somebody has.
        let (changes, most) = match origin {
            Origin::Acs => (same().count(), MODULE_CHANGES),
            // Reports of which the ACS hears late hold nobody up: the oldest goes.
            Origin::Device => {
                let waiting = same().filter(|change| !change.is_done());
                (waiting.count(), AUTONOMOUS_MODULE_CHANGES)
            }
        };
        if changes >= most || waiting + operations > MODULE_OPERATIONS {
            let why = format!(
                "{changes} changes and {MODULE_OPERATIONS} operations may wait at one time"
            );
            return Err(Fault::new(FaultCode::RESOURCES_EXCEEDED, why));
        }
        Ok(())
    }

    /// Takes a change to be done; there is room for it.
    pub fn accept(
        &mut self,
        number: u32,
        (origin, command_key): (Origin, Option<CommandKey>),
        operations: &[Operation],
        now: Timestamp,
    ) {
        self.0.get_or_insert_default().changes.push(Change {
            number,
            origin,
            command_key,
            accepted: now,
            steps: operations.iter().cloned().map(Step::Asked).collect(),
            fetch: None,
            attempts: 0,
            results: Vec::new(),
        });
    }

    /// Takes note of an autonomous change that is done already.
    pub fn note_made(&mut self, number: u32, results: Vec<OperationResult>, now: Timestamp) {
        self.0.get_or_insert_default().changes.push(Change {
            number,
            origin: Origin::Device,
            command_key: None,
            accepted: now,
            steps: VecDeque::new(),
            fetch: None,
            attempts: 0,
            results,
        });
    }

    /// Every change.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter().flat_map(|queue| &queue.changes)
    }

    /// The first change that is not done.
    pub fn current(&mut self) -> Option<&mut Change> {
        let queue = self.0.as_mut()?;
        let mut changes = queue.changes.iter_mut();
        changes.find(|change| !change.is_done())
    }

    /// Whether a package is on its way.
    pub fn is_fetching(&self) -> bool {
        self.iter().any(|change| change.fetch.is_some())
    }

    /// A package is there, or cannot be had. One that nobody waits for any more is left.
    pub fn fetched(&mut self, number: u32, ended: Result<PackageHeader, Fault>) {
        let changes = self.0.iter_mut().flat_map(|queue| &mut queue.changes);
        let mut fetches = changes.filter_map(|change| change.fetch.as_mut());
        if let Some(fetch) = fetches.find(|fetch| fetch.number == number) {
            fetch.ended = Some(ended);
        }
    }

    /// After a boot: a step that was cut off begins again.
    pub fn booted(&mut self) {
        for change in self.0.iter_mut().flat_map(|queue| &mut queue.changes) {
            if change.fetch.take().is_some() {
                change.attempts += 1;
            }
        }
    }

    /// Keeps the changes that pass.
    pub(super) fn retain(&mut self, keep: impl FnMut(&mut Change) -> bool) {
        if let Some(queue) = &mut self.0 {
            queue.changes.retain_mut(keep);
            if queue.changes.is_empty() {
                self.0 = None;
            }
        }
    }

    /// Bytes this takes beside the struct itself.
    pub fn heap_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |queue| {
            let changes = queue.changes.capacity() * size_of::<Change>();
            let results = self.iter().map(|change| {
                change.steps.capacity() * size_of::<Step>()
                    + change.results.capacity() * size_of::<OperationResult>()
            });
            size_of::<Queue>() + changes + results.sum::<usize>()
        })
    }
}

impl Change {
    /// Whether nothing is left to be done.
    pub fn is_done(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether boots have cut its first step off too often.
    pub fn was_cut_off_too_often(&self) -> bool {
        self.attempts >= TRANSFER_ATTEMPTS
    }

    /// The first step is done, with these results.
    pub fn step_done(&mut self, results: Vec<OperationResult>) {
        self.next_step();
        self.results
            .extend(results.into_iter().map(|result| OperationResult {
                // Only the autonomous message says which operation it was (TR-069 A.4.2.4).
                operation_performed: match self.origin {
                    Origin::Acs => None,
                    Origin::Device => result.operation_performed,
                },
                ..result
            }));
    }

    /// These steps take the place of the first one.
    pub fn step_becomes(&mut self, steps: Vec<Step>) {
        self.next_step();
        for step in steps.into_iter().rev() {
            self.steps.push_front(step);
        }
    }

    fn next_step(&mut self) {
        self.steps.pop_front();
        self.fetch = None;
        self.attempts = 0;
    }
}
