//! A session as the device lives it: what it reports, what it serves, and what follows when it is over.
//!
//! Long because a session is one story from its first request to what follows from its end.

use super::exchange::{Exchange, Verdict};
use super::io::{HttpRequest, HttpResponse, Reached, SectionKind, SessionSummary};
use super::modules::FIRST_VERSION;
use super::{Device, Output};
use crate::limits::{RESPONSE_SECS, SESSION_MS, STAY_AWAY_SECS};
use crate::{inform, rpc};
use cwmp::rpc::RequestDownload;
use cwmp::session::cpe::{CpeConfig, Delivery, Failure, Free, Post, Serving, Step};
use cwmp::session::{CpeSession, RequestIds};
use cwmp::{AcsResponse, CpeRequest, CwmpVersion, EventCode, FaultCode};
use data_model::Timestamp;
use std::collections::VecDeque;

/// Fault codes of a TransferComplete that version 1.1 has brought; before that all were 9010.
const TRANSFER_FAULTS_OF_1_1: std::ops::RangeInclusive<u16> = 9014..=9019;

/// The session that is open.
#[derive(Debug)]
pub struct ActiveSession {
    exchange: Exchange,
    /// `None` only while a response is being worked on.
    machine: Option<CpeSession>,
    /// When the answer that is awaited must be there.
    pub(super) deadline: Timestamp,
    /// When it was opened.
    start: Timestamp,
    /// The events it reports.
    events: Vec<cwmp::Event>,
    /// The URL the session was opened to, before any redirect.
    url: String,
    bootstrap: bool,
    purpose: Purpose,
    stage: Stage,
    /// The ACS has answered the Inform.
    informed: bool,
    /// Reports still to be made in this session.
    reports: VecDeque<(u32, CpeRequest)>,
    /// The ACS has refused one.
    refused_report: bool,
    /// How long the ACS has sent the device away for, if it has.
    stay_away_secs: Option<u64>,
    /// The file somebody at the page asks for, if this session says so; what is wanted meanwhile is for the next one.
    wanted: Option<Box<RequestDownload>>,
}

/// Why a session is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To tell what has happened.
    Events,
    /// To tell that the device is alive, and nothing else (TR-069 Annex O).
    Heartbeat,
}

/// What our last request was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Inform,
    /// The report of the transfer, or the change of modules, with this number.
    Report(u32),
    /// What somebody at the device's page wants.
    RequestDownload,
    /// None is open.
    Idle,
}

impl Device {
    /// Opens a session with everything that waits, or with a heartbeat alone.
    pub(super) fn open_session(&mut self, purpose: Purpose) {
        let now = self.now();
        if purpose == Purpose::Events {
            self.news = false;
            self.check_bootstrap();
        }
        self.acs_tried();
        let access = self.core.access();
        let username = self.core.username(&access);
        let password = access.password.as_str().into();
        let user_agent = format!("Dialtone/{}", env!("CARGO_PKG_VERSION"));
        let url = access.url.as_str();
        let exchange = match Exchange::new(url, &username, password, user_agent, self.downgrade) {
            Ok(exchange) => exchange.packing(self.core.coding()),
            Err(why) => {
                // The ACS may not set such a URL; one that a person made is tried again like any dead ACS.
                tracing::warn!(why, "no session can be opened");
                self.core.count_failure();
                self.persist(&[SectionKind::Meta]);
                return self.retry_later(purpose, 0);
            }
        };
        // What the Inform announces is reported, and nothing that ends after it.
        let (reports, inform) = match purpose {
            Purpose::Events => {
                let mut reports = VecDeque::from(self.core.transfers.reports());
                reports.extend(self.core.modules.reports());
                let mut inform = inform::assemble(&mut self.core);
                self.leave_out_module_events(&mut inform);
                (reports, inform)
            }
            Purpose::Heartbeat => (VecDeque::new(), inform::heartbeat(&self.core)),
        };
        let bootstrap = inform.has_event(&EventCode::Bootstrap);
        let events = inform.event.clone();
        let config = CpeConfig {
            newest_version: self.offer,
            session_timeout_secs: Some(RESPONSE_SECS as u32),
            ids: RequestIds::starting_at(self.random.below(1 << 31)),
        };
        let announced = |event: &cwmp::Event| event.event_code == EventCode::RequestDownload;
        let wanted = self.wanted.take_if(|_| events.iter().any(announced));
        let (machine, post) = CpeSession::open(config, inform);
        self.session = Some(Box::new(ActiveSession {
            exchange,
            machine: Some(machine),
            deadline: now.plus_secs(RESPONSE_SECS),
            start: now,
            events,
            url: access.url.clone(),
            bootstrap,
            purpose,
            stage: Stage::Inform,
            informed: false,
            reports,
            refused_report: false,
            stay_away_secs: None,
            wanted,
        }));
        self.core.session_access = Some(Box::new(access));
        self.send(post);
    }

