//! Everything the world can do to a device, and everything a device asks of the world.
//!
//! Long because everything that passes between a device and the world stands here.

use super::orders::{LocalAnswer, LocalOrder};
use super::phones::Press;
use crate::bulk_data::{ReportJob, ReportOutcome};
use crate::diagnostics::{EchoConfig, EchoCounters, Outcome, TestJob};
use crate::firmware::{ImageHeader, SlotName};
use crate::ivr::{Key, Spoken};
use crate::provisioning::engine::Ask;
use crate::provisioning::sources::Trust;
use crate::transfer::{OwnTransfer, OwnTransferMade};
use crate::xmpp::Servers;
use cwmp::Fault;
use cwmp::rpc::{Operation, RequestDownload};
use data_model::Secret;
use data_model::device_type::UnsignedFirmware;
use data_model::package::PackageHeader;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// The URL of a transfer whose bytes a person sends to the device's page.
pub const UPLOADED: &str = "upload:";

/// What happens to a device.
#[derive(Debug)]
pub enum Input {
    /// Time has passed; the deadline may have been reached.
    Wake,
    /// The HTTP request asked for last was answered.
    HttpResponse(HttpResponse),
    /// The HTTP request asked for last was not answered, and will not be.
    HttpFailed(HttpFailure),
    /// The transfer with this number has ended.
    TransferEnded(u32, TransferOutcome),
    /// The request with bulk reports with this number has ended.
    ReportEnded(u32, ReportOutcome),
    /// The device itself, or somebody at its page, wants a file moved.
    OwnTransfer(Box<OwnTransfer>),
    /// The device has moved a file by its own means.
    OwnTransferMade(Box<OwnTransferMade>),
    /// Somebody at the device's page asks the ACS for a file (TR-069 A.4.2.2).
    RequestDownload(Box<RequestDownload>),
    /// Somebody at the device wants a software module installed, updated or removed.
    ChangeModules(Box<Operation>),
    /// The diagnostic test with this number has ended.
    TestEnded(u32, Box<Outcome>),
    /// The UDP echo service has counted something.
    EchoCounted(Box<EchoCounters>),
    /// Somebody calls at the connection request listener.
    ConnectionRequest(ConnectionRequest),
    /// A person or the hardware changes a parameter, not the ACS.
    LocalChange {
        /// The parameter's full name.
        name: String,
        /// Its new value.
        value: String,
    },
    /// The device has got another address, or its listener another port.
    Listening {
        /// `host:port` of the connection request listener as the ACS can reach it.
        authority: String,
    },
    /// The hardware says how it stands.
    Hardware(Box<super::Hardware>),
    /// DHCP has named an ACS.
    Discovered(cwmp::side::dhcp_discovery::Offer),
    /// A port for datagrams is open.
    PortOpen(OpenPort),
    /// A port for datagrams that was asked for cannot be had, or is closed.
    PortClosed(DatagramPort),
    /// Something has happened to the stream to the XMPP server.
    Stream(StreamNews),
    /// A datagram has arrived at a port of ours.
    Datagram(DatagramIn),
    /// The telephone side says which lines are registered with their proxies: the lowest bit is line 1.
    Registered(u8),
    /// A key was pressed at the telephone of this line. That it is off the hook its `Hook_State` tells.
    Key(u32, Key),
    /// Somebody has pressed the reset button.
    ResetButton(Press),
    /// A person resets the device to the state it left the factory in.
    LocalFactoryReset,
    /// Somebody wants something of the vendor's own provisioning, or DHCP has named its server.
    Provisioning(Box<Ask>),
    /// A person at the device orders something and waits for the answer: [`Output::AnswerLocalOrder`].
    LocalOrder(Box<LocalOrder>),
    /// What was asked to be persisted could not be: nothing may be acknowledged any more.
    StorageFailed,
}

