//! One task in one session: its RPCs in turn, its outcome in the end. Pure.

use super::retry::retry_at;
use crate::diagnostics::steps::Steps;
use crate::limits::{NAMES_PER_CALL, VALUES_PER_CALL};
use crate::redact::is_secret;
use crate::store::{FileRecord, Observed, Task, TaskFault, TaskKind, TaskOutcome, values};
use cwmp::rpc::*;
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse, ParameterKey};
use data_model::{ParameterList, Timestamp};
use serde_json::json;

/// A task under way.
#[derive(Debug)]
pub struct Running {
    /// The task.
    pub task: Task,
    stage: Stage,
    observed: Observed,
    pub(super) key: ParameterKey,
    /// The root object of the device's tree.
    pub(super) root: &'static str,
    /// How a measurement goes on.
    pub(super) steps: Option<Box<Steps>>,
}

/// What is to be done next for a task.
#[derive(Debug)]
pub enum Next {
    /// Call this.
    Call(Box<AcsRequest>),
    /// It has ended, or waits outside of sessions.
    Outcome(TaskOutcome, Observed),
}

/// Which answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// None yet.
    Start,
    /// Of the read of these names; the rest is still to be read.
    Reading { rest: Vec<String> },
    /// Of the names below a branch.
    Naming { path: String },
    /// Of the values below a branch.
    Refreshing { path: String },
    /// Of the write of these values; the rest is still to be written.
    Writing {
        sent: ParameterList,
        rest: ParameterList,
    },
    /// Of AddObject.
    Adding,
    /// Of the values in the instance of this number.
    Filling { number: u32 },
    /// Of anything that has one answer.
    Single,
}

/// Where a download comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub file: FileRecord,
    /// Its link for this device.
    pub url: String,
}

impl Running {
    /// Begins a task. `key` is the ParameterKey the device is to keep: a task is no change of its profiles.
    pub fn start(task: Task, key: ParameterKey) -> Running {
        Running {
            task,
            stage: Stage::Start,
            observed: Observed::default(),
            key,
            root: "Device.",
            steps: None,
        }
    }

    /// The same for a device with this root object.
    #[must_use]
    pub fn below(mut self, root: &'static str) -> Running {
        self.root = root;
        self
    }

    /// The first RPC. `source` is the file of a download.
    pub fn first(&mut self, source: Option<Source>) -> Next {
        match self.task.kind.clone() {
            TaskKind::GetParameterValues { names } => self.read(names),
            TaskKind::Refresh { path } => self.name(path),
            TaskKind::SetParameterValues { values } => self.write(&values),
            TaskKind::AddObject { object, .. } => {
                self.stage = Stage::Adding;
                call(AddObject {
                    object_name: object,
                    parameter_key: self.key.clone(),
                })
            }
            TaskKind::DeleteObject { object } => self.single(DeleteObject {
                object_name: object,
                parameter_key: self.key.clone(),
            }),
            TaskKind::Reboot => {
                let command_key = self.task.command_key();
                self.single(Reboot { command_key })
            }
            TaskKind::FactoryReset => self.single(FactoryReset {}),
            TaskKind::Download {
                target_file_name, ..
            } => match source {
                Some(source) => self.download(source, target_file_name),
                None => self.failed(TaskFault::ours("the file is no longer in the library")),
            },
            TaskKind::DownloadProfile => match source {
                Some(source) => self.download(source, String::new()),
                None => self.failed(TaskFault::ours("the device has no profile")),
            },
            TaskKind::RunDiagnostic {
                diagnostic,
                limit_secs,
            } => self.measure(diagnostic, limit_secs),
        }
    }

