//! One device over real sockets against a server whose every byte is the test's: connections that come and go,
//! packed bodies, old and careless servers, datagrams.

mod addresses;
mod server;
mod trust;

#[path = "../support/authority.rs"]
mod authority;

use agent::fleet::{FleetConfig, Setup};
use agent::shell::RunnerHandle;
use agent::shell::tls::TlsConfig;
use cwmp::rpc::{SetParameterAttribute, SetParameterAttributes, SetParameterValues};
use cwmp::{AcsRequest, ParameterKey};
use data_model::{Secret, XsdType};
use server::{After, Server, eventually};
use std::io::Read as _;
use std::net::UdpSocket;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

const HOST: &str = "Device.LAN.TraceRouteDiagnostics.Host";

/// Runs one device that has this server for its ACS.
async fn device(server: &Server, parameters: &[(&str, &str)]) -> RunnerHandle {
    trusting_device(server, parameters, TlsConfig::default()).await
}

async fn trusting_device(
    server: &Server,
    parameters: &[(&str, &str)],
    tls: TlsConfig,
) -> RunnerHandle {
    let mut all = vec![("ManagementServer.PeriodicInformEnable", "0")];
    all.extend(parameters);
    let config = FleetConfig {
        device_type: "ata192".into(),
        count: 1,
        parameters: all
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        setup: Setup {
            serial_prefix: "WIRE".into(),
            tls,
            ..Setup::towards(server.url.clone(), Secret::new("secret"))
        },
    };
    let (runner, handle) = config.start().await.expect("the device can be run");
    tokio::spawn(runner.run());
    handle
}

async fn session_ends(handle: &RunnerHandle) {
    eventually("a session ends", || {
        let ended = handle.counters.sessions.load(Relaxed) > 0;
        ended.then_some(())
    })
    .await;
    assert_eq!(handle.counters.failed_sessions.load(Relaxed), 0);
}

/// Covers H-10, W-30.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_though_the_server_closes_after_every_answer() {
    for after in [After::CloseTold, After::CloseUntold] {
        let server = Server::start(after, |_| Vec::new());
        server.asks(set_attributes(5));
        let handle = device(&server, &[]).await;
        session_ends(&handle).await;
        let seen = server.seen();
        let messages: Vec<&str> = seen.iter().map(|post| post.message.as_str()).collect();
        assert_eq!(messages, ["Inform", "", "SetParameterAttributesResponse"]);
        let connections: Vec<usize> = seen.iter().map(|post| post.connection).collect();
        assert_eq!(connections, [0, 1, 2], "{after:?}");
        handle.stop();
    }
}

/// Covers H-08, H-09, H-01.
#[tokio::test(flavor = "multi_thread")]
async fn one_connection_serves_the_whole_session_and_no_request_comes_early() {
    let server = Server::start(After::Keep, |_| Vec::new());
    server.asks(set_attributes(5));
    let handle = device(&server, &[]).await;
    session_ends(&handle).await;
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    for post in &seen {
        assert_eq!(post.connection, 0);
        assert!(!post.early, "the device waits for the answer");
        assert!(
            post.head.starts_with("POST /acs HTTP/1.1\r\n"),
            "{}",
            post.head
        );
    }
    eventually("the device closes", || server.all_closed().then_some(())).await;
    handle.stop();
}

/// Covers H-02, H-03, H-04.
#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_the_soap_headers_are_those_of_the_standard() {
    let server = Server::start(After::Keep, |_| Vec::new());
    let handle = device(&server, &[]).await;
    session_ends(&handle).await;
    let seen = server.seen();
    let lines = |index: usize| -> Vec<String> {
        let lines = seen[index].head.lines();
        lines.map(str::to_ascii_lowercase).collect()
    };
    let inform = lines(0);
    let soap_action = inform.iter().find(|line| line.starts_with("soapaction"));
    assert_eq!(soap_action.map(|line| line.trim_end()), Some("soapaction:"));
    assert!(inform.contains(&"content-type: text/xml; charset=\"utf-8\"".to_owned()));
    let empty = lines(1);
    assert!(empty.contains(&"content-length: 0".to_owned()));
    let soap = |line: &String| line.starts_with("soapaction") || line.starts_with("content-type");
    assert!(!empty.iter().any(soap), "{empty:?}");
    handle.stop();
}

