//! A measurement from answer to answer: find the object, ask, let go; later read, and understand.

use super::objects::{STATES, Wish, arguments, candidates};
use super::results;
use crate::store::{Diagnostic, Measuring, TaskFault, TaskOutcome};
use crate::tasks::faults::retry_at;
use cwmp::rpc::{GetParameterValues, SetParameterValues};
use cwmp::session::acs::AnswerFault;
use cwmp::{AcsRequest, CpeResponse, FaultCode, ParameterKey};
use data_model::{ParameterList, Timestamp, XsdType};
use std::collections::VecDeque;

/// A measurement in one session.
#[derive(Debug)]
pub struct Steps {
    diagnostic: Diagnostic,
    limit_secs: u32,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Looks for the object: the values below this one are awaited.
    Looking {
        object: String,
        rest: VecDeque<String>,
    },
    /// The device has been asked by this object.
    Asking { object: String },
    /// The values of the object are awaited.
    Reading { measuring: Measuring },
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Call this.
    Call(Box<AcsRequest>),
    /// The attempt is over.
    Over(TaskOutcome),
}

impl Steps {
    /// Begins, or goes on with what was asked in an earlier session; with the first request.
    pub fn begin(
        diagnostic: Diagnostic,
        limit_secs: u32,
        measuring: Option<Measuring>,
        root: &str,
    ) -> (Steps, Step) {
        let (object, stage) = match measuring {
            Some(measuring) => (measuring.object.clone(), Stage::Reading { measuring }),
            None => {
                let mut rest = VecDeque::from(candidates(&diagnostic, root));
                let object = rest.pop_front().unwrap_or_default();
                let looking = object.clone();
                (looking, Stage::Looking { object, rest })
            }
        };
        let steps = Steps {
            diagnostic,
            limit_secs,
            stage,
        };
        (steps, read(object))
    }

    /// The device has answered.
    pub fn answered(
        &mut self,
        answer: Result<CpeResponse, AnswerFault>,
        attempts: u32,
        key: &ParameterKey,
        now: Timestamp,
    ) -> Step {
        let response = match answer {
            Ok(response) => response,
            Err(AnswerFault::Unusable(why)) => return failed(TaskFault::ours(why)),
            Err(AnswerFault::Fault(fault)) => {
                let unknown = [
                    FaultCode::INVALID_PARAMETER_NAME,
                    FaultCode::INVALID_ARGUMENTS,
                ];
                if let Stage::Looking { rest, .. } = &mut self.stage
                    && unknown.contains(&fault.code)
                {
                    let next = rest.pop_front();
                    return self.look_on(next);
                }
                return match retry_at(fault.code, attempts, now) {
                    None => failed(fault.into()),
                    Some(not_before) => Step::Over(TaskOutcome::Retry {
                        fault: fault.into(),
                        not_before,
                    }),
                };
            }
        };
        match (&mut self.stage, response) {
            (
                Stage::Looking { object, rest },
                CpeResponse::GetParameterValuesResponse(response),
            ) => {
                let object = object.clone();
                if results::state(&object, &response.parameter_list).is_none() {
                    let next = rest.pop_front();
                    return self.look_on(next);
                }
                self.ask(object, &response.parameter_list, key)
            }
            (Stage::Asking { object }, CpeResponse::SetParameterValuesResponse(_)) => {
                Step::Over(TaskOutcome::Measuring(Measuring {
                    object: object.clone(),
                    until: now.plus_secs(self.limit_secs.into()),
                }))
            }
            (Stage::Reading { measuring }, CpeResponse::GetParameterValuesResponse(response)) => {
                let measuring = measuring.clone();
                self.understand(measuring, &response.parameter_list, now)
            }
            (_, other) => {
                let why = format!("the device answers with {}", other.name());
                failed(TaskFault::ours(why))
            }
        }
    }