    /// The device has answered.
    pub fn answered(&mut self, answer: Result<CpeResponse, AnswerFault>, now: Timestamp) -> Next {
        let answer = match self.measured(answer, now) {
            Ok(next) => return next,
            Err(answer) => answer,
        };
        match answer {
            Ok(response) => self.succeeded(response),
            Err(AnswerFault::Unusable(why)) => self.failed(TaskFault::ours(why)),
            Err(AnswerFault::Fault(fault)) => {
                // GetParameterNames is only there to learn what can be written; values matter more.
                if let Stage::Naming { path } = &self.stage {
                    let path = path.clone();
                    return self.refresh(path);
                }
                match retry_at(fault.code, self.task.attempts, now) {
                    None => self.failed(fault.into()),
                    Some(not_before) => self.end(TaskOutcome::Retry {
                        fault: fault.into(),
                        not_before,
                    }),
                }
            }
        }
    }

    fn succeeded(&mut self, response: CpeResponse) -> Next {
        match (std::mem::replace(&mut self.stage, Stage::Single), response) {
            (Stage::Reading { rest }, CpeResponse::GetParameterValuesResponse(response)) => {
                self.observe(&response.parameter_list);
                if !rest.is_empty() {
                    return self.read(rest);
                }
                let result = json!({ "parameters": values::to_json(&self.observed.values) });
                self.end(TaskOutcome::Done(result))
            }
            (Stage::Naming { path }, CpeResponse::GetParameterNamesResponse(response)) => {
                let names = response.parameter_list.into_iter();
                self.observed.writable = names.map(|info| (info.name, info.writable)).collect();
                self.refresh(path)
            }
            (Stage::Refreshing { path }, CpeResponse::GetParameterValuesResponse(response)) => {
                self.observe(&response.parameter_list);
                self.observed.complete_below.push(path);
                let result = json!({ "count": self.observed.values.len() });
                self.end(TaskOutcome::Done(result))
            }
            (Stage::Writing { sent, rest }, CpeResponse::SetParameterValuesResponse(response)) => {
                self.observe(&sent);
                if !rest.is_empty() {
                    return self.write(&rest);
                }
                let status = u8::from(response.status);
                self.end(TaskOutcome::Done(json!({ "status": status })))
            }
            (Stage::Adding, CpeResponse::AddObjectResponse(response)) => {
                self.fill(response.instance_number)
            }
            (Stage::Filling { number }, CpeResponse::SetParameterValuesResponse(_)) => {
                self.end(TaskOutcome::Done(json!({ "instance": number })))
            }
            (_, CpeResponse::DownloadResponse(response)) => match response.status {
                Status::Applied => self.end(TaskOutcome::Done(json!({ "status": 0 }))),
                Status::Committed => self.end(TaskOutcome::WaitingForTransfer),
            },
            (_, CpeResponse::DeleteObjectResponse(_)) => {
                if let TaskKind::DeleteObject { object } = &self.task.kind {
                    self.observed.complete_below.push(object.clone());
                }
                self.end(TaskOutcome::Done(json!({})))
            }
            (_, _) => self.end(TaskOutcome::Done(json!({}))),
        }
    }

    fn read(&mut self, mut names: Vec<String>) -> Next {
        let rest = names.split_off(names.len().min(NAMES_PER_CALL));
        self.stage = Stage::Reading { rest };
        call(GetParameterValues {
            parameter_names: names,
        })
    }

    fn name(&mut self, path: String) -> Next {
        self.stage = Stage::Naming { path: path.clone() };
        call(GetParameterNames {
            parameter_path: path,
            next_level: false,
        })
    }

    fn refresh(&mut self, path: String) -> Next {
        self.stage = Stage::Refreshing { path: path.clone() };
        call(GetParameterValues {
            parameter_names: vec![path],
        })
    }

    fn write(&mut self, values: &ParameterList) -> Next {
        let mut sent = ParameterList::new();
        let mut rest = ParameterList::new();
        for (index, parameter) in values.iter().enumerate() {
            let list = if index < VALUES_PER_CALL {
                &mut sent
            } else {
                &mut rest
            };
            list.push(parameter.name, parameter.ty, parameter.value);
        }
        self.stage = Stage::Writing {
            sent: sent.clone(),
            rest,
        };
        call(SetParameterValues {
            parameter_list: sent,
            parameter_key: self.key.clone(),
        })
    }

