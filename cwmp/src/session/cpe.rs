//! A CWMP session seen from the device: each HTTP response is one [`Step`] (TR-069 3.7.1).
//!
//! Long because the states and what may be done in each belong under one pair of eyes.

use super::RequestIds;
use crate::envelope::{self, Envelope, Header, MessageKind, Unreadable};
use crate::fault::{Fault, FaultCode};
use crate::limits;
use crate::message::{AcsRequest, AcsResponse, CpeRequest, CpeResponse, FromAcs, FromCpe};
use crate::rpc::Inform;
use crate::version::{CwmpVersion, Namespace};
use crate::xml::XmlError;

/// How to open a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpeConfig {
    /// The newest version to offer; 1.0 after a suspected ACS of 1.0 (TR-069 3.2.1.1).
    pub newest_version: CwmpVersion,
    /// Seconds between messages after which we give up, told to an ACS of 1.3 and later; at least 30.
    pub session_timeout_secs: Option<u32>,
    /// Where our request IDs start.
    pub ids: RequestIds,
}

/// The body of the next HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Post {
    /// An envelope with a request of ours, or the answer to one.
    Envelope(String),
    /// Nothing: no Content-Type, no SOAPAction (TR-069 3.4.1).
    Empty,
}

/// A session of which the next HTTP response is awaited.
#[derive(Debug)]
pub struct CpeSession {
    common: Common,
    awaited: Awaited,
}

#[derive(Debug)]
struct Common {
    config: CpeConfig,
    namespace: Namespace,
    version: CwmpVersion,
    hold: Hold,
    /// An empty POST has gone out while we were not held: no requests of ours from then on.
    handed_over: bool,
    ids: RequestIds,
    served: u32,
    resent: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    On,
    Off,
}

/// What the next HTTP response has to bring.
#[derive(Debug)]
enum Awaited {
    /// The response to the request in this envelope.
    Response { due: &'static str, envelope: String },
    /// Anything the ACS likes to ask, or nothing.
    Anything,
}

/// What an HTTP response means.
#[derive(Debug)]
#[must_use = "a session goes on until it has ended or failed"]
pub enum Step {
    /// Our turn: ask, or hand over. Holds what our last request came to, if this was its response.
    Free(Option<Delivery>, Free),
    /// The ACS holds our requests back; all that may be done is to wait for its next message.
    Held(Option<Delivery>, Held),
    /// The ACS asks something.
    Serve(Serving),
    /// A fault has been written for a request of the ACS that could not be read, or a request of ours must
    /// be sent again (fault 8005); it only remains to send it.
    Send(CpeSession, Post),
    /// All is said. The connection is to be closed.
    Ended,
    /// The session has failed; its undelivered events stay.
    Failed(Failure),
}

/// What a request of ours came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The response, or the fault it was refused with.
    pub result: Result<AcsResponse, Fault>,
}

/// The right to ask the ACS something, or to hand over.
#[derive(Debug)]
#[must_use = "a session goes on until it has ended or failed"]
pub struct Free {
    common: Common,
}

/// The duty to hand over and wait.
#[derive(Debug)]
#[must_use = "a session goes on until it has ended or failed"]
pub struct Held {
    common: Common,
}

/// The duty to answer a request of the ACS.
#[derive(Debug)]
#[must_use = "a session goes on until it has ended or failed"]
pub struct Serving {
    /// The request.
    pub request: AcsRequest,
    common: Common,
    id: Option<String>,
}

/// Why a session has failed (TR-069 3.7.1.4).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The ACS refused the Inform.
    #[error("the ACS refused the Inform: {0}")]
    InformRefused(Fault),
    /// The ACS wants a version we did not offer.
    #[error("the ACS asks for CWMP version `{0}`, which was not offered")]
    Version(String),
    /// The ACS wrote in a namespace of no version.
    #[error("unknown CWMP namespace `{0}`")]
    Namespace(String),
    /// The ACS asked for the same request more often than the standard allows.
    #[error(
        "the ACS asked more than {} times for the same request",
        limits::RETRY_REQUESTS
    )]
    RetriedTooOften,
    /// Not XML, not SOAP, or beyond a limit.
    #[error(transparent)]
    Document(XmlError),
    /// A message that is not due.
    #[error("{got} where {due} is due")]
    OutOfOrder {
        /// What came.
        got: &'static str,
        /// What was due.
        due: &'static str,
    },
    /// A response that breaks the schema.
    #[error("unusable {0}")]
    Unusable(String),
    /// The ACS never lets the session end.
    #[error("more than {} requests in one session", limits::SESSION_REQUESTS)]
    Endless,
}

