//! HTTP as no honest client speaks it, against each port of the server: it ends, and nobody else notices.

use crate::world::by_hand::{Hand, fetch, read_answer};
use crate::world::{World, patience};
use cwmp::{Event, EventCode};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// The deadline of a head.
const HEAD: Duration = Duration::from_secs(10);
/// What a machine under load needs besides.
const SLACK: Duration = Duration::from_secs(15);

pub async fn world() -> World {
    World::start_with(|config, _| config.cwmp.basic_without_tls = true).await
}

fn ports(world: &World) -> [SocketAddr; 3] {
    [
        world.server.cwmp_address,
        world.server.api_address,
        world.server.files_address,
    ]
}

async fn connected(server: SocketAddr) -> TcpStream {
    TcpStream::connect(server)
        .await
        .expect("the server listens")
}

/// Sends bytes and gives everything that comes until the server closes.
async fn conversation(server: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connected(server).await;
    let _ = stream.write_all(bytes).await;
    let mut said = Vec::new();
    let read = tokio::time::timeout(patience(), stream.read_to_end(&mut said)).await;
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
    assert!(read.is_ok(), "it is waited for for ever: {shown}");
    String::from_utf8_lossy(&said).into_owned()
}

/// Covers H03.
#[tokio::test(flavor = "multi_thread")]
async fn cookies_beyond_every_measure_are_no_session_and_cost_nothing() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "COOKIES").await;
    let many: String = (0..10_000).map(|number| format!("{number}=x; ")).collect();
    let huge = format!("session={}", "9".repeat(64 * 1024));
    let digits = format!("{}=1", "9".repeat(400));
    let raw = String::from_utf8_lossy(&[0x80, 0xff, 0xfe]).into_owned();
    for cookie in [
        many,
        huge,
        digits,
        raw,
        "session=".into(),
        "session=-1; session=1".into(),
    ] {
        hand.cookie = Some(cookie);
        let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
        // What is too long may be cut off while it is sent.
        if let Some(answer) = hand.try_post(inform).await {
            assert!(
                [200, 400, 431].contains(&answer.status),
                "{}",
                answer.status
            );
        }
        hand.hang_up();
    }
    hand.cookie = None;
    hand.open().await;
    assert_eq!(hand.post("").await.status, 204);
}

/// Covers H04.
#[tokio::test(flavor = "multi_thread")]
async fn heads_that_come_byte_by_byte_are_all_given_up_and_nobody_waits_for_them() {
    const CONNECTIONS: usize = 200;
    let world = world().await;
    let mut hand = Hand::registered(&world, "HONEST").await;
    let mut tasks = Vec::new();
    for number in 0..CONNECTIONS {
        let server = ports(&world)[number % 3];
        tasks.push(tokio::spawn(async move {
            let begun = Instant::now();
            let (mut reading, mut writing) = connected(server).await.into_split();
            writing
                .write_all(b"POST / HTTP/1.1\r\nX: ")
                .await
                .expect("it reads");
            let trickle = tokio::spawn(async move {
                let mut ticks = tokio::time::interval(Duration::from_millis(500));
                while writing.write_all(b"x").await.is_ok() {
                    ticks.tick().await;
                }
            });
            let _ = reading.read_to_end(&mut Vec::new()).await;
            trickle.abort();
            begun.elapsed()
        }));
    }
    let begun = Instant::now();
    hand.open().await;
    assert_eq!(hand.post("").await.status, 204);
    assert!(
        begun.elapsed() < HEAD,
        "served meanwhile: {:?}",
        begun.elapsed()
    );
    for task in tasks {
        let held = task.await.expect("it ends");
        assert!(held < HEAD + SLACK, "{held:?}");
    }
}

/// Covers H07.
#[tokio::test(flavor = "multi_thread")]
async fn lengths_that_contradict_each_other_hide_no_second_request() {
    let world = world().await;
    const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    let huge = format!(
        "Transfer-Encoding: chunked\r\n\r\n1;{}\r\nx\r\n",
        "e".repeat(1 << 20)
    );
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 33\r\n\r\n",
        "Content-Length: 0, 33\r\n\r\n",
        "Content-Length: +0\r\n\r\n",
        "Content-Length: 0x0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        &huge,
    ] {
        for server in ports(&world) {
            let shown: String = head.chars().take(60).collect();
            let request = format!("POST / HTTP/1.1\r\nHost: a\r\n{head}{HIDDEN}");
            let said = conversation(server, request.as_bytes()).await;
            // What stands behind the first request may be refused once more; it is carried out by nobody.
            let answers = said.matches("HTTP/1.1 ").count();
            let refusals = said.matches("HTTP/1.1 400").count();
            assert!(answers - refusals <= 1, "{shown:?}: {said}");
            assert!(!said.starts_with("HTTP/1.1 2"), "{shown:?}: {said}");
        }
    }
}

