//! Every metric of the server in one place; `/metrics` prints them in the OpenMetrics text format. None has a serial
//! number, or anything else a device makes up, as a label.
//!
//! [`wire`] counts what happens on the port for devices, [`store`] what the store does, [`state`] holds what is measured
//! when somebody looks.

pub mod overload;
pub mod state;
pub mod store;
pub mod tellings;
pub mod wire;

use crate::tftp::metrics::TftpMetrics;
use overload::OverloadMetrics;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use state::StateMetrics;
use std::sync::{PoisonError, RwLock};
use store::StoreMetrics;
use tellings::TellingMetrics;
use wire::WireMetrics;

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
    /// The device hung up before it had its answer, or a mistake of ours ended the answer.
    Abandoned,
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

/// A label set with the way of a connection request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AttemptLabel {
    /// The way.
    pub way: &'static str,
    /// The outcome.
    pub outcome: &'static str,
}

/// A histogram of seconds for each of a fixed list of names.
pub type Durations = Family<NameLabel, Histogram, fn() -> Histogram>;

/// Seconds from a tenth of a millisecond to a quarter of an hour, by fours.
pub fn seconds() -> Histogram {
    let bounds = [
        0.0005, 0.002, 0.008, 0.03, 0.1, 0.5, 2.0, 8.0, 30.0, 120.0, 900.0,
    ];
    Histogram::new(bounds)
}

/// The counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Held by whoever begins or ends a session, and alone by whoever prints: sessions that were started are those that
    /// have ended and those that are open, at every look (promise P17).
    balance: RwLock<()>,
    sessions_started: Family<NameLabel, Counter>,
    sessions_ended: Family<EndLabel, Counter>,
    sessions_open: Gauge,
    /// Requests on the CWMP port that were refused before a session, by reason.
    pub requests_rejected: Family<NameLabel, Counter>,
    /// RPCs called, by method.
    pub rpcs: Family<NameLabel, Counter>,
    /// Tasks an attempt at which has come to an uncertain end, so that the device was asked first.
    pub tasks_uncertain: Counter,
    /// TransferCompletes whose CommandKey nobody knows.
    pub unknown_command_keys: Counter,
    /// Informs whose DeviceId does not fit their credentials.
    pub identity_mismatches: Counter,
    /// Requests for profiles of the vendor's own provisioning, by what they were answered.
    pub provisioning_requests: Family<NameLabel, Counter>,
    /// Connection requests, by outcome.
    pub connection_requests: Family<NameLabel, Counter>,
    /// How long connection requests took.
    pub connection_request_seconds: Histogram,
    /// Downloads of files begun.
    pub files_sent: Counter,
    /// Profiles sent by a link.
    pub profiles_sent: Counter,
    /// Times the settings were read again, by what came of it.
    pub config_reloads: Family<NameLabel, Counter>,
    /// Requests to the API, by the class of their answer.
    pub api_requests: Family<NameLabel, Counter>,
    /// Requests that were refused because there were too many, by what keeps count.
    pub rate_limited: Family<NameLabel, Counter>,
    /// Tries of connection requests, by way and outcome.
    pub call_attempts: Family<AttemptLabel, Counter>,
    /// Bytes of files sent.
    pub file_bytes_sent: Counter,
    /// Downloads of files under way.
    pub downloads_open: Gauge,
    /// Events and webhooks.
    pub tellings: TellingMetrics,
    /// The TFTP server's.
    pub tftp: TftpMetrics,
    /// The port for devices.
    pub wire: WireMetrics,
    /// More devices than can be served.
    pub overload: OverloadMetrics,
    /// The store.
    pub store: StoreMetrics,
    /// What is measured when somebody looks.
    pub state: StateMetrics,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new(StoreMetrics::default())
    }
}

