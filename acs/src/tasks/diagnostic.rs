//! A measurement as a task: its progress stands in the task between sessions.

use super::running::{Next, Running};
use crate::diagnostics::steps::{Step, Steps};
use crate::store::{Diagnostic, Measuring, Observed};
use cwmp::CpeResponse;
use cwmp::session::acs::AnswerFault;
use data_model::Timestamp;

impl Running {
    /// Begins a measurement, or goes on with it.
    pub(super) fn measure(&mut self, diagnostic: Diagnostic, limit_secs: u32) -> Next {
        let progress = self.task.result.clone();
        let measuring = progress.and_then(|json| serde_json::from_value::<Measuring>(json).ok());
        let (steps, first) = Steps::begin(diagnostic, limit_secs, measuring, self.root);
        self.steps = Some(Box::new(steps));
        next(first)
    }

    /// The device has answered a measurement; the answer comes back if this task is none.
    pub(super) fn measured(
        &mut self,
        answer: Result<CpeResponse, AnswerFault>,
        now: Timestamp,
    ) -> Result<Next, Result<CpeResponse, AnswerFault>> {
        match &mut self.steps {
            None => Err(answer),
            Some(steps) => Ok(next(steps.answered(
                answer,
                self.task.attempts,
                &self.key,
                now,
            ))),
        }
    }
}

fn next(step: Step) -> Next {
    match step {
        Step::Call(request) => Next::Call(request),
        Step::Over(outcome) => Next::Outcome(outcome, Observed::default()),
    }
}