/// Covers H12.
#[tokio::test(flavor = "multi_thread")]
async fn other_protocols_are_hung_up_on() {
    let world = world().await;
    let mut hello = vec![22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3];
    hello.extend([7; 196]);
    let noise: Vec<u8> = (0u32..4096)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8)
        .collect();
    for (what, bytes) in [
        ("HTTP/2", &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..]),
        ("TLS", &hello),
        ("SIP", b"REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/TCP b\r\n\r\n"),
        ("SMB", b"\0\0\0\x2f\xffSMBr\0\0\0\0\x18\x01\x28\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0c\0\x02NT LM\0"),
        ("SSH", b"SSH-2.0-x\r\n"),
        ("noise", &noise),
    ] {
        for server in ports(&world) {
            let begun = Instant::now();
            let said = conversation(server, bytes).await;
            assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{what}: {said}");
            assert!(begun.elapsed() < HEAD + SLACK, "{what}: {:?}", begun.elapsed());
        }
    }
    assert_eq!(fetch(world.server.api_address, "/livez").await.status, 200);
}

/// Covers H14.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_to_go_on_and_then_sends_nothing_is_given_up() {
    let world = world().await;
    let hand = Hand::registered(&world, "EXPECTANT").await;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n",
        hand.authorization
    );
    let said = conversation(world.server.cwmp_address, head.as_bytes()).await;
    assert!(!said.contains("HTTP/1.1 2"), "{said}");
    assert!(said.contains("HTTP/1.1 408"), "{said}");
}

/// An empty POST with this cookie and these credentials, from an address of the loopback network.
async fn with_cookie(server: SocketAddr, from: [u8; 4], cookie: &str, authorization: &str) -> u16 {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from((from, 0))).expect("loopback");
    let mut stream = socket.connect(server).await.expect("the server listens");
    let proof = match authorization {
        "" => String::new(),
        text => format!("Authorization: {text}\r\n"),
    };
    let request = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n{proof}Content-Length: 0\r\n\r\n"
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    read_answer(&mut stream).await.expect("an answer").status
}

/// Covers H16.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_of_another_device_is_no_way_into_its_session() {
    let world = world().await;
    let server = world.server.cwmp_address;
    let here = [127, 0, 0, 1];
    let mut victim = Hand::registered(&world, "VICTIM").await;
    let mut thief = Hand::registered(&world, "THIEF").await;
    victim.open().await;
    let cookie = victim.cookie.clone().expect("a cookie");
    let guessed = format!("{}0", &cookie[..cookie.len() - 1]);
    let guessed = if guessed == cookie {
        format!("{}1", &cookie[..cookie.len() - 1])
    } else {
        guessed
    };
    for (what, from, cookie, authorization, status) in [
        (
            "with its own credentials",
            here,
            &cookie,
            &thief.authorization,
            400,
        ),
        (
            "from another address",
            [127, 0, 0, 9],
            &cookie,
            &String::new(),
            401,
        ),
        (
            "from there, with credentials",
            [127, 0, 0, 9],
            &cookie,
            &thief.authorization,
            400,
        ),
        ("a guess", here, &guessed, &thief.authorization, 400),
        (
            "a guess, and no credentials",
            here,
            &guessed,
            &String::new(),
            401,
        ),
    ] {
        let told = with_cookie(server, from, cookie, authorization).await;
        assert_eq!(told, status, "{what}");
    }
    // An Inform under the stolen cookie is a session of the thief's own.
    thief.cookie = Some(cookie.clone());
    thief.open().await;
    assert_ne!(thief.cookie.as_ref(), Some(&cookie));
    assert_eq!(thief.post("").await.status, 204);
    // And the victim has noticed nothing.
    assert_eq!(victim.post("").await.status, 204);
    // What is over is over, for its owner too.
    let told = with_cookie(server, here, &cookie, &victim.authorization).await;
    assert_eq!(told, 400);
}
