//! Both session machines driven against each other, under every order of what each side has to say.

use cwmp::message::{AcsRequest, AcsResponse, CpeRequest, CpeResponse};
use cwmp::rpc::*;
use cwmp::session::acs::{AnswerFault, Reply, Turn};
use cwmp::session::cpe::{CpeConfig, Post, Step};
use cwmp::session::{AcsSession, CpeSession, RequestIds};
use cwmp::{CommandKey, CwmpVersion, DeviceId, Event, EventCode, Fault, FaultCode, ParameterKey};
use data_model::{DateTime, ParameterList};

/// What the device has to say besides its Inform.
#[derive(Debug, Clone, Copy, PartialEq)]
enum CpeSays {
    TransferComplete,
    GetRpcMethods,
    /// A request the ACS refuses.
    Refused,
    /// A request the ACS asks for once more before it takes it (fault 8005).
    Retried,
}

/// What the ACS has to say.
#[derive(Debug, Clone, Copy, PartialEq)]
enum AcsSays {
    GetParameterValues,
    /// A request the device refuses.
    Refused,
    Reboot,
}

fn inform() -> Inform {
    Inform {
        device_id: DeviceId {
            manufacturer: "Example".into(),
            oui: "00562B".into(),
            product_class: "ATA192".into(),
            serial_number: "X1".into(),
        },
        event: vec![Event::new(EventCode::Boot)],
        max_envelopes: 1,
        current_time: DateTime::unknown(),
        retry_count: 0,
        parameter_list: ParameterList::new(),
    }
}

fn cpe_request(says: CpeSays) -> CpeRequest {
    match says {
        CpeSays::GetRpcMethods => GetRPCMethods {}.into(),
        CpeSays::TransferComplete | CpeSays::Refused | CpeSays::Retried => TransferComplete {
            command_key: CommandKey::new(&format!("{says:?}")).expect("a short key"),
            fault_struct: TransferFault::default(),
            start_time: DateTime::unknown(),
            complete_time: DateTime::unknown(),
        }
        .into(),
    }
}

fn acs_request(says: AcsSays) -> AcsRequest {
    match says {
        AcsSays::GetParameterValues => GetParameterValues {
            parameter_names: vec!["Device.".into()],
        }
        .into(),
        AcsSays::Refused => SetParameterValues {
            parameter_list: ParameterList::new(),
            parameter_key: ParameterKey::default(),
        }
        .into(),
        AcsSays::Reboot => Reboot::default().into(),
    }
}

fn serve(request: &AcsRequest) -> Result<CpeResponse, Fault> {
    match request {
        AcsRequest::GetParameterValues(_) => Ok(GetParameterValuesResponse::default().into()),
        AcsRequest::Reboot(_) => Ok(RebootResponse {}.into()),
        _ => Err(FaultCode::INVALID_PARAMETER_NAME.into()),
    }
}

/// The ACS: takes notes and says what it has to say when it may.
struct Acs {
    session: Option<AcsSession>,
    to_say: Vec<AcsSays>,
    heard: Vec<CpeSays>,
    answers: Vec<Result<&'static str, u16>>,
    informs: usize,
    retries: usize,
}

impl Acs {
    fn post(&mut self, post: Post) -> Reply {
        let body = match post {
            Post::Envelope(envelope) => envelope,
            Post::Empty => String::new(),
        };
        let session = self.session.take().expect("the session is still open");
        let (session, reply) = match session
            .post(body.as_bytes())
            .expect("both sides keep the rules")
        {
            Turn::Informed(turn) => {
                self.informs += 1;
                turn.accept()
            }
            Turn::Called(turn) => return self.called(turn),
            Turn::Ready(ready) => return self.speak(ready),
            Turn::Answered(turn) => {
                self.answers.push(match turn.answer {
                    Ok(response) => Ok(response.name()),
                    Err(AnswerFault::Fault(fault)) => Err(fault.code.number()),
                    Err(AnswerFault::Unusable(why)) => panic!("{why}"),
                });
                return self.speak(turn.ready);
            }
            Turn::Refused(turn) => turn.send(),
        };
        self.session = Some(session);
        reply
    }

