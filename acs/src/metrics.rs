//! Every metric of the server in one place; `/metrics` prints them in the Prometheus text format.

use crate::tftp::metrics::TftpMetrics;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum SessionEnd {
    /// With our 204.
    Completed,
    /// The device broke the rules.
    BadRequest,
    /// The device fell silent.
    TimedOut,
    /// The device began another session.
    Superseded,
    /// The store took no writes.
    Unavailable,
}

/// A label set with the end of a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct EndLabel {
    /// How it ended.
    pub end: SessionEnd,
}

/// A label set with a name out of a fixed list of ours.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct NameLabel {
    /// The name.
    pub name: &'static str,
}

/// The counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Sessions whose Inform was accepted.
    pub sessions_started: Counter,
    /// Sessions that have ended, by how.
    pub sessions_ended: Family<EndLabel, Counter>,
    /// Sessions open at this moment.
    pub sessions_open: Gauge,
    /// Requests on the CWMP port that were refused before a session, by reason.
    pub requests_rejected: Family<NameLabel, Counter>,
    /// RPCs called, by method.
    pub rpcs: Family<NameLabel, Counter>,
    /// Tasks that have ended, by state.
    pub tasks_ended: Family<NameLabel, Counter>,
    /// TransferCompletes whose CommandKey nobody knows.
    pub unknown_command_keys: Counter,
    /// Informs whose DeviceId does not fit their credentials.
    pub identity_mismatches: Counter,
    /// Requests for profiles of the vendor's own provisioning, by what they were answered.
    pub provisioning_requests: Family<NameLabel, Counter>,
    /// Connection requests, by outcome.
    pub connection_requests: Family<NameLabel, Counter>,
    /// Bytes of files sent.
    pub files_sent: Counter,
    /// Profiles sent by a link.
    pub profiles_sent: Counter,
    /// The TFTP server's.
    pub tftp: TftpMetrics,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("dialtone");
        let metrics = Metrics {
            sessions_started: Counter::default(),
            sessions_ended: Family::default(),
            sessions_open: Gauge::default(),
            requests_rejected: Family::default(),
            rpcs: Family::default(),
            tasks_ended: Family::default(),
            unknown_command_keys: Counter::default(),
            identity_mismatches: Counter::default(),
            provisioning_requests: Family::default(),
            connection_requests: Family::default(),
            files_sent: Counter::default(),
            profiles_sent: Counter::default(),
            tftp: TftpMetrics::default(),
            registry: Registry::default(),
        };
        let m = &metrics;
        registry.register(
            "sessions_started",
            "Sessions begun",
            m.sessions_started.clone(),
        );
        registry.register("sessions_ended", "Sessions ended", m.sessions_ended.clone());
        registry.register("sessions_open", "Sessions open", m.sessions_open.clone());
        registry.register(
            "requests_rejected",
            "Requests refused",
            m.requests_rejected.clone(),
        );
        registry.register("rpcs", "RPCs called on devices", m.rpcs.clone());
        registry.register("tasks_ended", "Tasks ended", m.tasks_ended.clone());
        registry.register(
            "unknown_command_keys",
            "TransferCompletes of unknown transfers",
            m.unknown_command_keys.clone(),
        );
        registry.register(
            "identity_mismatches",
            "Informs that claim another device's identity",
            m.identity_mismatches.clone(),
        );
        registry.register(
            "connection_requests",
            "Connection requests",
            m.connection_requests.clone(),
        );
        registry.register(
            "provisioning_requests",
            "Requests of devices for their profiles",
            m.provisioning_requests.clone(),
        );
        registry.register("files_sent", "Downloads begun", m.files_sent.clone());
        registry.register(
            "profiles_sent",
            "Profiles fetched by their links",
            m.profiles_sent.clone(),
        );
        m.tftp.register(&mut registry);
        Metrics {
            registry,
            ..metrics
        }
    }
}

impl Metrics {
    /// All metrics as text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Counts something with a name out of a fixed list of ours.
    pub fn count(family: &Family<NameLabel, Counter>, name: &'static str) {
        family.get_or_create(&NameLabel { name }).inc();
    }

    /// Counts several at once.
    pub fn count_by(family: &Family<NameLabel, Counter>, name: &'static str, by: u64) {
        if by > 0 {
            family.get_or_create(&NameLabel { name }).inc_by(by);
        }
    }

    /// Counts the end of a session.
    pub fn session_ended(&self, end: SessionEnd) {
        self.sessions_ended.get_or_create(&EndLabel { end }).inc();
        self.sessions_open.dec();
    }
}