impl CpeSession {
    /// Opens a session: gives the POST with the Inform.
    pub fn open(config: CpeConfig, inform: Inform) -> (CpeSession, Post) {
        let namespace = config.newest_version.namespace();
        let mut ids = config.ids;
        // TR-069 3.7.1.1: the list is sent by devices of 1.4 only, the timeout by those of 1.3 and later.
        let offers = config.newest_version >= CwmpVersion::V1_4;
        let header = Header {
            supported_versions: offers.then(CwmpVersion::supported_list),
            session_timeout: config
                .session_timeout_secs
                .filter(|_| config.newest_version >= CwmpVersion::V1_3)
                .map(|seconds| seconds.max(30)),
            ..Header::with_id(ids.issue())
        };
        let body = FromCpe::from(CpeRequest::from(inform));
        let envelope = envelope::write(namespace, &header, &body);
        let common = Common {
            version: config.newest_version,
            config,
            namespace,
            hold: Hold::Off,
            handed_over: false,
            ids,
            served: 0,
            resent: 0,
        };
        let awaited = Awaited::Response {
            due: "InformResponse",
            envelope: envelope.clone(),
        };
        (CpeSession { common, awaited }, Post::Envelope(envelope))
    }

    /// The protocol version of the session; certain once the Inform is answered.
    pub fn version(&self) -> CwmpVersion {
        self.common.version
    }

    /// Takes the body of one HTTP response (200, 202 or 204).
    pub fn response(mut self, body: &[u8]) -> Step {
        if envelope::is_empty(body) {
            return self.empty_response();
        }
        match envelope::read::<FromAcs>(body) {
            Ok(envelope) => {
                let hold = envelope.header.hold_requests == Some(true);
                self.common.hold = if hold { Hold::On } else { Hold::Off };
                self.message(envelope)
            }
            Err(unreadable) => self.unreadable(unreadable),
        }
    }

    fn empty_response(mut self) -> Step {
        if let Awaited::Response { due, .. } = self.awaited {
            return Step::Failed(Failure::OutOfOrder {
                got: "an empty response",
                due,
            });
        }
        // TR-069 3.7.1.3: an empty response holds nothing back.
        self.common.hold = Hold::Off;
        if self.common.handed_over {
            return Step::Ended;
        }
        Step::Free(
            None,
            Free {
                common: self.common,
            },
        )
    }

    fn message(self, envelope: Envelope<FromAcs>) -> Step {
        let Envelope {
            namespace,
            header,
            body,
            ..
        } = envelope;
        match (self.awaited, body) {
            (Awaited::Anything, FromAcs::Request(request)) => {
                serve(self.common, request, header.id)
            }
            (Awaited::Response { due, .. }, FromAcs::Request(request)) => {
                Step::Failed(Failure::OutOfOrder {
                    got: request.name(),
                    due,
                })
            }
            (Awaited::Response { due, .. }, FromAcs::Response(response)) => {
                if response.name() != due {
                    return Step::Failed(Failure::OutOfOrder {
                        got: response.name(),
                        due,
                    });
                }
                delivered(self.common, namespace, &header, response)
            }
            (Awaited::Response { due, envelope }, FromAcs::Fault(body)) => {
                refused(self.common, due, envelope, body.fault)
            }
            (Awaited::Anything, FromAcs::Response(response)) => Step::Failed(Failure::OutOfOrder {
                got: response.name(),
                due: "a request",
            }),
            (Awaited::Anything, FromAcs::Fault(_)) => Step::Failed(Failure::OutOfOrder {
                got: "a fault",
                due: "a request",
            }),
        }
    }

    fn unreadable(self, unreadable: Unreadable) -> Step {
        let (fault, around) = match unreadable {
            Unreadable::Document(error) => return Step::Failed(Failure::Document(error)),
            Unreadable::Version { uri, .. } => return Step::Failed(Failure::Namespace(uri)),
            Unreadable::Arguments {
                method,
                why,
                kind: MessageKind::Response,
                ..
            } => {
                return Step::Failed(Failure::Unusable(format!("{method}: {why}")));
            }
            Unreadable::Method { method, envelope } => {
                let text = format!("Method not supported: {method}");
                (Fault::new(FaultCode::METHOD_NOT_SUPPORTED, text), envelope)
            }
            Unreadable::Arguments {
                method,
                why,
                kind: MessageKind::Request,
                envelope,
            } => {
                let text = format!("Invalid arguments: {method}: {why}");
                (Fault::new(FaultCode::INVALID_ARGUMENTS, text), envelope)
            }
        };
        if let Awaited::Response { due, .. } = self.awaited {
            return Step::Failed(Failure::OutOfOrder {
                got: "a request",
                due,
            });
        }
        let mut common = self.common;
        let hold = around.header.hold_requests == Some(true);
        common.hold = if hold { Hold::On } else { Hold::Off };
        let (session, post) = common.answer(around.header.id, &FromCpe::from(fault));
        Step::Send(session, post)
    }
}

