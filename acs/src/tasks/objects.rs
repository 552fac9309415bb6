//! AddObject and DeleteObject. Adding twice makes two instances, so the table is looked at before, and again after a
//! session that broke.

use super::faults::{Reaction, reaction};
use super::running::{Site, Step, Work};
use super::writing::{applied, later};
use crate::limits::TABLE_INSTANCES;
use crate::store::{Certainty, Task, TaskFault, TaskKind, TaskOutcome};
use cwmp::rpc::{
    AddObject, DeleteObject, GetParameterNames, GetParameterNamesResponse, SetParameterValues,
    Status,
};
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::ParameterList;
use serde_json::{Value, json};

/// An instance on its way into a table.
#[derive(Debug)]
pub(super) enum Adding {
    /// Which instances there are; `before` are those an earlier attempt has seen.
    Looking { before: Option<Vec<u64>> },
    /// Its number.
    Asked,
    /// Whether its values are taken.
    Filling { number: u32, status: Status },
}

impl Adding {
    /// Looks at the table, or takes up what an earlier attempt has noted.
    pub fn begin(task: &Task, object: &str, progress: Option<Value>, site: &mut Site) -> Step {
        let noted = progress.unwrap_or_default();
        if let Some(number) = noted["instance"].as_u64() {
            let number = u32::try_from(number).unwrap_or(0);
            return Adding::fill(task, number, Status::Applied, site);
        }
        let before = noted["before"].as_array();
        let before = before.map(|list| list.iter().filter_map(Value::as_u64).collect());
        let request = GetParameterNames {
            parameter_path: object.to_owned(),
            next_level: true,
        };
        Step::Call(Work::Adding(Adding::Looking { before }), request.into())
    }

    pub fn answered(
        self,
        answer: Result<CpeResponse, Fault>,
        task: &Task,
        site: &mut Site,
    ) -> Step {
        let TaskKind::AddObject { object, .. } = &task.kind else {
            return Step::End(TaskOutcome::Done(json!({})));
        };
        match (self, answer) {
            (Adding::Looking { before }, Ok(CpeResponse::GetParameterNamesResponse(response))) => {
                let there = instances(object, &response);
                let ours = before.and_then(|before| {
                    let new = there.iter().filter(|number| !before.contains(number));
                    new.max().copied()
                });
                if let Some(number) = ours {
                    // The broken session has added it; its answer was lost.
                    let number = u32::try_from(number).unwrap_or(0);
                    return Adding::fill(task, number, Status::Applied, site);
                }
                Adding::add(object, json!({ "before": there }), site)
            }
            // A broken session may have added it: as long as nobody can tell, nothing is added.
            (Adding::Looking { before: Some(_) }, Err(fault)) => Step::Later(fault),
            // A table that cannot be listed may be added to all the same.
            (Adding::Looking { .. }, _) => Adding::add(object, json!({}), site),
            (Adding::Asked, Ok(CpeResponse::AddObjectResponse(response))) => {
                Adding::fill(task, response.instance_number, response.status, site)
            }
            (
                Adding::Filling { number, status },
                Ok(CpeResponse::SetParameterValuesResponse(response)),
            ) => {
                let status = later(status, response.status);
                if let TaskKind::AddObject { object, values } = &task.kind {
                    site.observe(&full(object, number, values), |_| true);
                }
                Step::End(applied(status, json!({ "instance": number })))
            }
            (Adding::Filling { number, .. }, Err(fault)) => {
                let text = format!("instance {number} is there without its values: {fault}");
                let fault = Fault { text, ..fault };
                match reaction(fault.code) {
                    Reaction::Retry => Step::Later(fault),
                    Reaction::Final | Reaction::Rediscover | Reaction::Unsupported => {
                        Step::End(TaskOutcome::Failed(fault.into()))
                    }
                }
            }
            (_, Err(fault)) => Step::Refused(fault),
            (_, Ok(_)) => Step::End(TaskOutcome::Done(json!({}))),
        }
    }

    fn add(object: &str, note: Value, site: &Site) -> Step {
        let request = AddObject {
            object_name: object.to_owned(),
            parameter_key: site.key.clone(),
        };
        Step::Note(Work::Adding(Adding::Asked), note, request.into())
    }

    /// Sets the values of the instance, if the task has some.
    fn fill(task: &Task, number: u32, status: Status, site: &mut Site) -> Step {
        // TR-069 A.3.2.6: an instance number is a positive integer.
        if number == 0 {
            let fault = TaskFault::ours("the device has added an instance without a number");
            return Step::End(TaskOutcome::Failed(fault));
        }
        let done = json!({ "instance": number });
        let TaskKind::AddObject { object, values } = &task.kind else {
            return Step::End(applied(status, done));
        };
        if values.is_empty() {
            return Step::End(applied(status, done));
        }
        let request = SetParameterValues {
            parameter_list: full(object, number, values),
            parameter_key: site.key.clone(),
        };
        let filling = Work::Adding(Adding::Filling { number, status });
        Step::Note(filling, done, request.into())
    }
}

fn full(object: &str, number: u32, values: &ParameterList) -> ParameterList {
    let mut full = ParameterList::new();
    for parameter in values.iter() {
        let name = format!("{object}{number}.{}", parameter.name);
        full.push(&name, parameter.ty, parameter.value);
    }
    full
}

/// The numbers of a table's instances.
fn instances(object: &str, response: &GetParameterNamesResponse) -> Vec<u64> {
    let names = response.parameter_list.iter();
    let numbers = names.filter_map(|info| {
        let rest = info.name.strip_prefix(object)?.trim_end_matches('.');
        rest.parse().ok()
    });
    numbers.take(TABLE_INSTANCES).collect()
}

/// An instance on its way out.
#[derive(Debug)]
pub(super) struct Deleting {
    object: String,
    certainty: Certainty,
}

impl Deleting {
    /// Deletes it.
    pub fn begin(object: &str, certainty: Certainty, site: &Site) -> Step {
        let request = DeleteObject {
            object_name: object.to_owned(),
            parameter_key: site.key.clone(),
        };
        let object = object.to_owned();
        let deleting = Deleting { object, certainty };
        Step::Call(Work::Deleting(deleting), request.into())
    }

    pub fn answered(self, answer: Result<CpeResponse, Fault>, site: &mut Site) -> Step {
        let status = match (answer, self.certainty) {
            (Ok(CpeResponse::DeleteObjectResponse(response)), _) => response.status,
            (Ok(_), _) => Status::Applied,
            // The broken session has deleted it.
            (Err(fault), Certainty::Uncertain)
                if fault.code == FaultCode::INVALID_PARAMETER_NAME =>
            {
                Status::Applied
            }
            (Err(fault), _) => return Step::Refused(fault),
        };
        site.observed.complete_below.push(self.object);
        Step::End(applied(status, json!({ "status": u8::from(status) })))
    }
}
