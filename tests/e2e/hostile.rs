//! Peers that mean harm, against the server as a process: whatever they send, it lives on and serves the others.
//!
//! Long because each case has a peer of its own that is played by hand.

use crate::world::by_hand::{Hand, fetch};
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::Rest;
use crate::world::{Authority, FACTORY_SECRET, World, eventually, patience};
use cwmp::{Event, EventCode, Fault, FaultCode};
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Everything a server says until it closes; `None` if it does not close in time.
async fn last_words(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    let read = tokio::time::timeout(patience(), stream.read_to_end(&mut said)).await;
    // A reset is an end as well.
    read.ok().map(|_| said)
}

async fn connected(server: SocketAddr) -> TcpStream {
    TcpStream::connect(server)
        .await
        .expect("the server listens")
}

/// A body of which a byte comes now and then is not waited for longer than any other.
///
/// Covers H05.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_given_up_with_408() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "TRICKLE").await;
    let request = hand.request(&[b' '; 60_000]);
    let begun = Instant::now();
    let stream = connected(world.server.cwmp_address).await;
    let (mut reading, mut writing) = stream.into_split();
    let head = request
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head")
        + 4;
    writing
        .write_all(&request[..head])
        .await
        .expect("the server reads");
    let trickle = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        loop {
            ticks.tick().await;
            if writing.write_all(b" ").await.is_err() {
                break;
            }
        }
    });
    // Others are served meanwhile.
    hand.open().await;
    let mut said = Vec::new();
    let read = tokio::time::timeout(patience() * 3, reading.read_to_end(&mut said)).await;
    trickle.abort();
    assert!(read.is_ok(), "it is waited for for ever");
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(
        begun.elapsed() >= Duration::from_secs(20),
        "a slow line has time"
    );
}

/// A server as a process, with its log in a file.
struct Process {
    folder: TempDir,
    server: AcsProcess,
    api: Rest,
}

impl Process {
    async fn start(settings: &str) -> Process {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let log = folder.path().join("log");
        let mut command = Command::new("sh");
        let script = format!(
            "DIALTONE_LOG=debug exec \"$0\" \"$@\" 2>>'{}'",
            log.display()
        );
        command.args(["-c", &script, DIALTONE]);
        let server = AcsProcess::start_by(command, &data, &Ports::free(), settings).await;
        let api = server.sign_in(&data).await;
        Process {
            folder,
            server,
            api,
        }
    }

    fn hand(&self, serial_number: &str) -> Hand {
        Hand::with_password(self.server.cwmp, serial_number, FACTORY_SECRET)
    }

    async fn descriptors(&self, most: &str) {
        let mut command = Command::new("prlimit");
        let limit = format!("--nofile={most}:{most}");
        command.args(["--pid", &self.server.id().to_string(), &limit]);
        assert!(command.status().await.expect("there is prlimit").success());
    }
}

/// Covers H15.
#[tokio::test(flavor = "multi_thread")]
async fn out_of_descriptors_the_open_sessions_finish_and_the_listener_lives_on() {
    let mut process = Process::start("").await;
    let mut hand = process.hand("INSIDE");
    hand.open().await;
    process.descriptors("80").await;
    let mut crowd = Vec::new();
    // As many as the kernel keeps for the server, and fewer than it lets wait.
    for _ in 0..110 {
        let stream = tokio::time::timeout(patience(), TcpStream::connect(process.server.cwmp));
        if let Ok(Ok(stream)) = stream.await {
            crowd.push(stream);
        }
    }
    let log = process.folder.path().join("log");
    eventually("the server is out of descriptors", || async {
        let text = std::fs::read_to_string(&log).ok()?;
        text.contains("a connection could not be taken")
            .then_some(())
    })
    .await;
    let answer = hand.try_post("").await.map(|answer| answer.status);
    assert_eq!(answer, Some(204), "who is in goes on");
    // They go with a reset, as somebody does who counts on that.
    for stream in crowd {
        let _ = stream.set_zero_linger();
    }
    let mut other = process.hand("OUTSIDE");
    other.open().await;
    assert_eq!(other.post("").await.status, 204);
    assert_eq!(fetch(process.server.api, "/readyz").await.status, 200);
    assert!(process.server.is_alive());
    let text = fetch(process.server.api, "/metrics").await.text();
    let errors = text
        .lines()
        .find(|line| line.starts_with("dialtone_accept_errors_total "));
    let errors = errors.and_then(|line| line.split(' ').nth(1)?.parse::<f64>().ok());
    assert!(errors > Some(0.0), "{errors:?}");
}

