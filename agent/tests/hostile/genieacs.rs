//! GenieACS: one test for each of its habits that a device has to live with (docs/interop/genieacs.md).
//!
//! Long because there are many.

use crate::genie::{Genie, Guard, Log};
use crate::server::{Agent, Post, Reply, SERIAL, Server};
use agent::shell::tls::TlsConfig;
use cwmp::http::{Authorizer, Challenge};
use data_model::Secret;
use rcgen::{CertificateParams, KeyPair};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

const MANAGEMENT: &str = "Device.ManagementServer.";
const FIVE: [&str; 5] = [
    "ConnectionRequestUsername",
    "ConnectionRequestPassword",
    "PeriodicInformEnable",
    "PeriodicInformInterval",
    "PeriodicInformTime",
];
const PHASE: &str = "1970-01-01T15:31:40.457Z";

/// A device with a GenieACS that will ask this.
async fn pair(guard: Guard, tasks: impl IntoIterator<Item = String>) -> (Server, Agent, Log) {
    let (mut genie, log) = Genie::new(guard, tasks);
    let server = Server::start(move |post| genie.answer(post)).await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    (server, agent, log)
}

/// Waits for the end of the first session; gives its requests.
async fn first_session(server: &Server, agent: &Agent) -> Vec<Post> {
    agent.has_succeeded().await;
    let posts = server.posts();
    let connection = posts.first().map(|post| post.connection);
    posts
        .into_iter()
        .filter(|post| Some(post.connection) == connection)
        .collect()
}

fn names(path: &str, next_level: u8) -> String {
    format!(
        "<cwmp:GetParameterNames><ParameterPath>{path}</ParameterPath><NextLevel>{next_level}</NextLevel>\
         </cwmp:GetParameterNames>"
    )
}

fn values(names: &[String]) -> String {
    let list: String = names
        .iter()
        .map(|name| format!("<string>{name}</string>"))
        .collect();
    format!(
        "<cwmp:GetParameterValues><ParameterNames soap-enc:arrayType=\"xsd:string[{}]\">{list}\
         </ParameterNames></cwmp:GetParameterValues>",
        names.len()
    )
}

fn set(values: &[(&str, &str, &str)]) -> String {
    let list: String = values
        .iter()
        .map(|(name, ty, value)| {
            format!(
                "<ParameterValueStruct><Name>{MANAGEMENT}{name}</Name><Value xsi:type=\"{ty}\">{value}</Value>\
                 </ParameterValueStruct>"
            )
        })
        .collect();
    format!(
        "<cwmp:SetParameterValues><ParameterList soap-enc:arrayType=\"cwmp:ParameterValueStruct[{}]\">{list}\
         </ParameterList><ParameterKey></ParameterKey></cwmp:SetParameterValues>",
        values.len()
    )
}

fn bootstrap_set() -> String {
    set(&[
        (
            "ConnectionRequestUsername",
            "xsd:string",
            "00562B-ATA192-FCH26480QXA",
        ),
        ("ConnectionRequestPassword", "xsd:string", "183adiotwg3"),
        ("PeriodicInformInterval", "xsd:unsignedInt", "300"),
        ("PeriodicInformTime", "xsd:dateTime", PHASE),
    ])
}

fn bootstrap() -> [String; 4] {
    let five = FIVE.map(|name| format!("{MANAGEMENT}{name}"));
    [
        names("", 1),
        names(MANAGEMENT, 1),
        values(&five),
        bootstrap_set(),
    ]
}

fn download(url: &str) -> String {
    format!(
        "<cwmp:Download><CommandKey>1a202c90d6d0000</CommandKey><FileType>1 Firmware Upgrade Image</FileType>\
         <URL>{url}</URL><Username></Username><Password></Password><FileSize>0</FileSize>\
         <TargetFileName></TargetFileName><DelaySeconds>0</DelaySeconds><SuccessURL></SuccessURL>\
         <FailureURL></FailureURL></cwmp:Download>"
    )
}

