//! Secrets that come in by every way there is, and what lies on the disk and stands in the log afterwards.
//!
//! Long because a secret is sent by each way there is.

use crate::world::by_hand::{Hand, read_answer};
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::Rest;
use crate::world::{Authority, FACTORY_SECRET, eventually};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::*;
use cwmp::{Event, EventCode};
use data_model::ParameterList;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::process::Command;

const CANARY: &str = "canary-3b9e";

/// A secret of its own for each way, so that one that is found says how it came in.
fn secret(way: &str) -> String {
    format!("{CANARY}-{way}-{CANARY}")
}

/// Where a text stands in the files under a folder: each file with what follows it there.
pub(crate) fn found(folder: &Path, text: &str) -> Vec<String> {
    let mut places = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            places.extend(found(&path, text));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let windows = bytes.windows(text.len());
        let mut at = windows
            .enumerate()
            .filter(|(_, part)| *part == text.as_bytes());
        if let Some((at, _)) = at.next() {
            let end = bytes.len().min(at + 60);
            let near = String::from_utf8_lossy(&bytes[at.saturating_sub(40)..end]).into_owned();
            places.push(format!("{}: {near}", path.display()));
        }
    }
    places
}

/// A program that becomes the server and logs as much as it can into a file.
fn logging(log: &Path) -> Command {
    let mut command = Command::new("sh");
    let script = format!(
        "DIALTONE_LOG=trace exec \"$0\" \"$@\" 2>>'{}'",
        log.display()
    );
    command.args(["-c", &script, DIALTONE]);
    command
}

/// Through the API, as JSON and as CSV.
async fn by_the_api(api: &Rest, device: &str) {
    let password = |way: &str| json!({ "line1.password": secret(way) });
    let line = json!({ "port": 1, "number": "1", "user": "u", "password": secret("line"),
        "options": { "web.password": secret("option") } });
    for (path, body) in [
        (
            "/accounts/4711".to_owned(),
            json!({ "variables": { "a.password": secret("account") }, "lines": [line] }),
        ),
        (
            "/groups/north".into(),
            json!({ "tag": "north", "variables": password("group") }),
        ),
        (format!("{device}/variables"), password("variable")),
        (
            "/bindings/customer/c0ffee-12345".into(),
            json!({ "account": "4712", "variables": password("binding") }),
        ),
        (
            "/users/vera".into(),
            json!({ "role": "viewer", "password": secret("user") }),
        ),
        (
            "/profiles/p".into(),
            json!({ "values": [
            { "name": "~.ManagementServer.STUNPassword", "value": secret("profile") },
            { "name": "~.X_A.Password", "value": "{{line1.password}}" } ] }),
        ),
        (
            "/profiles/rows".into(),
            json!({ "selector": { "tags": ["nobody"] }, "values": [], "objects": [
            { "path": "Device.Users.User.", "key": { "Username": "ann" },
              "values": [{ "name": "Password", "value": secret("row") }] }] }),
        ),
    ] {
        api.put(&path, body).await.expect(&path);
    }
    let registered = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "REG",
        "password": secret("device"), "connection_request": { "username": "acs", "password": secret("call") } });
    api.post_once("/devices", registered, "once")
        .await
        .expect("a device");
    let hook = json!({ "url": "https://hooks.example.net/x", "kinds": [] });
    api.post("/webhooks", hook).await.expect("a webhook");
    let set = json!({ "kind": "set_parameter_values", "values": [
        { "name": "Device.ManagementServer.ConnectionRequestPassword", "value": secret("task") }] });
    api.post(&format!("{device}/tasks"), set)
        .await
        .expect("a task");
    let csv = format!(
        "account,port,number,user,password,option:web.password,var:a.password\n4713,1,2,v,{},{},{}\n",
        secret("csv"),
        secret("csv-option"),
        secret("csv-variable")
    );
    let headers = "Content-Type: text/csv\r\n";
    for path in [
        "/subscribers/import?format=csv&dry_run=true",
        "/subscribers/import?format=csv",
    ] {
        let answer = api.exchange("POST", path, headers, csv.as_bytes()).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    refused_by_the_api(api).await;
}

/// What is refused leaves nothing either.
async fn refused_by_the_api(api: &Rest) {
    let wrong =
        json!({ "values": [{ "name": "~.A.Password", "value": secret("refused"), "x": 1 }] });
    assert!(api.put("/profiles/wrong", wrong).await.is_err());
    assert!(
        Rest::sign_in(api.address(), &secret("name"), &secret("guess"))
            .await
            .is_err()
    );
}