/// Covers C06.
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_device_decides_nothing() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "CLOCK").await;
    let begun = std::time::SystemTime::now();
    for (time, retries) in [
        ("1970-01-01T00:00:00Z", "0"),
        ("9999-12-31T23:59:59Z", "4294967295"),
        ("0001-01-01T00:00:00Z", "-1"),
        ("yesterday", "many"),
        ("99999-13-45T61:61:61+99:99", "18446744073709551616"),
        ("", ""),
    ] {
        let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
        let inform = with(&inform, "CurrentTime", time);
        let inform = with(&inform, "RetryCount", retries);
        hand.cookie = None;
        let answer = hand.post(inform).await;
        assert_eq!(answer.status, 200, "{time} {retries}: {}", answer.text());
        assert!(
            answer.text().contains("InformResponse"),
            "{time} {retries}: {}",
            answer.text()
        );
        assert_eq!(hand.post("").await.status, 204);
    }
    let device = world.api.get(&hand.path()).await.expect("it is known");
    assert_eq!(device["informs"], 6, "{device}");
    let said = Duration::from_millis(device["last_inform"].as_u64().expect("a time"));
    let begun = begun
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let spent = said.checked_sub(begun);
    assert!(spent.is_some_and(|spent| spent < patience()), "{said:?}");
}

/// The content of an element replaced.
fn with(xml: &str, element: &str, content: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let begin = xml.find(&open).expect("the element") + open.len();
    let end = xml[begin..].find(&close).expect("its end") + begin;
    format!("{}{content}{}", &xml[..begin], &xml[end..])
}

const MARKUP: &str = "<script>alert(1)</script>";
const FORMULA: &str = "=cmd|' /C calc'!A0";

/// Covers C18.
#[tokio::test(flavor = "multi_thread")]
async fn markup_and_formulas_of_a_device_are_inert_in_every_answer_and_export() {
    let world = World::start_with(|config, _| {
        config.enrolment.mode = acs::config::EnrolmentMode::Open;
    })
    .await;
    let mut hands = Vec::new();
    for text in [MARKUP, FORMULA, "@SUM(1)", "+1\",=2", "\tx"] {
        let mut hand = Hand::with_password(world.server.cwmp_address, text, "x");
        hand.authorization = String::new();
        let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
        let version = crate::world::FACTORY_VERSION;
        let escaped = text.replace('<', "&lt;").replace('>', "&gt;");
        let inform = inform.replace(version, &escaped);
        let answer = hand.post(inform).await;
        assert!(
            answer.text().contains("InformResponse"),
            "{}",
            answer.text()
        );
        hands.push(hand);
    }
    for path in [
        "/devices",
        "/events",
        "/summary",
        "/devices.csv?fields=serial_number,software_version",
    ] {
        let answer = world.api.text("GET", path, "", "").await;
        assert_eq!(answer.status, 200, "{path} {}", answer.text());
        let kind = answer.header("content-type").unwrap_or_default().to_owned();
        assert!(!kind.contains("html"), "{path}: {kind}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        if path.contains("csv") {
            let text = answer.text();
            assert!(text.contains("'=cmd"), "{text}");
            for line in text.lines() {
                for cell in line.split(',') {
                    let cell = cell.trim_start_matches('"');
                    let formula = cell.starts_with(['=', '+', '@', '\t']);
                    // `+1",=2` is one cell, in quotes, with its quote doubled.
                    assert!(!formula || line.contains("\"'+1\"\",=2\""), "{line}");
                }
            }
        }
    }
}

