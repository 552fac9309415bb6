//! Diagnostics on real sockets, end to end: an agent as it is shipped, an ACS that asks and reads over HTTP, and servers
//! on loopback that know what was measured.
//!
//! Long because each test has its own answers to look at.

mod acs;
mod echo;
#[path = "../support/name_server.rs"]
mod name_server;
mod servers;

use acs::{Acs, Heard, get, set};
use agent::daemon::{AcsSettings, AgentConfig, DiagnosticsMode};
use agent::shell::RunnerHandle;
use data_model::Secret;
use name_server::name_server;
use servers::{FILE_BYTES, Files};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::UdpSocket;

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An agent and its ACS.
struct Pair {
    acs: Acs,
    handle: RunnerHandle,
    root: &'static str,
    _folder: TempDir,
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.handle.stop();
    }
}

impl Pair {
    /// An agent that is to be asked this in its first session.
    async fn start(device_type: &str, mode: DiagnosticsMode, request: cwmp::AcsRequest) -> Pair {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let acs = Acs::start().await;
        acs.asks(vec![request]);
        let config = AgentConfig {
            device_type: device_type.into(),
            serial_number: "FCH26480QXA".into(),
            state: folder.path().into(),
            acs: AcsSettings {
                url: format!("http://{}/cwmp", acs.address),
                username: String::new(),
                password: Secret::new("device-secret"),
            },
            diagnostics: mode,
            ..AgentConfig::default()
        };
        let (runner, handle) = agent::daemon::start(&config).await.expect("an agent");
        tokio::spawn(runner.run());
        Pair {
            acs,
            handle,
            root: if device_type == "spa122" {
                "InternetGatewayDevice."
            } else {
                "Device."
            },
            _folder: folder,
        }
    }

    /// The values of an object once they are so.
    async fn eventually(&self, name: &str, wanted: impl Fn(&str) -> bool) -> String {
        let name = format!("{}{name}", self.root);
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        let asking = async {
            loop {
                beat.tick().await;
                let asked = name.clone();
                let value = self
                    .handle
                    .look(0, move |device| device.core().value_of(&asked))
                    .await;
                if let Some(value) = value.flatten().filter(|value| wanted(value)) {
                    return value;
                }
            }
        };
        let value = tokio::time::timeout(PATIENCE, asking).await;
        value.unwrap_or_else(|_| panic!("{name} never became what it should"))
    }
}

/// What a test found, by the name of the parameter.
struct Results {
    object: String,
    heard: Heard,
}

impl Results {
    #[track_caller]
    fn text(&self, name: &str) -> &str {
        let value = self.heard.values.get(&format!("{}{name}", self.object));
        value.unwrap_or_else(|| panic!("no value of {name}: {:?}", self.heard))
    }

    #[track_caller]
    fn number(&self, name: &str) -> u64 {
        self.text(name).parse().expect("a number")
    }

    /// The times are there, in this order.
    #[track_caller]
    fn in_order(&self, names: &[&str]) {
        let times: Vec<&str> = names.iter().map(|name| self.text(name)).collect();
        assert!(
            times
                .iter()
                .all(|time| time.len() == 27 && time.starts_with("2")),
            "microseconds: {times:?}"
        );
        assert!(times.is_sorted(), "{names:?}: {times:?}");
    }
}

/// Asks an agent for a test and reads what it found when it says that it has ended.
async fn measure_on(
    device_type: &str,
    mode: DiagnosticsMode,
    object: &str,
    settings: &[(&str, &str)],
) -> Results {
    let root = if device_type == "spa122" {
        "InternetGatewayDevice."
    } else {
        "Device."
    };
    let object = format!("{root}{object}");
    let state = if object.ends_with("Tests.") {
        "TestState"
    } else {
        "DiagnosticsState"
    };
    let mut asked = settings.to_vec();
    asked.push((state, "Requested"));
    let mut pair = Pair::start(device_type, mode, set(&object, &asked)).await;
    pair.acs.asks(vec![get(&object)]);
    let first = pair.acs.session().await;
    assert_eq!(first.events, ["0 BOOTSTRAP", "1 BOOT"]);
    assert!(first.faults.is_empty(), "{:?}", first.faults);
    let heard = pair.acs.session().await;
    assert_eq!(heard.events, ["8 DIAGNOSTICS COMPLETE"]);
    Results { object, heard }
}

