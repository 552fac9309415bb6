//! The vendor's own provisioning over real sockets: a device, a server, and profiles the real `openssl enc` has made.

mod authority;
mod notify;
mod server;
mod sources;
mod states;
mod trust;

use agent::device::exchange::Downgrade;
use agent::device::{DeviceConfig, FilePolicy, Identity, Product};
use agent::platform::simulated::Simulated;
use agent::provisioning::sources::Sources;
use agent::shell::diagnostics::DiagnosticsConfig;
use agent::shell::http::Network;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig, RunnerHandle, UdpCalls};
use cwmp::CwmpVersion;
use server::Server;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const PROXY: &str = "Device.X_CISCO_ATA.Line.1.Proxy";
const LOG: &str = "Device.DeviceInfo.DeviceLog";
const PROFILE: &str = "<flat-profile><Proxy_1_>sip.example.net</Proxy_1_></flat-profile>";

/// A device without an ACS that goes by this rule at once.
async fn device(rule: &str) -> RunnerHandle {
    device_with(rule, TlsConfig::default(), Sources::default(), &[]).await
}

/// One that trusts these authorities, is given this of its provisioning, and comes with further settings.
async fn device_with(
    rule: &str,
    tls: TlsConfig,
    sources: Sources,
    settings: &[(&str, &str)],
) -> RunnerHandle {
    let at = |name: &str| format!("Device.X_CISCO_ATA.Provisioning.{name}");
    let config = RunnerConfig {
        diagnostics: DiagnosticsConfig::simulated(1),
        platform: Box::new(Simulated),
        record: None,
        udp: UdpCalls::Never,
        devices: vec![DeviceConfig {
            product: Product::load("ata192").expect("it is in the catalogue"),
            identity: Identity {
                serial_number: "FCH26480QXA".into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: [("Profile_Rule", rule), ("Resync_Random_Delay", "0")]
                .iter()
                .chain(settings)
                .map(|(name, value)| (at(name), (*value).to_owned()))
                .collect(),
            authority: "".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            seed: 1,
            files: FilePolicy {
                provisioning: Some(Arc::new(sources)),
                ..FilePolicy::default()
            },
        }],
        network: Network {
            tls: tls.load().expect("its files are there"),
            source: None,
            name_server: None,
        },
        listen: None,
        advertise: None,
        journal: None,
        slots: None,
        trusted: Vec::new(),
        sessions: 1,
    };
    let (runner, handle) = Runner::start(config).await.expect("nothing is in its way");
    tokio::spawn(async move {
        // How it ends is no matter of these tests.
        let _ = runner.run().await;
    });
    handle
}

async fn comes_to_hold(handle: &RunnerHandle, name: &'static str, text: &str) {
    let look = async {
        loop {
            let value = handle
                .look(0, move |device| device.core().value_of(name))
                .await;
            if value.flatten().is_some_and(|value| value.contains(text)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let deadline = tokio::time::timeout(Duration::from_secs(20), look);
    deadline
        .await
        .unwrap_or_else(|_| panic!("{name} never holds `{text}`"));
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let look = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    let deadline = tokio::time::timeout(Duration::from_secs(20), look);
    deadline.await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// What `openssl enc -aes-256-cbc -md md5` makes of a profile.
fn encrypted(profile: &str, phrase: &str) -> Vec<u8> {
    let pass = format!("pass:{phrase}");
    let mut openssl = Command::new("openssl")
        .args(["enc", "-aes-256-cbc", "-md", "md5", "-pass", &pass])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut input = openssl.stdin.take().expect("it is piped");
    input.write_all(profile.as_bytes()).expect("it reads");
    drop(input);
    openssl.wait_with_output().expect("it ends").stdout
}

/// Section 3.1: interoperable with the real program. Covers M-01, T-14.
#[tokio::test]
async fn a_profile_openssl_has_made_is_taken_and_one_of_another_key_is_not() {
    let server = Server::answering(vec![Server::ok(&encrypted(PROFILE, "SecretPhrase1234"))]).await;
    let rule = format!("[--key SecretPhrase1234] {}", server.url("/$MA.cfg"));
    let handle = device(&rule).await;
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    let request = server.requests().remove(0);
    assert!(
        request.starts_with("GET /00005e005301.cfg HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("user-agent: Cisco/ATA192-MPP-11-3-2MPP0102-233(FCH26480QXA)"));
    handle.stop();

    let server = Server::answering(vec![Server::ok(&encrypted(PROFILE, "SecretPhrase1234"))]).await;
    let handle = device(&format!("[--key other] {}", server.url("/a"))).await;
    comes_to_hold(&handle, LOG, "Resync failed: corrupt file").await;
    let proxy = handle.look(0, |device| device.core().value_of(PROXY)).await;
    assert_eq!(proxy.flatten().as_deref(), Some(""));
    handle.stop();
}

/// Section 2.8: 302 is followed at once, 401 answered with the credentials of the rule. Covers M-01, T-14.
#[tokio::test]
async fn redirects_are_followed_and_challenges_answered_as_the_classes_say() {
    let server = Server::answering(vec![
        Server::status("302 Found", "Location: /second\r\n"),
        Server::status(
            "401 Unauthorized",
            "WWW-Authenticate: Basic realm=\"p\"\r\n",
        ),
        Server::ok(PROFILE.as_bytes()),
    ])
    .await;
    let handle = device(&format!("[--uid u --pwd p] {}", server.url("/first"))).await;
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    let requests = server.requests();
    assert!(requests[1].starts_with("GET /second "));
    assert!(
        requests[2].contains("authorization: Basic dTpw"),
        "{}",
        requests[2]
    );
    handle.stop();
}

/// Section 2.8: 404 is class B, 401 without end and 500 are class C. Covers M-01, T-14.
#[tokio::test]
async fn a_status_that_is_no_success_is_told_in_the_log() {
    let challenge = "WWW-Authenticate: Basic realm=\"p\"\r\n";
    let cases = [
        (vec![Server::status("404 Not Found", "")], "file not found"),
        (vec![Server::status("500 Oh", "")], "answered 500"),
        (
            vec![Server::status("307 Away", "Location: /x\r\n")],
            "answered 307",
        ),
        (vec![Server::status("401 No", challenge); 3], "answered 401"),
    ];
    for (answers, told) in cases {
        let server = Server::answering(answers).await;
        let handle = device(&format!("[--uid u --pwd p] {}", server.url("/a"))).await;
        comes_to_hold(&handle, LOG, told).await;
        handle.stop();
    }
}

/// Section 2.6: TFTP is one of the three schemes. Covers M-01, T-11.
#[tokio::test]
async fn a_profile_comes_by_tftp() {
    let address = server::tftp(PROFILE.as_bytes().to_vec()).await;
    let handle = device(&format!("tftp://{address}/ata.cfg")).await;
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    handle.stop();
}
