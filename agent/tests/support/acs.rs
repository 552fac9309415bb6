//! The ACS of the bench: the session machine of the `cwmp` crate, told what to ask, and on demand everything an ACS
//! should not do.
//!
//! Long because it plays a whole server.

use super::session::Session;
use agent::device::Input;
use agent::device::io::{HttpFailure, HttpRequest, HttpResponse, Reached};
use cwmp::http::digest::{Algorithm, Stale, Verdict};
use cwmp::http::{Credentials, DigestServer, Verifier, parse_authorization};
use cwmp::message::CpeRequest;
use cwmp::rpc::GetParameterValuesResponse;
use cwmp::session::acs::{Ready, Reply, Turn};
use cwmp::session::{AcsSession, RequestIds};
use cwmp::{AcsRequest, CpeResponse, Fault, FaultCode, FromAcs, FromCpe, Header, Namespace};
use data_model::{ParameterList, Secret, Timestamp};
use std::collections::VecDeque;

/// What the ACS does with one HTTP request, if not the usual.
#[derive(Debug, Clone)]
pub enum Reaction {
    /// The usual.
    Follow,
    /// It never answers.
    Silence,
    /// The connection breaks.
    Break,
    /// Takes no connection.
    NoConnection,
    /// This status and nothing else.
    Status(u16),
    /// 503, and to come back after so many seconds.
    SentAway(u64),
    /// A redirect with this status.
    Redirect(u16, String),
    /// 401 with these challenges.
    Challenge(Vec<String>),
    /// A fault instead of the response to the device's request.
    Refuse(FaultCode),
    /// These bytes with status 200, or 204 if there are none.
    Raw(Vec<u8>),
    /// The usual, with these cookies.
    Cookies(Vec<String>),
    /// The usual, but not before [`super::Bench::resumes`].
    Pause,
}

/// Whom the ACS lets in.
enum Guard {
    Open,
    Digest(Box<DigestServer>, Verifier),
    Basic(String, Secret),
}

/// Where the ACS stands in the session.
enum Place {
    Machine(AcsSession),
    /// The device has answered something the machine has not asked.
    OurTurn(Ready),
    Nowhere,
}

/// A scripted ACS.
pub struct Acs {
    script: VecDeque<Reaction>,
    calls: VecDeque<AcsRequest>,
    asked: Option<AcsRequest>,
    place: Place,
    guard: Guard,
    sessions: u64,
    current: Option<Session>,
    /// The cookie the device has to bring back.
    cookie: Option<String>,
    /// The device has been told to send the same once more.
    again: bool,
    /// Nobody is there.
    away: bool,
    /// Which of the addresses of its name answers.
    reached: Option<Reached>,
    /// The reply that waits for the test to go on.
    pub paused: Option<Input>,
    /// Answers received over all sessions.
    pub answered: usize,
}

/// An envelope of an ACS with a header of the test's own.
pub fn enveloped(namespace: Namespace, header: &Header, body: impl Into<FromAcs>) -> Reaction {
    Reaction::Raw(cwmp::envelope::write(namespace, header, &body.into()).into_bytes())
}

/// An envelope of an ACS that holds the device back, or lets it go.
pub fn holding(hold: bool, body: impl Into<FromAcs>) -> Reaction {
    let header = Header {
        hold_requests: Some(hold),
        ..Header::with_id("held")
    };
    enveloped(Namespace::Cwmp12, &header, body)
}

impl Acs {
    /// An ACS that lets everybody in and asks nothing.
    pub fn new() -> Acs {
        Acs {
            script: VecDeque::new(),
            calls: VecDeque::new(),
            asked: None,
            place: Place::Nowhere,
            guard: Guard::Open,
            sessions: 0,
            current: None,
            cookie: None,
            again: false,
            away: false,
            reached: None,
            paused: None,
            answered: 0,
        }
    }

    /// Asks this when it is its turn; in the order of the calls, over several sessions if need be.
    pub fn calls(&mut self, request: impl Into<AcsRequest>) -> &mut Acs {
        self.calls.push_back(request.into());
        self
    }

    /// Requests nobody has answered yet.
    pub fn pending(&self) -> usize {
        self.calls.len() + usize::from(self.asked.is_some())
    }

    /// Does this with the next HTTP request that no earlier line of the script is for.
    pub fn reacts(&mut self, reaction: Reaction) -> &mut Acs {
        self.script.push_back(reaction);
        self
    }

