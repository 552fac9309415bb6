//! Bulk reports over real sockets, to a collector that the test plays.

mod collector;

use agent::bulk_data::{ReportJob, ReportOutcome};
use agent::device::exchange::Downgrade;
use agent::device::io::{Section, SectionKind};
use agent::device::{DeviceConfig, Identity, Product};
use agent::shell::http::Network;
use agent::shell::journal::Journal;
use agent::shell::report::Reporter;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig};
use collector::{Authority, Collector, Reply, Seen};
use cwmp::CwmpVersion;
use cwmp::http::digest::{Algorithm, Stale, Verdict};
use cwmp::http::{Credentials, DigestServer, Verifier, parse_authorization};
use data_model::{Secret, Timestamp};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

const USER: &str = "reporter";
const PASSWORD: &str = "collector-secret";

fn network(tls: &TlsConfig) -> Network {
    Network {
        tls: tls.load().expect("the files are good"),
        source: None,
        name_server: None,
    }
}

fn job(url: &str) -> ReportJob {
    ReportJob {
        number: 7,
        method: "POST",
        url: url.into(),
        headers: vec![
            ("Content-Type", "application/json; charset=UTF-8".into()),
            ("BBF-Report-Format", "NameValuePair".into()),
        ],
        body: b"{\"Report\":[{\"A\":1}]}".to_vec(),
        username: USER.into(),
        password: Secret::new(PASSWORD),
    }
}

async fn post(job: ReportJob) -> ReportOutcome {
    let reporter = Reporter::new(network(&TlsConfig::default()), 1);
    reporter.post(job).await
}

#[track_caller]
fn failed(outcome: ReportOutcome, why: &str) {
    match outcome {
        ReportOutcome::Failed(reason) if reason.contains(why) => {}
        other => panic!("{other:?} does not say `{why}`"),
    }
}

/// A reply that asks for digest until the proof is right.
fn digest() -> impl Fn(&Seen) -> Reply + Send + Sync {
    const NOW: Timestamp = Timestamp::from_secs(1_772_439_300);
    let server = DigestServer::new("bulk", [7; 32], vec![Algorithm::Sha256]);
    let server = Mutex::new(server);
    move |seen: &Seen| {
        let mut server = server.lock().expect("nobody panics here");
        let verifier = Verifier::new(USER, "bulk", &Secret::new(PASSWORD));
        let proof = seen.header("authorization").and_then(parse_authorization);
        if let Some(Credentials::Digest(fields)) = proof
            && server.check(&fields, &seen.method, &seen.target, &verifier, NOW)
                == Verdict::Accepted
        {
            return Reply::status(204);
        }
        let challenge = server.challenges(NOW, 1, Stale::No).remove(0);
        Reply::status(401).with("WWW-Authenticate", challenge)
    }
}

/// Covers B-01, B-02.
#[tokio::test]
async fn a_collector_that_asks_for_digest_gets_the_same_report_again() {
    let mut collector = Collector::start(None, digest()).await;
    let mut put = job(&collector.url("/bulk?oui=00562B&pc=ATA192&sn=X"));
    put.method = "PUT";
    assert_eq!(post(put).await, ReportOutcome::Delivered);
    let (first, second) = (collector.next().await, collector.next().await);
    assert_eq!(first.header("authorization"), None);
    for seen in [&first, &second] {
        assert_eq!(seen.method, "PUT");
        assert_eq!(seen.target, "/bulk?oui=00562B&pc=ATA192&sn=X");
        assert_eq!(seen.header("bbf-report-format"), Some("NameValuePair"));
        assert_eq!(seen.body, b"{\"Report\":[{\"A\":1}]}");
    }
}