/// What a device asks of its shell. The shell carries outputs out in order, and does not begin one before the one in
/// front of it is done; [`Output::Persist`] is done when the bytes are on stable storage.
#[derive(Debug)]
pub enum Output {
    /// Keep these parts of the state, all or none.
    Persist(Vec<Section>),
    /// Send this to the ACS; answered by [`Input::HttpResponse`] or [`Input::HttpFailed`].
    Http(HttpRequest),
    /// The session is over: close its connection.
    CloseConnection,
    /// Move a file; answered by [`Input::TransferEnded`].
    StartTransfer(TransferJob),
    /// Send bulk reports to their collector; answered by [`Input::ReportEnded`].
    PostReport(Box<ReportJob>),
    /// The transfer with this number is not wanted any more; it is not answered.
    StopTransfer(u32),
    /// Carry out a diagnostic test; answered by [`Input::TestEnded`].
    StartTest(Box<TestJob>),
    /// Stop the test with this number; nothing is heard of it any more.
    CancelTest(u32),
    /// Answer UDP echo requests, in place of what was asked before; `None` ends it. Counting begins with the counters
    /// given; [`Input::EchoCounted`] tells them.
    Echo(Option<Box<(EchoConfig, EchoCounters)>>),
    /// Answer a connection request.
    AnswerConnectionRequest(ConnectionRequestAnswer),
    /// Answer the order of a person at the device.
    AnswerLocalOrder(LocalAnswer),
    /// Speak this to whoever holds the telephone of this line.
    Speak(u32, Vec<Spoken>),
    /// Send a lightweight notification, or a line for a syslog server, by UDP; nobody tells whether it arrives.
    SendNotification(NotificationOut),
    /// Open or close the HTTP listener for connection requests; at a boot it is open.
    Listener(Listener),
    /// Open a port for datagrams; answered by [`Input::PortOpen`] or [`Input::PortClosed`].
    OpenPort(DatagramPort),
    /// Close a port for datagrams, if it is open.
    ClosePort(DatagramPort),
    /// Send a datagram; nobody tells whether it arrives.
    SendDatagram(DatagramOut),
    /// Do this with the stream to the XMPP server.
    Stream(StreamOrder),
    /// Stop this device and boot it anew from what was persisted; outputs behind it are void.
    Restart(Restart),
    /// Ask DHCP for an ACS again (TR-069 3.1); answered, if at all, by [`Input::Discovered`].
    Discover,
    /// A session is over; for logs and counters.
    SessionOver(SessionSummary),
}

/// A lightweight notification (TR-069 Annex M), or a line for a syslog server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationOut {
    /// `host:port` of the receiver; the host may be a name.
    pub to: String,
    /// The datagram.
    pub bytes: Vec<u8>,
}

/// Whether connection requests are taken over HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listener {
    /// They are.
    #[default]
    Open,
    /// The port is closed.
    Closed,
}

/// What a device wants of its stream; there is one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamOrder {
    /// Connect to the first of these servers that can be reached, closing what is open; answered by
    /// [`StreamNews::Open`] or [`StreamNews::Closed`].
    Open(Servers),
    /// Go on over TLS with a server of this name; answered by [`StreamNews::Secured`] or [`StreamNews::Closed`].
    Secure(String),
    /// Send this; it may hold a password.
    Send(Secret),
    /// Close it.
    Close,
}

/// What has happened to the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamNews {
    /// It is open.
    Open,
    /// It is encrypted, and the server has shown its certificate.
    Secured,
    /// Octets have arrived.
    Bytes(Vec<u8>),
    /// It is closed by the other side, or never came about.
    Closed,
}

/// A port for datagrams, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatagramPort {
    /// Takes UDP connection requests, and is what STUN keeps reachable.
    ConnectionRequest,
    /// Finds out how long a NAT keeps a binding (TR-069 G.2.1.2).
    BindingSearch,
}

/// A port that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPort {
    /// Which one.
    pub port: DatagramPort,
    /// Its address as the network next to the device knows it.
    pub local: SocketAddr,
    /// `host:port` under which the ACS can reach it if nothing stands in between.
    pub authority: String,
}

/// A datagram that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatagramIn {
    /// Where.
    pub port: DatagramPort,
    /// From whom, as far as one can tell.
    pub from: SocketAddr,
    /// What.
    pub bytes: Vec<u8>,
}

/// A datagram to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatagramOut {
    /// From which port.
    pub port: DatagramPort,
    /// `host:port` of the receiver; the host may be a name.
    pub to: String,
    /// What.
    pub bytes: Vec<u8>,
}

/// How a session went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// The events it reported.
    pub events: Vec<cwmp::Event>,
    /// Whether the ACS has answered its Inform: what it reported counts as delivered.
    pub informed: bool,
    /// Milliseconds it took.
    pub duration_ms: u64,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// Why a device is to be booted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Asked for, by whomever: everything that was to be kept has been.
    Reboot,
    /// Something could not be kept: the device boots from what is on stable storage.
    PowerCut,
}

/// One part of a device's persistent state; parts are replaced whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Which part.
    pub kind: SectionKind,
    /// Its content, opaque to the shell.
    pub bytes: Vec<u8>,
}

/// The parts of a device's persistent state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// Values, instances, attributes.
    Tree,
    /// Bootstrap state, keys, counters.
    Meta,
    /// Undelivered events.
    Events,
    /// Transfers waiting, under way or unreported.
    Transfers,
    /// The firmware slots.
    Firmware,
    /// Changes of software modules waiting, under way or unreported.
    Modules,
}

impl SectionKind {
    /// Every part.
    pub const ALL: [SectionKind; 6] = [
        SectionKind::Tree,
        SectionKind::Meta,
        SectionKind::Events,
        SectionKind::Transfers,
        SectionKind::Firmware,
        SectionKind::Modules,
    ];

    /// The number that stands for it in stored records.
    pub const fn code(self) -> u8 {
        match self {
            SectionKind::Tree => 1,
            SectionKind::Meta => 2,
            SectionKind::Events => 3,
            SectionKind::Transfers => 4,
            SectionKind::Firmware => 5,
            SectionKind::Modules => 6,
        }
    }