fn serve(mut common: Common, request: AcsRequest, id: Option<String>) -> Step {
    common.served += 1;
    if common.served > limits::SESSION_REQUESTS {
        return Step::Failed(Failure::Endless);
    }
    Step::Serve(Serving {
        request,
        common,
        id,
    })
}

fn delivered(
    mut common: Common,
    namespace: Namespace,
    header: &Header,
    response: AcsResponse,
) -> Step {
    if let AcsResponse::InformResponse(_) = response {
        match negotiated(&common.config, namespace, header) {
            Ok(version) => {
                common.version = version;
                common.namespace = namespace;
            }
            Err(failure) => return Step::Failed(failure),
        }
    }
    common.resent = 0;
    common.turn(Some(Delivery {
        result: Ok(response),
    }))
}

/// The version of the session, from the response to its Inform (TR-069 3.7.1.1).
fn negotiated(
    config: &CpeConfig,
    namespace: Namespace,
    header: &Header,
) -> Result<CwmpVersion, Failure> {
    match &header.use_version {
        None => Ok(namespace.implied_version(false).min(config.newest_version)),
        Some(name) => match name.parse::<CwmpVersion>() {
            Ok(version) if version <= config.newest_version => Ok(version),
            _ => Err(Failure::Version(name.clone())),
        },
    }
}

fn refused(mut common: Common, due: &'static str, envelope: String, fault: Fault) -> Step {
    if fault.code == FaultCode::ACS_RETRY_REQUEST {
        if common.resent == limits::RETRY_REQUESTS {
            return Step::Failed(Failure::RetriedTooOften);
        }
        common.resent += 1;
        let awaited = Awaited::Response {
            due,
            envelope: envelope.clone(),
        };
        return Step::Send(CpeSession { common, awaited }, Post::Envelope(envelope));
    }
    if due == "InformResponse" {
        return Step::Failed(Failure::InformRefused(fault));
    }
    common.resent = 0;
    common.turn(Some(Delivery { result: Err(fault) }))
}

impl Common {
    /// Whose turn it is after a response to us.
    fn turn(self, delivery: Option<Delivery>) -> Step {
        match self.hold {
            Hold::On => Step::Held(delivery, Held { common: self }),
            Hold::Off => Step::Free(delivery, Free { common: self }),
        }
    }

    fn pass(mut self) -> (CpeSession, Post) {
        if self.hold == Hold::Off {
            self.handed_over = true;
        }
        (
            CpeSession {
                common: self,
                awaited: Awaited::Anything,
            },
            Post::Empty,
        )
    }

    fn answer(self, id: Option<String>, body: &FromCpe) -> (CpeSession, Post) {
        let header = Header {
            id,
            ..Header::default()
        };
        let envelope = envelope::write(self.namespace, &header, body);
        let session = CpeSession {
            common: self,
            awaited: Awaited::Anything,
        };
        (session, Post::Envelope(envelope))
    }
}

impl Free {
    /// Asks the ACS something.
    pub fn request(mut self, request: CpeRequest) -> (CpeSession, Post) {
        let header = Header::with_id(self.common.ids.issue());
        let name = request.name();
        let due = AcsResponse::NAMES
            .iter()
            .find(|response| response.strip_suffix("Response") == Some(name))
            .expect("each request of a device has its response in the table");
        let envelope = envelope::write(self.common.namespace, &header, &FromCpe::from(request));
        let awaited = Awaited::Response {
            due,
            envelope: envelope.clone(),
        };
        (
            CpeSession {
                common: self.common,
                awaited,
            },
            Post::Envelope(envelope),
        )
    }

    /// Hands over with an empty POST; from then on nothing may be asked in this session.
    pub fn pass(self) -> (CpeSession, Post) {
        self.common.pass()
    }

    /// The protocol version of the session.
    pub fn version(&self) -> CwmpVersion {
        self.common.version
    }
}

impl Held {
    /// Sends an empty POST and waits; the right to ask is not lost by it (TR-069 3.7.1.3).
    pub fn pass(self) -> (CpeSession, Post) {
        self.common.pass()
    }
}

impl Serving {
    /// Answers the request.
    pub fn answer(self, answer: Result<CpeResponse, Fault>) -> (CpeSession, Post) {
        let body = match answer {
            Ok(response) => FromCpe::from(response),
            Err(fault) => FromCpe::from(fault),
        };
        self.common.answer(self.id, &body)
    }

    /// The protocol version of the session.
    pub fn version(&self) -> CwmpVersion {
        self.common.version
    }
}