    /// Sets the values of a new instance, if the task has some.
    fn fill(&mut self, number: u32) -> Next {
        let TaskKind::AddObject { object, values } = &self.task.kind else {
            return self.end(TaskOutcome::Done(json!({ "instance": number })));
        };
        if values.is_empty() {
            return self.end(TaskOutcome::Done(json!({ "instance": number })));
        }
        let mut full = ParameterList::new();
        for parameter in values.iter() {
            let name = format!("{object}{number}.{}", parameter.name);
            full.push(&name, parameter.ty, parameter.value);
        }
        self.observe(&full);
        self.stage = Stage::Filling { number };
        call(SetParameterValues {
            parameter_list: full,
            parameter_key: self.key.clone(),
        })
    }

    fn download(&mut self, source: Source, target_file_name: String) -> Next {
        let request = Download {
            command_key: self.task.command_key(),
            file_type: source.file.file_type,
            url: source.url,
            file_size: u32::try_from(source.file.bytes).unwrap_or(0),
            target_file_name,
            ..Download::default()
        };
        self.single(request)
    }

    fn single(&mut self, request: impl Into<AcsRequest>) -> Next {
        self.stage = Stage::Single;
        call(request)
    }

    /// Values of the device, read or accepted. Secrets read back as empty, and so they are kept, also of devices that
    /// show them (case M06).
    fn observe(&mut self, values: &ParameterList) {
        for parameter in values.iter() {
            let value = if is_secret(parameter.name) {
                ""
            } else {
                parameter.value
            };
            self.observed
                .values
                .push(parameter.name, parameter.ty, value);
        }
    }

    fn failed(&mut self, fault: TaskFault) -> Next {
        // What a failed call would have written was not written.
        let keep = matches!(self.stage, Stage::Reading { .. } | Stage::Writing { .. });
        if !keep {
            self.observed = Observed::default();
        }
        self.end(TaskOutcome::Failed(fault))
    }

    fn end(&mut self, outcome: TaskOutcome) -> Next {
        Next::Outcome(outcome, std::mem::take(&mut self.observed))
    }
}

