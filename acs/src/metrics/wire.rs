//! What is counted on the port for devices: Informs, answers, faults, logins, connections.

use super::{Durations, NameLabel, Register, seconds};
use cwmp::{Event, EventCode, FaultCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use std::time::Duration;

/// A label set with a fault code the standard defines; `other` for those of vendors.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CodeLabel {
    code: String,
}

/// A label set with the status of one of our responses: a fixed few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StatusLabel {
    code: u32,
}

impl CodeLabel {
    fn of(code: FaultCode) -> CodeLabel {
        let code = match FaultCode::ALL.contains(&code) {
            true => code.number().to_string(),
            false => "other".to_owned(),
        };
        CodeLabel { code }
    }
}

/// A label set with how somebody tried to prove who they are, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AuthLabel {
    /// `digest`, `basic` or `none`.
    pub scheme: &'static str,
    /// `accepted`, `rejected` or `stale`.
    pub result: &'static str,
}

/// A label set with an RPC and whether its answer was a fault.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AnswerLabel {
    /// The method.
    pub method: &'static str,
    /// `good`, `fault` or `unusable`.
    pub result: &'static str,
}

/// A label set with what came of a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct HandshakeLabel {
    /// `good`, `refused` or `slow`.
    pub name: &'static str,
    /// `1.2` or `1.3`; `none` where it came to no agreement.
    pub version: &'static str,
    /// `full` or `resumed`; `none` where it came to no agreement.
    pub kind: &'static str,
}

/// The counters.
#[derive(Debug, Clone)]
pub struct WireMetrics {
    /// Informs that were accepted, by each of their events.
    pub informs: Family<NameLabel, Counter>,
    /// How often devices had tried before, as their Informs say.
    pub inform_retries: Histogram,
    /// Answers with a nonce whose counter does not rise: replayed, or miscounted.
    pub digest_replays: Counter,
    /// Faults of ours towards devices.
    pub acs_faults: Family<CodeLabel, Counter>,
    /// Answers of devices to RPCs, by method and whether they were a fault.
    pub rpc_answers: Family<AnswerLabel, Counter>,
    /// Responses on the port for devices, by status.
    pub responses: Family<StatusLabel, Counter>,
    /// Bytes of messages, unpacked, by direction.
    body_bytes: Family<NameLabel, Counter>,
    /// Bytes of messages of devices.
    pub bytes_in: Counter,
    /// Bytes of our answers.
    pub bytes_out: Counter,
    /// Devices that came for the first time.
    pub devices_new: Counter,
    /// From Inform to 204.
    pub session_seconds: Histogram,
    /// RPCs of sessions that were completed.
    pub session_rpcs: Histogram,
    /// From our request to the device's answer, by method.
    pub rpc_seconds: Durations,
    /// Faults of devices.
    pub cpe_faults: Family<CodeLabel, Counter>,
    /// Messages of devices nobody could understand, by what they were answered.
    pub protocol_errors: Family<NameLabel, Counter>,
    /// Logins of devices.
    pub logins: Family<AuthLabel, Counter>,
    /// What devices that were turned away were told to wait.
    pub retry_after_seconds: Histogram,
    /// Connections open at this moment, by listener.
    pub connections_open: Family<NameLabel, Gauge>,
    /// TLS handshakes, by what came of them.
    pub tls_handshakes: Family<HandshakeLabel, Counter>,
    /// Connections the system did not give us.
    pub accept_errors: Counter,
}

impl Default for WireMetrics {
    fn default() -> WireMetrics {
        let body_bytes: Family<NameLabel, Counter> = Family::default();
        // Found once: each request counts both.
        let bytes = |name| body_bytes.get_or_create(&NameLabel { name }).clone();
        WireMetrics {
            bytes_in: bytes("in"),
            bytes_out: bytes("out"),
            informs: Family::default(),
            inform_retries: Histogram::new([0.0, 1.0, 2.0, 5.0, 10.0]),
            digest_replays: Counter::default(),
            acs_faults: Family::default(),
            rpc_answers: Family::default(),
            responses: Family::default(),
            body_bytes,
            devices_new: Counter::default(),
            session_seconds: seconds(),
            session_rpcs: Histogram::new([0.0, 1.0, 2.0, 5.0, 10.0, 50.0, 200.0, 512.0]),
            rpc_seconds: Family::new_with_constructor(seconds),
            cpe_faults: Family::default(),
            protocol_errors: Family::default(),
            logins: Family::default(),
            retry_after_seconds: Histogram::new([15.0, 30.0, 60.0, 120.0, 300.0]),
            connections_open: Family::default(),
            tls_handshakes: Family::default(),
            accept_errors: Counter::default(),
        }
    }
}