/// Covers C19.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_says_is_one_line_of_the_log() {
    let process = Process::start("\n[connection_request]\nper_second = 5\n").await;
    const FORGED: &str = "\r\n2026-01-01T00:00:00Z  INFO forged: by a device\r\n\u{1b}[2J\u{2028}x";
    let mut hand = process.hand("LOGGED");
    hand.identity.serial_number = format!("S{FORGED}");
    hand.authorization = cwmp::http::basic::encode(
        &hand.identity.username(),
        &data_model::Secret::new(FACTORY_SECRET),
    );
    hand.headers = format!("User-Agent: {}\r\n", "x\u{7f}".repeat(10_000));
    let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
    let _ = hand.try_post(&inform).await;
    hand.headers.clear();
    hand.hang_up();
    let _ = hand.try_post(&inform).await;
    let mut hand = process.hand("FAULTS");
    hand.open().await;
    assert_eq!(hand.post("").await.status, 204);
    let tasks = format!("{}/tasks", hand.path());
    let task = json!({ "kind": "get_parameter_values", "names": ["Device."] });
    process.api.post(&tasks, task).await.expect("a task");
    hand.open().await;
    let message = hand.post("").await.message();
    let id = message.header.id.unwrap_or_default();
    let text = format!("{}{}", FORGED.replace('\u{1b}', ""), "y".repeat(200_000));
    let fault = Fault::new(FaultCode::INTERNAL_ERROR, text);
    let _ = hand.try_post(hand.message(&id, fault)).await;
    let refused = Rest::sign_in(process.server.api, FORGED, FORGED).await;
    assert!(refused.is_err());
    let log = std::fs::read(process.folder.path().join("log")).expect("the log");
    let log = String::from_utf8(log).expect("text");
    assert!(log.lines().count() > 3, "{log}");
    for line in log.lines() {
        assert!(
            line.starts_with("20") && !line.starts_with("2026-01-01"),
            "{line:.200}"
        );
        assert!(
            !line.contains(['\u{1b}', '\r', '\u{2028}', '\u{7f}']),
            "{line:.200}"
        );
        assert!(line.len() < 10_000, "{} bytes", line.len());
    }
}

/// Where a server with TLS for devices is, and the certificate of its authority.
async fn private(folder: &Path) -> AcsProcess {
    let authority = Authority::new(folder, "servers");
    let (certificate, key) = authority.certificate("127.0.0.1");
    private_with(folder, "data", &certificate, &key).await
}

async fn private_with(folder: &Path, data: &str, certificate: &Path, key: &Path) -> AcsProcess {
    let settings = format!(
        "\n[cwmp.tls]\ncertificate_file = '{}'\nkey_file = '{}'\n",
        certificate.display(),
        key.display()
    );
    let data = folder.join(data);
    AcsProcess::start_by(Command::new(DIALTONE), &data, &Ports::free(), &settings).await
}

/// A ClientHello of this version that offers these suites, and what stands behind them.
fn hello(version: [u8; 2], suites: &[u16], extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend((suites.len() as u16 * 2).to_be_bytes());
    body.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    body.extend([1, 0]);
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    let mut message = vec![1, 0];
    message.extend((body.len() as u16).to_be_bytes());
    message.extend(body);
    let mut record = vec![22, 3, 1];
    record.extend((message.len() as u16).to_be_bytes());
    record.extend(message);
    record
}

/// Covers T01.
#[tokio::test(flavor = "multi_thread")]
async fn old_versions_and_weak_suites_end_in_the_handshake() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = private(folder.path()).await;
    // Good ones with the old versions; then NULL, export, RC4 and 3DES with 1.2.
    let good = [0xc02f, 0xc02b, 0x009c, 0x002f];
    let weak = [0x0000, 0x0001, 0x0003, 0x0004, 0x0005, 0x000a, 0x0018];
    for (version, suites) in [
        ([3, 0], &good[..]),
        ([3, 1], &good),
        ([3, 2], &good),
        ([3, 3], &weak),
    ] {
        let mut stream = connected(server.cwmp).await;
        let hello = hello(version, suites, &[]);
        stream.write_all(&hello).await.expect("the server reads");
        let said = last_words(&mut stream).await.expect("it closes");
        assert!(
            said.is_empty() || said[0] == 21,
            "an alert at most: {said:?}"
        );
    }
    assert!(server.is_alive());
}

