//! The provisioning server: first contact, keys, rotation, and what the real `openssl` and `curl` say of it.

use crate::world::by_hand::{Hand, read_answer};
use crate::world::{Authority, Phone, World, anywhere, eventually};
use acs::config::{ProvisioningConfig, TlsConfig};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

pub(super) const MAC: &str = "000e08aabbcc";
pub(super) const SECRET: &str = "opensesame";

/// A server that devices resync with, and a profile with a secret in it.
pub(super) async fn world() -> World {
    world_with(|_| {}).await
}

/// The same with further settings of the provisioning server.
pub(super) async fn world_with(settings: impl FnOnce(&mut ProvisioningConfig)) -> World {
    let world = World::start_with(|config, folder| {
        let servers = Authority::new(folder, "servers");
        let (certificate_file, key_file) = servers.certificate("127.0.0.1");
        let makers = Authority::new(folder, "makers");
        let phones = folder.join("phones");
        std::fs::create_dir(&phones).expect("a folder");
        let (certificate, key) = makers.device("CP-8861", "CERT1", MAC);
        std::fs::rename(certificate, phones.join("CERT1.pem")).expect("a file");
        std::fs::rename(key, phones.join("CERT1.key")).expect("a file");
        makers.device("ATA192", "CERT1", MAC);
        Authority::new(folder, "strangers").device("ATA192", "CERT1", MAC);
        config.provisioning.http = Some(anywhere());
        config.provisioning.https = Some(anywhere());
        config.provisioning.tftp = Some(anywhere());
        config.provisioning.tls = Some(TlsConfig {
            certificate_file,
            key_file,
            client_ca_file: Some(makers.ca()),
        });
        config.provisioning.common_rule = Some("https://prov.example.net/$MA.cfg".into());
        settings(&mut config.provisioning);
    })
    .await;
    let profile = json!({ "values": [
        { "name": "~.X_CISCO_ATA.Provisioning.GPP_A", "value": "{{serial_number}}" },
        { "name": "~.X_CISCO_ATA.Line.1.Password", "value": SECRET },
    ] });
    let put = world.api.put("/profiles/home", profile).await;
    put.expect("a good profile");
    world
}

pub(super) fn http(world: &World) -> SocketAddr {
    world.server.provisioning.http.expect("it speaks HTTP")
}

pub(super) async fn registered(world: &World, serial: &str) -> Hand {
    let hand = Hand::registered(world, serial).await;
    let path = format!("{}/variables", hand.path());
    let put = world.api.put(&path, json!({ "mac": MAC })).await;
    put.expect("good variables");
    hand
}

/// A request as an ATA makes it.
pub(super) async fn ask(
    server: SocketAddr,
    path: &str,
    headers: &str,
) -> crate::world::by_hand::Answer {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         User-Agent: Cisco/ATA192-MPP-11-3-2MPP0102-233(RES1)\r\n{headers}\r\n"
    );
    raw(server, request.as_bytes()).await
}

pub(super) async fn raw(server: SocketAddr, request: &[u8]) -> crate::world::by_hand::Answer {
    let mut stream = TcpStream::connect(server).await.expect("it listens");
    stream.write_all(request).await.expect("it reads");
    read_answer(&mut stream).await.expect("it answers")
}

pub(super) async fn open_window(world: &World, device: &str) {
    let path = format!("{device}/provisioning/window");
    let put = world.api.put(&path, json!({ "minutes": 10 })).await;
    put.expect("a window");
}

pub(super) fn element<'a>(document: &'a str, name: &str) -> &'a str {
    let (_, behind) = document
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("no {name}: {document}"));
    behind.split('<').next().expect("there is one always")
}

/// The path in a rule such as `[--key $SA] http://server/p/…/$MA.cfg`.
pub(super) fn path_of(rule: &str) -> String {
    let (_, url) = rule.split_once("//").expect("a URL");
    let (_, path) = url.split_once('/').expect("a path");
    format!("/{}", path.replace("$MA", MAC))
}

