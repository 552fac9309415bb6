//! What the server does with requests no good device sends, and with odd ones that good devices do.

use crate::world::World;
use crate::world::by_hand::{Hand, read_answer};
use cwmp::message::{AcsResponse, CpeRequest, CpeResponse, FromAcs};
use cwmp::rpc::{GetRPCMethods, RebootResponse};
use cwmp::{Event, EventCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use soap_fixtures::{Answer as Due, Needs, Side, messages};
use std::io::Write as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn world() -> World {
    World::start_with(|config, _| config.cwmp.basic_without_tls = true).await
}

async fn hand(world: &World) -> Hand {
    Hand::registered(world, "WIRE").await
}

/// A device whose session waits for its answer to a Reboot; gives the ID of the request too.
async fn asked_to_reboot(world: &World) -> (Hand, String) {
    let mut hand = hand(world).await;
    let path = format!("{}/tasks", hand.path());
    world
        .api
        .post(&path, json!({ "kind": "reboot" }))
        .await
        .expect("a task");
    hand.open().await;
    let message = hand.post("").await.message();
    (hand, message.header.id.unwrap_or_default())
}

/// Covers Q-07, H-01.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_soap_gets_400_and_leaves_no_trace() {
    let world = world().await;
    for body in [
        "",
        " ",
        "hello",
        "<html></html>",
        "{\"a\":1}",
        "<a><b></a>",
        "\0\0\0\0",
    ] {
        let mut hand = Hand::unregistered(&world, "NOSOAP");
        hand.authorization = Hand::registered(&world, &format!("N{}", body.len()))
            .await
            .authorization;
        let answer = hand.post(body).await;
        assert_eq!(answer.status, 400, "{body:?}");
        assert!(!answer.text().contains("Envelope"), "{body:?}");
    }
    let devices = world.api.all("/devices").await.expect("a list");
    assert!(devices.iter().all(|device| device["informs"] == 0));
    let started = "dialtone_sessions_started_total{name=\"cwmp\"}";
    assert_eq!(world.metric(started).await, 0.0);
    hand(&world).await.open().await;
    assert_eq!(world.metric(started).await, 1.0);
}

/// Covers H-02.
#[tokio::test(flavor = "multi_thread")]
async fn only_posts_are_taken() {
    let world = world().await;
    let mut hand = hand(&world).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: acs\r\nContent-Length: 0\r\n\r\n");
        let answer = hand.raw(request.as_bytes()).await.expect("an answer");
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
}

/// Covers H08.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_gets_413_before_it_is_read() {
    let world = world().await;
    let mut hand = hand(&world).await;
    let limit = cwmp::limits::ENVELOPE_BYTES_UNAUTHENTICATED;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: acs\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n",
        hand.authorization,
        limit + 1
    );
    let answer = hand
        .raw(head.as_bytes())
        .await
        .expect("an answer, though no body has come");
    assert_eq!(answer.status, 413, "{}", answer.text());
    hand.open().await;
}

/// Covers H-20, H09.
#[tokio::test(flavor = "multi_thread")]
async fn packed_bodies_are_unpacked_and_bombs_are_not() {
    let world = world().await;
    let mut hand = hand(&world).await;
    let pack = |bytes: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).expect("memory");
        packer.finish().expect("memory")
    };
    // Packed first: that takes a while, in which the server would close a connection.
    let bomb = pack(&vec![b' '; 64 << 20]);
    hand.headers = "Content-Encoding: gzip\r\n".into();
    let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
    let answer = hand.post(pack(inform.as_bytes())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    hand.headers.clear();
    assert_eq!(hand.post("").await.status, 204);
    hand.cookie = None;
    hand.headers = "Content-Encoding: gzip\r\n".into();
    assert_eq!(hand.post(bomb).await.status, 413);
    hand.headers = "Content-Encoding: br\r\n".into();
    assert_eq!(hand.post(inform).await.status, 415);
}

/// Covers Q-11, W-28.
#[tokio::test(flavor = "multi_thread")]
async fn a_method_nobody_knows_gets_fault_8000_and_the_session_goes_on() {
    let world = world().await;
    let mut hand = hand(&world).await;
    hand.open().await;
    let methods = hand.message("77", CpeRequest::from(GetRPCMethods {}));
    let unknown = methods.replace("cwmp:GetRPCMethods", "cwmp:X_FOO_Bar");
    let answer = hand.post(unknown).await;
    assert_eq!(answer.status, 200);
    let message = answer.message();
    assert_eq!(message.header.id.as_deref(), Some("77"));
    match message.body {
        FromAcs::Fault(body) => assert_eq!(body.fault.code.number(), 8000),
        other => panic!("{other:?}"),
    }
    let message = hand.post(methods).await.message();
    assert!(matches!(
        message.body,
        FromAcs::Response(AcsResponse::GetRPCMethodsResponse(_))
    ));
    assert_eq!(hand.post("").await.status, 204);
}

