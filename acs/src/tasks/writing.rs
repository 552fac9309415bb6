//! SetParameterValues of a task: values in calls of a bounded size.

use super::running::{Site, Step, Work};
use crate::limits::VALUES_PER_CALL;
use crate::store::TaskOutcome;
use cwmp::rpc::{SetParameterValues, Status};
use cwmp::{CpeResponse, Fault};
use data_model::ParameterList;
use serde_json::{Value, json};

/// A write under way.
#[derive(Debug)]
pub(super) struct Writing {
    sent: ParameterList,
    rest: ParameterList,
    /// Whether any part of it waits for a restart.
    status: Status,
}

impl Writing {
    /// Writes the first of these values.
    pub fn begin(values: &ParameterList, site: &Site) -> Step {
        Writing::go_on(values, Status::Applied, site)
    }

    fn go_on(values: &ParameterList, status: Status, site: &Site) -> Step {
        let (mut sent, mut rest) = (ParameterList::new(), ParameterList::new());
        for (index, parameter) in values.iter().enumerate() {
            let first = index < VALUES_PER_CALL;
            let list = if first { &mut sent } else { &mut rest };
            list.push(parameter.name, parameter.ty, parameter.value);
        }
        let request = SetParameterValues {
            parameter_list: sent.clone(),
            parameter_key: site.key.clone(),
        };
        let writing = Writing { sent, rest, status };
        Step::Call(Work::Writing(writing), request.into())
    }

    pub fn answered(self, answer: Result<CpeResponse, Fault>, site: &mut Site) -> Step {
        match answer {
            Err(fault) => Step::Refused(fault),
            Ok(CpeResponse::SetParameterValuesResponse(response)) => {
                site.observe(&self.sent, |_| true);
                let status = later(self.status, response.status);
                if !self.rest.is_empty() {
                    return Writing::go_on(&self.rest, status, site);
                }
                Step::End(applied(status, json!({ "status": u8::from(status) })))
            }
            Ok(_) => Step::End(TaskOutcome::Done(json!({}))),
        }
    }
}

/// Of two parts, the one that takes longer.
pub(super) fn later(one: Status, other: Status) -> Status {
    match one {
        Status::Applied => other,
        Status::Committed => Status::Committed,
    }
}

/// TR-069 Table 16: Status 1 is committed and not yet applied, as when a reboot is needed.
pub(super) fn applied(status: Status, result: Value) -> TaskOutcome {
    match status {
        Status::Applied => TaskOutcome::Done(result),
        Status::Committed => TaskOutcome::WaitingForReboot(result),
    }
}
