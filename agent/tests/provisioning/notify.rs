//! SIP NOTIFY: who may ask a device for what, over a real socket.

use super::PROFILE;
use super::device::{PROXY, comes_to_hold, device_from, device_on, eventually};
use super::server::FileServer;
use agent::device::Hardware;
use agent::platform::{Asked, Outcome, Platform, Request};
use agent::provisioning::notify::{Account, Notified, Wanted};
use agent::provisioning::sources::Sources;
use agent::shell::sip_notify;
use agent::shell::tls::TlsConfig;
use cwmp::http::{Authorizer, Challenge};
use data_model::{Secret, Timestamp};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;

const URI: &str = "sip:1001@127.0.0.1";

fn notify(method: &str, uri: &str, further: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK1\r\n\
         f: <sip:pbx@127.0.0.1>;tag=1\r\nTo: <{uri}>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\n\
         {further}Content-Length: 0\r\n\r\n"
    )
}

async fn answered(peer: &UdpSocket, device: SocketAddr, message: &str) -> String {
    peer.send_to(message.as_bytes(), device)
        .await
        .expect("it is sent");
    let mut buffer = vec![0; 2000];
    let answer = tokio::time::timeout(Duration::from_secs(20), peer.recv_from(&mut buffer));
    let (read, _) = answer.await.expect("in time").expect("an answer");
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

/// Section 2.11: 401, then the credentials of the line's account. Covers M-01, T-14.
#[tokio::test]
async fn a_notify_that_proves_its_line_s_password_resyncs_and_no_other_does() {
    let server = FileServer::plain().await;
    server.put("/a", PROFILE);
    let settings = [("Resync_On_Reset", "0")];
    let rule = server.url("/a");
    let lines = [
        ("Device.X_CISCO_ATA.Line.1.User_ID", "1001"),
        ("Device.X_CISCO_ATA.Line.1.Password", "line-secret"),
    ];
    let handle = device_from(&rule, TlsConfig::default(), Sources::default(), &settings).await;
    for (name, value) in lines {
        let change = agent::device::Input::LocalChange {
            name: name.into(),
            value: value.into(),
        };
        handle.input(0, change);
    }
    let socket = sip_notify::bind(SocketAddr::from(([127, 0, 0, 1], 0)));
    let socket = socket.await.expect("a port");
    let device = socket.local_addr().expect("it is bound");
    tokio::spawn(sip_notify::serve(socket, handle.clone()));
    let peer = UdpSocket::bind("127.0.0.1:0").await.expect("a port");

    let resync = "Event: resync\r\n";
    for (message, status) in [
        (notify("OPTIONS", URI, ""), "405 "),
        (notify("NOTIFY", URI, "Event: presence\r\n"), "489 "),
        (notify("NOTIFY", "sip:1002@127.0.0.1", resync), "404 "),
    ] {
        let answer = answered(&peer, device, &message).await;
        assert!(answer.starts_with(&format!("SIP/2.0 {status}")), "{answer}");
    }
    let challenged = answered(&peer, device, &notify("NOTIFY", URI, resync)).await;
    assert!(challenged.starts_with("SIP/2.0 401 "), "{challenged}");
    assert!(challenged.contains("\r\nTo: <sip:1001@127.0.0.1>;tag="));
    for (password, status) in [("other", "401 "), ("line-secret", "200 ")] {
        assert!(server.seen().is_empty());
        let challenge = challenged.lines();
        let challenge = challenge.filter_map(|line| line.strip_prefix("WWW-Authenticate: "));
        let mut authorizer = Authorizer::new("1001", Secret::new(password));
        let taken = authorizer.challenge(challenge, Challenge::DigestOnly);
        taken.expect("it is a challenge");
        let proof = authorizer
            .header("NOTIFY", URI, "0a4f113b")
            .expect("a proof");
        let further = format!("{resync}Authorization: {proof}\r\n");
        let answer = answered(&peer, device, &notify("NOTIFY", URI, &further)).await;
        assert!(answer.starts_with(&format!("SIP/2.0 {status}")), "{answer}");
    }
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    handle.stop();
}

fn account(authenticates: bool) -> Vec<Account> {
    vec![Account {
        user: "1001".into(),
        auth_user: "1001".into(),
        password: Secret::new("line-secret"),
        authenticates,
    }]
}

/// The status of the answer, and what is to be done.
fn verdict(lines: &[Account], resyncs: bool, message: &[u8]) -> (Option<String>, Option<Wanted>) {
    let now = Timestamp::from_secs(1_772_438_400);
    let (answer, wanted) = Notified::new([7; 32]).receive(message, (lines, resyncs), 1, now);
    let answer = answer.map(|answer| String::from_utf8_lossy(&answer)[8..11].to_owned());
    (answer, wanted)
}

/// Section 2.11: `Auth_Resync-Reboot` and `Resync_From_SIP`; a report is never given to just anybody. Covers M-01.
#[test]
fn each_event_is_done_by_whom_the_settings_let() {
    for (event, authenticates, resyncs, status, wanted) in [
        ("resync", false, true, "200", Some(Wanted::Resync)),
        ("resync", false, false, "403", None),
        ("reboot_now", false, false, "200", Some(Wanted::Restart)),
        ("restart_now", false, true, "200", Some(Wanted::Restart)),
        ("report", false, true, "401", None),
        ("resync", true, true, "401", None),
        ("reboot_now", true, true, "401", None),
    ] {
        let message = notify("NOTIFY", URI, &format!("Event: {event};id=1\r\n"));
        let found = verdict(&account(authenticates), resyncs, message.as_bytes());
        assert_eq!(found, (Some(status.into()), wanted), "{event}");
    }
}

/// Bad input is not answered, and nothing is done. Covers M-01.
#[test]
fn what_is_no_request_is_not_answered() {
    let good = notify("NOTIFY", URI, "Event: resync\r\n");
    let many = "A: b\r\n".repeat(41);
    let large = format!("A: {}\r\n", "b".repeat(2000));
    for message in [
        String::new(),
        "\r\n\r\n".into(),
        good.replace("SIP/2.0", "HTTP/1.1"),
        good.replace("Call-ID: c1\r\n", ""),
        good.replace("Call-ID: c1", "Call-ID"),
        good.trim_end().to_owned(),
        notify("ACK", URI, ""),
        notify("NOTIFY", URI, &format!("Event: resync\r\n{many}")),
        notify("NOTIFY", URI, &format!("Event: resync\r\n{large}")),
    ] {
        let found = verdict(&account(false), true, message.as_bytes());
        assert_eq!(found, (None, None), "{message}");
    }
    assert_eq!(
        verdict(&account(false), true, b"\xff\xfe\r\n\r\n"),
        (None, None)
    );
}

/// A machine with a telephone half that takes NOTIFYs itself.
#[derive(Debug)]
struct Exchange(std::sync::mpsc::Receiver<Wanted>);

impl Platform for Exchange {
    fn hardware(&mut self, _now: Timestamp) -> Option<Box<Hardware>> {
        None
    }

    fn ask(&mut self, _request: &Request) -> Asked {
        Asked::Nobody
    }

    fn withdraw(&mut self, _request: &Request) -> Outcome {
        Outcome::Taken
    }

    fn notified(&mut self) -> Vec<Wanted> {
        self.0.try_iter().collect()
    }
}

/// Section 2.11: the entry for a platform that speaks SIP. Covers M-01, T-14.
#[tokio::test]
async fn what_the_platform_has_been_notified_of_reaches_the_device() {
    let server = FileServer::plain().await;
    server.put("/a.cfg", "<flat-profile/>");
    let (sender, receiver) = std::sync::mpsc::channel();
    let (tls, sources) = (TlsConfig::default(), Sources::default());
    let rule = server.url("/a.cfg");
    let handle = device_on(Box::new(Exchange(receiver)), &rule, tls, sources, &[]).await;
    eventually("it has booted and asked", || server.seen().len() == 1).await;
    server.put("/a.cfg", PROFILE);
    sender.send(Wanted::Resync).expect("the device is there");
    handle.refresh(0);
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    assert_eq!(server.seen().len(), 2);
    handle.stop();
}