    fn called(&mut self, turn: cwmp::session::acs::Called) -> Reply {
        let says = match &turn.request {
            CpeRequest::GetRPCMethods(_) => CpeSays::GetRpcMethods,
            CpeRequest::TransferComplete(message) => match message.command_key.as_str() {
                "Refused" => CpeSays::Refused,
                "Retried" => CpeSays::Retried,
                _ => CpeSays::TransferComplete,
            },
            other => panic!("{other:?}"),
        };
        let (session, reply) = match says {
            CpeSays::Refused => turn.fault(FaultCode::ACS_INTERNAL_ERROR.into()),
            CpeSays::Retried if self.retries == 0 => {
                self.retries = 1;
                self.session = Some(turn.fault(FaultCode::ACS_RETRY_REQUEST.into()).0);
                // The same text the machine wrote, by asking it again.
                let session = self.session.take().expect("just put there");
                let fault = cwmp::FromAcs::from(Fault::from(FaultCode::ACS_RETRY_REQUEST));
                let body = cwmp::envelope::write(
                    CwmpVersion::V1_4.namespace(),
                    &cwmp::Header::default(),
                    &fault,
                );
                (session, Reply { body: Some(body) })
            }
            CpeSays::Retried | CpeSays::TransferComplete | CpeSays::GetRpcMethods => {
                self.retries = 0;
                turn.acknowledge()
            }
        };
        if self.retries == 0 {
            self.heard.push(says);
        }
        self.session = Some(session);
        reply
    }

    fn speak(&mut self, ready: cwmp::session::acs::Ready) -> Reply {
        if self.to_say.is_empty() {
            return ready.finish();
        }
        let (session, reply) = ready.call(acs_request(self.to_say.remove(0)));
        self.session = Some(session);
        reply
    }
}

/// Every list of up to `longest` elements out of `choices`.
fn lists<T: Copy>(choices: &[T], longest: usize) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last
            .iter()
            .flat_map(|list| {
                choices.iter().map(|choice| {
                    let mut longer = list.clone();
                    longer.push(*choice);
                    longer
                })
            })
            .collect();
        all.extend(last.clone());
    }
    all
}

/// What a run came to, seen from the device.
struct Outcome {
    delivered: Vec<Result<&'static str, u16>>,
    served: usize,
    posts: usize,
}

fn run(acs: &mut Acs, cpe_says: &[CpeSays]) -> Outcome {
    let config = CpeConfig {
        newest_version: CwmpVersion::V1_4,
        session_timeout_secs: Some(60),
        ids: RequestIds::starting_at(1),
    };
    let mut to_say = cpe_says.to_vec();
    let mut outcome = Outcome {
        delivered: Vec::new(),
        served: 0,
        posts: 0,
    };
    let (mut session, mut post) = CpeSession::open(config, inform());
    loop {
        outcome.posts += 1;
        assert!(outcome.posts < 100, "the session never ends");
        let reply = acs.post(post);
        let body = reply.body.unwrap_or_default();
        (session, post) = match session.response(body.as_bytes()) {
            Step::Free(delivery, free) => {
                outcome.delivered.extend(delivery.map(|delivery| {
                    delivery
                        .result
                        .map(|response| response.name())
                        .map_err(|fault| fault.code.number())
                }));
                if to_say.is_empty() {
                    free.pass()
                } else {
                    free.request(cpe_request(to_say.remove(0)))
                }
            }
            Step::Held(..) => panic!("our ACS never holds requests"),
            Step::Serve(serving) => {
                outcome.served += 1;
                let answer = serve(&serving.request);
                serving.answer(answer)
            }
            Step::Send(session, post) => (session, post),
            Step::Ended => return outcome,
            Step::Failed(failure) => panic!("{failure}"),
        };
    }
}