/// Covers C01, Q-08.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_order_gets_400_and_changes_nothing() {
    let world = world().await;
    let (mut hand, _) = asked_to_reboot(&world).await;
    let answer = hand.post(hand.transfer_complete("x")).await;
    assert_eq!(
        answer.status,
        400,
        "a request where an answer is due: {}",
        answer.text()
    );
    let late = hand.message("1", CpeResponse::from(RebootResponse {}));
    assert_eq!(hand.post(&late).await.status, 400, "the session is over");
    let tasks = world
        .api
        .get(&format!("{}/tasks", hand.path()))
        .await
        .expect("a list");
    assert_eq!(tasks["items"][0]["state"], "running", "{tasks}");
    hand.cookie = Some("session=00000000000000000000000000000000".into());
    assert_eq!(hand.post(late).await.status, 400, "a session nobody knows");
}

/// Covers C20.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_sessions_of_one_device_the_newer_one_wins() {
    let world = world().await;
    let mut older = hand(&world).await;
    older.open().await;
    let mut newer = Hand::unregistered(&world, "WIRE");
    newer.open().await;
    let answer = older.post("").await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(newer.post("").await.status, 204);
    assert_eq!(
        world
            .metric("dialtone_sessions_ended_total{end=\"Superseded\"}")
            .await,
        1.0
    );
}

/// Covers W-23.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_never_sends_cookies_keeps_its_session_by_its_connection() {
    let world = world().await;
    let mut hand = hand(&world).await;
    hand.open().await;
    hand.cookie = None;
    assert_eq!(hand.post("").await.status, 204);
}

/// Covers H-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_over_another_connection_by_its_cookie() {
    let world = world().await;
    let (mut hand, id) = asked_to_reboot(&world).await;
    hand.hang_up();
    let answer = hand
        .post(hand.message(&id, CpeResponse::from(RebootResponse {})))
        .await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let tasks = world
        .api
        .get(&format!("{}/tasks", hand.path()))
        .await
        .expect("a list");
    assert_eq!(tasks["items"][0]["state"], "done", "{tasks}");
}

///
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_breaks_off_leaves_its_task_to_the_next_one() {
    let world = world().await;
    let (mut hand, _) = asked_to_reboot(&world).await;
    hand.hang_up();
    hand.cookie = None;
    hand.open().await;
    let message = hand.post("").await.message();
    let id = message.header.id.clone().unwrap_or_default();
    assert!(
        matches!(message.body, FromAcs::Request(_)),
        "the task is asked again"
    );
    hand.post(hand.message(&id, CpeResponse::from(RebootResponse {})))
        .await;
    let tasks = world
        .api
        .get(&format!("{}/tasks", hand.path()))
        .await
        .expect("a list");
    assert_eq!(tasks["items"][0]["state"], "done", "{tasks}");
}

/// Covers H01.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_is_cut_off_and_others_are_served_meanwhile() {
    let world = world().await;
    let mut slow = TcpStream::connect(world.server.cwmp_address)
        .await
        .expect("the server listens");
    slow.write_all(b"POST / HTTP/1.1\r\nHost: a")
        .await
        .expect("the server reads");
    let mut hand = hand(&world).await;
    hand.open().await;
    assert_eq!(hand.post("").await.status, 204);
    let cut = tokio::time::timeout(crate::world::patience(), read_answer(&mut slow)).await;
    let cut = cut.expect("the server does not wait for ever");
    assert!(
        cut.is_none_or(|answer| answer.status == 408),
        "no answer, or 408"
    );
}

/// Covers H03, H04.
#[tokio::test(flavor = "multi_thread")]
async fn heads_beyond_every_measure_are_refused() {
    let world = world().await;
    let mut hand = hand(&world).await;
    for head in [
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
            "x".repeat(200_000)
        ),
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\n{}\r\n",
            "X: y\r\n".repeat(2_000)
        ),
        format!("POST /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(200_000)),
        "POST / HTTP/9.9\r\n\r\n".to_owned(),
        "\u{1}\u{2}\u{3}\r\n\r\n".to_owned(),
    ] {
        let answer = hand.raw(head.as_bytes()).await;
        assert!(answer.is_none_or(|answer| (400..500).contains(&answer.status)));
        hand.hang_up();
    }
    hand.open().await;
}

/// Covers, W-28, X03, X04.
#[tokio::test(flavor = "multi_thread")]
async fn every_bad_message_of_the_fixtures_is_answered_as_its_file_says() {
    let world = world().await;
    let mut hand = hand(&world).await;
    let mut seen = 0;
    for fixture in messages() {
        let Some(expect) = &fixture.expect else {
            continue;
        };
        if expect.to != Side::Acs || expect.needs != Needs::Message {
            continue;
        }
        let inform = fixture.label().starts_with("Inform");
        let response = String::from_utf8_lossy(&fixture.bytes).contains("Response");
        if expect.answer == Due::Unusable || response {
            // Answers are judged by the request they belong to; the session machine's own tests do that.
            continue;
        }
        hand.hang_up();
        hand.cookie = None;
        if !inform {
            hand.open().await;
        }
        let answer = hand.post(&fixture.bytes).await;
        match expect.answer {
            Due::BadRequest => assert_eq!(answer.status, 400, "{}", fixture.label()),
            Due::Fault(code) => {
                let text = answer.text();
                let fault = format!("<FaultCode>{code}</FaultCode>");
                assert!(
                    text.contains(&fault),
                    "{}: {} {text}",
                    fixture.label(),
                    answer.status
                );
            }
            Due::Unusable => {}
        }
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} messages");
    hand.hang_up();
    hand.cookie = None;
    hand.open().await;
}