    /// The part a number stands for.
    pub fn from_code(code: u8) -> Option<SectionKind> {
        SectionKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// A request to the ACS. Always a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Where to.
    pub url: String,
    /// Headers besides Host and Content-Length.
    pub headers: Vec<(&'static str, String)>,
    /// The body; may be empty.
    pub body: String,
    /// How the body is to be packed; its header is among the headers.
    pub coding: Coding,
    /// Where the host was reached before, if its name had several addresses.
    pub before: Option<Reached>,
}

/// Which of the several addresses of a host has answered (TR-069 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The host, as it stands in the URL.
    pub host: String,
    /// The addresses its name had, in their order.
    pub among: Vec<IpAddr>,
    /// The one that has answered.
    pub address: IpAddr,
}

/// How a body is packed on the line (TR-069 3.4.7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    #[default]
    Identity,
    /// gzip.
    Gzip,
    /// deflate, in the zlib format.
    Deflate,
}

/// The answer of the ACS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Every `Set-Cookie`.
    pub set_cookie: Vec<String>,
    /// Every `WWW-Authenticate`.
    pub www_authenticate: Vec<String>,
    /// `Location`, if there is one.
    pub location: Option<String>,
    /// Seconds until the end of `Retry-After`, if it has one.
    pub retry_after_secs: Option<u64>,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// Who it came from, if the host's name has several addresses.
    pub reached: Option<Reached>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpFailure {
    /// No connection, or no TLS.
    #[error("cannot connect to the ACS: {0}")]
    Connect(String),
    /// The connection broke.
    #[error("the connection to the ACS broke: {0}")]
    Broken(String),
    /// No answer in time.
    #[error("the ACS did not answer in time")]
    TimedOut,
    /// The answer is larger than a device can take.
    #[error("the answer of the ACS is larger than {0} bytes")]
    TooLarge(usize),
}

/// A file to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferJob {
    /// Comes back with [`Input::TransferEnded`].
    pub number: u32,
    /// Where it is, or where it goes; http, https or tftp.
    pub url: String,
    /// User at the file server; empty for none.
    pub username: String,
    /// Password at the file server.
    pub password: Secret,
    /// The domains a redirect may lead to, as `Restricted_Access_Domains` lists them; empty for any.
    pub domains: String,
    /// The `User-Agent` it is fetched with; empty for none.
    pub user_agent: String,
    /// Which file, and which way.
    pub work: TransferWork,
    /// Whom it trusts, and as whom it goes, if not as the device does otherwise.
    pub trust: Option<Box<Trust>>,
}

/// What is to be done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferWork {
    /// Fetch an image, check it and write it to this slot; without a good signature only if the second says so.
    Image(SlotName, UnsignedFirmware),
    /// Fetch a file of at most so many bytes and hand it over.
    Fetch(u64),
    /// Fetch the package of a software module, of at most so many bytes, and check it.
    Package(u64),
    /// Send this file.
    Send(FileContent),
    /// Move a file of the vendor's own provisioning, by its rules for statuses, redirects and credentials.
    Provision(Box<Provision>),
}

/// A file of the vendor's own provisioning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// Which way.
    pub verb: Verb,
    /// Bytes the answer may have.
    pub limit_bytes: u64,
}

/// What is done to a file of provisioning; TFTP knows reading and writing only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Fetch it.
    Get,
    /// Send this and fetch what is answered (`--post`).
    PostAndFetch(FileContent),
    /// Send a report.
    Post(FileContent),
    /// Put a report there.
    Put(FileContent),
}

/// A whole file in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct FileContent(pub Vec<u8>);

impl std::fmt::Debug for FileContent {
    /// Without the bytes: a configuration holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileContent({} bytes)", self.0.len())
    }
}

/// How a transfer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferOutcome {
    /// The image is in its slot, complete, and its signature is good.
    Staged(ImageHeader),
    /// The file is here.
    Fetched(FileContent),
    /// The package is complete, and its signature is good.
    Package(PackageHeader),
    /// The file is here, and its server says that it is encrypted by `aes128gcm` (RFC 8188).
    Coded(FileContent),
    /// The file has been sent.
    Sent,
    /// The server of a file of provisioning answered with this status, and that is the end of it.
    Answered(u16),
    /// There is no usable file, or it could not be sent.
    Failed(Fault),
}

/// A call at the connection request listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRequest {
    /// Comes back with the answer.
    pub number: u64,
    /// The HTTP method.
    pub method: String,
    /// The request target.
    pub target: String,
    /// The `Authorization` header, if there is one.
    pub authorization: Option<String>,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRequestAnswer {
    /// The number of the call.
    pub number: u64,
    /// The status code; the body is empty.
    pub status: u16,
    /// Every `WWW-Authenticate`.
    pub www_authenticate: Vec<String>,
}
