//! The CWMP endpoint: one HTTP request is one turn of a session, and leaves with exactly one reply.
//!
//! The way of a request: head checks, session by cookie or connection, else authentication; body within its limit;
//! [`cwmp::session::AcsSession::post`] says what it is; the files beside this one say what it means:
//! [`on_inform`], [`on_call`], [`next_rpc`], [`compare`], [`on_answer`]. Nothing is acknowledged before it is kept.

mod authenticate;
pub mod body;
mod certificate;
pub mod compare;
mod discovery;
pub mod endpoint;
mod line_check;
mod next_rpc;
mod on_answer;
mod on_call;
mod on_inform;
pub mod table;
mod tasks;

pub use authenticate::Enrolment;
pub use endpoint::Peer;

use crate::clock;
use crate::metrics::Metrics;
use crate::store::{Admitted, Device, Id, Side};
use crate::tasks::Running;
use crate::trace::Recording;
use cwmp::CpeResponse;
use cwmp::session::AcsSession;
use cwmp::session::acs::AnswerFault;
use data_model::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::{Span, field};

/// A session whose Inform was accepted.
#[derive(Debug)]
pub struct LiveSession {
    /// The protocol.
    pub machine: AcsSession,
    /// Whose it is.
    pub device: Id,
    /// The device's identity text.
    pub identity: Arc<str>,
    /// Where it comes from.
    pub address: IpAddr,
    /// Whether it has proved who it is.
    pub proof: Proof,
    /// When it began.
    pub opened: Timestamp,
    /// Time the device may stay silent.
    pub idle: Duration,
    /// What there is to do in it.
    pub work: Work,
    /// RPCs called in it.
    pub rpcs: u32,
    /// The host the device called us by, for links to our file server.
    pub host: Option<String>,
    /// The method that was called and is not answered, and since when.
    pub asked: Option<(&'static str, Instant)>,
    /// Its messages, if the device is traced.
    pub trace: Option<Recording>,
}

impl LiveSession {
    /// Calls a method: everything that is counted of it.
    pub fn count_call(&mut self, metrics: &Metrics, method: &'static str) {
        self.rpcs += 1;
        self.asked = Some((method, Instant::now()));
        Metrics::count(&metrics.rpcs, method);
    }

    /// It has come to its end; says after how many milliseconds.
    pub fn count_completed(&self, metrics: &Metrics) -> u64 {
        let ms = clock::now().since_ms(self.opened);
        let wire = &metrics.wire;
        let time = Duration::from_millis(ms);
        wire.session_seconds.observe(time.as_secs_f64());
        wire.session_rpcs.observe(f64::from(self.rpcs));
        ms
    }

    /// What stands on every line that is logged in a turn of the session.
    pub fn span(&self, token: table::Token) -> Span {
        let span = span(token, &self.identity);
        if let Current::Task(running) = &self.work.current {
            span.record("task", field::display(running.task.id));
        }
        span
    }

    /// It is answered.
    pub fn count_answer(&mut self, metrics: &Metrics, answer: &Result<CpeResponse, AnswerFault>) {
        let result = match answer {
            Ok(_) => "good",
            Err(AnswerFault::Fault(_)) => "fault",
            Err(AnswerFault::Unusable(_)) => "unusable",
        };
        if let Some((method, since)) = self.asked.take() {
            metrics.wire.answered(method, result, since.elapsed());
        }
        match answer {
            Ok(_) => {}
            Err(AnswerFault::Fault(fault)) => metrics.wire.fault(fault.code),
            Err(AnswerFault::Unusable(_)) => {
                Metrics::count(&metrics.wire.protocol_errors, "unusable_answer");
            }
        }
    }

    /// A body came in or went out.
    pub fn traced(&mut self, side: Side, body: &[u8]) {
        if let Some(trace) = &mut self.trace {
            trace.push(side, body);
        }
    }

    /// It is over, in this way.
    pub fn ended(&mut self, outcome: &str) {
        if let Some(trace) = &mut self.trace {
            trace.ended(outcome);
        }
    }
}

/// What stands on every line that is logged about a session, its Inform included: until that is accepted, the device is
/// the one it claims to be. The whole token would let whoever reads the log into the session.
fn span(token: table::Token, device: &str) -> Span {
    let id = token.to_string();
    tracing::error_span!("session", session = &id[..8], device, task = field::Empty)
}

/// Whether whoever opened a session has proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By credentials.
    Given,
    /// It was let in without.
    None,
}

/// What there is to do in a session.
#[derive(Debug)]
pub struct Work {
    /// Whether the device must get credentials of its own first.
    pub credentials: CredentialsWork,
    /// Whether the store has due tasks for it.
    pub tasks: TasksWork,
    /// Whether it has some that wait until nothing else is to do.
    pub background: TasksWork,
    /// Whether it may disagree with its profiles.
    pub profiles: ProfilesWork,
    /// The stamp of the profiles it was last compared with.
    pub compared: u64,
    /// Whether there is anything for the device at all.
    pub admitted: Admitted,
    /// What is under way.
    pub current: Current,
    /// The root object of the device's tree.
    pub root: &'static str,
    /// The ParameterKey the device reported.
    pub parameter_key: cwmp::ParameterKey,
}

/// Credentials of a device in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialsWork {
    /// It has its own.
    Settled,
    /// It came with the shared secret, or with none, and gets its own.
    Due,
    /// It has its own, and gets those we call it with.
    CallsOnly,
}

/// Tasks of a device in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TasksWork {
    /// The store may have one.
    Due,
    /// There is none, or none that helps now.
    None,
}

/// Profiles of a device in this session.
#[derive(Debug)]
pub enum ProfilesWork {
    /// It agrees with them.
    Agreed,
    /// It is to be compared with them.
    Due,
    /// The comparison is under way.
    Comparing(Box<Comparison>),
}

/// A comparison of a device with its profiles.
#[derive(Debug)]
pub struct Comparison {
    /// The stamp of the profiles.
    pub stamp: u64,
    /// How far it is.
    pub progress: crate::provisioning::comparison::Comparison,
    /// The key of what is written.
    pub key: cwmp::ParameterKey,
    /// Whether anything was written.
    pub wrote: Wrote,
    /// The device, for its name and variables.
    pub device: Device,
    /// Profiles whose changes wait, each with when its window opens.
    pub closed: std::collections::BTreeMap<String, Timestamp>,
}

/// Whether a comparison has changed the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// It has not.
    Nothing,
    /// It has.
    Something,
}

/// What an answer is awaited for.
#[derive(Debug)]
pub enum Current {
    /// For nothing.
    Idle,
    /// For the device's own credentials.
    Credentials,
    /// For a task.
    Task(Box<Running>),
    /// For a step of the comparison.
    Compare(Box<crate::provisioning::Step>),
    /// For the state of the lines, before the Download of a campaign leaves.
    Lines(Box<line_check::Checking>),
}

/// Who is at the other end of a request.
#[derive(Debug, Clone, Copy)]
pub struct Remote {
    /// The address.
    pub address: IpAddr,
    /// Whether the line is encrypted.
    pub line: Line,
    /// Whether it has proved to hold a certificate of one of the operator's authorities.
    pub certificate: Certificate,
}

/// Whether a device has shown a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// It has, and a good one.
    Shown,
    /// It has not.
    None,
}

/// Whether a line is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It is not.
    Plain,
    /// It is.
    Tls,
}