/// A device that shows its passwords whether it is asked for them or not.
async fn in_sessions(hand: &mut Hand) {
    hand.cookie = None;
    let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
    let shown = format!(
        "<ParameterValueStruct><Name>Device.ManagementServer.Password</Name><Value xsi:type=\"xsd:string\">{}</Value>\
         </ParameterValueStruct></ParameterList>",
        secret("inform")
    );
    let inform = inform.replacen("</ParameterList>", &shown, 1);
    assert!(inform.contains(CANARY));
    assert_eq!(hand.post(inform).await.status, 200);
    let mut answer = hand.post("").await;
    for _ in 0..20 {
        if answer.status != 200 {
            break;
        }
        let message = answer.message();
        let id = message.header.id.unwrap_or_default();
        let reply: CpeResponse = match message.body {
            FromAcs::Request(AcsRequest::GetParameterValues(_)) => {
                let mut parameter_list = ParameterList::new();
                parameter_list.push_str("Device.ManagementServer.Password", &secret("read"));
                parameter_list.push_str("Device.X_A.Password", &secret("read"));
                GetParameterValuesResponse { parameter_list }.into()
            }
            FromAcs::Request(AcsRequest::SetParameterValues(_)) => SetParameterValuesResponse {
                status: Status::Committed,
            }
            .into(),
            FromAcs::Request(AcsRequest::Upload(upload)) => {
                sends(&upload.url).await;
                UploadResponse {
                    status: Status::Committed,
                    ..UploadResponse::default()
                }
                .into()
            }
            other => panic!("{other:?}"),
        };
        answer = hand.post(hand.message(&id, reply)).await;
    }
    assert_eq!(answer.status, 204, "{}", answer.text());
}

/// Its configuration, passwords and all.
async fn sends(url: &str) {
    let rest = url.strip_prefix("http://").expect("an http link");
    let (host, path) = rest.split_once('/').expect("a path");
    let address: SocketAddr = host.parse().expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let body = format!("<Password_1_>{}</Password_1_>", secret("backup"));
    let head = format!(
        "PUT /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .expect("it reads");
    assert_eq!(
        read_answer(&mut stream).await.expect("an answer").status,
        201
    );
}

/// Every secret that may be shown is; none of them in clear on the disk, or in the log.
///
/// Covers U07.
#[tokio::test(flavor = "multi_thread")]
async fn no_way_in_leaves_a_secret_readable_on_the_disk_or_in_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let log = folder.path().join("log");
    let ports = Ports::free();
    let settings = "\n[trace]\nall = true\n[discovery]\non_bootstrap = false\n\
                    [history]\nparameters = ['Device.ManagementServer.']\n";
    let server = AcsProcess::start_by(logging(&log), &data, &ports, settings).await;
    let api = server.sign_in(&data).await;
    let mut hand = Hand::with_password(server.cwmp, "OPEN", FACTORY_SECRET);
    hand.open().await;
    assert_eq!(hand.post("").await.status, 204);
    let device = hand.path();
    by_the_api(&api, &device).await;
    for kind in [
        json!({ "kind": "get_parameter_values", "names": ["Device."] }),
        json!({ "kind": "backup_configuration" }),
    ] {
        api.post(&format!("{device}/tasks"), kind)
            .await
            .expect("a task");
    }
    for _ in 0..3 {
        in_sessions(&mut hand).await;
    }
    let traced = eventually("the sessions are kept", || async {
        let list = api.get(&format!("{device}/sessions")).await.ok()?;
        let count = list["items"].as_array().map_or(0, Vec::len);
        (count >= 4).then_some(list)
    })
    .await;
    assert!(!traced.to_string().contains(CANARY));
    let tasks = api
        .get(&format!("{device}/tasks"))
        .await
        .expect("a list")
        .to_string();
    assert!(!tasks.contains(CANARY), "{tasks}");
    // While it is open, with the log of the database; and after.
    assert_eq!(found(&data, CANARY), [""; 0]);
    assert_revealed(&api, &device).await;
    assert_eq!(found(&data, CANARY), [""; 0]);
    server.stop().await;
    assert_eq!(found(&data, CANARY), [""; 0]);
    let logged = std::fs::read_to_string(&log).expect("the log");
    assert!(logged.lines().count() > 5, "it was logged: {logged}");
    let lines: Vec<&str> = logged
        .lines()
        .filter(|line| line.contains(CANARY))
        .collect();
    assert!(lines.is_empty(), "{lines:?}");
}

