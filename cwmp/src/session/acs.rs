//! A CWMP session seen from the ACS: each HTTP request is one [`Turn`], which exactly one reply consumes.
//!
//! Long because the states and what may be done in each belong under one pair of eyes.

use super::RequestIds;
use crate::envelope::{self, Envelope, Header, MessageKind, Surroundings, Unreadable};
use crate::fault::{Fault, FaultCode};
use crate::limits;
use crate::message::{AcsRequest, AcsResponse, CpeRequest, CpeResponse, FromAcs, FromCpe};
use crate::rpc::{
    AutonomousDUStateChangeCompleteResponse, AutonomousTransferCompleteResponse,
    DUStateChangeCompleteResponse, GetRPCMethodsResponse, Inform, InformResponse, KickedResponse,
    RequestDownloadResponse, TransferCompleteResponse,
};
use crate::version::{CwmpVersion, Namespace};
use crate::xml::Oddities;

/// A session between two HTTP requests.
#[derive(Debug)]
pub struct AcsSession {
    state: State,
    common: Common,
}

#[derive(Debug)]
enum State {
    /// Nothing has come yet; only an Inform may.
    Opening,
    /// The Inform is accepted; the device may ask, or hand over with an empty POST.
    Open,
    /// The device has handed over and owes the answer to this request.
    Waiting { response_name: &'static str },
}

/// What every state carries along.
#[derive(Debug, Clone)]
struct Common {
    namespace: Namespace,
    version: CwmpVersion,
    ids: RequestIds,
    requests: u32,
}

/// What goes back in the HTTP response: 200 with an envelope, or 204 with nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The envelope; `None` ends the session.
    pub body: Option<String>,
}

impl Reply {
    /// The body's bytes; none for a 204.
    pub fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default().as_bytes()
    }
}

/// One HTTP request of a device.
#[derive(Debug)]
#[must_use = "a turn owes the device its reply"]
pub enum Turn {
    /// The session begins.
    Informed(Informed),
    /// The device asks something.
    Called(Called),
    /// The device has nothing to ask; it is our turn.
    Ready(Ready),
    /// The device has answered; it is our turn again.
    Answered(Answered),
    /// What the device sent got its fault already; the session goes on.
    Refused(Refused),
}

/// An Inform that waits for its response.
#[derive(Debug)]
#[must_use = "a turn owes the device its reply"]
pub struct Informed {
    /// The message.
    pub inform: Inform,
    /// Seconds the device waits between messages, at least 30, if it says so.
    pub session_timeout_secs: Option<u32>,
    /// What was odd in the message.
    pub oddities: Oddities,
    common: Common,
    header: Header,
    offers_versions: bool,
}

/// A device's request that waits for its response.
#[derive(Debug)]
#[must_use = "a turn owes the device its reply"]
pub struct Called {
    /// The message.
    pub request: CpeRequest,
    common: Common,
    id: Option<String>,
}

/// The right to ask the device something, or to end the session.
#[derive(Debug)]
#[must_use = "a turn owes the device its reply"]
pub struct Ready {
    common: Common,
}

/// The answer to our last request, and the right to ask again.
#[derive(Debug)]
#[must_use = "a turn owes the device its reply"]
pub struct Answered {
    /// What the device answered.
    pub answer: Result<CpeResponse, AnswerFault>,
    /// What was odd in the message.
    pub oddities: Oddities,
    /// Our turn.
    pub ready: Ready,
}

/// Why a request has no usable response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The device refused.
    #[error(transparent)]
    Fault(Fault),
    /// The device answered with something that breaks the schema.
    #[error("unusable answer: {0}")]
    Unusable(String),
}

/// A fault the protocol prescribes, ready to be sent.
#[derive(Debug)]
#[must_use = "a turn owes the device its reply"]
pub struct Refused {
    /// Which fault, and why.
    pub fault: Fault,
    session: AcsSession,
    reply: Reply,
}

