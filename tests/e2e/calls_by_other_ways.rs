//! Connection requests to devices that are not easy to reach: they drop connections, want Basic, have https, stand behind
//! a NAT, or are only found over XMPP.

use crate::prosody::Prosody;
use crate::world::by_hand::Hand;
use crate::world::{Authority, Phone, World, anywhere, eventually};
use cwmp::{Event, EventCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a listener does with a request, by its number.
type Script = fn(usize, &str) -> Option<&'static str>;

const DIGEST: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"cpe\", nonce=\"abc\", \
    qop=\"auth\", algorithm=MD5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const BASIC: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"cpe\"\r\n\
    Content-Length: 0\r\nConnection: close\r\n\r\n";
const WELCOME: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    number: usize,
    script: Script,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let answer = script(number, &String::from_utf8_lossy(&head))?;
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// A device's listener that keeps to a script, over TLS if there is a certificate. Counts its requests.
async fn listener(
    script: Script,
    tls: Option<acs::config::TlsConfig>,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(anywhere()).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let acceptor = tls
        .map(|tls| acs::tls::acceptor(&tls, acs::tls::Clients::May).expect("a good certificate"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (counted, acceptor) = (Arc::clone(&counted), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    None => serve(stream, counted.fetch_add(1, SeqCst), script).await,
                    Some(acceptor) => {
                        let stream = acceptor.accept(stream).await.ok()?;
                        serve(stream, counted.fetch_add(1, SeqCst), script).await
                    }
                }
            });
        }
    });
    (address, requests)
}

/// A device by hand that takes calls at this URL.
async fn callable(world: &World, serial_number: &str, url: &str) -> Hand {
    let mut hand = Hand::registered(world, serial_number).await;
    let inform = hand.inform(vec![Event::new(EventCode::Bootstrap)]);
    let inform = inform.replace("http://127.0.0.1:9/x", url);
    assert_eq!(hand.post(inform).await.status, 200);
    hand.post("").await;
    hand
}

async fn call(world: &World, path: &str) -> Value {
    let called = world.api.post(&format!("{path}/call"), json!({})).await;
    called.expect("an answer")
}

fn by_hand(config: &mut acs::Config) {
    config.cwmp.basic_without_tls = true;
    config.enrolment.rotate_credentials = false;
}

/// Covers C-12.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_drops_the_request_with_the_proof_is_asked_once_more() {
    let world = World::start_with(|config, _| by_hand(config)).await;
    let script: Script = |number, head| match (number, head.contains("authorization: Digest")) {
        (0, false) => Some(DIGEST),
        (1, true) => None,
        (2, true) => Some(WELCOME),
        _ => Some("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
    };
    let (address, requests) = listener(script, None).await;
    let hand = callable(&world, "DROPS", &format!("http://{address}/call")).await;
    let called = call(&world, &hand.path()).await;
    assert_eq!(called["outcome"], "accepted", "{called}");
    assert_eq!(called["way"], "http");
    assert_eq!(requests.load(SeqCst), 3);
    let calls = world
        .api
        .get(&format!("{}/calls", hand.path()))
        .await
        .expect("a list");
    assert_eq!(calls["items"][0]["outcome"], "accepted", "{calls}");
    assert_eq!(calls["reach"]["worked"], "http", "{calls}");
    // One that always does is given up, and said so.
    let script: Script = |_, head| (!head.contains("authorization")).then_some(DIGEST);
    let (address, requests) = listener(script, None).await;
    let hand = callable(&world, "ALWAYS", &format!("http://{address}/call")).await;
    let called = call(&world, &hand.path()).await;
    assert_eq!(called["outcome"], "failed", "{called}");
    assert_eq!(requests.load(SeqCst), 3);
    let too_soon = call(&world, &hand.path()).await;
    assert_eq!(
        too_soon["outcome"], "too_soon",
        "it is left alone for a while"
    );
    let calls = world
        .api
        .get(&format!("{}/calls", hand.path()))
        .await
        .expect("a list");
    assert_eq!(calls["items"].as_array().map(Vec::len), Some(1), "{calls}");
    assert!(calls["items"][0]["why"].is_string(), "{calls}");
}

/// Covers C-12.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_goes_in_clear_only_where_the_operator_allows_it_or_the_line_is_encrypted() {
    let script: Script = |_, head| {
        let proved = head.contains("authorization: Basic YWNzOmJ5LWhhbmQtcGFzc3dvcmQ=");
        Some(if proved { WELCOME } else { BASIC })
    };
    let (address, _) = listener(script, None).await;
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "devices");
    let (certificate_file, key_file) = authority.certificate("127.0.0.1");
    let tls = acs::config::TlsConfig {
        certificate_file,
        key_file,
        client_ca_file: None,
    };
    let (encrypted, _) = listener(script, Some(tls)).await;
    let other = Authority::new(folder.path(), "others");
    for (basic, ca_file, plain, over_tls) in [
        (false, None, "failed", "accepted"),
        (true, None, "accepted", "accepted"),
        (false, Some(authority.ca()), "failed", "accepted"),
        (false, Some(other.ca()), "failed", "failed"),
    ] {
        let world = World::start_with(|config, _| {
            by_hand(config);
            config.connection_request.basic = basic;
            config.connection_request.ca_file = ca_file.clone();
        })
        .await;
        let hand = callable(&world, "PLAIN", &format!("http://{address}/call")).await;
        let called = call(&world, &hand.path()).await;
        assert_eq!(called["outcome"], plain, "{called}");
        let hand = callable(&world, "TLS", &format!("https://{encrypted}/call")).await;
        let called = call(&world, &hand.path()).await;
        assert_eq!(called["outcome"], over_tls, "{called} {ca_file:?}");
    }
}