    /// Answers this many HTTP requests in the usual way before the next line of the script.
    pub fn lets_pass(&mut self, count: usize) -> &mut Acs {
        for _ in 0..count {
            self.reacts(Reaction::Follow);
        }
        self
    }

    /// Refuses the next request of the device.
    pub fn refuses(&mut self, code: FaultCode) -> &mut Acs {
        self.reacts(Reaction::Refuse(code))
    }

    /// Cannot be reached from here on.
    pub fn goes_away(&mut self) {
        self.away = true;
    }

    /// Its name has several addresses, and this one answers.
    pub fn is_reached_at(&mut self, reached: Reached) {
        self.reached = Some(reached);
    }

    /// Can be reached again.
    pub fn comes_back(&mut self) {
        self.away = false;
    }

    /// Wants digest authentication from everybody.
    pub fn demands_digest(&mut self, username: &str, password: &str) {
        let server = DigestServer::new("acs", [9; 32], vec![Algorithm::Md5, Algorithm::Sha256]);
        let verifier = Verifier::new(username, "acs", &Secret::new(password));
        self.guard = Guard::Digest(Box::new(server), verifier);
    }

    /// Wants basic authentication from everybody.
    pub fn demands_basic(&mut self, username: &str, password: &str) {
        self.guard = Guard::Basic(username.into(), Secret::new(password));
    }

    /// The connection is closed: what was asked and not answered will be asked again.
    pub fn hung_up(&mut self) -> Option<Session> {
        if let Some(asked) = self.asked.take() {
            self.calls.push_front(asked);
        }
        self.place = Place::Nowhere;
        self.cookie = None;
        self.again = false;
        self.paused = None;
        self.current.take()
    }

    /// Takes an HTTP request; `None` if it is never answered.
    pub fn take(&mut self, request: &HttpRequest, now: Timestamp) -> Option<Input> {
        check_headers(request, self.cookie.as_deref());
        self.record(request, now);
        let usual = if self.away {
            Reaction::NoConnection
        } else {
            Reaction::Follow
        };
        let reaction = self.script.pop_front().unwrap_or(usual);
        let response = match reaction {
            Reaction::Silence => return None,
            Reaction::Pause => {
                let usual = self.follow(request, now, None);
                self.paused = Some(Input::HttpResponse(usual));
                return None;
            }
            Reaction::Break => {
                let why = "the test cuts the cable".to_owned();
                return Some(Input::HttpFailed(HttpFailure::Broken(why)));
            }
            Reaction::NoConnection => {
                let why = "the test cuts the cable".to_owned();
                return Some(Input::HttpFailed(HttpFailure::Connect(why)));
            }
            Reaction::Status(status) => with_status(status),
            Reaction::SentAway(secs) => HttpResponse {
                retry_after_secs: Some(secs),
                ..with_status(503)
            },
            Reaction::Redirect(status, location) => HttpResponse {
                location: Some(location),
                ..with_status(status)
            },
            Reaction::Challenge(challenges) => HttpResponse {
                www_authenticate: challenges,
                ..with_status(401)
            },
            Reaction::Refuse(code) => self.follow(request, now, Some(code)),
            Reaction::Raw(bytes) => {
                self.keep_turn(request);
                with_body(bytes)
            }
            Reaction::Follow => self.follow(request, now, None),
            Reaction::Cookies(cookies) => {
                let usual = self.follow(request, now, None);
                self.cookie = None;
                HttpResponse {
                    set_cookie: cookies,
                    ..usual
                }
            }
        };
        self.again = matches!(response.status, 301 | 302 | 307 | 401);
        Some(Input::HttpResponse(HttpResponse {
            reached: self.reached.clone(),
            ..response
        }))
    }