/// Covers P-01, P-02, P-04, P-05, P-07, P-08, P-11, P-12, Q-01, Q-02, Q-03, Q-05.
#[test]
fn every_interleaving_ends_with_each_request_answered_once_and_in_order() {
    let cpe_choices = [
        CpeSays::TransferComplete,
        CpeSays::GetRpcMethods,
        CpeSays::Refused,
        CpeSays::Retried,
    ];
    let acs_choices = [
        AcsSays::GetParameterValues,
        AcsSays::Refused,
        AcsSays::Reboot,
    ];
    let mut runs = 0;
    for cpe_says in lists(&cpe_choices, 3) {
        for acs_says in lists(&acs_choices, 3) {
            let mut acs = Acs {
                session: Some(AcsSession::new(RequestIds::starting_at(1000))),
                to_say: acs_says.clone(),
                heard: Vec::new(),
                answers: Vec::new(),
                informs: 0,
                retries: 0,
            };
            let outcome = run(&mut acs, &cpe_says);
            let case = format!("device says {cpe_says:?}, ACS says {acs_says:?}");
            assert!(acs.session.is_none(), "{case}: the session is still open");
            assert_eq!(acs.informs, 1, "{case}");
            assert_eq!(acs.heard, cpe_says, "{case}");
            assert_eq!(outcome.served, acs_says.len(), "{case}");
            let expected: Vec<_> = acs_says
                .iter()
                .map(|says| {
                    serve(&acs_request(*says))
                        .map(|r| r.name())
                        .map_err(|f| f.code.number())
                })
                .collect();
            assert_eq!(acs.answers, expected, "{case}");
            assert_eq!(outcome.delivered.len(), 1 + cpe_says.len(), "{case}");
            assert_eq!(outcome.delivered[0], Ok("InformResponse"), "{case}");
            for (says, delivered) in cpe_says.iter().zip(&outcome.delivered[1..]) {
                assert_eq!(delivered.is_err(), *says == CpeSays::Refused, "{case}");
            }
            let resent = cpe_says
                .iter()
                .filter(|says| **says == CpeSays::Retried)
                .count();
            // Inform, requests, the empty POST, and one POST for each answer.
            assert_eq!(
                outcome.posts,
                1 + cpe_says.len() + resent + 1 + acs_says.len(),
                "{case}"
            );
            runs += 1;
        }
    }
    assert_eq!(runs, 85 * 40);
}

/// The response is an `AcsResponse` of the right kind for each request a device can make.
#[test]
fn acknowledging_answers_each_request_with_its_own_response() {
    let requests = one_request_of_each_method();
    assert_eq!(requests.len() + 1, AcsResponse::NAMES.len());
    for request in requests {
        acknowledged(request);
    }
}

/// Everything a device may ask but Inform.
fn one_request_of_each_method() -> Vec<CpeRequest> {
    vec![
        cpe_request(CpeSays::TransferComplete),
        GetRPCMethods {}.into(),
        Kicked::default().into(),
        RequestDownload {
            file_type: "1 Firmware Upgrade Image".into(),
            file_type_arg: vec![],
        }
        .into(),
        DUStateChangeComplete {
            results: vec![OperationResult::default()],
            command_key: None,
        }
        .into(),
        AutonomousDUStateChangeComplete {
            results: vec![OperationResult::default()],
        }
        .into(),
        AutonomousTransferComplete {
            announce_url: String::new(),
            transfer_url: "http://192.0.2.1/x".into(),
            is_download: true,
            file_type: "3 Vendor Configuration File".into(),
            file_size: 0,
            target_file_name: String::new(),
            fault_struct: TransferFault::default(),
            start_time: DateTime::unknown(),
            complete_time: DateTime::unknown(),
        }
        .into(),
    ]
}

/// A session in which the device asks this one thing.
fn acknowledged(request: CpeRequest) {
    let name = request.name();
    let (mut cpe, post) = CpeSession::open(
        CpeConfig {
            newest_version: CwmpVersion::V1_4,
            session_timeout_secs: None,
            ids: RequestIds::starting_at(1),
        },
        inform(),
    );
    let Post::Envelope(envelope) = post else {
        panic!("an Inform is no empty POST")
    };
    let Ok(Turn::Informed(turn)) =
        AcsSession::new(RequestIds::starting_at(9)).post(envelope.as_bytes())
    else {
        panic!("the Inform is not taken");
    };
    let (acs, reply) = turn.accept();
    let body = reply.body.expect("an InformResponse");
    let Step::Free(_, free) = cpe.response(body.as_bytes()) else {
        panic!("the session is not open");
    };
    let (next, post) = free.request(request);
    cpe = next;
    let Post::Envelope(envelope) = post else {
        panic!("a request is no empty POST")
    };
    let Ok(Turn::Called(turn)) = acs.post(envelope.as_bytes()) else {
        panic!("{name} is not taken")
    };
    let (_, reply) = turn.acknowledge();
    let body = reply.body.expect("an answer");
    match cpe.response(body.as_bytes()) {
        Step::Free(Some(delivery), _) => {
            let answer = delivery.result.expect("no fault");
            assert_eq!(answer.name(), format!("{name}Response"));
        }
        other => panic!("{name}: {other:?}"),
    }
}