impl Metrics {
    /// The metrics of a server over a store that counts for itself.
    pub fn new(store: StoreMetrics) -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("dialtone"),
            balance: RwLock::default(),
            sessions_started: Family::default(),
            sessions_ended: Family::default(),
            sessions_open: Gauge::default(),
            requests_rejected: Family::default(),
            rpcs: Family::default(),
            tasks_uncertain: Counter::default(),
            unknown_command_keys: Counter::default(),
            identity_mismatches: Counter::default(),
            provisioning_requests: Family::default(),
            connection_requests: Family::default(),
            connection_request_seconds: seconds(),
            files_sent: Counter::default(),
            profiles_sent: Counter::default(),
            config_reloads: Family::default(),
            api_requests: Family::default(),
            rate_limited: Family::default(),
            call_attempts: Family::default(),
            file_bytes_sent: Counter::default(),
            downloads_open: Gauge::default(),
            tellings: TellingMetrics::default(),
            tftp: TftpMetrics::default(),
            wire: WireMetrics::default(),
            overload: OverloadMetrics::default(),
            store,
            state: StateMetrics::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let mut registry = std::mem::take(&mut self.registry);
        let m = &*self;
        let mut to = Register(&mut registry);
        let help = "Sessions begun, by listener";
        to.add("sessions_started", help, &m.sessions_started);
        to.add("sessions_ended", "Sessions ended", &m.sessions_ended);
        to.add("sessions_open", "Sessions open", &m.sessions_open);
        to.add(
            "requests_rejected",
            "Requests refused",
            &m.requests_rejected,
        );
        to.add("rpcs", "RPCs called on devices", &m.rpcs);
        let help = "Tasks taken up again after an attempt whose end nobody knows";
        to.add("tasks_uncertain", help, &m.tasks_uncertain);
        let help = "TransferCompletes of unknown transfers";
        to.add("unknown_command_keys", help, &m.unknown_command_keys);
        let help = "Informs that claim another device's identity";
        to.add("identity_mismatches", help, &m.identity_mismatches);
        to.add(
            "connection_requests",
            "Connection requests",
            &m.connection_requests,
        );
        let help = "Time of connection requests";
        to.add(
            "connection_request_seconds",
            help,
            &m.connection_request_seconds,
        );
        let help = "Requests of devices for their profiles";
        to.add("provisioning_requests", help, &m.provisioning_requests);
        to.add("files_sent", "Downloads begun", &m.files_sent);
        to.add(
            "profiles_sent",
            "Profiles fetched by their links",
            &m.profiles_sent,
        );
        let help = "Times the settings were read again, by what came of it";
        to.add("config_reloads", help, &m.config_reloads);
        let help = "Requests to the API, by the class of their answer";
        to.add("api_requests", help, &m.api_requests);
        m.register_files(&mut to);
        m.wire.register(&mut to);
        m.overload.register(&mut to);
        m.store.register(&mut to);
        m.state.register(&mut to);
        m.tellings.register(&mut to);
        m.tftp.register(&mut registry);
        self.registry = registry;
    }

    fn register_files(&self, to: &mut Register<'_>) {
        let help = "Requests refused because there were too many, by what keeps count";
        to.add("rate_limited", help, &self.rate_limited);
        let help = "Tries of connection requests, by way and outcome";
        to.add("connection_request_attempts", help, &self.call_attempts);
        let help = "Bytes of files sent";
        to.add("file_bytes_sent", help, &self.file_bytes_sent);
        let help = "Downloads of files under way";
        to.add("downloads_open", help, &self.downloads_open);
        let help = "Mistakes of the program that ended a request, or an attempt of a job";
        to.add("panics", help, &crate::panics::count());
    }

    /// All metrics as text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        let alone = self.balance.write().unwrap_or_else(PoisonError::into_inner);
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        drop(alone);
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

    /// Counts the begin of a session at this listener.
    pub fn session_started(&self, listener: &'static str) {
        let _balanced = self.balance.read().unwrap_or_else(PoisonError::into_inner);
        Metrics::count(&self.sessions_started, listener);
        self.sessions_open.inc();
    }

    /// Counts the end of a session.
    pub fn session_ended(&self, end: SessionEnd) {
        let _balanced = self.balance.read().unwrap_or_else(PoisonError::into_inner);
        self.sessions_ended.get_or_create(&EndLabel { end }).inc();
        self.sessions_open.dec();
    }
}

/// Where metrics are entered.
pub struct Register<'r>(&'r mut Registry);

impl Register<'_> {
    /// Enters one under its name.
    pub fn add(&mut self, name: &str, help: &str, metric: &(impl Metric + Clone)) {
        self.0.register(name, help, metric.clone());
    }
}

#[cfg(test)]
mod tests;