/// The end of a session over something that no CWMP message can answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// HTTP 400 without an envelope (TR-069 3.7.2.4).
    #[error("{0}")]
    BadRequest(BadRequest),
    /// A fault to an Inform: 200 with this envelope, and no session.
    #[error("{fault}")]
    NoSession {
        /// The fault in the envelope.
        fault: Fault,
        /// The HTTP response.
        reply: Reply,
    },
}

/// What was wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// Not XML, not SOAP, or beyond a limit.
    #[error(transparent)]
    Document(crate::xml::XmlError),
    /// Something else where an Inform is due.
    #[error("a session begins with an Inform, not with {0}")]
    NoInform(&'static str),
    /// An Inform in the middle of a session.
    #[error("a second Inform in one session")]
    SecondInform,
    /// A response or fault nobody waits for.
    #[error("{0} where no answer is due")]
    StrayAnswer(&'static str),
    /// A request, or nothing, where an answer is due.
    #[error("{got} where {due} is due")]
    AnswerDue {
        /// What came.
        got: &'static str,
        /// The response that is due.
        due: &'static str,
    },
    /// An answer with the ID of an earlier request.
    #[error("the answer to an earlier request")]
    StaleAnswer,
    /// More messages than a session can sensibly have.
    #[error("more than {} requests in one session", limits::SESSION_REQUESTS)]
    Endless,
}

impl AcsSession {
    /// A session that waits for its Inform. `ids` must differ from session to session.
    pub fn new(ids: RequestIds) -> AcsSession {
        AcsSession {
            state: State::Opening,
            common: Common {
                namespace: Namespace::Cwmp10,
                version: CwmpVersion::V1_0,
                ids,
                requests: 0,
            },
        }
    }

    /// The protocol version of the session, known once its Inform has been accepted.
    pub fn version(&self) -> CwmpVersion {
        self.common.version
    }

    /// Takes the body of one HTTP request.
    ///
    /// # Errors
    /// If the session ends here; [`Refusal`] says with which HTTP response.
    pub fn post(mut self, body: &[u8]) -> Result<Turn, Refusal> {
        self.common.requests += 1;
        if self.common.requests > limits::SESSION_REQUESTS {
            return Err(Refusal::BadRequest(BadRequest::Endless));
        }
        if envelope::is_empty(body) {
            return self.empty_post();
        }
        let envelope = match envelope::read::<FromCpe>(body) {
            Ok(envelope) => envelope,
            Err(unreadable) => return self.unreadable(unreadable),
        };
        match self.state {
            State::Opening => open(self.common, envelope),
            State::Open => called(self.common, envelope),
            State::Waiting { response_name } => answered(self.common, response_name, envelope),
        }
    }

    fn empty_post(self) -> Result<Turn, Refusal> {
        match self.state {
            State::Opening => bad(BadRequest::NoInform("an empty request")),
            State::Open => Ok(Turn::Ready(Ready {
                common: self.common,
            })),
            State::Waiting { response_name } => bad(BadRequest::AnswerDue {
                got: "an empty request",
                due: response_name,
            }),
        }
    }

    fn unreadable(self, unreadable: Unreadable) -> Result<Turn, Refusal> {
        let (fault, around, kind) = match unreadable {
            Unreadable::Document(error) => return bad(BadRequest::Document(error)),
            Unreadable::Method { method, envelope } => {
                let text = format!("Method not supported: {method}");
                let fault = Fault::new(FaultCode::ACS_METHOD_NOT_SUPPORTED, text);
                (fault, envelope, MessageKind::Request)
            }
            Unreadable::Arguments {
                method,
                why,
                kind,
                envelope,
            } => {
                let text = format!("Invalid arguments: {method}: {why}");
                (
                    Fault::new(FaultCode::ACS_INVALID_ARGUMENTS, text),
                    envelope,
                    kind,
                )
            }
            Unreadable::Version { uri, envelope } => {
                let text = format!("ACS version incompatible with CPE: {uri} is not known here");
                let fault = Fault::new(FaultCode::ACS_VERSION_INCOMPATIBLE, text);
                (fault, envelope, MessageKind::Request)
            }
        };
        match (self.state, kind) {
            (State::Opening, _) => {
                let reply = fault_reply(&around, &fault);
                Err(Refusal::NoSession { fault, reply })
            }
            (State::Waiting { .. }, MessageKind::Response) => Ok(Turn::Answered(Answered {
                answer: Err(AnswerFault::Unusable(fault.text)),
                oddities: Oddities::default(),
                ready: Ready {
                    common: self.common,
                },
            })),
            (State::Waiting { response_name }, MessageKind::Request) => {
                bad(BadRequest::AnswerDue {
                    got: "a request",
                    due: response_name,
                })
            }
            (State::Open, MessageKind::Response) => bad(BadRequest::StrayAnswer("a response")),
            (State::Open, MessageKind::Request) => {
                let reply = fault_reply(&around, &fault);
                let session = AcsSession {
                    state: State::Open,
                    common: self.common,
                };
                Ok(Turn::Refused(Refused {
                    fault,
                    session,
                    reply,
                }))
            }
        }
    }
}

fn bad(why: BadRequest) -> Result<Turn, Refusal> {
    Err(Refusal::BadRequest(why))
}

fn fault_reply(around: &Surroundings, fault: &Fault) -> Reply {
    let header = Header {
        id: around.header.id.clone(),
        ..Header::default()
    };
    Reply {
        body: Some(envelope::write(
            around.namespace,
            &header,
            &FromAcs::from(fault.clone()),
        )),
    }
}

fn open(mut common: Common, envelope: Envelope<FromCpe>) -> Result<Turn, Refusal> {
    let Envelope {
        namespace,
        header,
        body,
        oddities,
    } = envelope;
    let inform = match body {
        FromCpe::Request(CpeRequest::Inform(inform)) => inform,
        FromCpe::Request(other) => return bad(BadRequest::NoInform(other.name())),
        FromCpe::Response(other) => return bad(BadRequest::NoInform(other.name())),
        FromCpe::Fault(_) => return bad(BadRequest::NoInform("a fault")),
    };
    common.namespace = namespace;
    let offered = header.supported_versions.as_deref();
    common.version = match offered {
        None => namespace.implied_version(header.session_timeout.is_some()),
        Some(list) => match CwmpVersion::newest_common(list) {
            Some(version) => version,
            None => {
                let text =
                    format!("ACS version incompatible with CPE: none of {list} is known here");
                let fault = Fault::new(FaultCode::ACS_VERSION_INCOMPATIBLE, text);
                let reply = fault_reply(&Surroundings { namespace, header }, &fault);
                return Err(Refusal::NoSession { fault, reply });
            }
        },
    };
    Ok(Turn::Informed(Informed {
        inform,
        session_timeout_secs: header.session_timeout.map(|seconds| seconds.max(30)),
        oddities,
        common,
        offers_versions: offered.is_some(),
        header,
    }))
}

fn called(common: Common, envelope: Envelope<FromCpe>) -> Result<Turn, Refusal> {
    match envelope.body {
        FromCpe::Request(CpeRequest::Inform(_)) => bad(BadRequest::SecondInform),
        FromCpe::Request(request) => Ok(Turn::Called(Called {
            request,
            common,
            id: envelope.header.id,
        })),
        FromCpe::Response(response) => bad(BadRequest::StrayAnswer(response.name())),
        FromCpe::Fault(_) => bad(BadRequest::StrayAnswer("a fault")),
    }
}

fn answered(
    common: Common,
    due: &'static str,
    envelope: Envelope<FromCpe>,
) -> Result<Turn, Refusal> {
    let answer = match envelope.body {
        FromCpe::Request(CpeRequest::Inform(_)) => return bad(BadRequest::SecondInform),
        FromCpe::Request(request) => {
            return bad(BadRequest::AnswerDue {
                got: request.name(),
                due,
            });
        }
        FromCpe::Response(response) if response.name() == due => Ok(response),
        FromCpe::Response(response) => {
            return bad(BadRequest::AnswerDue {
                got: response.name(),
                due,
            });
        }
        FromCpe::Fault(body) => Err(AnswerFault::Fault(body.fault)),
    };
    if common.ids.is_stale(envelope.header.id.as_deref()) {
        return bad(BadRequest::StaleAnswer);
    }
    let ready = Ready { common };
    Ok(Turn::Answered(Answered {
        answer,
        oddities: envelope.oddities,
        ready,
    }))
}

impl Informed {
    /// The protocol version the session will use.
    pub fn version(&self) -> CwmpVersion {
        self.common.version
    }

    /// Opens the session with an InformResponse.
    pub fn accept(self) -> (AcsSession, Reply) {
        // TR-069 3.7.2.1: only a device that offers versions may be told which one to use.
        let use_version = self
            .offers_versions
            .then(|| self.common.version.as_str().to_owned());
        let header = Header {
            id: self.header.id,
            use_version,
            ..Header::default()
        };
        let body = FromAcs::from(AcsResponse::from(InformResponse::default()));
        let reply = envelope::write(self.common.namespace, &header, &body);
        let session = AcsSession {
            state: State::Open,
            common: self.common,
        };
        (session, Reply { body: Some(reply) })
    }

    /// Refuses the device; there is no session. With fault 8005 the device may send its Inform again.
    pub fn refuse(self, fault: Fault) -> Reply {
        fault_reply(
            &Surroundings {
                namespace: self.common.namespace,
                header: self.header,
            },
            &fault,
        )
    }
}

impl Called {
    /// Sends the response.
    pub fn respond(self, response: AcsResponse) -> (AcsSession, Reply) {
        self.send(&FromAcs::from(response))
    }

    /// Sends the response that takes note and says nothing more.
    pub fn acknowledge(self) -> (AcsSession, Reply) {
        let response = match &self.request {
            CpeRequest::Inform(_) => InformResponse::default().into(),
            CpeRequest::TransferComplete(_) => TransferCompleteResponse {}.into(),
            CpeRequest::AutonomousTransferComplete(_) => {
                AutonomousTransferCompleteResponse {}.into()
            }
            CpeRequest::DUStateChangeComplete(_) => DUStateChangeCompleteResponse {}.into(),
            CpeRequest::AutonomousDUStateChangeComplete(_) => {
                AutonomousDUStateChangeCompleteResponse {}.into()
            }
            CpeRequest::RequestDownload(_) => RequestDownloadResponse {}.into(),
            CpeRequest::Kicked(_) => KickedResponse::default().into(),
            CpeRequest::GetRPCMethods(_) => {
                let methods = CpeRequest::NAMES
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect();
                GetRPCMethodsResponse {
                    method_list: methods,
                }
                .into()
            }
        };
        self.respond(response)
    }

    /// Refuses the request; the session goes on.
    pub fn fault(self, fault: Fault) -> (AcsSession, Reply) {
        self.send(&FromAcs::from(fault))
    }

    fn send(self, body: &FromAcs) -> (AcsSession, Reply) {
        let header = Header {
            id: self.id,
            ..Header::default()
        };
        let reply = envelope::write(self.common.namespace, &header, body);
        let session = AcsSession {
            state: State::Open,
            common: self.common,
        };
        (session, Reply { body: Some(reply) })
    }
}

impl Ready {
    /// Asks the device something.
    pub fn call(mut self, request: AcsRequest) -> (AcsSession, Reply) {
        let response_name = request.response_name();
        let header = Header::with_id(self.common.ids.issue());
        let reply = envelope::write(self.common.namespace, &header, &FromAcs::from(request));
        let session = AcsSession {
            state: State::Waiting { response_name },
            common: self.common,
        };
        (session, Reply { body: Some(reply) })
    }

    /// The protocol version of the session.
    pub fn version(&self) -> CwmpVersion {
        self.common.version
    }

    /// Ends the session (204).
    pub fn finish(self) -> Reply {
        Reply { body: None }
    }
}

impl Refused {
    /// The fault goes out; the session goes on.
    pub fn send(self) -> (AcsSession, Reply) {
        (self.session, self.reply)
    }
}
