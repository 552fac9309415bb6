//! Peers played datagram by datagram: strangers, those that ask without end or never answer, and a server that stops.

use super::{PATIENCE, Server, content};
use cwmp::side::tftp::packet::{ack, data, error};
use std::net::SocketAddr;
use tokio::net::UdpSocket;

/// A peer with a port of its own.
struct Hand(UdpSocket);

impl Hand {
    async fn new() -> Hand {
        Hand(UdpSocket::bind("127.0.0.1:0").await.expect("a port"))
    }

    async fn say(&self, datagram: &[u8], to: SocketAddr) {
        self.0.send_to(datagram, to).await.expect("it is sent");
    }

    async fn hear(&self) -> (Vec<u8>, SocketAddr) {
        let mut buffer = vec![0; 2_000];
        let heard = tokio::time::timeout(PATIENCE, self.0.recv_from(&mut buffer)).await;
        let (length, from) = heard.expect("in time").expect("a datagram");
        (buffer[..length].to_vec(), from)
    }

    /// Says something to the listener, and hears the answer.
    async fn ask(&self, server: &Server, datagram: &[u8]) -> (Vec<u8>, SocketAddr) {
        self.say(datagram, server.address).await;
        self.hear().await
    }

    /// Whether nothing has come that was sent before an answer to somebody else.
    fn heard_nothing(&self) -> bool {
        self.0.try_recv(&mut [0; 2_000]).is_err()
    }
}

/// Covers F02.
#[tokio::test]
async fn bad_requests_get_one_error_packet_and_what_is_no_request_gets_none() {
    let server = Server::start().await;
    let (quiet, hand) = (Hand::new().await, Hand::new().await);
    for none in [
        &b""[..],
        b"\0",
        b"\0\x04\0\x01",
        b"\0\x05\0\0x\0",
        b"\xff\xffx",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        quiet.say(none, server.address).await;
    }
    let cases: [(&[u8], u8, &str); 9] = [
        (b"\0\x01\0octet\0", 2, "empty"),
        (b"\0\x01../../etc/shadow\0octet\0", 2, "`..`"),
        (b"\0\x02/etc/cron.d/x\0octet\0", 2, "not for you"),
        (b"\0\x01x.cfg\0netascii\0", 4, "set the mode to octet"),
        (b"\0\x01x.cfg", 4, "cut off"),
        (b"\0\x011.cfg\0octet\0blksize\x000\0", 8, "blksize"),
        (b"\0\x011.cfg\0octet\0blksize\x0070000\0", 8, "blksize"),
        (b"\0\x011.cfg\0octet\0tsize\x000\0tsize\x000\0", 8, "twice"),
        (&[&b"\0\x01"[..], &[b'a'; 900]].concat(), 4, "512 bytes"),
    ];
    for (request, code, words) in cases {
        let (answer, _) = hand.ask(&server, request).await;
        assert_eq!(answer[..4], [0, 5, 0, code], "{request:?}");
        let text = String::from_utf8_lossy(&answer[4..]);
        assert!(text.contains(words), "{text}");
        assert!(hand.heard_nothing());
    }
    assert!(quiet.heard_nothing());
    server
        .counts("tftp_refused_total{name=\"no_request\"} 6")
        .await;
    server
        .counts("tftp_refused_total{name=\"malformed\"} 8")
        .await;
}

/// Covers T-11, F02.
#[tokio::test]
async fn a_stranger_is_told_so_and_the_transfer_goes_on() {
    let server = Server::start().await;
    let (hand, stranger) = (Hand::new().await, Hand::new().await);
    let request = b"\0\x011000.cfg\0octet\0";
    let (first, own) = hand.ask(&server, request).await;
    assert_eq!(first, data(1, &content(1_000)[..512]));
    assert_ne!(own, server.address);
    stranger.say(&ack(1), own).await;
    let (told, _) = stranger.hear().await;
    assert_eq!(told[..4], [0, 5, 0, 5]);
    // A stranger's error ends nothing either.
    stranger.say(&error(0, "stop"), own).await;
    hand.say(&ack(1), own).await;
    assert_eq!(hand.hear().await, (data(2, &content(1_000)[512..]), own));
    hand.say(&ack(2), own).await;
    server.counts("tftp_ended_total{name=\"complete\"} 1").await;
}