    fn check_bootstrap(&mut self) {
        let touched = self.core.check_bootstrap();
        if !touched.is_empty() {
            self.persist(touched);
        }
    }

    /// Sends a POST of the session.
    fn send(&mut self, post: Post) {
        let now = self.now();
        let Some(session) = &mut self.session else {
            return;
        };
        session.deadline = now
            .plus_secs(RESPONSE_SECS)
            .min(session.start.plus_ms(SESSION_MS));
        let request = session.exchange.request(post, &mut self.random);
        self.post(request);
    }

    /// Sends a request to where its host was reached before.
    fn post(&mut self, mut request: HttpRequest) {
        let host = self.session.as_ref().map(|session| session.exchange.host());
        let reached = self.core.meta.reached.as_deref();
        let before = reached.filter(|reached| Some(reached.host.as_str()) == host);
        request.before = before.cloned();
        self.outputs.push_back(Output::Http(request));
    }

    /// TR-069 3.1: the address that has answered is remembered, over reboots too. One of a host that a redirect led to
    /// is not: the next session begins at the URL again.
    fn remember(&mut self, reached: Option<Reached>) {
        let Some(session) = &self.session else {
            return;
        };
        let own = super::exchange::absolute(&session.url);
        let own = own.as_ref().and_then(http::Uri::host);
        let reached = reached.map(Box::new);
        if reached.is_some()
            && reached.as_ref().map(|reached| reached.host.as_str()) == own
            && reached != self.core.meta.reached
        {
            self.core.meta.reached = reached;
            self.persist(&[SectionKind::Meta]);
        }
    }

    pub(super) fn http_response(&mut self, mut response: HttpResponse) {
        let now = self.now();
        self.acs_reached();
        self.remember(response.reached.take());
        let Some(session) = &mut self.session else {
            return;
        };
        match session.exchange.response(response) {
            Verdict::SendAgain => {
                session.deadline = now
                    .plus_secs(RESPONSE_SECS)
                    .min(session.start.plus_ms(SESSION_MS));
                let request = session.exchange.again(&mut self.random);
                self.post(request);
            }
            Verdict::Failed(why) => self.session_failed(why),
            Verdict::Refused(status, retry_after_secs) => {
                session.stay_away_secs = retry_after_secs.map(|secs| secs.min(STAY_AWAY_SECS));
                if status == 415 {
                    self.core.stop_packing();
                } else if session.stage == Stage::Inform && matches!(status, 400 | 500) {
                    // Some answer so to what they do not understand.
                    self.suspect_old_acs();
                }
                self.session_failed(format!("the ACS answered with HTTP status {status}"));
            }
            Verdict::Message(body) => {
                if let Some(machine) = session.machine.take() {
                    self.step(machine.response(&body));
                }
            }
        }
    }

    /// One response has been read: what follows from it.
    fn step(&mut self, step: Step) {
        match step {
            Step::Free(delivery, free) => {
                self.delivered(delivery);
                self.speak(free);
            }
            Step::Held(delivery, held) => {
                self.delivered(delivery);
                self.go_on(held.pass());
            }
            Step::Serve(serving) => self.serve(serving),
            Step::Send(machine, post) => self.go_on((machine, post)),
            Step::Ended => self.session_ended(),
            Step::Failed(failure) => {
                self.note_old_acs(&failure);
                self.session_failed(failure.to_string());
            }
        }
    }

    fn go_on(&mut self, (machine, post): (CpeSession, Post)) {
        if let Some(session) = &mut self.session {
            session.machine = Some(machine);
        }
        self.send(post);
    }

