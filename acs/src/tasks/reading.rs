//! GetParameterValues of a task: names in calls of a bounded size, all of their values in one result.

use super::running::{Site, Step, Work};
use crate::limits::NAMES_PER_CALL;
use crate::store::{TaskOutcome, values};
use cwmp::rpc::GetParameterValues;
use cwmp::{CpeResponse, Fault};
use serde_json::json;

/// A read under way.
#[derive(Debug)]
pub(super) struct Reading {
    asked: Vec<String>,
    rest: Vec<String>,
}

impl Reading {
    /// Asks for the first of these names.
    pub fn begin(mut names: Vec<String>) -> Step {
        let rest = names.split_off(names.len().min(NAMES_PER_CALL));
        let request = GetParameterValues {
            parameter_names: names.clone(),
        };
        let reading = Reading { asked: names, rest };
        Step::Call(Work::Reading(reading), request.into())
    }

    pub fn answered(self, answer: Result<CpeResponse, Fault>, site: &mut Site) -> Step {
        match answer {
            Err(fault) => Step::Refused(fault),
            Ok(CpeResponse::GetParameterValuesResponse(response)) => {
                let asked = |name: &str| self.asked.iter().any(|asked| covers(asked, name));
                site.observe(&response.parameter_list, asked);
                if !self.rest.is_empty() {
                    return Reading::begin(self.rest);
                }
                let parameters = values::to_json(&site.observed.values);
                Step::End(TaskOutcome::Done(json!({ "parameters": parameters })))
            }
            Ok(_) => Step::End(TaskOutcome::Done(json!({}))),
        }
    }
}

/// Whether a full name or a partial path covers a name.
pub(super) fn covers(asked: &str, name: &str) -> bool {
    asked.is_empty() || asked == name || (asked.ends_with('.') && name.starts_with(asked))
}
