//! Learning a tree politely: names first, then values, each asked for in as large a piece as the device can answer.
//!
//! What a device refuses is asked for in smaller pieces, what even then is refused is left out and said. Each question
//! is noted before it leaves, so that after a session that broke off in it the next one asks for less, and a branch
//! whose question made the device restart is left alone for a day.

mod names;
mod progress;
mod values;

use super::running::{Ground, Site, Step, Work};
use super::single;
use crate::limits::{AVOID_SECS, WALK_CALLS, WALK_SESSIONS};
use crate::store::{Learned, Task, TaskFault, TaskOutcome};
use cwmp::rpc::GetRPCMethods;
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::Timestamp;
use names::Names;
use progress::Doubt;
use serde_json::{Value, json};
use values::Values;

/// A walk under way.
#[derive(Debug)]
pub(super) struct Walk {
    /// What is walked: a partial path, a single name, or empty for everything.
    path: String,
    stage: Stage,
    /// Names and whether they can be written, objects among them.
    listing: Vec<(String, bool)>,
    /// What could not be looked at, and why.
    skipped: Vec<(String, Fault)>,
    /// What is left alone today.
    avoided: Vec<String>,
    calls: u32,
    /// What the store knows of the device.
    kept: Learned,
    now: Timestamp,
}

/// What is asked for.
#[derive(Debug)]
enum Stage {
    Methods,
    Names(Names),
    Values(Values),
}

impl Walk {
    /// Learns a device from the beginning: its methods, then its tree.
    pub fn discover(task: &Task, ground: Ground, site: &mut Site, now: Timestamp) -> Step {
        let mut walk = match Walk::on(task, "", &ground, site, now) {
            Ok(walk) => walk,
            Err(end) => return *end,
        };
        walk.stage = Stage::Methods;
        Step::Call(Work::Walking(Box::new(walk)), GetRPCMethods {}.into())
    }

    /// Reads a branch, or what of it is too old.
    pub fn refresh(
        task: &Task,
        path: &str,
        ground: Ground,
        site: &mut Site,
        now: Timestamp,
    ) -> Step {
        let mut walk = match Walk::on(task, path, &ground, site, now) {
            Ok(walk) => walk,
            Err(end) => return *end,
        };
        match ground.stale {
            Some(stale) => {
                walk.stage = Stage::Values(Values::by_name(stale, site));
                walk.next(site)
            }
            None if !path.is_empty() && !path.ends_with('.') => {
                walk.stage = Stage::Values(Values::by_name(vec![path.to_owned()], site));
                walk.next(site)
            }
            None => walk.next(site),
        }
    }

    /// Begins, with what the last attempt has taught.
    fn on(
        task: &Task,
        path: &str,
        ground: &Ground,
        site: &mut Site,
        now: Timestamp,
    ) -> Result<Walk, Box<Step>> {
        site.learned.avoided.retain(|avoided| avoided.until > now);
        if let Some(note) = &ground.progress {
            let doubt = Doubt {
                restarted: ground.restarted,
                attempts: task.attempts,
                until: now.plus_secs(AVOID_SECS),
            };
            progress::learn(note, &doubt, &mut site.learned);
        }
        if task.attempts > WALK_SESSIONS {
            let why = format!("the device has broken off {WALK_SESSIONS} sessions in this walk");
            return Err(Box::new(Step::End(TaskOutcome::Failed(TaskFault::ours(
                why,
            )))));
        }
        if let Some(until) = is_avoided(&site.learned, path) {
            let why = format!(
                "the device restarted when it was asked for this, and is not asked again before {until}"
            );
            return Err(Box::new(Step::End(TaskOutcome::Failed(TaskFault::ours(
                why,
            )))));
        }
        Ok(Walk {
            path: path.to_owned(),
            stage: Stage::Names(Names::below(path)),
            listing: Vec::new(),
            skipped: Vec::new(),
            avoided: Vec::new(),
            calls: 0,
            kept: ground.learned.clone(),
            now,
        })
    }

