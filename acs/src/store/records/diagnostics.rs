//! Diagnostics: what a device is asked to measure, and what came of it.

use super::{Id, Scope, TaskFault};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a device is asked to measure, with all it is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "kind",
    content = "arguments",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum Diagnostic {
    /// Echo requests to a host.
    IpPing(PingArguments),
    /// The way to a host.
    TraceRoute(RouteArguments),
    /// Lookups of a name.
    NsLookup(LookupArguments),
    /// Fetching a file (TR-143).
    Download(DownloadArguments),
    /// Sending a file (TR-143).
    Upload(UploadArguments),
    /// Datagrams to the echo service of a host (TR-143).
    UdpEcho(EchoArguments),
    /// A test of a telephone port (TR-104).
    LineTest(LineArguments),
}

impl Diagnostic {
    /// What is measured, without how.
    pub const fn kind(&self) -> DiagnosticKind {
        match self {
            Diagnostic::IpPing(_) => DiagnosticKind::IpPing,
            Diagnostic::TraceRoute(_) => DiagnosticKind::TraceRoute,
            Diagnostic::NsLookup(_) => DiagnosticKind::NsLookup,
            Diagnostic::Download(_) => DiagnosticKind::Download,
            Diagnostic::Upload(_) => DiagnosticKind::Upload,
            Diagnostic::UdpEcho(_) => DiagnosticKind::UdpEcho,
            Diagnostic::LineTest(_) => DiagnosticKind::LineTest,
        }
    }
}

/// What is measured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosticKind {
    /// IPPing
    IpPing,
    /// TraceRoute
    TraceRoute,
    /// NSLookup
    NsLookup,
    /// DownloadDiagnostics
    Download,
    /// UploadDiagnostics
    Upload,
    /// UDPEchoDiagnostics
    UdpEcho,
    /// PhyInterface.{i}.Tests, or POTS.FXS.{i}.DiagTests
    LineTest,
}

impl DiagnosticKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            DiagnosticKind::IpPing => "ip_ping",
            DiagnosticKind::TraceRoute => "trace_route",
            DiagnosticKind::NsLookup => "ns_lookup",
            DiagnosticKind::Download => "download",
            DiagnosticKind::Upload => "upload",
            DiagnosticKind::UdpEcho => "udp_echo",
            DiagnosticKind::LineTest => "line_test",
        }
    }
}

/// Arguments of IPPing. What is left out has the value that is usual.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PingArguments {
    /// A name or an address.
    pub host: String,
    /// Echo requests; 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u32>,
    /// How long an answer may take; 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Bytes of a request; 56.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_bytes: Option<u32>,
    /// The DiffServ code point; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dscp: Option<u32>,
    /// The path of the interface that is used; the device's routing decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Arguments of TraceRoute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteArguments {
    /// A name or an address.
    pub host: String,
    /// Probes of each hop; 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// How long an answer may take; 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Bytes of a probe; 38.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_bytes: Option<u32>,
    /// The DiffServ code point; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dscp: Option<u32>,
    /// The farthest hop; 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_hops: Option<u32>,
    /// The path of the interface that is used; the device's routing decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Arguments of NSLookup.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupArguments {
    /// The name that is looked up.
    pub name: String,
    /// The name server that is asked, with a port behind a colon where it is not 53; the device's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// How long an answer may take; 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// How often; 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u32>,
    /// The path of the interface that is used; the device's routing decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Arguments of DownloadDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadArguments {
    /// What is fetched: an http or ftp URL without a user.
    pub url: String,
    /// The DiffServ code point; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dscp: Option<u32>,
    /// The path of the interface that is used; the device's routing decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Arguments of UploadDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadArguments {
    /// Where to: an http or ftp URL without a user.
    pub url: String,
    /// How much.
    pub bytes: u32,
    /// The DiffServ code point; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dscp: Option<u32>,
    /// The path of the interface that is used; the device's routing decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Arguments of UDPEchoDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EchoArguments {
    /// A name or an address.
    pub host: String,
    /// The port of the echo service; 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Datagrams; 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u32>,
    /// How long an answer may take; 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Bytes of a datagram; 24.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_bytes: Option<u32>,
    /// Milliseconds from one datagram to the next; 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_ms: Option<u32>,
    /// The DiffServ code point; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dscp: Option<u32>,
    /// The path of the interface that is used; the device's routing decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Arguments of a line test.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineArguments {
    /// The number of the telephone port; 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// TestSelector, such as `PhoneConnectivityTest`; what the device has chosen itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

/// Where a diagnostic is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosticState {
    /// Waits for the device.
    Queued,
    /// The device has been asked, and measures.
    Measuring,
    /// The device has measured; the results are there.
    Done,
    /// It came to nothing.
    Failed,
    /// The device did not come in time.
    Expired,
    /// Withdrawn by a person.
    Cancelled,
}

impl DiagnosticState {
    /// Whether nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        match self {
            DiagnosticState::Queued | DiagnosticState::Measuring => false,
            DiagnosticState::Done
            | DiagnosticState::Failed
            | DiagnosticState::Expired
            | DiagnosticState::Cancelled => true,
        }
    }
}

/// One measurement of one device. Its key is that of the task that carries it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticRecord {
    /// Its key.
    pub id: Id,
    /// Whose.
    pub device: Id,
    /// What was asked for.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// Where it is.
    pub state: DiagnosticState,
    /// Who asked.
    pub created_by: String,
    /// When.
    pub created: Timestamp,
    /// When the device was asked.
    pub asked: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What the device has found.
    pub result: Option<DiagnosticResult>,
    /// Why there is no result.
    pub fault: Option<TaskFault>,
}

/// What a device has found. The numbers in front are read out of the values below, if the device has given them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticResult {
    /// The word of the device for how it ended.
    pub state: String,
    /// Packets of a hundred that were lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<f64>,
    /// The time there and back, on average.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_ms: Option<u64>,
    /// How fast the file was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits_per_second: Option<u64>,
    /// How far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hops: Option<u64>,
    /// Whether a telephone is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_connected: Option<bool>,
    /// Every value of the object that is no argument, by its name in it.
    pub values: BTreeMap<String, String>,
    /// The rows of its table: hops, answers, packets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<BTreeMap<String, String>>,
}

/// A measurement that is under way, as its task carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measuring {
    /// The object the device was asked by.
    pub object: String,
    /// Given up at this time.
    pub until: Timestamp,
}

/// A measurement of many devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticRun {
    /// Its key.
    pub id: Id,
    /// What is asked for.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// How long a device may measure, in seconds.
    pub limit_secs: u32,
    /// How long a device may take to come, in seconds.
    pub expires_secs: u32,
    /// Devices under way at one time.
    pub concurrency: u32,
    /// Who asked.
    pub created_by: String,
    /// The user behind `created_by`.
    #[serde(skip)]
    pub owner: String,
    /// The devices this user has.
    #[serde(skip)]
    pub scope: Scope,
    /// When.
    pub created: Timestamp,
}

/// How many devices of a run are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticCounts {
    /// Their turn has not come.
    pub pending: u64,
    /// Waiting for the device.
    pub queued: u64,
    /// Measuring.
    pub measuring: u64,
    /// Done.
    pub done: u64,
    /// Failed.
    pub failed: u64,
    /// Expired.
    pub expired: u64,
    /// Cancelled.
    pub cancelled: u64,
}

/// One device of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticRunDevice {
    /// The device.
    pub device: Id,
    /// Its measurement, once its turn has come; `null` as well if it is no longer kept.
    pub diagnostic: Option<DiagnosticRecord>,
}
