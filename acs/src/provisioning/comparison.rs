//! One comparison of a device with its profiles: step by step, until nothing is left that can be done now.
//!
//! Long because what each answer means depends on what every other step has left.

use super::desired::Desired;
use super::known::Known;
use super::plan::{Change, Deletion, Room, Rules, Step, differences, value_hash};
use crate::store::{Adding, Refusal, TaskFault};
use crate::tasks::faults::{Reaction, reaction};
use cwmp::session::acs::AnswerFault;
use cwmp::{CpeResponse, Fault, FaultCode, ParameterFault};
use data_model::Timestamp;
use std::collections::{BTreeMap, VecDeque};

/// A comparison under way.
#[derive(Debug)]
pub struct Comparison {
    desired: Desired,
    known: Known,
    rules: Rules,
    refusals: BTreeMap<String, Refusal>,
    addings: Vec<Adding>,
    steps: VecDeque<Step>,
    software_version: String,
    /// How many refusals it began with, and how many have come.
    remembered: usize,
}

/// What a comparison begins with.
#[derive(Debug, Default)]
pub struct Start {
    /// What is desired.
    pub desired: Desired,
    /// What the device has refused before.
    pub refusals: Vec<Refusal>,
    /// Rows that may have been made in a session that broke off.
    pub addings: Vec<Adding>,
    /// Profiles whose changes wait for a window.
    pub held: std::collections::BTreeSet<String>,
    /// The device's firmware; what another one has refused is tried again.
    pub software_version: String,
}

/// What is next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// This RPC.
    Call(Step),
    /// Nothing more can be done now.
    Over(Left),
}

/// What a comparison has left.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// What the device refuses.
    pub fault: Option<TaskFault>,
    /// Profiles that wait for their window.
    pub held: Vec<String>,
}

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It goes on.
    GoesOn,
    /// It goes on without these.
    Refused(Vec<Refusal>),
    /// It cannot go on at this time: the device is busy, or its answer cannot be read.
    Later(TaskFault),
    /// It cannot go on.
    Failed(TaskFault),
}

impl Comparison {
    /// Begins.
    pub fn begin(start: Start) -> Comparison {
        let mut refusals = start.refusals;
        let remembered = refusals.len();
        refusals.retain(|refusal| refusal.software_version == start.software_version);
        let refused = refusals.iter().map(|it| (it.name.clone(), it.value));
        Comparison {
            desired: start.desired,
            known: Known::default(),
            rules: Rules {
                refused: refused.collect(),
                held: start.held,
                room: Room::Enough,
            },
            refusals: refusals
                .into_iter()
                .map(|refusal| (refusal.name.clone(), refusal))
                .collect(),
            addings: start.addings,
            steps: VecDeque::new(),
            software_version: start.software_version,
            remembered,
        }
    }

    /// What is desired.
    pub fn desired(&self) -> &Desired {
        &self.desired
    }

    /// Whether more is planned already.
    pub fn has_steps(&self) -> bool {
        !self.steps.is_empty()
    }

    /// What was learnt of the device.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Whether rows may have been made that are not accounted for yet.
    pub fn has_addings(&self) -> bool {
        !self.addings.is_empty()
    }

    /// Whether refusals are remembered that are none any more: of values nobody wants, or of another firmware.
    pub fn has_stale_refusals(&self, left: &Left) -> bool {
        let refused = left
            .fault
            .iter()
            .flat_map(|fault| &fault.parameters)
            .count();
        self.remembered > refused
    }

    /// The next RPC, or how it has ended.
    pub fn advance(&mut self) -> Next {
        if let Some(step) = self.steps.pop_front() {
            return Next::Call(step);
        }
        self.adopt();
        let found = differences(&self.desired, &self.known, &self.rules);
        if found.is_empty() {
            return Next::Over(Left {
                fault: self.fault(&found.refused),
                held: found.held.into_iter().collect(),
            });
        }
        let steps = found.steps(&self.desired, &self.known, self.rules.room);
        self.steps = steps.into();
        match self.steps.pop_front() {
            Some(Step::Add(adding)) => {
                self.addings.retain(|known| !is_same(known, &adding));
                self.addings.push(adding.clone());
                Next::Call(Step::Add(adding))
            }
            Some(step) => Next::Call(step),
            None => Next::Over(Left::default()),
        }
    }

