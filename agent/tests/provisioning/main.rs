//! The vendor's own provisioning over real sockets: a device, a server, and profiles the real `openssl enc` has made.

mod authority;
mod device;
mod notify;
mod server;
mod sources;
mod states;
mod trust;

use agent::device::Input;
use agent::provisioning::engine::Ask;
use data_model::provisioning::encryption::{self, Packing};
use device::{LOG, PROXY, comes_to_hold, device, device_with};
use server::Server;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

const PROFILE: &str = "<flat-profile><Proxy_1_>sip.example.net</Proxy_1_></flat-profile>";

/// What `openssl enc -aes-256-cbc -md md5` makes of a profile.
fn encrypted(profile: &str, phrase: &str) -> Vec<u8> {
    openssl(phrase, &[], profile.as_bytes())
}

/// The output of `openssl enc -aes-256-cbc -md md5`.
fn openssl(phrase: &str, more: &[&str], input: &[u8]) -> Vec<u8> {
    let pass = format!("pass:{phrase}");
    let mut openssl = Command::new("openssl")
        .args(["enc", "-aes-256-cbc", "-md", "md5", "-pass", &pass])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut writer = openssl.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let written = std::thread::spawn(move || writer.write_all(&input));
    let output = openssl.wait_with_output().expect("it ends");
    written.join().expect("it writes").expect("it reads");
    assert!(output.status.success(), "openssl takes it");
    output.stdout
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

/// Restricted_Access_Domains holds for where a redirect leads, with profiles as with images. Covers M-01, T-14.
#[tokio::test]
async fn a_redirect_out_of_the_permitted_domains_is_not_followed() {
    let away = || Server::status("302 Found", "Location: http://elsewhere.example.org/x\r\n");
    let domains = ("System.Restricted_Access_Domains", "127.0.0.1, example.net");
    let server = Server::answering(vec![away()]).await;
    let handle = device_with(&server.url("/a"), &[domains]).await;
    let told = "a redirect to elsewhere.example.org, which is not in Restricted_Access_Domains";
    comes_to_hold(&handle, LOG, &format!("Resync failed: {told}")).await;
    handle.stop();

    let server = Server::answering(vec![away()]).await;
    let image = server.url("/a.img");
    let rule = ("Provisioning.Upgrade_Rule", image.as_str());
    let handle = device_with("", &[domains, rule]).await;
    comes_to_hold(&handle, LOG, &format!("Upgrade failed: {told}")).await;
    handle.stop();
}

/// RFC 8188: the coding shows in a header, or in the first bytes. Covers M-01, T-14.
#[tokio::test]
async fn a_profile_with_seals_is_taken_whether_its_server_names_the_coding_or_not() {
    let key = data_model::Secret::new("keying material");
    let form = encryption::Form::Aes128Gcm([4; 16]);
    let body = encryption::seal_as(PROFILE.as_bytes(), Packing::Gzip, &key, form);
    let named = Server::with("Content-Encoding: aes128gcm\r\n", &body);
    for answer in [named, Server::ok(&body)] {
        let server = Server::answering(vec![answer]).await;
        let rule = format!("[--key \"keying material\"] {}", server.url("/a"));
        let handle = device(&rule).await;
        comes_to_hold(&handle, PROXY, "sip.example.net").await;
        handle.stop();
    }
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

/// Section 2.10: an encrypted report is what the real program decrypts. Covers M-01, M06, T-14.
#[tokio::test]
async fn an_encrypted_report_is_opened_by_openssl() {
    let server = Server::answering(vec![Server::status("200 OK", "")]).await;
    let rule = format!(
        "[--key \"Secret Phrase\" --put] {}",
        server.url("/rep/$MA.xml.enc")
    );
    let values = [
        ("Provisioning.Report_Rule", rule.as_str()),
        ("Line.1.Proxy", "sip.example.net"),
        ("Line.1.Password", "sip-secret"),
    ];
    let handle = device_with("", &values).await;
    handle.input(0, Input::Provisioning(Box::new(Ask::SipReport)));
    comes_to_hold(&handle, LOG, "the report has been sent").await;
    let request = server.requests().remove(0);
    assert!(
        request.starts_with("PUT /rep/00005e005301.xml.enc HTTP/1.1\r\n"),
        "{request}"
    );
    let opened = openssl("Secret Phrase", &["-d"], &server.body());
    let opened = String::from_utf8(opened).expect("it is text");
    assert!(
        opened.contains("<Proxy_1_ ua=\"na\">sip.example.net</Proxy_1_>"),
        "{opened}"
    );
    assert!(!opened.contains("sip-secret"), "{opened}");
    handle.stop();
}

/// Section 2.1: the messages reach a syslog server, as it words them, and without secrets. Covers M-01, M06.
#[tokio::test]
async fn what_a_resync_does_is_told_to_a_syslog_server() {
    let syslog = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = syslog.local_addr().expect("it is bound").port().to_string();
    let missing = Server::status("404 Not Found", "");
    let server = Server::answering(vec![Server::ok(PROFILE.as_bytes()), missing]).await;
    let second = server.url("/second.cfg");
    let values = [
        ("Router.Log_Configuration.Syslog_Server_IP", "127.0.0.1"),
        ("Router.Log_Configuration.Syslog_Server_Port", port.as_str()),
        ("Provisioning.Profile_Rule_B", second.as_str()),
        (
            "Provisioning.Log_Resync_Success_Msg",
            "done $SCHEME $PATH $SA",
        ),
        ("Provisioning.GPP_SA", "the-secret"),
    ];
    let rule = server.url("/first.cfg?token=abc");
    let handle = device_with(&rule, &values).await;
    let authority = rule
        .trim_start_matches("http://")
        .trim_end_matches("/first.cfg?token=abc");
    let asks = |path| {
        format!("<134>ATA192-MPP 00:00:5e:00:53:01 -- Requesting resync http://{authority}{path}")
    };
    let failed = "<134>ATA192-MPP 00:00:5e:00:53:01 -- Resync failed: file not found: the server answered 404";
    let expected = [
        asks("/first.cfg"),
        "<134>done http /first.cfg $SA".into(),
        asks("/second.cfg"),
        failed.into(),
    ];
    for line in expected {
        let mut buffer = vec![0; 2_000];
        let received = tokio::time::timeout(Duration::from_secs(20), syslog.recv(&mut buffer));
        let length = received
            .await
            .expect("a datagram comes")
            .expect("it is received");
        assert_eq!(String::from_utf8_lossy(&buffer[..length]), line);
    }
    handle.stop();
}

/// Section 2.12: what a server sees of a device, for images as for profiles. Covers M-01, T-19.
#[tokio::test]
async fn an_image_is_asked_for_under_the_name_of_the_device() {
    let server = Server::answering(vec![Server::status("404 Not Found", "")]).await;
    let rule = server.url("/ATA192.img");
    let handle = device_with("", &[("Provisioning.Upgrade_Rule", &rule)]).await;
    comes_to_hold(&handle, LOG, "Upgrade failed").await;
    let request = server.requests().remove(0);
    assert!(
        request.contains("user-agent: Cisco/ATA192-MPP-11-3-2MPP0102-233(FCH26480QXA)"),
        "{request}"
    );
    handle.stop();
}