/// Covers T06.
#[tokio::test(flavor = "multi_thread")]
async fn broken_handshakes_are_closed_and_cost_nobody_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = private(folder.path()).await;
    let whole = hello([3, 3], &[0xc02f], &[0; 100]);
    let mut large = vec![0xff, 0x01, 0xff, 0x00];
    large.resize(60_000, 0);
    let large = hello([3, 3], &[0xc02f], &large);
    let fragments: Vec<u8> = whole[5..]
        .iter()
        .flat_map(|byte| [22, 3, 1, 0, 1, *byte])
        .collect();
    let alerts: Vec<u8> = [21, 3, 3, 0, 2, 1, 90].repeat(10_000);
    let empty: Vec<u8> = [22, 3, 1, 0, 0].repeat(10_000);
    for (what, bytes) in [
        ("half a hello", &whole[..whole.len() / 2]),
        ("extensions without end", &large),
        ("a byte in each record", &fragments),
        ("alerts", &alerts),
        ("empty records", &empty),
        ("a length beyond every record", &[22, 3, 1, 0xff, 0xff, 1]),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    ] {
        let mut stream = connected(server.cwmp).await;
        let _ = stream.write_all(bytes).await;
        let said = last_words(&mut stream).await;
        assert!(said.is_some(), "{what} is waited for for ever");
    }
    assert!(server.is_alive());
    let ca = folder.path().join("servers/ca.pem");
    let output = curl(&ca, server.cwmp, &[]).await;
    assert_eq!(output, "401", "others are served");
}

/// The status of an empty POST over TLS.
async fn curl(ca: &Path, server: SocketAddr, more: &[&str]) -> String {
    let mut command = Command::new("curl");
    command.args([
        "--silent",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        "--cacert",
    ]);
    command
        .arg(ca)
        .args(["--data", ""])
        .args(more)
        .arg(format!("https://{server}/"));
    let output = command.output().await.expect("curl");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What openssl says of a connection, with a request over it.
async fn s_client(folder: &Path, server: SocketAddr, arguments: &[&str]) -> String {
    let mut command = Command::new("sh");
    let request = "printf 'POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n'";
    let script = format!(
        "{{ {request}; cat >/dev/null <&3; }} 3</dev/null | openssl s_client -connect {server} -ign_eof \"$@\" 2>&1"
    );
    command
        .args(["-c", &script, "sh"])
        .args(arguments)
        .current_dir(folder);
    let output = tokio::time::timeout(patience(), command.output()).await;
    let output = output.expect("it ends").expect("openssl");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A session of TLS that was broken off elsewhere is begun anew, and whoever resumes one has proved nothing by that.
///
/// Covers T07.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_nothing_to_another_server_and_no_proof_to_this_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "servers");
    let (certificate, key) = authority.certificate("127.0.0.1");
    let one = private_with(folder.path(), "one", &certificate, &key).await;
    let other = private_with(folder.path(), "other", &certificate, &key).await;
    for version in ["-tls1_2", "-tls1_3"] {
        let first = s_client(folder.path(), one.cwmp, &[version, "-sess_out", "ticket"]).await;
        assert!(first.contains("HTTP/1.1 401"), "{first}");
        assert!(folder.path().join("ticket").exists(), "{version}: {first}");
        let there = s_client(folder.path(), other.cwmp, &[version, "-sess_in", "ticket"]).await;
        assert!(
            there.contains("HTTP/1.1 401") && !there.contains("\nReused,"),
            "{there}"
        );
        let here = s_client(folder.path(), one.cwmp, &[version, "-sess_in", "ticket"]).await;
        assert!(
            here.contains("HTTP/1.1 401") && here.contains("\nReused,"),
            "{here}"
        );
        std::fs::remove_file(folder.path().join("ticket")).expect("a file");
    }
}
