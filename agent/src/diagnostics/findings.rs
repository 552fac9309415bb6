//! What the shell has found out, in the units it was measured in.

use super::test::Each;
use core::net::IpAddr;

/// Microseconds since 1970, as TR-143 wants its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Micros(pub i64);

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether its results count.
    pub verdict: Result<(), Trouble>,
    /// What was found; some of it may tell something even when the test failed.
    pub findings: Findings,
}

impl Outcome {
    /// The test was completed.
    pub fn complete(findings: Findings) -> Outcome {
        Outcome {
            verdict: Ok(()),
            findings,
        }
    }

    /// The test failed, and there is nothing to tell.
    pub fn failed(trouble: Trouble) -> Outcome {
        Outcome {
            verdict: Err(trouble),
            findings: Findings::Nothing,
        }
    }
}

/// Why a test failed: the error states of all diagnostics objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The host has no address.
    CannotResolveHostName,
    /// The host is farther away than asked for.
    MaxHopCountExceeded,
    /// The name server has no address.
    DnsServerNotResolved,
    /// No connection came about.
    InitConnectionFailed,
    /// The server said nothing.
    NoResponse,
    /// The server refused, or broke off.
    TransferFailed,
    /// The server wants credentials, which TR-143 has none of.
    LoginFailed,
    /// The file was not of the size announced, or is too large.
    IncorrectSize,
    /// It took too long.
    Timeout,
    /// The server did not confirm the upload.
    NoTransferComplete,
    /// There is nothing to test with.
    TestNotSupported,
    /// The device could not do it.
    Internal,
    /// Anything else.
    Other,
}

impl Trouble {
    /// The states it may be shown as, the best first: no object has them all.
    pub(super) const fn states(self) -> &'static [&'static str] {
        match self {
            Trouble::CannotResolveHostName => {
                &["Error_CannotResolveHostName", "Error_InitConnectionFailed"]
            }
            Trouble::MaxHopCountExceeded => &["Error_MaxHopCountExceeded"],
            Trouble::DnsServerNotResolved => &["Error_DNSServerNotResolved"],
            Trouble::InitConnectionFailed => &["Error_InitConnectionFailed"],
            Trouble::NoResponse => &["Error_NoResponse"],
            Trouble::TransferFailed => &["Error_TransferFailed", "Error_NoTransferComplete"],
            Trouble::LoginFailed => &["Error_LoginFailed"],
            Trouble::IncorrectSize => &["Error_IncorrectSize"],
            Trouble::Timeout => &["Error_Timeout", "Error_NoTransferComplete"],
            Trouble::NoTransferComplete => &["Error_NoTransferComplete"],
            Trouble::TestNotSupported => &["Error_TestNotSupported"],
            Trouble::Internal => &["Error_Internal"],
            Trouble::Other => &["Error_Other"],
        }
    }
}

/// What was found, by test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Findings {
    /// Nothing.
    Nothing,
    /// Of IPPing, and what it was measured by.
    Ping(Pings, ProbedBy),
    /// Of TraceRoute.
    Route(Way),
    /// Of NSLookup, one for each repetition.
    Lookup(Vec<Answer>),
    /// Of DownloadDiagnostics.
    Download(Transfer),
    /// Of UploadDiagnostics.
    Upload(Transfer),
    /// Of ServerSelectionDiagnostics.
    Selection(Nearest),
    /// Of UDPEchoDiagnostics.
    Echo(Echoes),
    /// Of SelfTestDiagnostics, one line for each check.
    SelfTest(Vec<String>),
    /// Of PhyInterface.Tests: whether a telephone is connected.
    PhonePort(bool),
}

/// By what a host was probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbedBy {
    /// Echo requests.
    Icmp,
    /// Datagrams to a port where nobody listens, since the system allows no ICMP.
    Udp,
    /// Nothing: the results are made up.
    Simulation,
}