/// Covers B-06.
#[tokio::test]
async fn any_answer_but_success_is_a_failure() {
    let collector = Collector::start(None, |_: &Seen| Reply::status(500)).await;
    failed(post(job(&collector.url("/"))).await, "500");
    let wrong = Collector::start(None, digest()).await;
    let mut stranger = job(&wrong.url("/"));
    stranger.password = Secret::new("wrong");
    failed(post(stranger).await, "401");
    let basic = |_: &Seen| Reply::status(401).with("WWW-Authenticate", "Basic realm=\"x\"".into());
    let basic = Collector::start(None, basic).await;
    failed(post(job(&basic.url("/"))).await, "in clear");
    let nobody = Collector::start(None, |_: &Seen| Reply::status(200)).await;
    let url = nobody.url("/");
    drop(nobody);
    failed(post(job(&url)).await, "collector: ");
}

/// Covers B-02.
#[tokio::test]
async fn redirects_are_followed_with_method_and_body_and_not_for_ever() {
    let mut end = Collector::start(None, |_: &Seen| Reply::status(200)).await;
    let target = end.url("/there");
    let moved = move |_: &Seen| Reply::status(307).with("Location", target.clone());
    let front = Collector::start(None, moved).await;
    assert_eq!(
        post(job(&front.url("/here"))).await,
        ReportOutcome::Delivered
    );
    let seen = end.next().await;
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("POST", "/there")
    );
    assert_eq!(seen.body, b"{\"Report\":[{\"A\":1}]}");
    let round = |_: &Seen| Reply::status(302).with("Location", "/again".into());
    let round = Collector::start(None, round).await;
    failed(post(job(&round.url("/"))).await, "redirects");
}

/// Covers B-07.
#[tokio::test]
async fn over_tls_only_a_collector_with_a_trusted_certificate_of_its_name_gets_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = Authority::new();
    std::fs::write(folder.path().join("ca.pem"), trusted.pem()).expect("a file");
    let tls = TlsConfig {
        ca_file: Some(folder.path().join("ca.pem")),
        ..TlsConfig::default()
    };
    let reporter = Reporter::new(network(&tls), 4);
    let good = |_: &Seen| Reply::status(200);

    // A server that knows nothing newer than TLS 1.2.
    let mut own = Collector::start(Some(trusted.server("127.0.0.1")), good).await;
    let outcome = reporter.post(job(&own.url("/tls"))).await;
    assert_eq!(outcome, ReportOutcome::Delivered);
    assert_eq!(own.next().await.target, "/tls");

    let mut other = Collector::start(Some(trusted.server("192.0.2.9")), good).await;
    failed(reporter.post(job(&other.url("/"))).await, "certificate");
    assert!(other.got_nothing());
    let mut stranger = Collector::start(Some(Authority::new().server("127.0.0.1")), good).await;
    failed(reporter.post(job(&stranger.url("/"))).await, "certificate");
    assert!(stranger.got_nothing());

    let plain = Collector::start(None, good).await;
    let down = plain.url("/");
    let down = move |_: &Seen| Reply::status(307).with("Location", down.clone());
    let down = Collector::start(Some(trusted.server("127.0.0.1")), down).await;
    failed(reporter.post(job(&down.url("/"))).await, "https to http");
}