impl WireMetrics {
    pub(super) fn register(&self, to: &mut Register<'_>) {
        let help = "Informs accepted, by each of their events";
        to.add("informs", help, &self.informs);
        let help = "RetryCount of accepted Informs";
        to.add("inform_retries", help, &self.inform_retries);
        let help = "Digests whose counter does not rise, refused";
        to.add("digest_replays", help, &self.digest_replays);
        let help = "Faults of the server towards devices, by code";
        to.add("acs_faults", help, &self.acs_faults);
        let help = "Answers of devices to RPCs, by method and result";
        to.add("rpc_answers", help, &self.rpc_answers);
        let help = "Responses on the port for devices, by status";
        to.add("cwmp_responses", help, &self.responses);
        let help = "Bytes of messages on the port for devices, by direction";
        to.add("cwmp_body_bytes", help, &self.body_bytes);
        to.add("devices_new", "First contacts", &self.devices_new);
        let help = "Time of sessions that were completed";
        to.add("session_seconds", help, &self.session_seconds);
        let help = "RPCs of sessions that were completed";
        to.add("session_rpcs", help, &self.session_rpcs);
        let help = "Time from our request to the answer, by method";
        to.add("rpc_seconds", help, &self.rpc_seconds);
        let help = "Faults of devices, by code";
        to.add("cpe_faults", help, &self.cpe_faults);
        let help = "Messages of devices that broke the rules";
        to.add("protocol_errors", help, &self.protocol_errors);
        let help = "Logins of devices, by scheme and result";
        to.add("logins", help, &self.logins);
        let help = "Retry-After of requests turned away";
        to.add("retry_after_seconds", help, &self.retry_after_seconds);
        to.add(
            "connections_open",
            "Connections open",
            &self.connections_open,
        );
        to.add("tls_handshakes", "TLS handshakes", &self.tls_handshakes);
        let help = "Connections that could not be taken";
        to.add("accept_errors", help, &self.accept_errors);
    }

    /// Counts an Inform.
    pub fn inform(&self, events: &[Event], retries: u32) {
        for event in events {
            let name = event_name(&event.event_code);
            self.informs.get_or_create(&NameLabel { name }).inc();
        }
        self.inform_retries.observe(f64::from(retries));
    }

    /// Counts a fault of a device.
    pub fn fault(&self, code: FaultCode) {
        self.cpe_faults.get_or_create(&CodeLabel::of(code)).inc();
    }

    /// Counts a fault of ours.
    pub fn our_fault(&self, code: FaultCode) {
        self.acs_faults.get_or_create(&CodeLabel::of(code)).inc();
    }

    /// Counts a response.
    pub fn responded(&self, status: u16, bytes: u64) {
        let label = StatusLabel {
            code: u32::from(status),
        };
        self.responses.get_or_create(&label).inc();
        self.bytes_out.inc_by(bytes);
    }

    /// Counts an answer that took so long.
    pub fn answered(&self, method: &'static str, result: &'static str, time: Duration) {
        let answer = AnswerLabel { method, result };
        self.rpc_answers.get_or_create(&answer).inc();
        let label = NameLabel { name: method };
        self.rpc_seconds
            .get_or_create(&label)
            .observe(time.as_secs_f64());
    }

    /// Counts a login.
    pub fn login(&self, scheme: &'static str, result: &'static str) {
        self.logins
            .get_or_create(&AuthLabel { scheme, result })
            .inc();
    }
}

/// An event as a label: those of the standard by their names, all others in one.
fn event_name(event: &EventCode) -> &'static str {
    event.standard_name().unwrap_or("other")
}