/// Round trips to one host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pings {
    /// Probes sent.
    pub sent: u32,
    /// Microseconds of those that were answered in time.
    pub round_trips_us: Vec<u32>,
}

impl Pings {
    /// Shortest, mean and longest round trip; zeros if there is none (TR-106 IPPing).
    pub fn spread_us(&self) -> (u32, u32, u32) {
        let all = &self.round_trips_us;
        let (Some(shortest), Some(longest)) = (all.iter().min(), all.iter().max()) else {
            return (0, 0, 0);
        };
        let sum: u64 = all.iter().map(|round_trip| u64::from(*round_trip)).sum();
        (*shortest, (sum / all.len() as u64) as u32, *longest)
    }
}

/// Datagrams to an echo service, in the order they were sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echoes {
    /// The address of the host.
    pub address: IpAddr,
    /// Whether each packet is told of.
    pub each: Each,
    /// All of them.
    pub packets: Vec<EchoPacket>,
}

/// One datagram to an echo service (TR-143 A.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EchoPacket {
    /// TestGenSN
    pub number: u32,
    /// When it was sent.
    pub sent: Micros,
    /// What came back in time.
    pub echo: Option<EchoAnswer>,
}

/// The answer of an echo service; a plain one sends the numbers of Echo Plus back as they came, as zeros.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EchoAnswer {
    /// When it came.
    pub received: Micros,
    /// Microseconds it was awaited.
    pub round_trip_us: u32,
    /// TestRespSN
    pub answer_number: u32,
    /// TestRespRcvTimeStamp
    pub server_received_us: u32,
    /// TestRespReplyTimeStamp
    pub server_replied_us: u32,
    /// TestRespReplyFailureCount
    pub server_failures: u32,
}

impl Echoes {
    /// The round trips of the packets that were answered.
    pub fn pings(&self) -> Pings {
        let answered = self
            .packets
            .iter()
            .filter_map(|packet| packet.echo.as_ref());
        Pings {
            sent: self.packets.len() as u32,
            round_trips_us: answered.map(|echo| echo.round_trip_us).collect(),
        }
    }
}

/// The way to a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// Microseconds to the host itself; zero if it was not reached.
    pub response_us: u32,
    /// Every hop in order.
    pub hops: Vec<Hop>,
}

/// One hop of a way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hop {
    /// Who answered last; `None` if nobody did.
    pub address: Option<IpAddr>,
    /// The code of its ICMP message.
    pub code: u8,
    /// Microseconds of every answer.
    pub round_trips_us: Vec<u32>,
}

/// One lookup of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How it went.
    pub status: AnswerStatus,
    /// Whether the server is in charge of the name; `None` without an answer.
    pub authority: Option<Authority>,
    /// The full name.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Who was asked.
    pub server: Option<IpAddr>,
    /// Microseconds to the first response; zero without one.
    pub response_us: u32,
}

/// How a lookup went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerStatus {
    /// There are addresses.
    Success,
    /// Nobody listens there.
    ServerNotAvailable,
    /// The name has no address.
    NameNotResolved,
    /// No response in time.
    Timeout,
    /// Anything else.
    Other,
}

/// Whether an answer comes from who is in charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// It does.
    Authoritative,
    /// It does not.
    NonAuthoritative,
}

/// The times and counts of one transfer (TR-143 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    /// The connection was asked for.
    pub tcp_open_request: Micros,
    /// The connection was there.
    pub tcp_open_response: Micros,
    /// The request was sent.
    pub request: Micros,
    /// The first data packet was received, or sent.
    pub begin: Micros,
    /// The last data packet was received, or the response to what was sent.
    pub end: Micros,
    /// Bytes of the test, HTTP headers included.
    pub test_bytes: u64,
    /// All bytes on the interface meanwhile.
    pub interface_bytes: u64,
}

/// The nearest of several hosts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nearest {
    /// Which; empty if none answered.
    pub host: String,
    /// By which address.
    pub address: Option<IpAddr>,
    /// How near.
    pub pings: Pings,
}
