//! A proxy in front of the server: whom the operator trusts says who is behind it, and nobody else does.
//!
//! Long because each kind of proxy is played by hand.

use crate::world::by_hand::{Answer, Hand, fetch};
use crate::world::proxy::{Proxy, Says};
use crate::world::rest::{ADMIN_PASSWORD, Rest};
use crate::world::{Authority, Phone, World, eventually};
use acs::config::admission::{Decision, Proof, RuleConfig};
use acs::config::proxies::{ForwardedBy, Spoken};
use acs::config::{Config, EnrolmentMode, TlsConfig};
use agent::shell::tls::TlsConfig as DeviceTls;
use cwmp::{Event, EventCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;

/// Where the proxy is that is trusted, and one that is not.
const TRUSTED: &str = "127.0.0.2";
const OTHER: &str = "127.0.0.3";

fn trusting(config: &mut Config, header: ForwardedBy) {
    config.proxies.trusted = vec![format!("{TRUSTED}/32")];
    config.proxies.header = header;
}

/// A server that takes every device in.
async fn open_to_all(settings: impl FnOnce(&mut Config, &Path)) -> World {
    World::start_with(|config, folder| {
        config.enrolment.mode = EnrolmentMode::Open;
        config.enrolment.rotate_credentials = false;
        config.cwmp.basic_without_tls = true;
        settings(config, folder);
    })
    .await
}

/// A device's first Inform by way of a proxy.
async fn informs(proxy: &Proxy, serial_number: &str) -> (Hand, Option<Answer>) {
    let mut hand = Hand::with_password(proxy.address, serial_number, "x");
    let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
    let answer = hand.try_post(inform).await;
    (hand, answer)
}

async fn address_of(world: &World, hand: &Hand) -> Value {
    let device = world.api.get(&hand.path()).await.expect("it is known");
    device["address"].clone()
}

/// A real device, with its sessions, its credentials and its connection requests, behind a proxy that ends nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_behind_a_trusted_proxy_has_its_own_address() {
    let world = World::start_with(|config, _| trusting(config, ForwardedBy::XForwardedFor)).await;
    // What the device says of itself comes before what the proxy has seen.
    let says = Says::forwarded_for("198.51.100.1, 203.0.113.7");
    let proxy = Proxy::start(world.server.cwmp_address, TRUSTED, says).await;
    let mut config = world.agent_config("ata192", "PROXIED1");
    config.acs.url = proxy.url();
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    assert_eq!(world.device(&phone).await["address"], "203.0.113.7");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_says_of_an_address_is_not_believed() {
    let world = open_to_all(|config, _| {
        trusting(config, ForwardedBy::Forwarded);
        config.admission.rules = vec![RuleConfig {
            networks: vec!["203.0.113.0/24".into()],
            proof: None,
            oui: Vec::new(),
            product_class: Vec::new(),
            then: Decision::Enrol,
        }];
        config.admission.unknown = Decision::Refuse;
    })
    .await;
    let server = world.server.cwmp_address;
    let told = || Says::Lines("Forwarded: for=203.0.113.7;proto=http\r\n".into());
    let proxy = Proxy::start(server, OTHER, told()).await;
    let (hand, answer) = informs(&proxy, "SPOOFED").await;
    let answer = answer.expect("an answer").text();
    assert!(answer.contains("8001"), "it is refused: {answer}");
    assert!(world.api.get(&hand.path()).await.is_err());
    // A trusted one that does not write this header passes on what anybody may have written.
    let proxy = Proxy::start(server, TRUSTED, Says::forwarded_for("203.0.113.7")).await;
    let (_, answer) = informs(&proxy, "SPOOFED").await;
    assert!(answer.expect("an answer").text().contains("8001"));
    let proxy = Proxy::start(server, TRUSTED, told()).await;
    let (hand, answer) = informs(&proxy, "REAL").await;
    assert!(answer.expect("an answer").text().contains("InformResponse"));
    assert_eq!(address_of(&world, &hand).await, "203.0.113.7");
}

/// Two devices of which neither sends its cookie back share one connection of a proxy: each goes on in its own session.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_a_proxy_is_not_taken_for_a_device() {
    let world = open_to_all(|config, _| trusting(config, ForwardedBy::XForwardedFor)).await;
    let mut one = Hand::with_password(world.server.cwmp_address, "SHARED1", "x");
    let proxy = Proxy::start(
        world.server.cwmp_address,
        TRUSTED,
        Says::Lines(String::new()),
    )
    .await;
    let mut shared = Hand::with_password(proxy.address, "SHARED1", "x");
    for serial_number in ["SHARED1", "SHARED2"] {
        let last = if serial_number == "SHARED1" { 1 } else { 2 };
        shared.headers = format!("X-Forwarded-For: 203.0.113.{last}\r\n");
        shared.identity.serial_number = serial_number.into();
        shared.cookie = None;
        let inform = shared.inform(vec![Event::new(EventCode::Boot)]);
        let answer = shared.post(inform).await;
        assert!(
            answer.text().contains("InformResponse"),
            "{}",
            answer.text()
        );
        assert_eq!(
            address_of(&world, &shared).await,
            format!("203.0.113.{last}")
        );
    }
    // The first one's empty POST, on the connection the second one's Inform came on.
    shared.headers = "X-Forwarded-For: 203.0.113.1\r\n".into();
    shared.cookie = None;
    assert_eq!(shared.post("").await.status, 204);
    shared.headers = "X-Forwarded-For: 203.0.113.2\r\n".into();
    shared.cookie = None;
    assert_eq!(
        shared.post("").await.status,
        204,
        "its session is there yet"
    );
    one.cookie = None;
    assert_eq!(one.post("").await.status, 400, "from there none is open");
}

