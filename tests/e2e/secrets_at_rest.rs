//! Secrets that come in by every way there is, and what lies on the disk and stands in the log afterwards; and the key
//! they are sealed with.
//!
//! Long because a secret is sent by each way there is.

use crate::world::by_hand::{Hand, read_answer};
use crate::world::left_behind::LeftBehind;
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::Rest;
use crate::world::{Authority, FACTORY_SECRET, counted, eventually, runs};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::*;
use cwmp::{Event, EventCode};
use data_model::ParameterList;
use data_model::firmware::{hex, unhex};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::process::Command;

const CANARY: &str = "canary-3b9e";

/// A secret of its own for each way, so that one that is found says how it came in.
fn secret(way: &str) -> String {
    format!("{CANARY}-{way}-{CANARY}")
}

/// Where a text stands in the files under a folder: each file with what follows it there.
fn found(folder: &Path, text: &str) -> Vec<String> {
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

fn hexadecimal(number: u64) -> String {
    format!("{number:064x}")
}

/// Starts a server and says what it said, if it does not start.
async fn refused(data: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(DIALTONE);
    command
        .arg("acs")
        .arg("--config")
        .arg(data.with_extension("toml"));
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
    let output = output.expect("it ends by itself").expect("it starts");
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn passwords(api: &Rest) -> String {
    let export = api
        .text("GET", "/subscribers/export-with-secrets?format=csv", "", "")
        .await;
    assert_eq!(export.status, 200, "{}", export.text());
    export.text()
}

const ACCOUNTS: usize = 2_000;
/// Changes of the key that are cut off.
const CUTS: u64 = 4;

/// What kill -9 has done to changes of the key.
#[derive(Default)]
struct Cuts {
    /// The key that everything is sealed with after the last of them.
    newest: u64,
    /// Kills that left everything sealed with the key from before.
    before: u64,
    /// Kills that came when everything was sealed with the other one.
    after: u64,
}

/// What tells keys apart in the database.
fn key_id(number: u64) -> String {
    let key: [u8; 32] = unhex(&hexadecimal(number)).expect("64 digits");
    hex(&Sha256::digest(key)[..4])
}

/// How everything begins that is sealed with a key: base64 of its id, as far as nothing else is in it.
fn beginning(key_id: &str) -> String {
    let id = u32::from_str_radix(key_id, 16).expect("eight digits");
    let digit = |value: u32| match value as u8 {
        0..26 => b'A' + value as u8,
        26..52 => b'a' + value as u8 - 26,
        52..62 => b'0' + value as u8 - 52,
        62 => b'+',
        _ => b'/',
    };
    let digits = (0..5).map(|at| char::from(digit(id >> (26 - 6 * at) & 63)));
    format!("sealed:{}", digits.collect::<String>())
}

/// The key that a store says it is sealed with; every password in it must be sealed with that one.
fn sealed_with(data: &Path) -> String {
    let left = LeftBehind::look(data);
    let said = "SELECT CAST(value AS TEXT) FROM setting WHERE name = 'secrets.key'";
    let said = left.database.query_row(said, [], |row| row.get(0));
    let said: String = said.expect("it says so");
    let (said, _) = said.split_once(' ').expect("and how many places that is");
    let passwords = "SELECT CAST(password AS TEXT) FROM line";
    let mut passwords = left.database.prepare(passwords).expect("a statement");
    let passwords = passwords.query_map([], |row| row.get(0));
    let passwords: Result<Vec<String>, _> = passwords.expect("lines").collect();
    let passwords = passwords.expect("texts");
    assert_eq!(passwords.len(), ACCOUNTS);
    let beginning = beginning(said);
    for password in passwords {
        assert!(
            password.starts_with(&beginning),
            "sealed with {said}, but not all: {password}"
        );
    }
    said.to_owned()
}

/// Puts one key after another above the ones in the file, and kills the server while it seals everything anew, each time
/// nearer to the moment at which the change is committed.
async fn cut_off_changes(data: &Path, keys: &Path) -> Cuts {
    let mut text = std::fs::read_to_string(keys).expect("the key file");
    let mut cuts = Cuts::default();
    let mut moment = Duration::from_millis(50);
    for _ in 0..runs(CUTS) {
        let next = cuts.newest + 1;
        let above = format!("{}\n{text}", hexadecimal(next));
        std::fs::write(keys, &above).expect("the key file");
        let mut command = Command::new(DIALTONE);
        command
            .arg("acs")
            .arg("--config")
            .arg(data.with_extension("toml"));
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("it starts");
        let ended = tokio::time::timeout(moment, child.wait()).await;
        assert!(ended.is_err(), "it ended by itself: {ended:?}");
        child.kill().await.expect("a running process");
        if sealed_with(data) == key_id(next) {
            cuts.after += 1;
            cuts.newest = next;
            let lines: Vec<&str> = above
                .lines()
                .filter(|line| !line.starts_with('#'))
                .collect();
            text = lines[..lines.len().min(10)].join("\n");
            moment = moment * 4 / 5;
        } else {
            cuts.before += 1;
            moment = moment * 5 / 4;
        }
    }
    cuts
}

/// How many lines of one table are not in another.
fn lost_of(before: &str, after: &str) -> usize {
    let after: HashSet<&str> = after.lines().collect();
    before.lines().filter(|line| !after.contains(line)).count()
}

/// Another key, in the file or in the environment, is refused in words.
async fn assert_other_keys_are_refused(data: &Path, keys: &Path) {
    std::fs::write(keys, hexadecimal(77)).expect("the key file");
    let said = refused(data, &[]).await;
    assert!(
        said.contains("cannot open the secrets of the store"),
        "{said}"
    );
    assert!(said.contains("secrets.key_file"), "{said}");
    let said = refused(data, &[("DIALTONE_SECRETS_KEY", "no key")]).await;
    assert!(
        said.contains("DIALTONE_SECRETS_KEY") && !said.contains("no key"),
        "{said}"
    );
    let said = refused(data, &[("DIALTONE_SECRETS_KEY", &hexadecimal(78))]).await;
    assert!(said.contains("another key"), "{said}");
}

/// A key file outside of the data folder; a new key above the old one; and the server killed while it seals everything
/// anew.
///
/// Covers U07, P1.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_keys_survives_being_killed_and_loses_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let keys = folder.path().join("keys");
    let settings = format!("\n[secrets]\nkey_file = '{}'\n", keys.display());
    let ports = Ports::free();
    let start = || AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, &settings);
    let server = start().await;
    assert!(
        keys.exists() && !data.join("secrets.key").exists(),
        "made where it is wanted"
    );
    let api = server.sign_in(&data).await;
    let rows: Vec<String> = (0..ACCOUNTS)
        .map(|number| format!("a{number},1,{number},u{number},{CANARY}-{number}\n"))
        .collect();
    let csv = format!("account,port,number,user,password\n{}", rows.concat());
    let headers = "Content-Type: text/csv\r\n";
    let answer = api.exchange(
        "POST",
        "/subscribers/import?format=csv",
        headers,
        csv.as_bytes(),
    );
    assert_eq!(answer.await.expect("an answer").status, 200);
    let before = passwords(&api).await;
    assert_eq!(before.matches(CANARY).count(), ACCOUNTS);
    server.stop().await;
    let cuts = cut_off_changes(&data, &keys).await;
    let server = start().await;
    let api = server.sign_in(&data).await;
    let mut lost = lost_of(&before, &passwords(&api).await);
    server.stop().await;
    // One more that nobody cuts off; the old ones may go after that.
    let last = cuts.newest + 1;
    let text = std::fs::read_to_string(&keys).expect("the key file");
    std::fs::write(&keys, format!("{}\n{text}", hexadecimal(last))).expect("the key file");
    start().await.stop().await;
    assert_eq!(sealed_with(&data), key_id(last));
    std::fs::write(&keys, hexadecimal(last)).expect("the key file");
    let server = start().await;
    let api = server.sign_in(&data).await;
    let after = passwords(&api).await;
    server.stop().await;
    lost = lost.max(lost_of(&before, &after));
    assert_eq!(found(&data, CANARY), [""; 0]);
    counted(format!(
        "starts with another key ended by kill -9: {} before the change was committed, {} after; secrets {ACCOUNTS}, \
         lost {lost}",
        cuts.before, cuts.after
    ));
    assert_eq!((lost, after), (0, before.clone()));
    assert_other_keys_are_refused(&data, &keys).await;
    // The environment holds the right one, and the file is not looked at.
    let mut command = Command::new(DIALTONE);
    command.env("DIALTONE_SECRETS_KEY", hexadecimal(last));
    let server = AcsProcess::start_by(command, &data, &ports, &settings).await;
    let api = server.sign_in(&data).await;
    assert_eq!(passwords(&api).await, before);
    server.stop().await;
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
