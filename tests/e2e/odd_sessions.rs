//! Sessions that are legal and odd, and devices that answer with more than anybody asked for.

use crate::world::World;
use crate::world::by_hand::{Hand, read_answer};
use cwmp::message::{AcsRequest, CpeRequest, CpeResponse, FromAcs};
use cwmp::rpc::{
    AddObjectResponse, GetParameterNamesResponse, GetRPCMethods, ParameterInfo, Status,
};
use cwmp::{Event, EventCode, Fault, FaultCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn world() -> World {
    World::start_with(|config, _| config.cwmp.basic_without_tls = true).await
}

/// Queues a task and has the device asked; gives the request and its ID.
async fn asked(world: &World, hand: &mut Hand, task: Value) -> (String, AcsRequest, String) {
    let queued = world
        .api
        .post(&format!("{}/tasks", hand.path()), task)
        .await;
    let task = queued.expect("a task")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    hand.cookie = None;
    hand.open().await;
    let message = hand.post("").await.message();
    let FromAcs::Request(request) = message.body else {
        panic!("{:?}", message.body)
    };
    (task, request, message.header.id.unwrap_or_default())
}

/// Covers H-14.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_of_a_session_that_is_over_is_no_hindrance() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "COOKIE").await;
    hand.open().await;
    let first = hand.cookie.clone();
    assert_eq!(hand.post("").await.status, 204);
    hand.open().await;
    assert_ne!(hand.cookie, first, "another session, another cookie");
    assert_eq!(hand.post("").await.status, 204);
    assert_eq!(hand.post("").await.status, 400, "there is no session");
    hand.open().await;
}

/// Covers H-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_server_comes_with_status_200() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "FAULT200").await;
    hand.open().await;
    let methods = hand.message("7", CpeRequest::from(GetRPCMethods {}));
    let answer = hand
        .post(methods.replace("GetRPCMethods", "X_NoSuchMethod"))
        .await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.text().contains("<FaultCode>8000</FaultCode>"),
        "{}",
        answer.text()
    );
    assert_eq!(hand.post("").await.status, 204);
}

///
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_events_means_nothing() {
    let world = world().await;
    for (serial, reversed) in [("ORDER1", false), ("ORDER2", true)] {
        let mut hand = Hand::registered(&world, serial).await;
        let codes = [EventCode::Bootstrap, EventCode::Boot, EventCode::Periodic];
        let mut events: Vec<Event> = codes.into_iter().map(Event::new).collect();
        if reversed {
            events.reverse();
        }
        let inform = hand.inform(events);
        assert_eq!(hand.post(inform).await.status, 200);
        assert_eq!(hand.post("").await.status, 204);
        let device = world.api.get(&hand.path()).await.expect("a device");
        assert!(device["last_boot"].is_number(), "{device}");
        assert!(device["last_bootstrap"].is_number(), "{device}");
    }
}

/// Covers W-16, W-17.
#[tokio::test(flavor = "multi_thread")]
async fn headers_that_say_nothing_new_may_say_anything() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "HEADERS").await;
    for headers in [
        "SOAPAction: \r\n",
        "SOAPAction: \"\"\r\n",
        "SOAPAction: \"cwmp:Inform\"\r\n",
        "soapaction: urn:dslforum-org:cwmp-1-0#Inform\r\nAccept: */*\r\n",
    ] {
        hand.headers = headers.into();
        hand.cookie = None;
        hand.open().await;
        assert_eq!(hand.post("").await.status, 204, "{headers:?}");
    }
    for content_type in ["text/html", "application/soap+xml", "application/xml", ""] {
        hand.headers.clear();
        hand.cookie = None;
        hand.hang_up();
        let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
        let request = String::from_utf8(hand.request(inform.as_bytes())).expect("text");
        let other = match content_type {
            "" => String::new(),
            other => format!("Content-Type: {other}\r\n"),
        };
        let request = request.replacen("Content-Type: text/xml; charset=\"utf-8\"\r\n", &other, 1);
        let answer = hand.raw(request.as_bytes()).await.expect("an answer");
        assert_eq!(answer.status, 200, "{content_type}");
    }
}