    pub fn answered(
        mut self: Box<Self>,
        answer: Result<CpeResponse, Fault>,
        site: &mut Site,
    ) -> Step {
        match &mut self.stage {
            Stage::Methods => {
                match answer {
                    Ok(CpeResponse::GetRPCMethodsResponse(response)) => {
                        single::methods(&response.method_list, site);
                    }
                    Err(fault) if fault.code == FaultCode::METHOD_NOT_SUPPORTED => {
                        site.lacks("GetRPCMethods");
                    }
                    Ok(_) | Err(_) => {}
                }
                self.stage = Stage::Names(Names::below(""));
            }
            Stage::Names(names) => {
                if let Err(gone) = names.answered(
                    answer,
                    &self.path,
                    &mut self.listing,
                    &mut self.skipped,
                    site,
                ) {
                    return (*self).gone(gone, site);
                }
            }
            Stage::Values(values) => {
                if let Err(fault) = values.answered(answer, &self.path, &mut self.skipped, site) {
                    return Step::Refused(fault);
                }
            }
        }
        (*self).next(site)
    }

    /// The next question, or the end.
    fn next(mut self, site: &mut Site) -> Step {
        self.calls += 1;
        if self.calls > WALK_CALLS {
            let why =
                format!("the tree takes more than {WALK_CALLS} questions: refresh parts of it");
            self.keep(site);
            return Step::End(TaskOutcome::Failed(TaskFault::ours(why)));
        }
        if let Stage::Names(names) = &mut self.stage {
            if let Some(request) = names.next(&site.learned, self.now, &mut self.avoided) {
                let learned = (self.kept != site.learned).then_some(&site.learned);
                let note = progress::names(&request, learned);
                return Step::Note(Work::Walking(Box::new(self)), note, request.into());
            }
            let whole = names.branch(&self.path, site.root);
            let nothing_listed = names.refused_altogether();
            self.stage = Stage::Values(Values::of(&self.listing, whole, nothing_listed, site));
        }
        if let Stage::Values(values) = &mut self.stage
            && let Some(request) = values.next(&site.learned, self.now, &mut self.avoided)
        {
            let learned = (self.kept != site.learned).then_some(&site.learned);
            let note = progress::values(&request, learned);
            return Step::Note(Work::Walking(Box::new(self)), note, request.into());
        }
        let result = self.result(site);
        self.complete(site);
        Step::End(TaskOutcome::Done(result))
    }

    /// The branch is not there: what was known below it is forgotten.
    fn gone(self, fault: Fault, site: &mut Site) -> Step {
        if fault.code == FaultCode::INVALID_PARAMETER_NAME && !self.path.is_empty() {
            site.observed.complete_below.push(self.path);
            return Step::End(TaskOutcome::Failed(fault.into()));
        }
        Step::Refused(fault)
    }

    /// Keeps what was listed.
    fn keep(&mut self, site: &mut Site) {
        site.observed.writable.append(&mut self.listing);
    }

    /// Everything below the path was seen, except what was not.
    fn complete(mut self, site: &mut Site) {
        self.keep(site);
        let by_name = matches!(&self.stage, Stage::Values(values) if values.is_by_name());
        if by_name {
            return;
        }
        let skipped = self.skipped.into_iter().map(|(path, _)| path);
        let except = skipped.filter(|path| {
            // A name that is listed and refused has no value to be kept.
            path.ends_with('.')
        });
        site.observed.except_below = except.chain(self.avoided).collect();
        site.observed.complete_below.push(self.path);
    }

    fn result(&self, site: &Site) -> Value {
        let mut result = json!({ "count": site.observed.values.len() });
        if !self.skipped.is_empty() {
            let skipped = self.skipped.iter().map(|(path, fault)| {
                json!({ "path": path, "code": fault.code.number(), "text": fault.text })
            });
            result["skipped"] = skipped.collect();
        }
        if !self.avoided.is_empty() {
            result["avoided"] = json!(self.avoided);
        }
        result
    }
}

/// Until when a path is left alone, for itself or for a branch it is in.
fn is_avoided(learned: &Learned, path: &str) -> Option<Timestamp> {
    let avoided = learned.avoided.iter().find(|avoided| {
        avoided.path == path || (avoided.path.ends_with('.') && path.starts_with(&avoided.path))
    });
    avoided.map(|avoided| avoided.until)
}

#[cfg(test)]
mod tests;