fn call(request: impl Into<AcsRequest>) -> Next {
    Next::Call(Box::new(request.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Id, TaskState};
    use cwmp::{Fault, FaultCode};
    use data_model::XsdType;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn running(kind: TaskKind) -> Running {
        let id = Id::new(NOW, 7);
        let task = Task {
            id,
            device: Id::of_identity("x"),
            kind,
            state: TaskState::Running,
            created_by: "user:test".into(),
            created: NOW,
            updated: NOW,
            expires: None,
            not_before: None,
            attempts: 1,
            result: None,
            fault: None,
            campaign: None,
        };
        Running::start(task, ParameterKey::new("kept").unwrap())
    }

    fn request(next: Next) -> AcsRequest {
        match next {
            Next::Call(request) => *request,
            Next::Outcome(outcome, _) => panic!("{outcome:?}"),
        }
    }

    fn outcome(next: Next) -> (TaskOutcome, Observed) {
        match next {
            Next::Outcome(outcome, observed) => (outcome, observed),
            Next::Call(request) => panic!("{request:?}"),
        }
    }

    fn values(count: usize) -> ParameterList {
        let mut list = ParameterList::new();
        for number in 0..count {
            list.push(&format!("Device.P{number}"), XsdType::String, "x");
        }
        list
    }

    #[test]
    fn long_writes_go_in_several_calls_and_keep_the_parameter_key() {
        let mut running = running(TaskKind::SetParameterValues {
            values: values(300),
        });
        let AcsRequest::SetParameterValues(first) = request(running.first(None)) else {
            panic!("no SetParameterValues");
        };
        assert_eq!(first.parameter_list.len(), VALUES_PER_CALL);
        assert_eq!(first.parameter_key.as_str(), "kept");
        let ok = || {
            Ok(SetParameterValuesResponse {
                status: Status::Applied,
            }
            .into())
        };
        let AcsRequest::SetParameterValues(second) = request(running.answered(ok(), NOW)) else {
            panic!("no SetParameterValues");
        };
        assert_eq!(second.parameter_list.len(), 300 - VALUES_PER_CALL);
        let (outcome, observed) = outcome(running.answered(ok(), NOW));
        assert!(matches!(outcome, TaskOutcome::Done(_)));
        assert_eq!(observed.values.len(), 300);
    }

    #[test]
    fn a_new_instance_gets_its_values_by_its_number() {
        let mut relative = ParameterList::new();
        relative.push_str("Name", "x");
        let kind = TaskKind::AddObject {
            object: "Device.T.".into(),
            values: relative,
        };
        let mut running = running(kind);
        assert!(matches!(
            request(running.first(None)),
            AcsRequest::AddObject(_)
        ));
        let added = AddObjectResponse {
            instance_number: 7,
            status: Status::Applied,
        };
        let AcsRequest::SetParameterValues(set) = request(running.answered(Ok(added.into()), NOW))
        else {
            panic!("no SetParameterValues");
        };
        assert_eq!(set.parameter_list.get("Device.T.7.Name"), Some("x"));
        let done = SetParameterValuesResponse {
            status: Status::Applied,
        };
        let (outcome, _) = outcome(running.answered(Ok(done.into()), NOW));
        assert_eq!(outcome, TaskOutcome::Done(json!({ "instance": 7 })));
    }

    #[test]
    fn every_refused_parameter_is_kept_with_its_own_reason() {
        let mut running = running(TaskKind::SetParameterValues { values: values(2) });
        running.first(None);
        let refused = vec![
            cwmp::ParameterFault::new("Device.P0", FaultCode::NOT_WRITABLE, "no"),
            cwmp::ParameterFault::new("Device.P1", FaultCode::INVALID_PARAMETER_VALUE, "no"),
        ];
        let fault = AnswerFault::Fault(Fault::of_parameters(refused));
        let (outcome, observed) = outcome(running.answered(Err(fault), NOW));
        let TaskOutcome::Failed(fault) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((fault.code, fault.parameters.len()), (9003, 2));
        assert!(observed.values.is_empty());
    }

    #[test]
    fn trouble_that_may_pass_is_tried_again() {
        let mut running = running(TaskKind::Reboot);
        running.first(None);
        let busy = AnswerFault::Fault(FaultCode::RESOURCES_EXCEEDED.into());
        let (outcome, _) = outcome(running.answered(Err(busy), NOW));
        assert!(matches!(outcome, TaskOutcome::Retry { .. }));
    }

    #[test]
    fn a_refresh_learns_what_can_be_written_and_does_without_if_it_cannot() {
        for supported in [true, false] {
            let mut running = running(TaskKind::Refresh {
                path: "Device.".into(),
            });
            assert!(matches!(
                request(running.first(None)),
                AcsRequest::GetParameterNames(_)
            ));
            let names = GetParameterNamesResponse {
                parameter_list: vec![ParameterInfo {
                    name: "Device.P0".into(),
                    writable: true,
                }],
            };
            let answer = match supported {
                true => Ok(names.into()),
                false => Err(AnswerFault::Fault(FaultCode::RESOURCES_EXCEEDED.into())),
            };
            assert!(matches!(
                request(running.answered(answer, NOW)),
                AcsRequest::GetParameterValues(_)
            ));
            let read = GetParameterValuesResponse {
                parameter_list: values(1),
            };
            let (outcome, observed) = outcome(running.answered(Ok(read.into()), NOW));
            assert_eq!(outcome, TaskOutcome::Done(json!({ "count": 1 })));
            assert_eq!(observed.complete_below, ["Device."]);
            assert_eq!(observed.writable.len(), usize::from(supported));
        }
    }
}