    fn look_on(&mut self, next: Option<String>) -> Step {
        let Stage::Looking { object, .. } = &mut self.stage else {
            return failed(TaskFault::ours("the measurement is out of step"));
        };
        match next {
            Some(next) => {
                object.clone_from(&next);
                read(next)
            }
            None => {
                let kind = self.diagnostic.kind().as_str();
                let why = format!("the device has no {kind}: it knows none of the objects for it");
                failed(TaskFault::ours(why))
            }
        }
    }

    /// Writes the arguments the object has, and `Requested` behind them (TR-181: all in one SetParameterValues).
    fn ask(&mut self, object: String, known: &ParameterList, key: &ParameterKey) -> Step {
        let has = |name: &str| known.get(&format!("{object}{name}")).is_some();
        let mut list = ParameterList::new();
        for argument in arguments(&self.diagnostic) {
            if has(argument.name) {
                let name = format!("{object}{}", argument.name);
                list.push(&name, argument.ty, &argument.value);
            } else if argument.wish == Wish::Explicit {
                let why = format!("{object} has no {}", argument.name);
                return failed(TaskFault::ours(why));
            }
        }
        let state = STATES.iter().find(|name| has(name)).unwrap_or(&STATES[0]);
        list.push(&format!("{object}{state}"), XsdType::String, "Requested");
        self.stage = Stage::Asking { object };
        call(SetParameterValues {
            parameter_list: list,
            parameter_key: key.clone(),
        })
    }

    /// TR-181 DiagnosticsState: `Complete`, `Completed` of the older models, `Error_…`, or none of them yet.
    fn understand(&self, measuring: Measuring, values: &ParameterList, now: Timestamp) -> Step {
        let result = results::read(&self.diagnostic, &measuring.object, values);
        let why = match result.state.as_str() {
            "Complete" | "Completed" => {
                // A record of texts, numbers and lists always has a form in JSON.
                let json = serde_json::to_value(&result).unwrap_or_default();
                return Step::Over(TaskOutcome::Done(json));
            }
            "Requested" if now < measuring.until => {
                return Step::Over(TaskOutcome::Measuring(measuring));
            }
            "Requested" => format!(
                "the device did not complete the measurement within {} s",
                self.limit_secs
            ),
            "" => format!("{} has lost its state", measuring.object),
            "None" => "the device has no result: it restarted, or somebody stopped the measurement"
                .to_owned(),
            error => format!("the device ended the measurement with {error:.64}"),
        };
        failed(TaskFault::ours(why))
    }
}

fn read(object: String) -> Step {
    call(GetParameterValues {
        parameter_names: vec![object],
    })
}

fn call(request: impl Into<AcsRequest>) -> Step {
    Step::Call(Box::new(request.into()))
}