/// The state of a device with one profile that reports every five seconds, in a journal.
fn journal(path: &Path, url: &str) {
    let profile = "Device.BulkData.Profile.1.";
    let one = json!({ "numbers": [1], "next": 2 });
    let tables: Value = [
        "Device.BulkData.Profile.".to_owned(),
        format!("{profile}Parameter."),
        format!("{profile}HTTP.RequestURIParameter."),
    ]
    .into_iter()
    .map(|table| (table, one.clone()))
    .collect();
    let values: Value = [
        ("Enable", "1"),
        ("ReportingInterval", "5"),
        ("HTTP.URL", url),
        ("HTTP.Username", USER),
        ("HTTP.Password", PASSWORD),
        ("HTTP.RetryEnable", "1"),
        ("HTTP.RetryMinimumWaitInterval", "1"),
        ("HTTP.RetryIntervalMultiplier", "1000"),
        ("NumberOfRetainedFailedReports", "-1"),
        ("Parameter.1.Name", "Option"),
        ("Parameter.1.Reference", "Device.LAN.DHCPOption.*.Tag"),
        ("HTTP.RequestURIParameter.1.Name", "class"),
        (
            "HTTP.RequestURIParameter.1.Reference",
            "Device.DeviceInfo.ProductClass",
        ),
    ]
    .into_iter()
    .map(|(name, value)| (format!("{profile}{name}"), Value::from(value)))
    .chain([("Device.BulkData.Enable".to_owned(), "1".into())])
    .collect();
    let tree = json!({ "values": values, "tables": tables });
    let (sender, kept) = mpsc::channel();
    let done = move |_: u32, outcome: std::io::Result<()>| {
        let _ = sender.send(outcome.is_ok());
    };
    let (journal, _) = Journal::open(path, Box::new(done)).expect("a journal");
    let bytes = tree.to_string().into_bytes();
    let kind = SectionKind::Tree;
    journal.append(0, vec![Section { kind, bytes }]);
    assert!(kept.recv().expect("the journal answers"));
}

fn runner(journal: &Path) -> RunnerConfig {
    let device = DeviceConfig {
        product: Product::load("ata192").expect("it is of this build"),
        identity: Identity {
            serial_number: "FCH26480QXA".into(),
            mac: [0, 0, 0x5e, 0, 0x53, 1],
        },
        installed: Arc::from([]),
        authority: "".into(),
        downgrade: Downgrade::Refused,
        newest_version: CwmpVersion::V1_4,
        files: Default::default(),
        seed: 1,
    };
    RunnerConfig {
        diagnostics: agent::shell::diagnostics::DiagnosticsConfig::simulated(1),
        platform: Box::new(agent::platform::simulated::Simulated),
        surroundings: None,
        switched_on: true,
        record: None,
        udp: agent::shell::UdpCalls::Never,
        devices: vec![device],
        network: network(&TlsConfig::default()),
        listen: None,
        advertise: None,
        journal: Some(journal.to_owned()),
        slots: None,
        trusted: Vec::new(),
        sessions: 1,
    }
}

/// Covers B-01, B-02, B-04, B-05, B-06.
#[tokio::test]
async fn a_device_reports_by_itself_and_tries_again_what_the_collector_refuses() {
    let refusals = Mutex::new(1);
    let answer = digest();
    let flaky = move |seen: &Seen| {
        let mut refusals = refusals.lock().expect("nobody panics here");
        if seen.header("authorization").is_some() && *refusals > 0 {
            *refusals -= 1;
            return Reply::status(503);
        }
        answer(seen)
    };
    let mut collector = Collector::start(None, flaky).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("device.journal");
    journal(&path, &collector.url("/bulk"));
    let (runner, handle) = Runner::start(runner(&path)).await.expect("a runner");
    let running = tokio::spawn(runner.run());
    // Challenge and refusal, then the same report with another challenge and its proof.
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(collector.next().await);
    }
    handle.stop();
    let stopped = tokio::time::timeout(Duration::from_secs(60), running).await;
    stopped.expect("the loop ends").expect("without a panic");
    for request in &seen {
        assert_eq!(
            request.target,
            "/bulk?oui=00562B&pc=ATA192&sn=FCH26480QXA&class=ATA192"
        );
        assert_eq!(request.header("bbf-report-format"), Some("ObjectHierarchy"));
        assert!(request.header("date").is_some());
        let first: Value = serde_json::from_slice(&request.body).expect("JSON");
        let report = &first["Report"][0];
        assert!(report["CollectionTime"].is_u64());
        assert_eq!(
            report["Option"],
            json!({ "1": 66, "2": 160, "3": 159, "4": 150 })
        );
    }
    assert_eq!(seen[0].body, seen[1].body);
    assert!(seen[3].header("authorization").is_some());
}