    /// Our turn: the next report, or the empty POST.
    fn speak(&mut self, free: Free) {
        if free.version() == CwmpVersion::V1_0 {
            self.leave_out_what_1_0_lacks();
        }
        if free.version() < FIRST_VERSION {
            self.leave_out_modules();
        }
        let Some(session) = &mut self.session else {
            return;
        };
        let next = match session.reports.pop_front() {
            Some((number, mut report)) => {
                session.stage = Stage::Report(number);
                if free.version() == CwmpVersion::V1_0 {
                    put_in_words_of_1_0(&mut report);
                }
                free.request(report)
            }
            None => match session.wanted.take() {
                Some(wanted) => {
                    session.stage = Stage::RequestDownload;
                    free.request((*wanted).into())
                }
                None => {
                    session.stage = Stage::Idle;
                    free.pass()
                }
            },
        };
        self.go_on(next);
    }

    /// An ACS of version 1.0 cannot be told of autonomous transfers.
    fn leave_out_what_1_0_lacks(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        let unknown =
            |report: &CpeRequest| matches!(report, CpeRequest::AutonomousTransferComplete(_));
        let before = session.reports.len();
        session.reports.retain(|(number, report)| {
            if unknown(report) {
                self.core.transfers.reported(*number);
            }
            !unknown(report)
        });
        if session.reports.len() < before {
            self.persist(&[SectionKind::Transfers]);
        }
    }

    /// An ACS of a version before 1.2 cannot be told of modules.
    fn leave_out_modules(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        session.reports.retain(|(_, report)| {
            !matches!(
                report,
                CpeRequest::DUStateChangeComplete(_)
                    | CpeRequest::AutonomousDUStateChangeComplete(_)
            )
        });
        let waits = self.forget_untellable_modules();
        if let Some(session) = &mut self.session {
            // As if it had refused them: they are brought again after a pause.
            session.refused_report |= waits;
        }
    }

    /// The ACS has answered a request of ours.
    fn delivered(&mut self, delivery: Option<Delivery>) {
        let (Some(delivery), Some(session)) = (delivery, &mut self.session) else {
            return;
        };
        session.informed |= session.stage == Stage::Inform && delivery.result.is_ok();
        match (session.stage, delivery.result) {
            (Stage::Inform, Ok(_)) if session.purpose == Purpose::Heartbeat => {
                // What else waits is told in a session of its own.
                self.heartbeat_over(None);
                self.core.firmware.confirm();
                self.persist(&[SectionKind::Firmware]);
            }
            (Stage::Inform, Ok(AcsResponse::InformResponse(_))) => {
                if session.bootstrap {
                    let url = session.url.clone();
                    self.core.bootstrapped(&url);
                }
                self.udp_address_told();
                self.jabber_id_told();
                self.core.events.delivered();
                self.core.changes.delivered();
                self.core.reported();
                // The image on trial has found its way to the ACS.
                self.core.firmware.confirm();
                self.persist(&[
                    SectionKind::Events,
                    SectionKind::Meta,
                    SectionKind::Firmware,
                ]);
            }
            (Stage::Report(number), Ok(_)) => {
                let section = match self.core.modules.reported(number) {
                    true => SectionKind::Modules,
                    false => SectionKind::Transfers,
                };
                self.core.transfers.reported(number);
                self.persist(&[section]);
            }
            (Stage::Report(_), Err(fault)) => {
                // TR-069 3.7.1.5: not delivered; it goes again in a later session, not in this one.
                tracing::warn!(%fault, "the ACS refused the report of an end");
                session.refused_report = true;
            }
            (Stage::RequestDownload, Err(fault)) => {
                self.core
                    .note(&format!("the ACS refused a RequestDownload: {fault}"));
            }
            (Stage::Inform | Stage::Idle | Stage::RequestDownload, _) => {}
        }
    }

    /// The ACS asks something: change what it asks for, keep it, answer.
    fn serve(&mut self, serving: Serving) {
        self.core.version = serving.version();
        let (answer, touched) = rpc::serve(&mut self.core, &serving.request);
        if !touched.is_empty() {
            // Durable before acknowledged: the shell keeps this before it sends the answer behind it.
            self.persist(&touched);
            self.arm_scheduled_reboot();
        }
        if let Some(number) = self.core.transfers.take_stopped() {
            self.outputs.push_back(Output::StopTransfer(number));
        }
        self.go_on(serving.answer(answer));
    }