/// What `openssl enc -d` and gzip make of it.
pub(super) fn decrypted(key: &str, bytes: &[u8]) -> Option<String> {
    let mut openssl = Command::new("openssl")
        .args(["enc", "-d", "-aes-256-cbc", "-md", "md5", "-pass"])
        .arg(format!("pass:{key}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut input = openssl.stdin.take().expect("it is piped");
    input.write_all(bytes).expect("it reads");
    drop(input);
    let output = openssl.wait_with_output().expect("it ends");
    let mut text = String::new();
    let read = GzDecoder::new(&output.stdout[..]).read_to_string(&mut text);
    (output.status.success() && read.is_ok()).then_some(text)
}

pub(super) async fn outcomes(world: &World, device: &str) -> Vec<String> {
    let contacts = world.api.get(&format!("{device}/contacts")).await;
    let contacts = contacts.expect("contacts");
    let list = contacts.as_array().expect("a list").iter();
    list.map(|contact| contact["outcome"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Covers M06.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_without_proof_gets_its_first_profile_only_while_a_window_is_open() {
    let world = world().await;
    let hand = registered(&world, "RES1").await;
    let server = http(&world);
    let path = format!("/{MAC}.cfg");
    assert_eq!(ask(server, &path, "").await.status, 403);
    open_window(&world, &hand.path()).await;
    let first = ask(server, &path, "").await;
    assert_eq!(first.status, 200);
    let document = first.text();
    assert_eq!(element(&document, "GPP_A"), "RES1");
    assert!(!document.contains(SECRET), "in clear: {document}");
    let key = element(&document, "GPP_SA").to_owned();
    assert_eq!(key.len(), 64);
    let rule = element(&document, "Profile_Rule").to_owned();
    assert!(
        rule.starts_with(&format!("[--key $SA] http://{server}/p/")),
        "{rule}"
    );
    let window = format!("{}/provisioning/window", hand.path());
    world.api.delete(&window).await.expect("it was open");
    assert_eq!(ask(server, &path, "").await.status, 403);

    // What follows is for the device alone, and openssl reads it.
    let second = ask(server, &path_of(&rule), "").await;
    assert_eq!(second.status, 200);
    let document = decrypted(&key, &second.body).expect("openssl decrypts it");
    assert_eq!(element(&document, "Password_1_"), SECRET);
    assert_eq!(element(&document, "Profile_Rule"), rule);
    assert!(decrypted(&"0".repeat(64), &second.body).is_none());
    let tag = second.header("etag").expect("a tag").to_owned();
    let again = ask(
        server,
        &path_of(&rule),
        &format!("If-None-Match: {tag}\r\n"),
    )
    .await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    // From here on whoever asks by the device's name gets what only the device can read.
    let named = ask(server, &path, "").await;
    assert_eq!((named.status, &named.body), (200, &second.body));
    let outcomes = outcomes(&world, &hand.path()).await;
    assert_eq!(outcomes[0], "sent encrypted");
    assert_eq!(
        outcomes.last().map(String::as_str),
        Some("refused: neither a certificate nor an open window")
    );
    let contacts = world.api.get(&format!("{}/contacts", hand.path())).await;
    let contacts = contacts.expect("contacts").to_string();
    assert!(
        contacts.contains("ATA192-MPP") && contacts.contains("/p/***/"),
        "{contacts}"
    );
}

pub(super) fn curl(
    world: &World,
    authority: Option<&str>,
    path: &str,
    more: &[&str],
) -> (String, String) {
    let folder = world.folder.path();
    let server = world.server.provisioning.https.expect("it speaks HTTPS");
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--max-time",
        "20",
        "--write-out",
        "\n%{http_code}",
    ]);
    curl.arg("--cacert").arg(folder.join("servers/ca.pem"));
    if let Some(authority) = authority {
        let folder = folder.join(authority);
        curl.arg("--cert").arg(folder.join("CERT1.pem"));
        curl.arg("--key").arg(folder.join("CERT1.key"));
    }
    let curl = curl.args(more).arg(format!("https://{server}{path}"));
    let output = curl.output();
    let output = output.expect("curl is installed");
    let text = String::from_utf8(output.stdout).expect("text");
    let (body, status) = text.rsplit_once('\n').expect("a status");
    (status.to_owned(), body.to_owned())
}

/// Section 5.4: OU is the product, L the serial number, S the MAC address.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_its_makers_certificate_gets_its_first_profile_without_a_window() {
    let world = world().await;
    let hand = registered(&world, "CERT1").await;
    registered(&world, "OTHER").await;
    let (status, document) = curl(&world, Some("makers"), "/ata192.cfg", &[]);
    assert_eq!(status, "200");
    assert_eq!(element(&document, "Password_1_"), SECRET);
    assert_eq!(element(&document, "GPP_SA").len(), 64);
    let (status, _) = curl(&world, Some("makers"), "/OTHER.cfg", &[]);
    assert_eq!(status, "403", "the path names another device");
    let (status, _) = curl(&world, Some("phones"), "/CERT1.cfg", &[]);
    assert_eq!(status, "404", "another product with the same serial number");
    let (status, _) = curl(&world, Some("strangers"), "/ata192.cfg", &[]);
    assert_eq!(status, "000", "the handshake ends");
    let (status, _) = curl(&world, None, "/CERT1.cfg", &[]);
    assert_eq!(status, "403", "without a certificate");
    let outcomes = outcomes(&world, &hand.path()).await;
    assert_eq!(
        outcomes[1..],
        [
            "refused: the path names another device than the certificate",
            "first profile sent",
        ]
    );
}

/// Section 5.1: SP-CUST.
#[tokio::test(flavor = "multi_thread")]
async fn the_path_that_is_everybodys_only_tells_where_a_device_finds_its_own() {
    let world = world().await;
    let answer = ask(http(&world), "/ata192.cfg", "").await;
    assert_eq!(answer.status, 200);
    let rule = "<Profile_Rule>https://prov.example.net/$MA.cfg</Profile_Rule>";
    assert!(answer.text().contains(rule), "{}", answer.text());
    assert_eq!(answer.text().matches("</").count(), 2, "and nothing else");
}

/// Covers F01.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_profiles_comes_out_and_nothing_goes_in() {
    let world = world().await;
    let server = http(&world);
    let long = format!("/{}.cfg", "a".repeat(5000));
    for path in [
        "/",
        "/../../etc/passwd",
        "/%2e%2e/dialtone.db",
        "/p/",
        "/p/0123456789abcdef0123456789abcdef/000e08aabbcc.cfg",
        "/p/../000e08aabbcc.cfg",
        "/firmware/x.img",
        "/000e08aabbcc.cfg%00.txt",
        &long,
    ] {
        assert_eq!(ask(server, path, "").await.status, 404, "{path}");
    }
    let put = b"PUT /000e08aabbcc.cfg HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let answer = raw(server, put).await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("GET, HEAD"))
    );
}