/// Where a secret is shown, what is asked there, and by which way it came.
fn shown_secrets(device: &str) -> Vec<(String, Value, &'static str)> {
    vec![
        (
            format!("{device}/reveal"),
            json!({ "what": "variable", "name": "line1.password" }),
            "variable",
        ),
        (
            format!("{device}/reveal"),
            json!({ "what": "desired", "name": "Device.ManagementServer.STUNPassword" }),
            "profile",
        ),
        (
            format!("{device}/reveal"),
            json!({ "what": "desired", "name": "Device.X_A.Password" }),
            "variable",
        ),
        (
            "/devices/00562B-ATA192-REG/reveal".into(),
            json!({ "what": "connection_request_password" }),
            "call",
        ),
        (
            "/accounts/4711/reveal".into(),
            json!({ "what": "line_password", "port": 1 }),
            "line",
        ),
        (
            "/accounts/4711/reveal".into(),
            json!({ "what": "line_option", "port": 1, "name": "web.password" }),
            "option",
        ),
        (
            "/accounts/4711/reveal".into(),
            json!({ "what": "variable", "name": "a.password" }),
            "account",
        ),
        (
            "/accounts/4713/reveal".into(),
            json!({ "what": "line_password", "port": 1 }),
            "csv",
        ),
        (
            "/groups/north/reveal".into(),
            json!({ "name": "line1.password" }),
            "group",
        ),
        (
            "/profiles/p/reveal".into(),
            json!({ "name": "~.ManagementServer.STUNPassword" }),
            "profile",
        ),
        (
            "/profiles/rows/reveal".into(),
            json!({ "name": "Password", "path": "Device.Users.User.", "key": { "Username": "ann" } }),
            "row",
        ),
    ]
}

/// What is not there, or nobody keeps, is said to be so.
async fn assert_not_revealed(api: &Rest, device: &str) {
    for (path, body, status) in [
        (
            format!("{device}/reveal"),
            json!({ "what": "desired", "name": "Device.A" }),
            404,
        ),
        (
            "/devices/00562B-ATA192-REG/reveal".into(),
            json!({ "what": "device_password" }),
            409,
        ),
        (
            "/accounts/4711/reveal".into(),
            json!({ "what": "line_password", "port": 9 }),
            404,
        ),
        (
            "/accounts/nobody/reveal".into(),
            json!({ "what": "line_password", "port": 1 }),
            404,
        ),
        (
            "/profiles/p/reveal".into(),
            json!({ "name": "~.DeviceInfo.X" }),
            404,
        ),
        (
            "/groups/south/reveal".into(),
            json!({ "name": "line1.password" }),
            404,
        ),
    ] {
        let answer = api.raw("POST", &path, "", &body).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text());
    }
}

/// It is all there for who may see it, and each look stands in the trail.
async fn assert_revealed(api: &Rest, device: &str) {
    let asked = shown_secrets(device);
    let count = asked.len();
    for (path, body, way) in asked {
        let answer = api.raw("POST", &path, "", &body).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let shown: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(shown["value"], secret(way), "{path}");
    }
    assert_not_revealed(api, device).await;
    // A device that has no password of its own comes with the factory's.
    let body = json!({ "what": "device_password" });
    let shown = api
        .post(&format!("{device}/reveal"), body)
        .await
        .expect("it is known");
    assert_eq!(shown["value"], FACTORY_SECRET);
    let trail = api
        .get("/audit?action=secret.reveal&limit=1000")
        .await
        .expect("the trail");
    assert_eq!(
        trail["items"].as_array().map(Vec::len),
        Some(count + 1),
        "{trail}"
    );
    assert!(!trail.to_string().contains(CANARY));
    let content = api.get(&format!("{device}/files")).await.expect("a list");
    let id = content[0]["id"].as_str().expect("the backup");
    let path = format!("{device}/files/{id}/content");
    let content = api.text("GET", &path, "", "").await.text();
    assert!(content.contains(&secret("backup")), "{content}");
}

/// The API over TLS, as a browser or a program meets it.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_speaks_tls_with_its_certificate_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let authority = Authority::new(folder.path(), "servers");
    let (certificate, key) = authority.certificate("127.0.0.1");
    let ports = Ports::free();
    let settings = format!(
        "\n[api.tls]\ncertificate_file = '{}'\nkey_file = '{}'\n",
        certificate.display(),
        key.display()
    );
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, &settings).await;
    let one_time = std::fs::read_to_string(data.join("admin-password")).expect("it is there");
    let body = json!({ "user": "admin", "password": one_time.trim() }).to_string();
    let curl = |arguments: &[&str], scheme: &str| {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--cacert"]);
        command.arg(authority.ca()).args(arguments);
        command.arg(format!("{scheme}://{}/api/v1/session", server.api));
        async move { command.output().await.expect("curl") }
    };
    let sign_in = [
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        &body,
    ];
    let output = curl(&sign_in, "https").await;
    let text = String::from_utf8_lossy(&output.stdout).to_ascii_lowercase();
    assert!(text.starts_with("http/1.1 200"), "{text}");
    assert!(text.contains("; secure"), "a cookie for TLS only: {text}");
    assert!(text.contains("strict-transport-security"), "{text}");
    let output = curl(&sign_in, "http").await;
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "no word without TLS"
    );
    for version in ["1.0", "1.1"] {
        let output = curl(&["--tls-max", version], "https").await;
        assert!(!output.status.success(), "TLS {version}");
    }
    eventually("it goes on", || async {
        curl(&[], "https").await.status.success().then_some(())
    })
    .await;
    server.stop().await;
}