/// Covers W-18.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_may_come_in_pieces_and_empty_ones_without_a_length() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "PIECES").await;
    let inform = hand.inform(vec![Event::new(EventCode::Periodic)]);
    let (front, back) = inform.split_at(inform.len() / 2);
    let head = |hand: &Hand, body: &str| {
        let cookie = hand.cookie.as_ref();
        let cookie = cookie.map_or(String::new(), |cookie| format!("Cookie: {cookie}\r\n"));
        format!(
            "POST / HTTP/1.1\r\nHost: acs\r\nAuthorization: {}\r\n{cookie}{body}\r\n",
            hand.authorization
        )
    };
    let chunked = format!(
        "{}{:x}\r\n{front}\r\n{:x}\r\n{back}\r\n0\r\n\r\n",
        head(&hand, "Transfer-Encoding: chunked\r\n"),
        front.len(),
        back.len()
    );
    let answer = hand.raw(chunked.as_bytes()).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());
    hand.cookie = answer
        .header("set-cookie")
        .and_then(|cookie| cookie.split(';').next())
        .map(str::to_owned);
    let blank = head(&hand, "Content-Length: 4\r\n") + " \r\n ";
    assert_eq!(
        hand.raw(blank.as_bytes()).await.expect("an answer").status,
        204
    );
    hand.cookie = None;
    hand.open().await;
    let empty = head(&hand, "");
    assert_eq!(
        hand.raw(empty.as_bytes()).await.expect("an answer").status,
        204
    );

    // Who asks whether it may send its body is told so.
    let stream = TcpStream::connect(world.server.cwmp_address).await;
    let mut stream = stream.expect("the server listens");
    let expecting = head(
        &hand,
        &format!(
            "Expect: 100-continue\r\nContent-Length: {}\r\n",
            inform.len()
        ),
    );
    stream
        .write_all(expecting.as_bytes())
        .await
        .expect("the server reads");
    assert_eq!(
        read_answer(&mut stream).await.expect("an answer").status,
        100
    );
    stream
        .write_all(inform.as_bytes())
        .await
        .expect("the server reads");
    assert_eq!(
        read_answer(&mut stream).await.expect("an answer").status,
        200
    );
}

/// Covers C15.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_text_without_end_is_cut_and_stays_text() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "WORDY").await;
    let (task, _, id) = asked(&world, &mut hand, json!({ "kind": "factory_reset" })).await;
    let text = "<script>alert(1)</script> \u{1b}[31m {{7*7}} ".repeat(20_000);
    let fault = Fault::new(FaultCode::INVALID_ARGUMENTS, text);
    let answer = hand.post(hand.message(&id, fault)).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let task = world.task_ended(&task).await;
    assert_eq!(task["state"], "failed");
    assert_eq!(task["fault"]["code"], 9003);
    let kept = task["fault"]["text"].as_str().expect("a text");
    assert!(kept.len() < 10_000, "{} bytes are kept", kept.len());
    assert!(kept.starts_with("<script>"), "as it was said: {kept}");
}

/// Covers C14.
#[tokio::test(flavor = "multi_thread")]
async fn a_listing_without_end_and_an_instance_without_a_number_end_the_task() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "ENDLESS").await;
    let list = json!({ "kind": "refresh", "path": "Device.T." });
    let (task, _, mut id) = asked(&world, &mut hand, list).await;
    let mut depth = 0;
    // Each level has one more, however deep it is asked for.
    let mut answer;
    loop {
        let deep = format!("Device.T.{}", "1.".repeat(depth + 1));
        let parameter_list = vec![ParameterInfo {
            name: deep,
            writable: false,
        }];
        let names = CpeResponse::from(GetParameterNamesResponse { parameter_list });
        let body = match depth {
            // The first one is too much at once.
            0 => hand.message(&id, Fault::from(FaultCode::RESOURCES_EXCEEDED)),
            _ => hand.message(&id, names),
        };
        answer = hand.post(body).await;
        depth += 1;
        if answer.status != 200 {
            break;
        }
        assert!(depth < 1_000, "the server asks for ever");
        id = answer.message().header.id.unwrap_or_default();
    }
    assert_eq!(answer.status, 204);
    assert!(world.task_ended(&task).await["state"].is_string());

    let add = json!({ "kind": "add_object", "object": "Device.T." });
    let (task, _, id) = asked(&world, &mut hand, add).await;
    let none = GetParameterNamesResponse {
        parameter_list: vec![],
    };
    let message = hand
        .post(hand.message(&id, CpeResponse::from(none)))
        .await
        .message();
    let id = message.header.id.unwrap_or_default();
    let added = AddObjectResponse {
        instance_number: 0,
        status: Status::Applied,
    };
    hand.post(hand.message(&id, CpeResponse::from(added))).await;
    assert_eq!(world.task_ended(&task).await["state"], "failed");
}

/// Covers H11.
#[tokio::test(flavor = "multi_thread")]
async fn two_requests_sent_at_once_are_answered_one_after_the_other() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "TWO").await;
    hand.open().await;
    let methods = hand.message("5", CpeRequest::from(GetRPCMethods {}));
    let both = [hand.request(methods.as_bytes()), hand.request(b"")].concat();
    let first = hand.raw(&both).await.expect("an answer");
    assert!(
        first.text().contains("GetRPCMethodsResponse"),
        "{}",
        first.text()
    );
    let second = hand.raw(b"").await.expect("a second answer");
    assert_eq!(second.status, 204);
}