/// Covers H-11, A-08.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_401_the_request_comes_again_on_the_connection_the_server_leaves() {
    for (headers, connections) in [
        (vec![], [0, 0, 0]),
        (vec!["Connection: close".to_owned()], [0, 1, 1]),
    ] {
        let server = Server::start(After::Keep, move |index| match index {
            0 => {
                let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
                let mut lines = vec!["HTTP/1.1 401 Unauthorized".to_owned(), challenge.into()];
                lines.extend(headers.iter().cloned());
                lines
            }
            _ => Vec::new(),
        });
        let handle = device(&server, &[]).await;
        session_ends(&handle).await;
        let seen = server.seen();
        let used: Vec<usize> = seen.iter().map(|post| post.connection).collect();
        assert_eq!(used, connections);
        let proofs: Vec<bool> = seen
            .iter()
            .map(|post| {
                post.head
                    .to_ascii_lowercase()
                    .contains("\r\nauthorization: digest ")
            })
            .collect();
        assert_eq!(proofs, [false, true, true]);
        handle.stop();
    }
}

/// Covers H-20.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_packed_on_the_line_both_ways() {
    let server = Server::packing(After::Keep);
    let compression = [("ManagementServer.HTTPCompression", "GZIP")];
    let handle = device(&server, &compression).await;
    session_ends(&handle).await;
    let seen = server.seen();
    let head = seen[0].head.to_ascii_lowercase();
    assert!(head.contains("\r\ncontent-encoding: gzip\r\n"), "{head}");
    assert!(
        head.contains("\r\naccept-encoding: gzip, deflate\r\n"),
        "{head}"
    );
    let mut text = String::new();
    flate2::read::GzDecoder::new(&seen[0].body[..])
        .read_to_string(&mut text)
        .expect("gzip");
    assert!(text.contains("<EventCode>0 BOOTSTRAP</EventCode>"));
    assert!(seen[0].body.len() < text.len() / 2);
    handle.stop();
}

/// Covers H09, H-12.
#[tokio::test(flavor = "multi_thread")]
async fn a_packed_bomb_ends_the_session_and_not_the_device() {
    let server = Server::bombing();
    let handle = device(&server, &[]).await;
    eventually("the session fails", || {
        let failed = handle.counters.failed_sessions.load(Relaxed) > 0;
        failed.then_some(())
    })
    .await;
    let alive = handle.look(0, |device| device.in_session()).await;
    assert_eq!(alive, Some(false));
    handle.stop();
}

/// Covers W-16, W-30.
#[tokio::test(flavor = "multi_thread")]
async fn old_and_careless_servers_are_understood() {
    for line in ["HTTP/1.0 200 OK", "HTTP/1.1 200"] {
        for content in [
            "",
            "content-type: text/html",
            "CONTENT-TYPE: application/soap+xml",
        ] {
            let server = Server::start(After::CloseUntold, move |_| {
                let lines = [line, content];
                let lines = lines.into_iter().filter(|line| !line.is_empty());
                lines.map(str::to_owned).collect()
            });
            let handle = device(&server, &[]).await;
            session_ends(&handle).await;
            handle.stop();
        }
    }
}

/// Covers N-01.
#[tokio::test(flavor = "multi_thread")]
async fn a_lightweight_notification_arrives_as_one_datagram() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let patience = Some(Duration::from_secs(60));
    socket.set_read_timeout(patience).expect("a time limit");
    let port = socket.local_addr().expect("bound").port().to_string();
    let server = Server::start(After::Keep, |_| Vec::new());
    server.asks(set_attributes(5));
    server.asks(set(HOST, "192.0.2.1"));
    let settings = [
        (
            "ManagementServer.LightweightNotificationProtocolsUsed",
            "UDP",
        ),
        (
            "ManagementServer.UDPLightweightNotificationHost",
            "127.0.0.1",
        ),
        ("ManagementServer.UDPLightweightNotificationPort", &port),
    ];
    let handle = device(&server, &settings).await;
    session_ends(&handle).await;
    handle.input(
        0,
        agent::device::Input::LocalChange {
            name: HOST.into(),
            value: "192.0.2.77".into(),
        },
    );
    let received = tokio::task::spawn_blocking(move || {
        let mut bytes = vec![0; 64 * 1024];
        let length = socket.recv(&mut bytes).expect("a datagram");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    });
    let text = received.await.expect("it is read");
    assert!(text.starts_with("POST / HTTP/1.1\r\n"), "{text}");
    assert!(text.contains(">192.0.2.77</Value>"), "{text}");
    handle.stop();
}

fn set_attributes(level: u8) -> AcsRequest {
    let change = SetParameterAttribute {
        name: HOST.into(),
        notification_change: true,
        notification: level,
        access_list_change: false,
        access_list: Vec::new(),
    };
    SetParameterAttributes {
        parameter_list: vec![change],
    }
    .into()
}

fn set(name: &str, value: &str) -> AcsRequest {
    SetParameterValues {
        parameter_list: [(name, XsdType::String, value)].into_iter().collect(),
        parameter_key: ParameterKey::default(),
    }
    .into()
}