    /// Reads what the device says and holds it to the rules of every message.
    fn record(&mut self, request: &HttpRequest, now: Timestamp) {
        let session = self.current.get_or_insert_with(|| Session::new(now));
        if session.posts.is_empty() {
            self.sessions += 1;
        }
        session.ended = now;
        let before = session.posts.last().map(|post| post.body.clone());
        session.posts.push(request.clone());
        if std::mem::take(&mut self.again) {
            let before = before.unwrap_or_default();
            assert_eq!(request.body, before, "H-11, H-15: the same POST once more");
            return;
        }
        if request.body.is_empty() {
            return;
        }
        let envelope = cwmp::envelope::read::<FromCpe>(request.body.as_bytes());
        let envelope = envelope.expect("the device writes messages that can be read");
        assert_eq!(envelope.oddities, Default::default(), "{}", request.body);
        assert_eq!(envelope.header.hold_requests, None, "X-12");
        assert_eq!(envelope.header.use_version, None, "X-12");
        if !matches!(envelope.body, FromCpe::Request(CpeRequest::Inform(_))) {
            assert_eq!(envelope.header.supported_versions, None, "V-01");
            assert_eq!(envelope.header.session_timeout, None, "V-01");
        }
        match envelope.body {
            FromCpe::Request(CpeRequest::Inform(inform)) => {
                check_values(&inform.parameter_list);
                if let Some(first) = session.informs.first() {
                    assert_eq!(
                        *first, inform,
                        "P-01: a second Inform is the first once more"
                    );
                } else {
                    session.header = envelope.header;
                    session.namespace = envelope.namespace;
                }
                session.informs.push(inform);
            }
            FromCpe::Request(CpeRequest::TransferComplete(report)) => session.reports.push(report),
            FromCpe::Request(CpeRequest::AutonomousTransferComplete(report)) => {
                session.autonomous.push(report);
            }
            FromCpe::Request(CpeRequest::DUStateChangeComplete(report)) => {
                session.modules.push(report);
            }
            FromCpe::Request(CpeRequest::AutonomousDUStateChangeComplete(report)) => {
                session.own_modules.push(report);
            }
            FromCpe::Request(CpeRequest::RequestDownload(wish)) => session.wishes.push(wish),
            FromCpe::Request(other) => panic!("the device never asks {}", other.name()),
            FromCpe::Response(response) => {
                if let CpeResponse::GetParameterValuesResponse(GetParameterValuesResponse {
                    parameter_list,
                }) = &response
                {
                    check_values(parameter_list);
                }
                session.answers.push(Ok(response));
                self.answered += 1;
            }
            FromCpe::Fault(body) => {
                session.answers.push(Err(body.fault));
                self.answered += 1;
            }
        }
    }

    fn follow(
        &mut self,
        request: &HttpRequest,
        now: Timestamp,
        refusal: Option<FaultCode>,
    ) -> HttpResponse {
        if let Some(challenge) = self.challenge(request, now) {
            return challenge;
        }
        let place = std::mem::replace(&mut self.place, Place::Nowhere);
        let machine = match place {
            Place::OurTurn(ready) => return self.speak(ready),
            Place::Machine(machine) => machine,
            Place::Nowhere => AcsSession::new(RequestIds::starting_at(self.sessions * 1000)),
        };
        let turn = match machine.post(request.body.as_bytes()) {
            Ok(turn) => turn,
            Err(refused) => panic!("the device broke the protocol: {refused}\n{}", request.body),
        };
        let mut response = self.turn(turn, refusal);
        let cookie = format!("session={}", self.sessions);
        response.set_cookie = vec![format!("{cookie}; Path=/; HttpOnly")];
        self.cookie = Some(cookie);
        response
    }

    /// Takes note of what the device says; what is sent instead of the usual reply is the script's business.
    fn keep_turn(&mut self, request: &HttpRequest) {
        let machine = match std::mem::replace(&mut self.place, Place::Nowhere) {
            Place::OurTurn(ready) => {
                self.place = Place::OurTurn(ready);
                return;
            }
            Place::Machine(machine) => machine,
            Place::Nowhere => AcsSession::new(RequestIds::starting_at(self.sessions * 1000)),
        };
        self.place = match machine.post(request.body.as_bytes()) {
            Ok(Turn::Informed(turn)) => Place::Machine(turn.accept().0),
            Ok(Turn::Called(turn)) => Place::Machine(turn.acknowledge().0),
            Ok(Turn::Ready(ready)) => Place::OurTurn(ready),
            Ok(Turn::Answered(turn)) => {
                self.asked = None;
                Place::OurTurn(turn.ready)
            }
            Ok(Turn::Refused(turn)) => panic!("the device broke the schema: {}", turn.fault),
            Err(refused) => panic!("the device broke the protocol: {refused}"),
        };
    }