/// A device that can be called by UDP only.
async fn by_udp(world: &World, serial_number: &str) -> Phone {
    let stun = world.server.stun_address.expect("the STUN server listens");
    let mut config = world.agent_config("ata192", serial_number);
    for (name, value) in [
        ("STUNEnable", "1".to_owned()),
        ("STUNServerAddress", stun.ip().to_string()),
        ("STUNServerPort", stun.port().to_string()),
        ("HTTPConnectionRequestEnable", "0".to_owned()),
    ] {
        let name = format!("Device.ManagementServer.{name}");
        config.parameters.insert(name, value);
    }
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    let path = format!("{}/calls", phone.path());
    eventually("its UDP address is known", || async {
        let calls = world.api.get(&path).await.ok()?;
        let known = calls["reach"]["udp_address"].as_str()?.contains(':');
        (known && phone.is_idle().await).then_some(())
    })
    .await;
    phone
}

/// Covers U-14, U-15, C-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_takes_no_http_is_called_by_udp_from_the_port_of_the_stun_server() {
    let world = World::start_with(|config, _| config.stun.listen = Some(anywhere())).await;
    let phone = by_udp(&world, "DATAGRAM").await;
    for _ in 0..2 {
        let before = world.device(&phone).await["informs"].as_u64();
        let called = call(&world, &phone.path()).await;
        assert_eq!(called["outcome"], "accepted", "{called}");
        assert_eq!(called["way"], "udp", "{called}");
        assert!(world.device(&phone).await["informs"].as_u64() > before);
        eventually("the session is over", || async {
            phone.is_idle().await.then_some(())
        })
        .await;
    }
    let calls = world
        .api
        .get(&format!("{}/calls", phone.path()))
        .await
        .expect("a list");
    assert_eq!(calls["reach"]["worked"], "udp", "{calls}");
    // The second call began with what had worked.
    assert_eq!(calls["items"][0]["way"], "udp", "{calls}");
    assert_eq!(calls["items"][1]["way"], "udp", "{calls}");
    assert_eq!(calls["items"][2]["way"], "http", "{calls}");
    // A task does not wait for the next periodic Inform either.
    let name = phone.name("DeviceInfo.UpTime");
    let task = json!({ "kind": "get_parameter_values", "names": [name] });
    assert_eq!(world.task(&phone, task).await["state"], "done");
}

/// Covers K-04, K-05, K-08.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_called_over_xmpp() {
    let prosody = Prosody::start(&[("cpe", "cpe-secret"), ("acs", "acs-secret")]).await;
    let world = World::start_with(|config, folder| {
        let password_file = folder.join("xmpp-password");
        std::fs::write(&password_file, "acs-secret\n").expect("a file");
        config.xmpp.jid = Some("acs@localhost".into());
        config.xmpp.password_file = Some(password_file);
        config.xmpp.server = Some(prosody.address.to_string());
        config.xmpp.ca_file = Some(prosody.certificate());
    })
    .await;
    let mut config = world.agent_config("ata192", "STANZA");
    config.tls.ca_file = Some(prosody.certificate());
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    for object in [
        "Device.XMPP.Connection.",
        "Device.XMPP.Connection.1.Server.",
    ] {
        let task = json!({ "kind": "add_object", "object": object });
        assert_eq!(world.task(&phone, task).await["state"], "done");
    }
    let connection = "Device.XMPP.Connection.1.";
    let server = "Device.ManagementServer.";
    let values = [
        (
            format!("{connection}Server.1.ServerAddress"),
            "127.0.0.1".to_owned(),
        ),
        (
            format!("{connection}Server.1.Port"),
            prosody.address.port().to_string(),
        ),
        (format!("{connection}Server.1.Enable"), "1".into()),
        (format!("{connection}Username"), "cpe".into()),
        (format!("{connection}Password"), "cpe-secret".into()),
        (format!("{connection}Domain"), "localhost".into()),
        (format!("{connection}Resource"), "ata".into()),
        (
            format!("{connection}ServerConnectAlgorithm"),
            "ServerTable".into(),
        ),
        (format!("{connection}Enable"), "1".into()),
        (
            format!("{server}ConnReqAllowedJabberIDs"),
            "acs@localhost".into(),
        ),
        (
            format!("{server}ConnReqXMPPConnection"),
            "Device.XMPP.Connection.1".into(),
        ),
        (format!("{server}HTTPConnectionRequestEnable"), "0".into()),
    ];
    let values: Vec<Value> = values
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let task = json!({ "kind": "set_parameter_values", "values": values });
    let task = world.task(&phone, task).await;
    assert_eq!(task["state"], "done", "{task}");
    let path = format!("{}/calls", phone.path());
    eventually("its JabberID is known", || async {
        let calls = world.api.get(&path).await.ok()?;
        let known = calls["reach"]["jabber_id"] == "cpe@localhost/ata";
        (known && phone.is_idle().await).then_some(())
    })
    .await;
    let before = world.device(&phone).await["informs"].as_u64();
    let called = call(&world, &phone.path()).await;
    let log = prosody.log();
    assert_eq!(called["outcome"], "accepted", "{called} {log}");
    assert_eq!(called["way"], "xmpp", "{called}");
    eventually("the device comes", || async {
        (world.device(&phone).await["informs"].as_u64() > before).then_some(())
    })
    .await;
}
