//! What went over the wire in one session, and how to say what was expected of it.

use agent::device::io::{HttpRequest, SessionSummary};
use cwmp::rpc::{
    AutonomousDUStateChangeComplete, AutonomousTransferComplete, DUStateChangeComplete,
    GetParameterValuesResponse, Inform, RequestDownload, TransferComplete,
};
use cwmp::{CpeResponse, Event, Fault, Header, Namespace};
use data_model::Timestamp;

/// One session as the ACS and the wire have seen it.
#[derive(Debug, Clone)]
pub struct Session {
    /// When its first request went out.
    pub began: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
    /// Every Inform the ACS has read; more than one only if it was asked for again.
    pub informs: Vec<Inform>,
    /// The SOAP header of the first Inform.
    pub header: Header,
    /// The namespace of the first Inform.
    pub namespace: Namespace,
    /// Every HTTP request.
    pub posts: Vec<HttpRequest>,
    /// The answers to what the ACS asked, in order.
    pub answers: Vec<Result<CpeResponse, Fault>>,
    /// What the device reported of transfers.
    pub reports: Vec<TransferComplete>,
    /// What the device reported of transfers nobody had asked for.
    pub autonomous: Vec<AutonomousTransferComplete>,
    /// What the device reported of changes of modules.
    pub modules: Vec<DUStateChangeComplete>,
    /// What the device reported of changes of modules nobody had asked for.
    pub own_modules: Vec<AutonomousDUStateChangeComplete>,
    /// The files the device asked for.
    pub wishes: Vec<RequestDownload>,
    /// How the device saw it; `None` if the power was cut before it ended.
    pub summary: Option<SessionSummary>,
}

impl Session {
    /// A session that begins.
    pub fn new(now: Timestamp) -> Session {
        Session {
            began: now,
            ended: now,
            informs: Vec::new(),
            header: Header::default(),
            namespace: Namespace::default(),
            posts: Vec::new(),
            answers: Vec::new(),
            reports: Vec::new(),
            autonomous: Vec::new(),
            modules: Vec::new(),
            own_modules: Vec::new(),
            wishes: Vec::new(),
            summary: None,
        }
    }

    /// In one line, for failures to be understood.
    pub fn line(&self) -> String {
        let events = self.informs.iter().flat_map(|inform| &inform.event);
        let events: Vec<String> = events.map(shown).collect();
        let failure = self
            .summary
            .as_ref()
            .and_then(|summary| summary.failure.as_deref());
        format!(
            "{} [{}] {}",
            self.began,
            events.join(", "),
            failure.unwrap_or("")
        )
    }

    /// The Inform.
    #[track_caller]
    pub fn inform(&self) -> &Inform {
        self.informs.first().expect("the ACS has read an Inform")
    }

    /// The Inform holds exactly these events, in any order; a CommandKey stands behind a colon: `M Reboot: key`.
    #[track_caller]
    pub fn informs(&self, expected: &[&str]) -> &Session {
        let mut told: Vec<String> = self.inform().event.iter().map(shown).collect();
        let mut expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
        told.sort();
        expected.sort();
        assert_eq!(told, expected, "events of the Inform");
        self
    }

    /// Whether the Inform holds an event of this code.
    #[track_caller]
    pub fn tells(&self, code: &str) -> bool {
        let events = &self.inform().event;
        events.iter().any(|event| event.event_code.as_str() == code)
    }

    /// The value of a parameter in the Inform.
    #[track_caller]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.inform().parameter_list.get(name)
    }

    /// The names of the parameters in the Inform.
    #[track_caller]
    pub fn names(&self) -> Vec<&str> {
        let parameters = self.inform().parameter_list.iter();
        parameters.map(|parameter| parameter.name).collect()
    }

    /// The session has come to its proper end.
    #[track_caller]
    pub fn succeeds(&self) -> &Session {
        let summary = self.summary.as_ref().expect("the session came to an end");
        assert_eq!(summary.failure, None, "the session was to succeed");
        self
    }

    /// The device counts the session as failed, for a reason that holds this text.
    #[track_caller]
    pub fn fails(&self, why: &str) -> &Session {
        let summary = self.summary.as_ref().expect("the session came to an end");
        let failure = summary.failure.as_deref();
        let failure = failure.expect("the session was to fail");
        assert!(failure.contains(why), "failed, but because: {failure}");
        self
    }

    /// The answer to the only request.
    #[track_caller]
    pub fn answer(&self) -> &Result<CpeResponse, Fault> {
        assert_eq!(self.answers.len(), 1, "{:?}", self.answers);
        &self.answers[0]
    }

    /// The values that are the answer to a request, counted from 0.
    #[track_caller]
    pub fn values(&self, index: usize) -> &GetParameterValuesResponse {
        match &self.answers[index] {
            Ok(CpeResponse::GetParameterValuesResponse(response)) => response,
            other => panic!("no values: {other:?}"),
        }
    }

    /// Code and CommandKey of every report of a transfer.
    pub fn reported(&self) -> Vec<(String, u16)> {
        let reports = self.reports.iter();
        reports
            .map(|report| {
                let code = report.fault_struct.fault_code;
                (report.command_key.as_str().to_owned(), code)
            })
            .collect()
    }

    /// The bodies of its requests by what they are: the message's name, or the empty text.
    pub fn messages(&self) -> Vec<String> {
        self.posts.iter().map(message_name).collect()
    }
}

/// An event as tests write it.
pub fn shown(event: &Event) -> String {
    match event.command_key.as_str() {
        "" => event.event_code.to_string(),
        key => format!("{}: {key}", event.event_code),
    }
}

fn message_name(post: &HttpRequest) -> String {
    if post.body.is_empty() {
        return String::new();
    }
    let envelope = cwmp::envelope::read::<cwmp::FromCpe>(post.body.as_bytes());
    let envelope = envelope.expect("the device writes messages that can be read");
    cwmp::message::Body::name(&envelope.body).to_owned()
}