async fn measure(object: &str, settings: &[(&str, &str)]) -> Results {
    measure_on("ata192", DiagnosticsMode::Real, object, settings).await
}

/// Covers G-03, G-04, G-05.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_pinged() {
    for host in ["127.0.0.1", "localhost"] {
        let settings = [
            ("Host", host),
            ("NumberOfRepetitions", "3"),
            ("Timeout", "2000"),
            ("DataBlockSize", "1400"),
        ];
        let results = measure("LAN.IPPingDiagnostics.", &settings).await;
        assert_eq!(results.text("DiagnosticsState"), "Complete");
        assert_eq!(results.text("SuccessCount"), "3");
        assert_eq!(results.text("FailureCount"), "0");
        assert!(results.number("MinimumResponseTime") <= results.number("AverageResponseTime"));
        assert!(results.number("AverageResponseTime") <= results.number("MaximumResponseTime"));
        assert!(results.number("MaximumResponseTime") < 2_000);
        // What this system allows is for the self test to say; the result says the same.
        let allowed = measure("SelfTestDiagnostics.", &[]).await;
        let icmp = allowed.text("Results").contains("probed by ICMP");
        let means = if icmp { "ICMP" } else { "UDP" };
        assert_eq!(results.text("X_DIALTONE_ProbedBy"), means);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_an_address_cannot_be_pinged() {
    let results = measure("LAN.IPPingDiagnostics.", &[("Host", "nobody.invalid")]).await;
    assert_eq!(
        results.text("DiagnosticsState"),
        "Error_CannotResolveHostName"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_route_to_this_host_has_one_hop() {
    let settings = [
        ("Host", "127.0.0.1"),
        ("Timeout", "2000"),
        ("NumberOfTries", "2"),
    ];
    let results = measure_on(
        "spa122",
        DiagnosticsMode::Real,
        "TraceRouteDiagnostics.",
        &settings,
    )
    .await;
    assert_eq!(results.text("DiagnosticsState"), "Complete");
    assert_eq!(results.text("RouteHopsNumberOfEntries"), "1");
    assert_eq!(results.text("RouteHops.1.HopHost"), "127.0.0.1");
    assert_eq!(results.text("RouteHops.1.HopErrorCode"), "3");
    assert_eq!(results.text("RouteHops.1.HopRTTimes").split(',').count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_looked_up_as_often_as_asked() {
    let server = name_server(servers::names).await.to_string();
    let settings = [
        ("HostName", "acs.example.net"),
        ("DNSServer", server.as_str()),
        ("NumberOfRepetitions", "3"),
    ];
    let results = measure("NSLookupDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Complete");
    assert_eq!(results.text("SuccessCount"), "3");
    assert_eq!(results.text("ResultNumberOfEntries"), "3");
    for number in 1..=3 {
        let text = |name: &str| results.text(&format!("Result.{number}.{name}")).to_owned();
        assert_eq!(text("Status"), "Success");
        assert_eq!(text("AnswerType"), "Authoritative");
        assert_eq!(text("HostNameReturned"), "acs.example.net");
        assert_eq!(text("IPAddresses"), "192.0.2.7");
        assert_eq!(text("DNSServerIP"), "127.0.0.1");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lookup_tells_why_it_failed() {
    let server = name_server(servers::names).await.to_string();
    let unbound = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let nobody = unbound.local_addr().unwrap().to_string();
    drop(unbound);
    for (name, server, status) in [
        ("six.example.net", &server, "Success"),
        ("many.example.net", &server, "Success"),
        ("nobody.example.net", &server, "Error_HostNameNotResolved"),
        ("broken.example.net", &server, "Error_Other"),
        ("silent.example.net", &server, "Error_Timeout"),
        ("acs.example.net", &nobody, "Error_DNSServerNotAvailable"),
    ] {
        let settings = [
            ("HostName", name),
            ("DNSServer", server.as_str()),
            ("Timeout", "300"),
        ];
        let results = measure("NSLookupDiagnostics.", &settings).await;
        assert_eq!(results.text("Result.1.Status"), status, "{name}");
        let state = if status == "Success" {
            "Complete"
        } else {
            "Error_Other"
        };
        assert_eq!(results.text("DiagnosticsState"), state, "{name}");
    }
    let settings = [("HostName", "a"), ("DNSServer", "nobody.invalid")];
    let results = measure("NSLookupDiagnostics.", &settings).await;
    assert_eq!(
        results.text("DiagnosticsState"),
        "Error_DNSServerNotResolved"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_is_counted_to_the_byte_and_timed_in_order() {
    let files = Files::start().await;
    let settings = [("DownloadURL", files.url("/file")), ("DSCP", "10".into())];
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let results = measure("DownloadDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Completed");
    let sent = files.sent.load(SeqCst);
    assert!(sent > FILE_BYTES as u64);
    assert_eq!(results.number("TestBytesReceived"), sent);
    assert!(results.number("TotalBytesReceived") >= sent);
    results.in_order(&[
        "TCPOpenRequestTime",
        "TCPOpenResponseTime",
        "ROMTime",
        "BOMTime",
        "EOMTime",
    ]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_tells_why_it_failed() {
    let files = Files::start().await;
    let unbound = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/", unbound.local_addr().unwrap());
    drop(unbound);
    for (url, state) in [
        (files.url("/short"), "Error_IncorrectSize"),
        (files.url("/login"), "Error_LoginFailed"),
        (files.url("/missing"), "Error_TransferFailed"),
        (nobody, "Error_InitConnectionFailed"),
    ] {
        let results = measure("DownloadDiagnostics.", &[("DownloadURL", url.as_str())]).await;
        assert_eq!(results.text("DiagnosticsState"), state, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_sends_as_many_bytes_as_asked() {
    let files = Files::start().await;
    let url = files.url("/put");
    let settings = [("UploadURL", url.as_str()), ("TestFileLength", "1000001")];
    let results = measure("UploadDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Completed");
    assert_eq!(files.received.load(SeqCst), 1_000_001);
    assert!(results.number("TotalBytesSent") > 1_000_001);
    results.in_order(&[
        "TCPOpenRequestTime",
        "TCPOpenResponseTime",
        "ROMTime",
        "BOMTime",
        "EOMTime",
    ]);

    let url = files.url("/missing");
    let settings = [("UploadURL", url.as_str()), ("TestFileLength", "1000")];
    let results = measure("UploadDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Error_NoTransferComplete");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_hosts_one_that_answers_is_chosen() {
    let object = "X_DIALTONE_ServerSelectionDiagnostics.";
    let settings = [
        ("HostList", "nobody.invalid,127.0.0.1"),
        ("NumberOfRepetitions", "2"),
    ];
    let results = measure(object, &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Complete");
    assert_eq!(results.text("FastestHost"), "127.0.0.1");
    assert!(results.number("MaximumResponseTime") > 0, "microseconds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_test_says_by_what_hosts_are_probed() {
    let results = measure("SelfTestDiagnostics.", &[]).await;
    assert_eq!(results.text("DiagnosticsState"), "Complete");
    assert!(results.text("Results").contains("hosts are probed by "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_simulated_device_makes_plausible_results_up() {
    let simulated = DiagnosticsMode::Simulated;
    let settings = [("Host", "acs.example.net"), ("NumberOfRepetitions", "10")];
    let results = measure_on("ata192", simulated, "LAN.IPPingDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Complete");
    assert_eq!(
        results.number("SuccessCount") + results.number("FailureCount"),
        10
    );
    assert!(results.number("MinimumResponseTime") >= 4);

    // No such server: nothing is opened.
    let settings = [("DownloadURL", "http://files.invalid/f")];
    let results = measure_on("ata192", simulated, "DownloadDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Completed");
    results.in_order(&[
        "TCPOpenRequestTime",
        "TCPOpenResponseTime",
        "ROMTime",
        "BOMTime",
        "EOMTime",
    ]);

    let port = "Services.VoiceService.1.PhyInterface.1.Tests.";
    let results = measure_on("ata192", simulated, port, &[]).await;
    assert_eq!(results.text("TestState"), "Complete");
    assert_eq!(results.text("PhoneConnectivity"), "1");
    // A host has no telephone ports.
    let results = measure_on("ata192", DiagnosticsMode::Real, port, &[]).await;
    assert_eq!(results.text("TestState"), "Error_TestNotSupported");
}