pub(super) async fn standing(world: &World, device: &str) -> Value {
    let standing = world.api.get(&format!("{device}/provisioning")).await;
    standing.expect("a device that is known")
}

/// A whole device that has got its key in its first profile, and fetches with it every second.
pub(super) async fn keyed(world: &World) -> Phone {
    let phone = world.phone("RES9").await;
    open_window(world, &phone.path()).await;
    let rule = format!("http://{}/$SN.cfg", http(world));
    phone.change("X_CISCO_ATA.Provisioning.Resync_Random_Delay", "0");
    phone.change("X_CISCO_ATA.Provisioning.Resync_Periodic", "1");
    phone.change("X_CISCO_ATA.Provisioning.Profile_Rule", &rule);
    eventually("the device fetches with its key", || async {
        let standing = standing(world, &phone.path()).await;
        (standing["key_used"] == true).then_some(())
    })
    .await;
    phone
        .reaches("X_CISCO_ATA.Provisioning.GPP_A", "RES9")
        .await;
    phone
}

/// A whole device: its first profile, the encrypted ones behind it, and the next key.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_goes_from_its_first_profile_to_encrypted_ones_and_takes_the_next_key_over() {
    let world = world().await;
    let phone = keyed(&world).await;
    let first = standing(&world, &phone.path()).await;
    let rotate = format!("{}/provisioning/rotate", phone.path());
    world
        .api
        .post(&rotate, json!({}))
        .await
        .expect("it has a key");
    eventually("the next key is the current one", || async {
        let now = standing(&world, &phone.path()).await;
        let replaced = now["key_since"] != first["key_since"] && now["next_key_since"].is_null();
        (replaced && now["key_used"] == true).then_some(())
    })
    .await;
    let own = json!({ "values": [
        { "name": "~.X_CISCO_ATA.Provisioning.Profile_Rule", "value": "http://192.0.2.1/x" },
    ] });
    world
        .api
        .put("/profiles/own", own)
        .await
        .expect("a good profile");
    let refused = world.api.post(&rotate, json!({})).await;
    assert_eq!(refused.expect_err("it would never get it").status, 409);
}

/// What keys were sealed with has to be there: a server that made it anew would shut every device out.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_file_its_keys_were_sealed_with_does_not_start() {
    let world = world().await;
    let config = world.server.app().config.clone();
    let World { server, folder, .. } = world;
    server.stop().await;
    let path = folder.path().join("acs/provisioning.key");
    let kept = std::fs::read(&path).expect("the server has made it");
    std::fs::remove_file(&path).expect("it is there");
    for content in [None, Some(vec![7; 32])] {
        if let Some(content) = content {
            std::fs::write(&path, content).expect("a file");
        }
        let refused = acs::Server::start(config.clone())
            .await
            .expect_err("another key");
        assert!(refused.to_string().contains("keys of devices"), "{refused}");
    }
    std::fs::write(&path, kept).expect("a file");
    let server = acs::Server::start(config).await.expect("all is as it was");
    server.stop().await;
}