fn second_version(last: u8) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([
        0x21, 0x11, 0, 12, 203, 0, 113, last, 127, 0, 0, 1, 1, 1, 2, 2,
    ]);
    header
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_protocol_is_taken_from_trusted_proxies_only() {
    let world = open_to_all(|config, _| {
        trusting(config, ForwardedBy::None);
        config.proxies.protocol = vec![Spoken::Cwmp, Spoken::Api];
    })
    .await;
    let server = world.server.cwmp_address;
    let first = |last: u8| format!("PROXY TCP4 203.0.113.{last} 127.0.0.1 1 2\r\n").into_bytes();
    for (serial_number, header, address) in [
        ("PP1", first(1), "203.0.113.1"),
        ("PP2", second_version(2), "203.0.113.2"),
        ("PP3", b"PROXY UNKNOWN\r\n".to_vec(), TRUSTED),
    ] {
        let proxy = Proxy::start(server, TRUSTED, Says::First(header.clone())).await;
        let (hand, answer) = informs(&proxy, serial_number).await;
        let answer = answer.expect("an answer");
        assert!(
            answer.text().contains("InformResponse"),
            "{}",
            answer.text()
        );
        assert_eq!(address_of(&world, &hand).await, address);
        let proxy = Proxy::start(server, OTHER, Says::First(header)).await;
        let (_, answer) = informs(&proxy, "PP9").await;
        assert!(
            answer.is_none_or(|answer| answer.status == 400),
            "no request of HTTP"
        );
    }
    // One that should say whom it comes from and does not is not served; others speak HTTP as ever.
    let proxy = Proxy::start(server, TRUSTED, Says::First(Vec::new())).await;
    assert!(informs(&proxy, "PP9").await.1.is_none());
    let proxy = Proxy::start(server, OTHER, Says::First(Vec::new())).await;
    let (hand, _) = informs(&proxy, "PP4").await;
    assert_eq!(address_of(&world, &hand).await, OTHER);
    let strangers = world.api.get("/devices").await;
    assert!(!strangers.expect("a list").to_string().contains("PP9"));
    let proxy = Proxy::start(
        world.server.api_address,
        TRUSTED,
        Says::First(second_version(9)),
    )
    .await;
    let refused = Rest::sign_in(proxy.address, "admin", "wrong").await;
    assert_eq!(refused.expect_err("a wrong password").status, 401);
    assert_refused_from(&world, "203.0.113.9").await;
}

async fn assert_refused_from(world: &World, address: &str) {
    let trail = world.api.get("/audit").await.expect("the trail");
    let items = trail["items"].as_array().expect("a list");
    let refused = items
        .iter()
        .find(|item| item["action"] == "sign-in.refused");
    let refused = refused.expect("a line").to_string();
    assert!(refused.contains(address), "{refused}");
}