fn failed(fault: TaskFault) -> Step {
    Step::Over(TaskOutcome::Failed(fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::PingArguments;
    use cwmp::Fault;
    use cwmp::rpc::{GetParameterValuesResponse, SetParameterValuesResponse, Status};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn ping() -> Diagnostic {
        Diagnostic::IpPing(PingArguments {
            host: "acs.example.net".into(),
            ..PingArguments::default()
        })
    }

    fn key() -> ParameterKey {
        ParameterKey::from_peer("kept")
    }

    fn values(object: &str, pairs: &[(&str, &str)]) -> Result<CpeResponse, AnswerFault> {
        let mut list = ParameterList::new();
        for (name, value) in pairs {
            list.push_str(&format!("{object}{name}"), value);
        }
        Ok(GetParameterValuesResponse {
            parameter_list: list,
        }
        .into())
    }

    fn refused(code: FaultCode) -> Result<CpeResponse, AnswerFault> {
        Err(AnswerFault::Fault(Fault::from(code)))
    }

    fn asked_names(step: Step) -> Vec<String> {
        match step {
            Step::Call(request) => match *request {
                AcsRequest::GetParameterValues(read) => read.parameter_names,
                other => panic!("{other:?}"),
            },
            Step::Over(outcome) => panic!("{outcome:?}"),
        }
    }

    /// Covers G-02.
    #[test]
    fn an_object_the_device_does_not_have_leads_to_the_next_and_the_arguments_it_has_are_written() {
        let (mut steps, first) = Steps::begin(ping(), 60, None, "Device.");
        assert_eq!(asked_names(first), ["Device.IP.Diagnostics.IPPing."]);
        let answer = refused(FaultCode::INVALID_PARAMETER_NAME);
        let second = steps.answered(answer, 1, &key(), NOW);
        let object = "Device.LAN.IPPingDiagnostics.";
        assert_eq!(asked_names(second), [object]);
        let has = [
            ("DiagnosticsState", "None"),
            ("Host", ""),
            ("Timeout", "1"),
            ("SuccessCount", "0"),
        ];
        let Step::Call(request) = steps.answered(values(object, &has), 1, &key(), NOW) else {
            panic!("nothing is asked")
        };
        let AcsRequest::SetParameterValues(write) = *request else {
            panic!("nothing is written")
        };
        let written: Vec<(&str, &str)> = write
            .parameter_list
            .iter()
            .map(|parameter| (parameter.name.trim_start_matches(object), parameter.value))
            .collect();
        let expected = [
            ("Host", "acs.example.net"),
            ("Timeout", "5000"),
            ("DiagnosticsState", "Requested"),
        ];
        assert_eq!(written, expected);
        assert_eq!(write.parameter_key.as_str(), "kept");
        let answer = SetParameterValuesResponse {
            status: Status::Applied,
        };
        let over = steps.answered(Ok(answer.into()), 1, &key(), NOW);
        let Step::Over(TaskOutcome::Measuring(measuring)) = over else {
            panic!("{over:?}")
        };
        assert_eq!(
            (measuring.object.as_str(), measuring.until),
            (object, NOW.plus_secs(60))
        );
    }

    #[test]
    fn a_device_without_any_such_object_fails_with_words() {
        let (mut steps, _) = Steps::begin(ping(), 60, None, "Device.");
        let mut step = None;
        for _ in 0..3 {
            let answer = refused(FaultCode::INVALID_PARAMETER_NAME);
            step = Some(steps.answered(answer, 1, &key(), NOW));
        }
        let Some(Step::Over(TaskOutcome::Failed(fault))) = step else {
            panic!("{step:?}")
        };
        assert!(fault.text.contains("ip_ping"), "{}", fault.text);
    }

    /// Covers G-04, G-06.
    #[test]
    fn the_state_of_the_object_decides() {
        let object = "Device.IP.Diagnostics.IPPing.";
        let read = |state: &str, now| {
            let measuring = Measuring {
                object: object.into(),
                until: NOW.plus_secs(60),
            };
            let (mut steps, first) = Steps::begin(ping(), 60, Some(measuring), "Device.");
            assert_eq!(asked_names(first), [object]);
            let seen = [
                ("DiagnosticsState", state),
                ("SuccessCount", "4"),
                ("FailureCount", "0"),
            ];
            match steps.answered(values(object, &seen), 1, &key(), now) {
                Step::Over(outcome) => outcome,
                Step::Call(request) => panic!("{request:?}"),
            }
        };
        for done in ["Complete", "Completed"] {
            let TaskOutcome::Done(result) = read(done, NOW) else {
                panic!("{done}")
            };
            assert_eq!(result["loss_percent"], 0.0);
        }
        assert!(matches!(read("Requested", NOW), TaskOutcome::Measuring(_)));
        let late = NOW.plus_secs(60);
        for (state, now, word) in [
            ("Requested", late, "60 s"),
            ("None", NOW, "restarted"),
            (
                "Error_CannotResolveHostName",
                NOW,
                "Error_CannotResolveHostName",
            ),
        ] {
            let TaskOutcome::Failed(fault) = read(state, now) else {
                panic!("{state}")
            };
            assert!(fault.text.contains(word), "{}", fault.text);
        }
    }
}