fn has_no_complaint(log: &Log) {
    let complaints = log.lock().expect("nothing panics with it").clone();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// Covers W-20.
#[tokio::test]
async fn what_is_asked_at_bootstrap_is_answered_in_its_order() {
    let (server, agent, log) = pair(Guard::Nobody, bootstrap()).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    assert!(posts[0].body.contains("0 BOOTSTRAP"));
    // The root, asked for by the empty path: the one object, with its dot.
    let names = &posts[2].body;
    assert_eq!(names.matches("<Name>").count(), 1, "{names}");
    assert!(names.contains("<Name>Device.</Name>"), "{names}");
    for name in FIVE {
        assert!(
            posts[3]
                .body
                .contains(&format!("<Name>{MANAGEMENT}{name}</Name><Writable>1<")),
            "{name}"
        );
        assert!(
            posts[4]
                .body
                .contains(&format!("<Name>{MANAGEMENT}{name}</Name>")),
            "{name}"
        );
    }
    assert_eq!(
        posts[4].body.matches("<Name>").count(),
        5,
        "exactly the leaves asked for"
    );
    assert_eq!(posts[5].element("Status"), Some("0"));
    let password = agent
        .knows("Device.ManagementServer.ConnectionRequestPassword")
        .await;
    assert_eq!(password.as_deref(), Some("183adiotwg3"));
}

/// Covers W-11.
#[tokio::test]
async fn a_time_of_1970_with_milliseconds_is_taken_and_read_back_to_the_letter() {
    let time = values(&[format!("{MANAGEMENT}PeriodicInformTime")]);
    let (server, agent, log) = pair(Guard::Nobody, [bootstrap_set(), time]).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    assert!(posts[3].body.contains(PHASE), "{}", posts[3].body);
}

/// Covers H-13.
#[tokio::test]
async fn the_cookie_comes_back_on_every_request_of_the_one_connection() {
    let (server, agent, log) = pair(Guard::Nobody, bootstrap()).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    assert_eq!(posts[0].header("cookie"), None, "none of an older session");
    assert_eq!(posts.len(), 6, "all over one connection");
    for post in &posts[1..] {
        assert_eq!(post.header("cookie"), Some("session=f82cc18edb6d9391"));
    }
}

/// Covers H-11, A-11.
#[tokio::test]
async fn a_nonce_that_is_bound_to_its_socket_is_answered_on_that_socket() {
    let (server, agent, log) = pair(Guard::Digest, [names("", 1)]).await;
    let posts = first_session(&server, &agent).await;
    assert_eq!(
        *log.lock().expect("a log"),
        ["Authentication failure"],
        "challenged once"
    );
    let authorization = posts[1].header("authorization").unwrap_or_default();
    assert!(authorization.starts_with("Digest "), "{authorization}");
    assert!(
        authorization.contains("qop=auth,") && authorization.contains("uri=\"/\""),
        "{authorization}"
    );
    assert_eq!(posts[0].body, posts[1].body, "the same Inform");
}

fn self_signed(folder: &std::path::Path) -> (TlsAcceptor, TlsConfig) {
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a subject");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let ca_file = folder.join("genie.pem");
    std::fs::write(&ca_file, certificate.pem()).expect("a file");
    let der = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], der)
        .expect("a server");
    let tls = TlsConfig {
        ca_file: Some(ca_file),
        ..TlsConfig::default()
    };
    (TlsAcceptor::from(Arc::new(config)), tls)
}

///
#[tokio::test]
async fn over_tls_basic_is_sent_before_it_is_asked_for_and_lets_the_device_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let (acceptor, tls) = self_signed(folder.path());
    let (mut genie, log) = Genie::new(Guard::Basic, [names("", 1)]);
    let server = Server::with(Some(acceptor), move |post| genie.answer(post)).await;
    let agent = Agent::with(&format!("https://{}/", server.address), tls).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    let authorization = posts[0].header("authorization").unwrap_or_default();
    assert!(authorization.starts_with("Basic "), "{authorization}");
}

///
#[tokio::test]
async fn a_basic_challenge_on_a_plain_line_is_not_answered() {
    let (server, agent, _log) = pair(Guard::Basic, []).await;
    agent.has_failed(1).await;
    let basic = server
        .posts()
        .into_iter()
        .find(|post| post.header("authorization").is_some());
    assert!(basic.is_none(), "{basic:?}");
}

/// Covers W-01, W-02.
#[tokio::test]
async fn the_inform_is_in_a_namespace_it_knows() {
    let (server, agent, log) = pair(Guard::Nobody, []).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    assert!(
        posts[0].body.contains("urn:dslforum-org:cwmp-1-2"),
        "{}",
        posts[0].body
    );
}

///
#[tokio::test]
async fn its_ids_of_hexadecimal_digits_are_echoed_to_the_letter() {
    let (server, agent, log) = pair(Guard::Nobody, [names("", 1)]).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    assert_eq!(posts[2].element("cwmp:ID"), Some("1a202c8fac10001"));
}

