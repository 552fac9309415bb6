//! The echo service of TR-143 and the test that measures by one.

use super::{PATIENCE, Pair, measure, set};
use agent::daemon::DiagnosticsMode;
use std::time::Duration;
use tokio::net::UdpSocket;

/// A number of the header of UDP Echo Plus.
fn field(packet: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]])
}

/// It takes the service a moment to be there; until then the port is closed, and the system says so.
async fn first_answer(friend: &UdpSocket, request: &[u8], answer: &mut [u8]) -> usize {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    let answered = async {
        loop {
            beat.tick().await;
            if friend.send(request).await.is_ok()
                && let Ok(bytes) = friend.recv(answer).await
            {
                return bytes;
            }
        }
    };
    let answered = tokio::time::timeout(PATIENCE, answered).await;
    answered.expect("an answer")
}

async fn exchange(socket: &UdpSocket, request: &[u8], answer: &mut [u8]) -> usize {
    socket.send(request).await.expect("it can be sent");
    let answered = tokio::time::timeout(PATIENCE, socket.recv(answer)).await;
    answered.expect("an answer in time").expect("an answer")
}

async fn plain_packets_are_echoed_and_strangers_ignored(friend: &UdpSocket, request: &[u8]) {
    let mut answer = [0; 64];
    let bytes = exchange(friend, b"plain", &mut answer).await;
    assert_eq!(&answer[..bytes], b"plain");
    let stranger = UdpSocket::bind("127.0.0.2:0")
        .await
        .expect("all of 127 is ours");
    let service = friend.peer_addr().expect("it is connected");
    let sent = stranger.send_to(request, service).await;
    sent.expect("it can be sent");
    // The service takes one after the other, so that the stranger's is behind it when this is answered.
    let bytes = exchange(friend, request, &mut answer).await;
    assert_eq!((bytes, field(&answer, 4)), (40, 3));
    let nothing = stranger.try_recv(&mut answer);
    assert!(nothing.is_err(), "a stranger is not answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_echo_service_answers_its_source_and_counts() {
    let probe = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = probe.local_addr().unwrap().port();
    drop(probe);
    let port_text = port.to_string();
    let settings = [
        ("Enable", "1"),
        ("SourceIPAddress", "127.0.0.1"),
        ("UDPPort", port_text.as_str()),
        ("EchoPlusEnabled", "1"),
    ];
    let mut pair = Pair::start(
        "ata192",
        DiagnosticsMode::Real,
        set("Device.UDPEchoConfig.", &settings),
    )
    .await;
    let first = pair.acs.session().await;
    assert!(first.faults.is_empty(), "{:?}", first.faults);
    let friend = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    friend.connect(("127.0.0.1", port)).await.unwrap();
    let mut request = [7u8; 40];
    request[..4].copy_from_slice(&41u32.to_be_bytes());
    let mut answer = [0; 64];
    let bytes = first_answer(&friend, &request, &mut answer).await;
    assert_eq!(bytes, 40);
    assert_eq!(field(&answer, 0), 41, "TestGenSN comes back");
    assert_eq!(field(&answer, 4), 1, "TestRespSN counts answers");
    assert!(
        field(&answer, 8) <= field(&answer, 12),
        "received before replied"
    );
    assert_eq!(field(&answer, 16), 0, "no failures");
    assert_eq!(
        answer[20..40],
        request[20..40],
        "the rest comes back unchanged"
    );

    plain_packets_are_echoed_and_strangers_ignored(&friend, &request).await;
    pair.eventually("UDPEchoConfig.PacketsResponded", |value| value == "3")
        .await;
    pair.eventually("UDPEchoConfig.PacketsReceived", |value| value == "3")
        .await;
    // Two requests of 40 bytes and one of 5, with their UDP headers.
    pair.eventually("UDPEchoConfig.BytesReceived", |value| value == "109")
        .await;
    pair.eventually("UDPEchoConfig.BytesResponded", |value| value == "109")
        .await;
    let first = pair
        .eventually("UDPEchoConfig.TimeFirstPacketReceived", |value| {
            value.len() == 27
        })
        .await;
    let last = pair
        .eventually("UDPEchoConfig.TimeLastPacketReceived", |value| {
            value.len() == 27
        })
        .await;
    assert!(first < last);
}

/// An agent with an echo service at the port.
async fn serving(plus: &str) -> (Pair, String) {
    let probe = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let port = probe.local_addr().expect("it is bound").port().to_string();
    drop(probe);
    let settings = [
        ("Enable", "1"),
        ("SourceIPAddress", "127.0.0.1"),
        ("UDPPort", port.as_str()),
        ("EchoPlusEnabled", plus),
    ];
    let service = set("Device.UDPEchoConfig.", &settings);
    let mut pair = Pair::start("ata192", DiagnosticsMode::Real, service).await;
    pair.acs.session().await;
    let friend = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let to = format!("127.0.0.1:{port}");
    friend.connect(to).await.expect("loopback is there");
    first_answer(&friend, &[0; 8], &mut [0; 8]).await;
    (pair, port)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_echo_service_of_tr_143_is_measured_packet_by_packet() {
    let (_server, port) = serving("1").await;
    let settings = [
        ("Host", "localhost"),
        ("Port", port.as_str()),
        ("NumberOfRepetitions", "3"),
        ("InterTransmissionTime", "20"),
        ("EnableIndividualPacketResults", "1"),
    ];
    let results = measure("UDPEchoDiagnostics.", &settings).await;
    assert_eq!(results.text("DiagnosticsState"), "Completed");
    assert_eq!(results.text("IPAddressUsed"), "127.0.0.1");
    assert_eq!(results.text("SuccessCount"), "3");
    assert_eq!(results.text("FailureCount"), "0");
    let [shortest, mean, longest] = ["Minimum", "Average", "Maximum"]
        .map(|which| results.number(&format!("{which}ResponseTime")));
    assert!(0 < shortest && shortest <= mean && mean <= longest);
    assert_eq!(results.text("IndividualPacketResultNumberOfEntries"), "3");
    let first_answers = results.number("IndividualPacketResult.1.TestRespSN");
    for number in 1..=3 {
        let name = |name: &str| format!("IndividualPacketResult.{number}.{name}");
        assert_eq!(results.text(&name("PacketSuccess")), "1");
        assert_eq!(results.number(&name("TestGenSN")), number);
        let answer_number = results.number(&name("TestRespSN"));
        assert_eq!(answer_number, first_answers + number - 1);
        assert_eq!(results.number(&name("TestRespReplyFailureCount")), 0);
        let [received, replied] =
            ["Rcv", "Reply"].map(|what| results.number(&name(&format!("TestResp{what}TimeStamp"))));
        assert!(
            0 < received && received <= replied,
            "the counter of the service"
        );
        results.in_order(&[&name("PacketSendTime"), &name("PacketReceiveTime")]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn echoes_are_counted_with_a_plain_service_and_with_none() {
    let (_server, port) = serving("0").await;
    let silent = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let silent_port = silent.local_addr().expect("it is bound").port().to_string();
    for (port, succeeded, failed) in [(&port, "2", "0"), (&silent_port, "0", "2")] {
        let settings = [
            ("Host", "127.0.0.1"),
            ("Port", port.as_str()),
            ("NumberOfRepetitions", "2"),
            ("InterTransmissionTime", "1"),
            ("DataBlockSize", "3"),
            ("Timeout", "400"),
        ];
        let results = measure("UDPEchoDiagnostics.", &settings).await;
        // TR-143: a packet without an answer is a failure of the packet, not of the test.
        assert_eq!(results.text("DiagnosticsState"), "Completed");
        assert_eq!(results.text("SuccessCount"), succeeded);
        assert_eq!(results.text("FailureCount"), failed);
        assert_eq!(results.text("IndividualPacketResultNumberOfEntries"), "0");
    }
    let settings = [("Host", "nobody.invalid")];
    let results = measure("UDPEchoDiagnostics.", &settings).await;
    let state = results.text("DiagnosticsState");
    assert_eq!(state, "Error_CannotResolveHostName");
}