    fn session_ended(&mut self) {
        let now = self.now();
        let Some(session) = self.session.take() else {
            return;
        };
        self.core.count_success();
        self.last_failed_was_heartbeat = false;
        if session.purpose == Purpose::Heartbeat {
            self.persist(&[SectionKind::Meta]);
            self.close(&session, None);
            return self.finish();
        }
        self.retry_at = None;
        self.offer = self.newest_version;
        self.last_session_end = Some(now);
        self.persist(&[SectionKind::Meta]);
        self.close(&session, None);
        if session.refused_report {
            // The session has not failed, but what was refused must not be brought again without a pause.
            self.refused_reports = self.refused_reports.saturating_add(1);
            self.back_off(self.refused_reports, 0);
        } else {
            self.refused_reports = 0;
        }
        self.finish();
    }

    pub(super) fn session_failed(&mut self, why: String) {
        let Some(session) = self.session.take() else {
            return;
        };
        // TR-069 Table 8 leaves open whether a RequestDownload is tried again; a person presses the button again.
        if session.purpose == Purpose::Events {
            self.core.events.undelivered();
            self.core.changes.undelivered();
        }
        self.core.count_failure();
        if self.core.gives_up_new_acs(&session.url) {
            self.persist(&[SectionKind::Tree]);
        }
        self.discover_again();
        self.close(&session, Some(why));
        self.persist(&[SectionKind::Meta, SectionKind::Events]);
        self.retry_later(session.purpose, session.stay_away_secs.unwrap_or(0));
        self.finish();
    }

    /// What a session was for is tried again after a wait, which is as long as the ACS has asked for (RFC 9110 10.2.3).
    fn retry_later(&mut self, purpose: Purpose, at_least_secs: u64) {
        self.last_failed_was_heartbeat = purpose == Purpose::Heartbeat;
        match purpose {
            Purpose::Events => self.back_off(self.core.failures_since_boot, at_least_secs),
            Purpose::Heartbeat => {
                let wait_ms = self.retry_wait_ms(self.core.failures_since_boot);
                let wait_ms = wait_ms.max(at_least_secs * 1000);
                self.heartbeat_over(Some(self.now().plus_ms(wait_ms)));
            }
        }
    }

    fn close(&mut self, session: &ActiveSession, failure: Option<String>) {
        let codes = session.events.iter().map(|event| event.event_code.as_str());
        let codes: Vec<&str> = codes.collect();
        let codes = codes.join(", ");
        self.core.note(&match &failure {
            None => format!("session: {codes}"),
            Some(why) => format!("session: {codes}: failed, {why}"),
        });
        let now = self.now();
        self.core
            .observing(|core| core.facts.health.session_over(failure.as_deref(), now));
        self.outputs.push_back(Output::CloseConnection);
        self.outputs.push_back(Output::SessionOver(SessionSummary {
            events: session.events.clone(),
            informed: session.informed,
            duration_ms: self.now().since_ms(session.start),
            failure,
        }));
    }

    fn note_old_acs(&mut self, failure: &Failure) {
        match failure {
            Failure::InformRefused(_) | Failure::Namespace(_) | Failure::Version(_) => {
                self.suspect_old_acs();
            }
            Failure::RetriedTooOften
            | Failure::Document(_)
            | Failure::OutOfOrder { .. }
            | Failure::Unusable(_)
            | Failure::Endless => {}
        }
    }

    /// TR-069 3.2.1.1: an ACS that knows only 1.0 may stumble over a newer message.
    fn suspect_old_acs(&mut self) {
        self.offer = match self.offer {
            CwmpVersion::V1_0 => self.newest_version,
            CwmpVersion::V1_1 | CwmpVersion::V1_2 | CwmpVersion::V1_3 | CwmpVersion::V1_4 => {
                CwmpVersion::V1_0
            }
        };
    }

    /// What was put off until the session is over.
    fn finish(&mut self) {
        self.core.session_access = None;
        for (name, value) in std::mem::take(&mut self.held_back) {
            self.local_change(name, value);
        }
        self.arm_periodic();
        self.arm_alarms();
        self.start_delayed_reboot();
        self.arm_reports();
        self.arm_provisioning();
        self.check_bootstrap();
        if let Some(restart) = self.core.restart.take() {
            self.stop(restart);
        }
    }
}

/// Fault codes that came with version 1.1 in the words of 1.0.
fn put_in_words_of_1_0(report: &mut CpeRequest) {
    if let CpeRequest::TransferComplete(report) = report {
        let code = &mut report.fault_struct.fault_code;
        if TRANSFER_FAULTS_OF_1_1.contains(code) {
            *code = FaultCode::TRANSFER_FAILURE.number();
        }
    }
}