/// Covers F02.
#[tokio::test]
async fn who_asks_again_and_again_and_never_answers_gets_three_small_packets() {
    let server = Server::start().await;
    let hand = Hand::new().await;
    let request = b"\0\x0160000.cfg\0octet\0";
    let mut heard = Vec::new();
    for _ in 0..3 {
        for _ in 0..5 {
            hand.say(request, server.address).await;
        }
        heard.push(hand.hear().await.0);
    }
    server.counts("tftp_ended_total{name=\"unproved\"} 1").await;
    assert!(hand.heard_nothing());
    assert!(heard.iter().all(|packet| packet.len() == 516));
}

/// Covers T-11.
#[tokio::test]
async fn another_request_from_the_same_port_is_answered_at_once() {
    let server = Server::start().await;
    let hand = Hand::new().await;
    let (_, first) = hand.ask(&server, b"\0\x0160000.cfg\0octet\0").await;
    let (answer, second) = hand.ask(&server, b"\0\x013.cfg\0octet\0").await;
    assert_eq!(answer, data(1, &content(3)));
    assert_ne!(first, second);
    hand.say(&ack(1), second).await;
    server.counts("tftp_ended_total{name=\"complete\"} 1").await;
    server
        .counts("tftp_ended_total{name=\"superseded\"} 1")
        .await;
}

/// Covers P8.
#[tokio::test]
async fn a_report_is_acknowledged_when_it_is_kept_and_not_before() {
    let server = Server::start().await;
    server.shelf.keeping.forget_permits(usize::MAX);
    let hand = Hand::new().await;
    let (answer, own) = hand.ask(&server, b"\0\x02reports/a\0octet\0").await;
    assert_eq!(answer, ack(0));
    hand.say(&data(1, b"report"), own).await;
    // The answer to somebody else comes after all that was to be said about the report.
    let other = Hand::new().await;
    let _ = other.ask(&server, b"\0\x01none\0octet\0").await;
    hand.say(&data(1, b"report"), own).await;
    assert!(hand.heard_nothing());
    assert_eq!(server.shelf.written("reports/a"), None);
    server.shelf.keeping.add_permits(1);
    assert_eq!(hand.hear().await.0, ack(1));
    assert_eq!(
        server.shelf.written("reports/a").as_deref(),
        Some(&b"report"[..])
    );
}

/// RFC 7440.
#[tokio::test]
async fn a_window_comes_at_once() {
    let server = Server::start().await;
    let hand = Hand::new().await;
    let request = b"\0\x014000.cfg\0octet\0blksize\x00512\0windowsize\x0065535\0tsize\x000\0";
    let (answer, own) = hand.ask(&server, request).await;
    assert_eq!(
        answer,
        b"\0\x06blksize\x00512\0tsize\x004000\0windowsize\x0016\0"
    );
    hand.say(&ack(0), own).await;
    let mut file = Vec::new();
    for block in 1..=8u16 {
        let (packet, _) = hand.hear().await;
        assert_eq!(packet[..4], data(block, b"")[..]);
        file.extend_from_slice(&packet[4..]);
    }
    assert!(file == content(4_000));
    hand.say(&ack(8), own).await;
    server.counts("tftp_ended_total{name=\"complete\"} 1").await;
}

/// Covers F07.
#[tokio::test]
async fn a_server_that_stops_lets_transfers_end_and_tells_the_others() {
    let server = Server::start().await;
    let (fast, slow, late) = (Hand::new().await, Hand::new().await, Hand::new().await);
    let (_, fast_own) = fast.ask(&server, b"\0\x01600.cfg\0octet\0").await;
    let (_, slow_own) = slow.ask(&server, b"\0\x0160000.cfg\0octet\0").await;
    slow.say(&ack(1), slow_own).await;
    server.stop.send(true).expect("it listens");
    fast.say(&ack(1), fast_own).await;
    assert_eq!(fast.hear().await.0, data(2, &content(600)[512..]));
    fast.say(&ack(2), fast_own).await;
    late.say(b"\0\x011.cfg\0octet\0", server.address).await;
    let told = loop {
        let (packet, _) = slow.hear().await;
        if packet[1] == 5 {
            break packet;
        }
    };
    assert_eq!(told, error(0, "the server stops: try again later"));
    let ended = tokio::time::timeout(PATIENCE, server.task).await;
    ended.expect("in time").expect("without a panic");
    assert!(late.heard_nothing());
}