///
#[tokio::test]
async fn a_refresh_of_the_root_is_answered_with_the_whole_tree_at_once() {
    let (server, agent, log) = pair(Guard::Nobody, [names("", 0)]).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    let count = posts[2].body.matches("<Name>").count();
    assert!(count > 1_000, "{count} names");
}

///
#[tokio::test]
async fn thirty_two_leaves_are_answered_with_exactly_those() {
    let (server, agent, log) = pair(Guard::Nobody, [names("Device.X_CISCO_ATA.Line.1.", 1)]).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    let found: Vec<String> = posts[2]
        .body
        .split("<Name>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</Name>"))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !name.ends_with('.'))
        .take(32)
        .collect();
    assert_eq!(found.len(), 32);
    let (server, agent, log) = pair(Guard::Nobody, [values(&found)]).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    assert_eq!(posts[2].body.matches("<Name>").count(), 32);
    for name in found {
        assert!(
            posts[2].body.contains(&format!("<Name>{name}</Name>")),
            "{name}"
        );
    }
}

/// Covers T-01, T-07, W-29.
#[tokio::test]
async fn a_download_with_empty_arguments_and_a_raw_ampersand_is_taken_and_reported() {
    let files = Server::start(|_| Reply::new("404 Not Found", "", "")).await;
    let url = format!("http://{}/fw-1.bin?a=1&b=2", files.address);
    let (server, agent, log) = pair(Guard::Nobody, [download(&url), names("", 1)]).await;
    let posts = first_session(&server, &agent).await;
    assert_eq!(posts[2].element("Status"), Some("1"), "{}", posts[2].body);
    let request = files
        .until("the file is asked for", |posts| posts.first().cloned())
        .await;
    assert!(
        request.head.starts_with("GET /fw-1.bin?a=1&b=2 HTTP/1.1"),
        "{}",
        request.head
    );
    assert_eq!(request.header("authorization"), None);
    let find = |posts: &[Post]| {
        let report = posts
            .iter()
            .position(|post| post.body.contains("<cwmp:TransferComplete>"))?;
        // The report stands between its Inform and the empty POST; the other order is an error there.
        Some(
            [
                posts.get(report - 1)?,
                posts.get(report)?,
                posts.get(report + 1)?,
            ]
            .map(Post::clone),
        )
    };
    let [inform, report, after] = server.until("the transfer is reported", find).await;
    assert!(inform.body.contains("7 TRANSFER COMPLETE") && inform.body.contains("M Download"));
    assert_eq!(report.element("CommandKey"), Some("1a202c90d6d0000"));
    assert_eq!(report.element("FaultCode"), Some("9016"));
    assert!(after.body.is_empty());
    has_no_complaint(&log);
}

/// Covers P-15, E-04.
#[tokio::test]
async fn a_reboot_with_an_empty_key_waits_until_all_else_is_asked() {
    let reboot = "<cwmp:Reboot><CommandKey></CommandKey></cwmp:Reboot>".to_owned();
    let (server, agent, log) = pair(Guard::Nobody, [reboot, names("", 1)]).await;
    let posts = first_session(&server, &agent).await;
    assert!(
        posts[2].body.contains("RebootResponse")
            && posts[3].body.contains("GetParameterNamesResponse")
    );
    let boot = |posts: &[Post]| {
        posts
            .iter()
            .find(|post| post.body.contains("M Reboot"))
            .cloned()
    };
    let boot = server.until("the device boots", boot).await;
    assert!(boot.body.contains("1 BOOT"));
    has_no_complaint(&log);
}

/// Covers P-14, S-06, S-09.
#[tokio::test]
async fn cpe_already_in_session_is_a_failed_session_and_tried_again() {
    let (mut genie, log) = Genie::new(Guard::Nobody, []);
    let mut refused = 0;
    let server = Server::start(move |post| {
        // The lock of the session before lasts for more than a minute there, and two tries here.
        refused += 1;
        match refused {
            1 | 2 => Reply::new("400 Bad Request", "", "CPE already in session").last(),
            _ => genie.answer(post),
        }
    })
    .await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    has_no_complaint(&log);
    let counts: Vec<Option<String>> = server.posts()[..3]
        .iter()
        .map(|post| post.element("RetryCount").map(str::to_owned))
        .collect();
    assert_eq!(counts, ["0", "1", "2"].map(|count| Some(count.to_owned())));
}