    /// A row that has come up since it was to be made for a key, and has no key of another one, is that row: the
    /// session broke off before it was filled.
    fn adopt(&mut self) {
        for adding in &self.addings {
            let Adding { table, key, before } = adding;
            let wanted = self.desired.objects.iter();
            let wanted = wanted.filter(|object| object.table == *table);
            if !self.known.was_asked(table)
                || !wanted.clone().any(|object| object.key == *key)
                || self.known.row_of(table, key).is_some()
                || self.known.made_for(table, key).is_some()
            {
                continue;
            }
            let taken: Vec<u32> = wanted
                .filter_map(|object| self.known.row_of(table, &object.key))
                .collect();
            let rows = self.known.rows(table).into_iter();
            let mut made = rows.filter(|row| !before.contains(row) && !taken.contains(row));
            if let Some(row) = made.next() {
                self.known.adopted(table, key, row);
            }
        }
    }

    fn fault(&self, names: &std::collections::BTreeSet<String>) -> Option<TaskFault> {
        let refused = names.iter().filter_map(|name| self.refusals.get(name));
        let parameters: Vec<ParameterFault> = refused
            .map(|refusal| ParameterFault {
                parameter_name: refusal.name.clone(),
                fault_code: FaultCode::new(refusal.code),
                fault_string: refusal.text.clone(),
            })
            .collect();
        (!parameters.is_empty()).then(|| TaskFault {
            code: FaultCode::INVALID_ARGUMENTS.number(),
            text: "the device refuses some of its profiles; the rest is applied".into(),
            parameters,
        })
    }

    /// Takes the answer to a step.
    pub fn answered(
        &mut self,
        step: Step,
        answer: Result<CpeResponse, AnswerFault>,
        now: Timestamp,
    ) -> Meaning {
        match answer {
            Ok(response) => {
                self.accepted(step, response);
                Meaning::GoesOn
            }
            Err(AnswerFault::Unusable(why)) => Meaning::Later(TaskFault::ours(why)),
            Err(AnswerFault::Fault(fault)) => match step {
                Step::Read(names) => self.read_refused(names, fault, now),
                Step::Write(changes) => self.write_refused(changes, fault, now),
                Step::Add(adding) => self.add_refused(&adding, &fault, now),
                Step::Delete(deletion) => self.delete_refused(&deletion, &fault, now),
            },
        }
    }

    fn accepted(&mut self, step: Step, response: CpeResponse) {
        match (step, response) {
            (Step::Read(names), CpeResponse::GetParameterValuesResponse(response)) => {
                self.known.read(&names, &response.parameter_list);
            }
            (Step::Write(changes), _) => {
                for change in &changes {
                    self.known.written(&change.name, &change.to);
                }
            }
            (Step::Add(adding), CpeResponse::AddObjectResponse(response)) => {
                let Adding { table, key, .. } = adding;
                self.known.made(&table, &key, response.instance_number);
            }
            (Step::Delete(deletion), _) => self.known.gone(&deletion.row),
            (Step::Read(names), _) => self.known.read(&names, &data_model::ParameterList::new()),
            (Step::Add(_), _) => {}
        }
    }

    fn refuse(&mut self, refused: Vec<Refusal>) -> Meaning {
        for refusal in &refused {
            let name = refusal.name.clone();
            self.remembered += usize::from(!self.refusals.contains_key(&name));
            self.rules.refused.insert(name.clone(), refusal.value);
            self.refusals.insert(name, refusal.clone());
        }
        Meaning::Refused(refused)
    }

    /// A device that lacks one of many names may refuse them all: the one is found by halves.
    fn read_refused(&mut self, mut names: Vec<String>, fault: Fault, now: Timestamp) -> Meaning {
        if !is_about_arguments(fault.code) {
            return no_further(fault);
        }
        if names.len() > 1 {
            let rest = names.split_off(names.len() / 2);
            self.steps.push_front(Step::Read(rest));
            self.steps.push_front(Step::Read(names));
            return Meaning::GoesOn;
        }
        self.known.read(&names, &data_model::ParameterList::new());
        let Some(name) = names.pop().filter(|name| !name.ends_with('.')) else {
            // A table without rows; if it is none, AddObject will be refused.
            return Meaning::GoesOn;
        };
        let Some(wanted) = self.desired.values.get(&name) else {
            return Meaning::GoesOn;
        };
        let refusal = Refusal {
            value: value_hash(&wanted.value),
            profile: wanted.profile.clone(),
            revision: wanted.revision,
            code: fault.code.number(),
            text: fault.text,
            at: now,
            software_version: self.software_version.clone(),
            name,
        };
        self.refuse(vec![refusal])
    }