    fn turn(&mut self, turn: Turn, refusal: Option<FaultCode>) -> HttpResponse {
        match (turn, refusal) {
            (Turn::Informed(turn), None) => self.go_on(turn.accept()),
            // The device may send the same Inform again (fault 8005), so the machine begins anew.
            (Turn::Informed(turn), Some(code)) => with_reply(turn.refuse(Fault::from(code))),
            (Turn::Called(turn), None) => self.go_on(turn.acknowledge()),
            (Turn::Called(turn), Some(code)) => self.go_on(turn.fault(Fault::from(code))),
            (Turn::Ready(ready), _) => self.speak(ready),
            (Turn::Answered(turn), _) => {
                self.asked = None;
                self.speak(turn.ready)
            }
            (Turn::Refused(turn), _) => panic!("the device broke the schema: {}", turn.fault),
        }
    }

    /// Asks the next thing, or ends the session.
    fn speak(&mut self, ready: Ready) -> HttpResponse {
        match self.calls.pop_front() {
            Some(request) => {
                self.asked = Some(request.clone());
                self.go_on(ready.call(request))
            }
            None => with_reply(ready.finish()),
        }
    }

    fn go_on(&mut self, (machine, reply): (AcsSession, Reply)) -> HttpResponse {
        self.place = Place::Machine(machine);
        with_reply(reply)
    }

    /// The 401, if the request does not show that it may come in.
    fn challenge(&mut self, request: &HttpRequest, now: Timestamp) -> Option<HttpResponse> {
        let given = header(request, "Authorization").and_then(parse_authorization);
        let stale = match (&mut self.guard, given) {
            (Guard::Open, _) => return None,
            (Guard::Digest(server, verifier), Some(Credentials::Digest(fields))) => {
                let target = path_of(&request.url);
                match server.check(&fields, "POST", target, verifier, now) {
                    Verdict::Accepted => return None,
                    Verdict::Stale | Verdict::Replayed => Stale::Yes,
                    Verdict::Rejected => Stale::No,
                }
            }
            (
                Guard::Basic(username, password),
                Some(Credentials::Basic {
                    username: given_name,
                    password: given,
                }),
            ) if *username == given_name && *password == given => {
                return None;
            }
            (Guard::Digest(..) | Guard::Basic(..), _) => Stale::No,
        };
        let challenges = match &self.guard {
            Guard::Open => Vec::new(),
            Guard::Digest(server, _) => server.challenges(now, self.answered as u64, stale),
            Guard::Basic(..) => vec![cwmp::http::basic::challenge("acs")],
        };
        Some(HttpResponse {
            www_authenticate: challenges,
            ..with_status(401)
        })
    }
}

/// TR-069 3.4.1: what every POST of a device looks like, and 3.4.2: with the cookie it was given.
fn check_headers(request: &HttpRequest, cookie: Option<&str>) {
    let soap_action = header(request, "SOAPAction");
    let content_type = header(request, "Content-Type");
    if request.body.is_empty() {
        assert_eq!((soap_action, content_type), (None, None), "H-04");
    } else {
        assert_eq!(soap_action, Some(""), "H-02");
        assert!(
            content_type.is_some_and(|ty| ty.starts_with("text/xml")),
            "H-03"
        );
    }
    if let Some(cookie) = cookie {
        let given = header(request, "Cookie").unwrap_or_default();
        assert!(
            given.split("; ").any(|pair| pair == cookie),
            "H-13: {given:?}"
        );
    }
}

/// Every value ever shown is one of the type it is shown with.
fn check_values(list: &ParameterList) {
    for parameter in list.iter() {
        let typed = parameter.typed();
        let (name, ty, value) = (parameter.name, parameter.ty, parameter.value);
        assert!(typed.is_ok(), "{name} shows `{value}`, which is no {ty}");
    }
}

/// A header of a request.
pub fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let mut headers = request.headers.iter();
    headers
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Path and query of a URL, as they stand in the request line.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |start| &rest[start..])
}

fn with_status(status: u16) -> HttpResponse {
    HttpResponse {
        status,
        ..HttpResponse::default()
    }
}

fn with_body(body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        body: body.clone(),
        ..with_status(if body.is_empty() { 204 } else { 200 })
    }
}

fn with_reply(reply: Reply) -> HttpResponse {
    with_body(reply.body.unwrap_or_default().into_bytes())
}