/// Covers P-14, S-06.
#[tokio::test]
async fn an_overloaded_server_is_asked_again_when_it_says() {
    let (mut genie, _log) = Genie::new(Guard::Nobody, []);
    let turned_away = Arc::new(Mutex::new(None));
    let (at, waited) = (Arc::clone(&turned_away), Arc::new(Mutex::new(None)));
    let wait = Arc::clone(&waited);
    let server = Server::start(move |post| {
        let mut at = at.lock().expect("no panic");
        let Some(at) = *at else {
            *at = Some(Instant::now());
            // Spelled so; it says 60, which is longer than a test may take. By itself a device comes after 10 at the most.
            return Reply::new("503 Service Unavailable", "Retry-after: 12\r\n", "").last();
        };
        wait.lock().expect("no panic").get_or_insert(at.elapsed());
        genie.answer(post)
    })
    .await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    let waited = waited.lock().expect("no panic").expect("it came again");
    assert!(waited >= Duration::from_secs(12), "{waited:?}");
}

/// Covers S-12, H-06.
#[tokio::test]
async fn a_204_that_closes_the_connection_ends_the_session_and_the_next_has_its_own() {
    let (mut genie, log) = Genie::new(Guard::Nobody, []);
    let server = Server::start(move |post| genie.answer(post)).await;
    let agent = Agent::start(&format!("http://{}/", server.address)).await;
    agent.has_succeeded().await;
    agent.handle.input(
        0,
        agent::device::Input::LocalChange {
            name: "Device.DeviceInfo.ProvisioningCode".into(),
            value: "changed".into(),
        },
    );
    let second = |posts: &[Post]| {
        posts
            .iter()
            .find(|post| post.body.contains("4 VALUE CHANGE"))
            .cloned()
    };
    let second = server.until("the change is told", second).await;
    assert_eq!(second.connection, 1);
    assert_eq!(second.header("cookie"), None);
    has_no_complaint(&log);
}

/// Covers C-12, C-13.
#[tokio::test]
async fn its_connection_request_is_challenged_and_answered_on_one_socket() {
    let (server, agent, log) = pair(Guard::Nobody, [bootstrap_set()]).await;
    agent.has_succeeded().await;
    let listening = agent.handle.listening.expect("the agent listens");
    let url = agent
        .knows("Device.ManagementServer.ConnectionRequestURL")
        .await
        .expect("a URL");
    let path = format!("/{}", url.rsplit('/').next().unwrap_or_default());
    let mut stream = tokio::net::TcpStream::connect(listening)
        .await
        .expect("it listens");
    let get = |more: &str| {
        format!("GET {path} HTTP/1.1\r\n{more}Host: {listening}\r\nConnection: keep-alive\r\n\r\n")
    };
    stream
        .write_all(get("").as_bytes())
        .await
        .expect("it reads");
    let challenge = answer(&mut stream).await;
    assert!(challenge.starts_with("HTTP/1.1 401"), "{challenge}");
    assert!(
        !challenge.to_ascii_lowercase().contains("connection: close"),
        "{challenge}"
    );
    let offers: Vec<String> = challenge
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, value)| {
            name.eq_ignore_ascii_case("www-authenticate") && !value.contains("SHA-256")
        })
        .map(|(_, value)| value.to_owned())
        .collect();
    let user = format!("00562B-ATA192-{SERIAL}");
    let mut authorizer = Authorizer::new(user, Secret::new("183adiotwg3"));
    let offered = authorizer.challenge(offers.iter().map(String::as_str), Challenge::DigestOnly);
    offered.expect("MD5 is offered");
    let proof = authorizer
        .header("GET", &path, "ad632b25d66ab752")
        .expect("a proof");
    let request = get(&format!("Authorization: {proof}\r\n"));
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the socket is still open");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    let called = |posts: &[Post]| {
        posts
            .iter()
            .any(|post| post.body.contains("6 CONNECTION REQUEST"))
            .then_some(())
    };
    server.until("the device comes", called).await;
    has_no_complaint(&log);
}

/// One response without a body.
async fn answer(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let read = stream.read_buf(&mut bytes).await.expect("an answer");
        assert_ne!(read, 0, "closed: {}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

///
#[tokio::test]
async fn a_name_that_is_gone_is_refused_with_9005_which_makes_it_look_again() {
    let gone = values(&["Device.ManagementServer.NoSuchThing".to_owned()]);
    let (server, agent, log) = pair(Guard::Nobody, [gone]).await;
    let posts = first_session(&server, &agent).await;
    has_no_complaint(&log);
    // Without the detail the server would end the session.
    assert!(
        posts[2]
            .body
            .contains("<detail><cwmp:Fault><FaultCode>9005<"),
        "{}",
        posts[2].body
    );
}
