//! A measurement as a task: its progress stands in the task between sessions.

use super::running::{Site, Step, UNUSABLE, Work};
use crate::diagnostics::steps::{self, Steps};
use crate::store::{Diagnostic, Measuring, Task};
use cwmp::session::acs::AnswerFault;
use cwmp::{CpeResponse, Fault};
use data_model::Timestamp;

/// A measurement under way.
#[derive(Debug)]
pub(super) struct Measurement(Box<Steps>);

impl Measurement {
    /// Begins a measurement, or goes on with it.
    pub fn begin(task: &Task, diagnostic: &Diagnostic, limit_secs: u32, site: &Site) -> Step {
        let progress = task.result.clone();
        let measuring = progress.and_then(|json| serde_json::from_value::<Measuring>(json).ok());
        let (steps, first) = Steps::begin(diagnostic.clone(), limit_secs, measuring, site.root);
        Measurement(Box::new(steps)).follow(first)
    }

    /// The device has answered.
    pub fn answered(
        mut self,
        answer: Result<CpeResponse, Fault>,
        task: &Task,
        site: &Site,
        now: Timestamp,
    ) -> Step {
        let answer = answer.map_err(|fault| match fault.code {
            UNUSABLE => AnswerFault::Unusable(fault.text),
            _ => AnswerFault::Fault(fault),
        });
        let step = self.0.answered(answer, task.attempts, &site.key, now);
        self.follow(step)
    }

    fn follow(self, step: steps::Step) -> Step {
        match step {
            steps::Step::Call(request) => Step::Call(Work::Measuring(self), *request),
            steps::Step::Over(outcome) => Step::End(outcome),
        }
    }
}