    /// SetParameterValues is all or nothing (TR-069 A.3.2.1): what was refused is left out, the rest is sent again.
    /// Who does not say which ones it refuses is asked by halves.
    fn write_refused(&mut self, mut changes: Vec<Change>, fault: Fault, now: Timestamp) -> Meaning {
        if !is_about_arguments(fault.code) && fault.parameters.is_empty() {
            return no_further(fault);
        }
        let mut refused: Vec<Refusal> = Vec::new();
        for change in &changes {
            let named = fault.parameters.iter();
            let mut named = named.filter(|named| named.parameter_name == change.name);
            let (code, text) = match named.next() {
                Some(named) => (named.fault_code, &named.fault_string),
                None if changes.len() == 1 => (fault.code, &fault.text),
                None => continue,
            };
            refused.extend(self.refusals_of(change, code, text, now));
        }
        if refused.is_empty() {
            let rest = changes.split_off(changes.len() / 2);
            self.steps.push_front(Step::Write(rest));
            self.steps.push_front(Step::Write(changes));
            return Meaning::GoesOn;
        }
        self.steps.clear();
        self.refuse(refused)
    }

    /// A refused value; if it is one of a row's key, the row as well.
    fn refusals_of(
        &self,
        change: &Change,
        code: FaultCode,
        text: &str,
        now: Timestamp,
    ) -> Vec<Refusal> {
        let refusal = |name: String, value: &str| Refusal {
            name,
            value: value_hash(value),
            profile: change.profile.clone(),
            revision: change.revision,
            code: code.number(),
            text: text.to_owned(),
            at: now,
            software_version: self.software_version.clone(),
        };
        let wanted = self.desired.values.get(&change.name);
        let mut of_row = None;
        let mut row = None;
        for object in &self.desired.objects {
            let label = object.label();
            let Some(name) = change.remembered.strip_prefix(&format!("{label}.")) else {
                continue;
            };
            of_row = object.values.get(name).map(|value| &value.value);
            if let Some(value) = object.key.get(name) {
                of_row = Some(value);
                row = Some(label);
            }
        }
        let value = wanted.map(|wanted| &wanted.value).or(of_row);
        let mut refused = vec![refusal(
            change.remembered.clone(),
            value.unwrap_or(&change.to),
        )];
        refused.extend(row.map(|label| refusal(label, "")));
        refused
    }

    fn add_refused(&mut self, adding: &Adding, fault: &Fault, now: Timestamp) -> Meaning {
        self.addings.retain(|known| !is_same(known, adding));
        if fault.code == FaultCode::RESOURCES_EXCEEDED && self.rules.room == Room::Enough {
            self.rules.room = Room::None;
            return Meaning::GoesOn;
        }
        let mut objects = self.desired.objects.iter();
        let wanted = objects.find(|it| it.table == adding.table && it.key == adding.key);
        let Some(object) = wanted else {
            return Meaning::GoesOn;
        };
        let refusal = Refusal {
            name: object.label(),
            value: value_hash(""),
            profile: object.profile.clone(),
            revision: object.revision,
            code: fault.code.number(),
            text: fault.text.clone(),
            at: now,
            software_version: self.software_version.clone(),
        };
        self.refuse(vec![refusal])
    }

    fn delete_refused(&mut self, deletion: &Deletion, fault: &Fault, now: Timestamp) -> Meaning {
        let refusal = Refusal {
            name: deletion.row.clone(),
            value: value_hash(""),
            profile: deletion.profile.clone(),
            revision: deletion.revision,
            code: fault.code.number(),
            text: fault.text.clone(),
            at: now,
            software_version: self.software_version.clone(),
        };
        // A row that was made in vain and does not go is left alone.
        self.known.gone(&deletion.row);
        self.refuse(vec![refusal])
    }
}

fn is_same(one: &Adding, other: &Adding) -> bool {
    one.table == other.table && one.key == other.key
}

/// What is not about the arguments may pass, or not.
fn no_further(fault: Fault) -> Meaning {
    match reaction(fault.code) {
        Reaction::Retry => Meaning::Later(fault.into()),
        Reaction::Final | Reaction::Rediscover | Reaction::Unsupported => {
            Meaning::Failed(fault.into())
        }
    }
}

/// Whether a fault is about what was asked, and not about the device's state.
fn is_about_arguments(code: FaultCode) -> bool {
    [
        FaultCode::INVALID_ARGUMENTS,
        FaultCode::INVALID_PARAMETER_NAME,
        FaultCode::INVALID_PARAMETER_TYPE,
        FaultCode::INVALID_PARAMETER_VALUE,
        FaultCode::NOT_WRITABLE,
    ]
    .contains(&code)
}

#[cfg(test)]
mod tests;