/// Covers A06.
#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_behind_a_proxy_keeps_nobody_else_out() {
    let world = World::start_with(|config, _| trusting(config, ForwardedBy::XForwardedFor)).await;
    let api = world.server.api_address;
    let office = Proxy::start(api, TRUSTED, Says::forwarded_for("203.0.113.10")).await;
    let guesser = Proxy::start(api, TRUSTED, Says::forwarded_for("203.0.113.9")).await;
    let enters = |proxy: &Proxy, password: &'static str| {
        let address: SocketAddr = proxy.address;
        async move { Rest::sign_in(address, "admin", password).await }
    };
    enters(&office, ADMIN_PASSWORD).await.expect("a good one");
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let refused = enters(&guesser, "wrong").await;
        statuses.push(refused.expect_err("wrong").status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    enters(&office, ADMIN_PASSWORD).await.expect("still good");
    assert_refused_from(&world, "203.0.113.9").await;
    // Who says so without being a proxy is one address, whatever it says.
    let mut statuses = Vec::new();
    for number in 0..11 {
        let says = Says::forwarded_for(&format!("198.51.100.{number}"));
        let proxy = Proxy::start(api, OTHER, says).await;
        let refused = Rest::sign_in(proxy.address, "somebody", "wrong").await;
        statuses.push(refused.expect_err("wrong").status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_refused_from(&world, OTHER).await;
}

/// A file with a certificate, as `Client-Cert` has it.
fn header_of(file: &Path) -> Says {
    let pem = std::fs::read_to_string(file).expect("a file");
    let inner = pem.split("-----").nth(2).expect("a certificate");
    let base64: String = inner.split_whitespace().collect();
    Says::Lines(format!(
        "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nClient-Cert: :{base64}:\r\n"
    ))
}

/// Covers T04.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_in_a_header_counts_from_a_trusted_proxy_only() {
    let world = open_to_all(|config, folder| {
        trusting(config, ForwardedBy::XForwardedFor);
        config.cwmp.basic_without_tls = false;
        let devices = Authority::new(folder, "devices");
        devices.named("00562B-ATA192-CERT1");
        Authority::new(folder, "strangers").named("00562B-ATA192-CERT1");
        config.proxies.client_certificate_header = Some("Client-Cert".into());
        config.proxies.client_ca_file = Some(devices.ca());
        config.admission.rules = vec![RuleConfig {
            networks: Vec::new(),
            proof: Some(Proof::Certificate),
            oui: Vec::new(),
            product_class: Vec::new(),
            then: Decision::Enrol,
        }];
        config.admission.unknown = Decision::Refuse;
    })
    .await;
    let server = world.server.cwmp_address;
    let file = |authority: &str| {
        let folder = world.folder.path().join(authority);
        folder.join("00562B-ATA192-CERT1.pem")
    };
    for (from, authority) in [(OTHER, "devices"), (TRUSTED, "strangers")] {
        let proxy = Proxy::start(server, from, header_of(&file(authority))).await;
        let mut hand = Hand::with_password(proxy.address, "CERT1", "x");
        hand.authorization = String::new();
        let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
        let answer = hand.post(inform).await.text();
        assert!(answer.contains("8001"), "{from} {authority}: {answer}");
    }
    let proxy = Proxy::start(server, TRUSTED, header_of(&file("devices"))).await;
    // The certificate of one device is no way to be another one.
    let (hand, answer) = informs(&proxy, "CERT2").await;
    assert_eq!(answer.expect("an answer").status, 403);
    assert!(world.api.get(&hand.path()).await.is_err(), "not a row");
    let trail = world
        .api
        .get("/audit")
        .await
        .expect("the trail")
        .to_string();
    let line = "certificate of 00562B-ATA192-CERT1 claims to be 00562B-ATA192-CERT2";
    assert!(trail.contains(line), "{trail}");
    // Basic is fine: the line to the proxy was private.
    let (hand, answer) = informs(&proxy, "CERT1").await;
    assert!(answer.expect("an answer").text().contains("InformResponse"));
    assert_eq!(address_of(&world, &hand).await, "203.0.113.7");
}

/// Covers T04.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_one_device_is_no_way_into_another() {
    let world = World::start_with(|config, folder| {
        let authority = Authority::new(folder, "servers");
        let (certificate_file, key_file) = authority.certificate("127.0.0.1");
        let devices = Authority::new(folder, "devices");
        devices.named("00562B-ATA192-MINE");
        config.cwmp.tls = Some(TlsConfig {
            certificate_file,
            key_file,
            client_ca_file: Some(devices.ca()),
        });
    })
    .await;
    let folder = world.folder.path();
    let tls = DeviceTls {
        ca_file: Some(folder.join("servers/ca.pem")),
        certificate_file: Some(folder.join("devices/00562B-ATA192-MINE.pem")),
        key_file: Some(folder.join("devices/00562B-ATA192-MINE.key")),
    };
    let mut config = world.agent_config("ata192", "ANOTHERS");
    config.tls = tls;
    let phone = Phone::start(config).await;
    let trail = eventually("the server notes it", || async {
        let trail = world.api.get("/audit").await.ok()?.to_string();
        trail.contains("device.refused").then_some(trail)
    })
    .await;
    let line = format!(
        "certificate of 00562B-ATA192-MINE claims to be {}",
        phone.identity
    );
    assert!(trail.contains(&line), "{trail}");
    assert!(world.api.get(&phone.path()).await.is_err(), "not a row");
}

