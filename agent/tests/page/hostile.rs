//! Forged, broken, endless and oversized requests at the page.

use super::browser::{exchange, form};
use super::{Agent, bootstrapped};
use agent::page::limits::{CONNECTIONS, FORM_BYTES, HEAD_BYTES};
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const BOOTS: fn(&agent::device::Device) -> String =
    |device| device.core().facts.booted.to_xsd_millis();

async fn alive(agent: &Agent) {
    agent.admin().get("/").await.is(200);
}

/// Covers D-13.
#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let (_acs, agent) = bootstrapped().await;
    let booted = agent.look(BOOTS).await;
    let mut admin = agent.admin();
    let token = admin.get("/admin/maintenance").await.token();
    let good = form(&[("token", &token)]);
    let own = format!("Origin: http://{}\r\n", agent.page());
    for (headers, body) in [
        ("Origin: http://evil.example\r\n".to_owned(), good.as_str()),
        ("Origin: null\r\n".into(), &good),
        (
            format!("Origin: http://{}.evil.example\r\n", agent.page()),
            &good,
        ),
        ("Sec-Fetch-Site: cross-site\r\n".into(), &good),
        ("Sec-Fetch-Site: same-site\r\n".into(), &good),
        ("Sec-Fetch-Site: none\r\n".into(), &good),
        (own.clone(), ""),
        (own.clone(), "token="),
        (
            own.clone(),
            "token=0000000000000000000000000000000000000000000000000000000000000000",
        ),
        (String::new(), ""),
    ] {
        let answer = admin.send("POST", "/admin/reboot", &headers, body).await;
        answer.is(403);
    }
    // What other sites can make a browser send without asking are no forms of ours either.
    let json = format!("{own}Content-Type: text/plain\r\n");
    admin
        .send("POST", "/admin/reboot", &json, &good)
        .await
        .is(415);
    admin
        .get(&format!("/admin/reboot?token={token}"))
        .await
        .is(403);
    assert_eq!(agent.look(BOOTS).await, booted);
    // The button itself works.
    admin
        .send("POST", "/admin/reboot", &own, &good)
        .await
        .is(200);
}

/// Covers H08.
#[tokio::test]
async fn a_body_that_is_announced_too_long_is_refused_before_it_is_read() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    admin.get("/").await.is(200);
    let long = "x".repeat(FORM_BYTES + 1);
    admin.post("/admin/acs", &[("url", &long)]).await.is(413);
    // Who has no account is told so, and nothing is read either.
    let request = "POST /admin/acs HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n";
    let answer = exchange(agent.page(), request.as_bytes()).await;
    answer.expect("it is answered").is(401);
    alive(&agent).await;
}

/// Covers H02, H03.
#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let (_acs, agent) = bootstrapped().await;
    let long = "x".repeat(4 * HEAD_BYTES);
    for request in [
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Digest username=\"{long}\r\n\r\n"),
    ] {
        if let Some(answer) = exchange(agent.page(), request.as_bytes()).await {
            assert!(matches!(answer.status, 400 | 414 | 431), "{answer:?}");
        }
    }
    alive(&agent).await;
}

/// Covers H07, H12, H13.
#[tokio::test]
async fn what_is_no_request_of_a_browser_is_refused() {
    let (_acs, agent) = bootstrapped().await;
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        "POST /admin/reboot HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /admin/reboot HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0",
        "REGISTER sip:x SIP/2.0\r\n\r\n",
    ] {
        let mut bytes = request.as_bytes().to_vec();
        if !request.contains("close") && request.starts_with("GET") {
            bytes = request
                .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                .into_bytes();
        }
        if let Some(answer) = exchange(agent.page(), &bytes).await {
            assert!((400..500).contains(&answer.status), "{request}: {answer:?}");
        }
    }
    alive(&agent).await;
}

/// Covers H14.
#[tokio::test]
async fn a_form_that_never_comes_is_not_waited_for() {
    let (_acs, agent) = bootstrapped().await;
    let mut admin = agent.admin();
    admin.get("/").await.is(200);
    let request = format!(
        "POST /admin/acs HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n{}\r\n",
        admin.authorization()
    );
    let begun = Instant::now();
    let answer = exchange(agent.page(), request.as_bytes()).await;
    // What comes first is that it may go on.
    answer.expect("it is answered").is(100).says("408 ");
    assert!(begun.elapsed() < super::PATIENCE);
    alive(&agent).await;
}

/// Covers H01, H04.
#[tokio::test]
async fn whoever_falls_silent_is_thrown_out_and_makes_room_for_others() {
    let (_acs, agent) = bootstrapped().await;
    let begun = Instant::now();
    let mut silent = Vec::new();
    for number in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(agent.page()).await.expect("it listens");
        let first: &[u8] = if number % 2 == 0 {
            b"G"
        } else {
            b"GET / HTTP/1.1\r\nHost: x\r\n"
        };
        stream.write_all(first).await.expect("it is open");
        silent.push(stream);
    }
    // There is no room for one more until they are gone.
    alive(&agent).await;
    for mut stream in silent {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(super::PATIENCE, stream.read_to_end(&mut rest)).await;
        let _ = read.expect("it is closed");
    }
    assert!(begun.elapsed() < super::PATIENCE);
}