/// One device, first on the plain port and then on the private one, is one device.
async fn moves(world: &World, private: &str) {
    let good = || async {
        let text = fetch(world.server.api_address, "/metrics").await.text();
        let counts = text
            .lines()
            .filter(|line| line.starts_with("dialtone_tls_handshakes_total{"))
            .filter(|line| line.contains("name=\"good\""))
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
        counts.sum::<u64>()
    };
    let mut config = world.agent_config("ata192", "BOTH1");
    config.tls.ca_file = Some(world.folder.path().join("servers/ca.pem"));
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    assert_eq!(good().await, 0, "it came to the plain port");
    let started = |name: &str| format!("dialtone_sessions_started_total{{name=\"{name}\"}}");
    let before = world.metric(&started("cwmp")).await;
    assert!(before > 0.0);
    assert_eq!(world.metric(&started("cwmp_tls")).await, 0.0);
    let url = serde_json::json!({
        "kind": "set_parameter_values",
        "values": [{ "name": phone.name("ManagementServer.URL"), "value": private }],
    });
    assert_eq!(world.task(&phone, url).await["state"], "done");
    // It is called, and comes to the other one.
    world.session(&phone).await;
    assert!(good().await > 0, "it still comes to the plain port");
    assert!(world.metric(&started("cwmp_tls")).await > 0.0);
    let value = phone.value("ManagementServer.URL").await;
    assert_eq!(value.as_deref(), Some(private));
    let devices = world.api.all("/devices").await.expect("a list");
    assert_eq!(devices.len(), 1, "{devices:?}");
}

/// A fleet that moves from HTTP to HTTPS uses both at a time; passwords in clear are for the private one.
#[tokio::test(flavor = "multi_thread")]
async fn http_and_https_are_spoken_side_by_side() {
    let world = World::start_with(|config, folder| {
        let authority = Authority::new(folder, "servers");
        let (certificate_file, key_file) = authority.certificate("127.0.0.1");
        config.cwmp.tls_listen = Some(crate::world::anywhere());
        config.cwmp.tls = Some(TlsConfig {
            certificate_file,
            key_file,
            client_ca_file: None,
        });
    })
    .await;
    assert!(world.server.acs_url().starts_with("http://"));
    let private = world.server.acs_tls_url().expect("a second one");
    moves(&world, &private).await;
    let mut hand = Hand::with_password(world.server.cwmp_address, "BOTH3", "factory-secret");
    let inform = hand.inform(vec![Event::new(EventCode::Bootstrap)]);
    let answer = hand.post(inform.clone()).await;
    assert_eq!(answer.status, 401, "a password in clear without TLS");
    let offered: Vec<&String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate")
        .map(|(_, value)| value)
        .collect();
    let digest = |offer: &&String| offer.starts_with("Digest");
    assert!(
        !offered.is_empty() && offered.iter().all(digest),
        "{offered:?}"
    );
    let port = world.server.cwmp_tls_address.expect("a second one").port();
    let url = format!("https://127.0.0.1:{port}/");
    let user = format!("{}:factory-secret", hand.identity.username());
    let output = tokio::process::Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--basic",
            "--user",
            &user,
            "--cacert",
        ])
        .arg(world.folder.path().join("servers/ca.pem"))
        .args([
            "--data-binary",
            &inform,
            "-H",
            "Content-Type: text/xml",
            &url,
        ])
        .output()
        .await
        .expect("curl");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("InformResponse"),
        "{text} {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
