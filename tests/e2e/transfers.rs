//! Downloads in detail: links, ranges, and TransferCompletes that come twice or from nowhere.

use crate::world::by_hand::{Answer, Hand, read_answer};
use crate::world::{NEW_VERSION, World};
use cwmp::message::{AcsRequest, CpeRequest, CpeResponse, FromAcs};
use cwmp::rpc::{
    AutonomousDUStateChangeComplete, DUStateChangeComplete, Download, DownloadResponse,
    OperationResult, Status,
};
use cwmp::{Event, EventCode, Fault, FaultCode};
use data_model::firmware::hex;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn world() -> World {
    World::start_with(|config, _| config.cwmp.basic_without_tls = true).await
}

/// A device that has been asked to download a file of this content; gives the request and its ID.
async fn asked(world: &World, content: &[u8]) -> (Hand, Download, String) {
    let mut hand = Hand::registered(world, "FETCHER").await;
    let file = world
        .upload("x", "ATA192", NEW_VERSION, content.to_vec())
        .await;
    let path = format!("{}/tasks", hand.path());
    world
        .api
        .post(&path, json!({ "kind": "download", "file": file }))
        .await
        .expect("a task");
    hand.open().await;
    let message = hand.post("").await.message();
    let FromAcs::Request(AcsRequest::Download(download)) = message.body else {
        panic!("a download is due: {:?}", message.body)
    };
    (hand, download, message.header.id.unwrap_or_default())
}

async fn get(url: &str, headers: &str) -> Answer {
    let rest = url.strip_prefix("http://").expect("an http link");
    let (host, path) = rest.split_once('/').expect("a path");
    let address: SocketAddr = host.parse().expect("an address");
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the file server listens");
    let request =
        format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the file server reads");
    read_answer(&mut stream)
        .await
        .expect("the file server answers")
}

/// Covers D-01, F02.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_says_what_a_device_needs_and_its_link_gives_the_file() {
    let world = world().await;
    let content: Vec<u8> = (0..100_000u32).map(|number| (number % 251) as u8).collect();
    let (_hand, download, _) = asked(&world, &content).await;
    assert_eq!(download.file_type, "1 Firmware Upgrade Image");
    assert_eq!(u64::from(download.file_size), content.len() as u64);
    assert_eq!(download.command_key.as_str().len(), 16);
    let whole = get(&download.url, "").await;
    assert_eq!((whole.status, whole.body == content), (200, true));
    let tail = get(&download.url, "Range: bytes=99990-\r\n").await;
    assert_eq!(
        (tail.status, tail.body.as_slice()),
        (206, &content[99_990..])
    );
    assert_eq!(
        tail.header("content-range"),
        Some("bytes 99990-99999/100000")
    );
    let beyond = get(&download.url, "Range: bytes=100000-\r\n").await;
    assert_eq!(beyond.status, 416);
}

/// Covers F03.
#[tokio::test(flavor = "multi_thread")]
async fn ranges_without_end_get_one_piece_at_most() {
    let world = world().await;
    let content = vec![7; 400_000];
    let (_hand, download, _) = asked(&world, &content).await;
    let thousand: Vec<String> = (0..1000).map(|at| format!("{at}-399999")).collect();
    for range in [
        thousand.join(","),
        "0-0,1-1".into(),
        "5-4".into(),
        "400000-500000".into(),
        "-0".into(),
        "99999999999999999999-".into(),
        "x-y".into(),
        "0-99,50-149".into(),
    ] {
        let answer = get(&download.url, &format!("Range: bytes={range}\r\n")).await;
        assert!(
            [200, 206, 416].contains(&answer.status),
            "{} {range:.40}",
            answer.status
        );
        assert!(answer.body.len() <= content.len(), "{range:.40}");
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(!kind.contains("multipart"), "{range:.40}: {kind}");
    }
}

/// Covers F06.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_while_it_is_sent_comes_in_its_old_form_to_the_end() {
    let world = world().await;
    // More than the sockets between us hold: the server is still reading when the file goes.
    let content = image(20_000_000, 1);
    let (mut hand, download, id) = asked(&world, &content).await;
    let rest = download.url.strip_prefix("http://").expect("an http link");
    let (host, path) = rest.split_once('/').expect("a path");
    let address: SocketAddr = host.parse().expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    stream.readable().await.expect("it answers");
    // The device fetches on, whatever it says: its task has failed, and nothing needs the file.
    let fault = Fault::from(FaultCode::FILE_CORRUPTED);
    assert_eq!(hand.post(hand.message(&id, fault)).await.status, 204);
    let task = download.command_key.as_str();
    assert_eq!(world.task_ended(task).await["state"], "failed");
    let api = &world.api;
    let old = hex(&Sha256::digest(&content));
    let old = world.folder.path().join("acs/files").join(old);
    assert!(old.exists(), "{}", old.display());
    let files = api.get("/files").await.expect("a list");
    let file = files[0]["id"].as_str().expect("an id");
    let deleted = api.delete(&format!("/files/{file}")).await;
    deleted.expect("a file nothing needs may go");
    assert!(!old.exists(), "the file is still there");
    world
        .upload("x", "ATA192", NEW_VERSION, image(20_000_000, 2))
        .await;
    let answer = read_answer(&mut stream).await.expect("the whole answer");
    assert_eq!(answer.status, 200);
    assert!(
        answer.body == content,
        "other bytes than those that were asked for"
    );
}

fn image(bytes: u32, seed: u8) -> Vec<u8> {
    (0..bytes).map(|at| (at % 251) as u8 ^ seed).collect()
}

/// Covers F01, F04.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_nothing_but_its_file() {
    let world = world().await;
    let (_hand, download, _) = asked(&world, b"image").await;
    let (front, ticket) = download.url.rsplit_once('/').expect("a ticket");
    let (base, _file) = front.rsplit_once('/').expect("a file");
    let other = world.upload("y", "", "", b"other".to_vec()).await;
    for url in [
        format!("{base}/{other}/{ticket}"),
        format!(
            "{front}/{}",
            ticket.replace(|c: char| c.is_ascii_digit(), "0")
        ),
        front.to_owned() + "/",
        format!("{front}/{ticket}/../../../admin-password"),
        format!("{base}/..%2f..%2fadmin-password/{ticket}"),
    ] {
        assert_eq!(get(&url, "").await.status, 404, "{url}");
    }
    assert_eq!(get(&download.url, "").await.status, 200);
}

async fn accept(hand: &mut Hand, id: &str) {
    let accepted = DownloadResponse {
        status: Status::Committed,
        ..DownloadResponse::default()
    };
    let answer = hand
        .post(hand.message(id, CpeResponse::from(accepted)))
        .await;
    assert_eq!(answer.status, 204);
    hand.cookie = None;
}

/// Covers Q-12, P3.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_complete_that_comes_twice_is_acknowledged_twice_and_counted_once() {
    let world = world().await;
    let (mut hand, download, id) = asked(&world, b"image").await;
    accept(&mut hand, &id).await;
    let task = format!("/tasks/{}", download.command_key.as_str());
    assert_eq!(
        world.api.get(&task).await.expect("a task")["state"],
        "waiting_for_transfer"
    );
    let mut updated = Vec::new();
    for _ in 0..2 {
        let inform = hand.inform(vec![Event::new(EventCode::TransferComplete)]);
        assert_eq!(hand.post(inform).await.status, 200);
        let answer = hand
            .post(hand.transfer_complete(download.command_key.as_str()))
            .await;
        assert!(
            answer.text().contains("TransferCompleteResponse"),
            "{}",
            answer.text()
        );
        assert_eq!(hand.post("").await.status, 204);
        hand.cookie = None;
        let task = world.api.get(&task).await.expect("a task");
        assert_eq!(task["state"], "done");
        updated.push(task["updated"].clone());
    }
    assert_eq!(updated[0], updated[1], "the second one changes nothing");
    assert_eq!(
        world.metric("dialtone_unknown_command_keys_total").await,
        0.0
    );
}

/// Covers C12.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_nobody_asked_for_is_acknowledged_and_counted_as_such() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "SURPRISE").await;
    hand.open().await;
    let answer = hand.post(hand.transfer_complete("who-asked")).await;
    assert!(
        answer.text().contains("TransferCompleteResponse"),
        "{}",
        answer.text()
    );
    assert_eq!(hand.post("").await.status, 204);
    assert_eq!(
        world.metric("dialtone_unknown_command_keys_total").await,
        1.0
    );
}

/// Covers P2.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_whose_answer_was_lost_is_not_sent_twice() {
    let world = world().await;
    let (mut hand, download, _) = asked(&world, b"image").await;
    // The device has begun, and the connection broke before it could say so.
    hand.hang_up();
    hand.cookie = None;
    hand.open().await;
    // The server asks for what the device has in its queue; this one knows no such method.
    let mut answer = hand.post("").await;
    for method in ["GetAllQueuedTransfers", "GetQueuedTransfers"] {
        let message = answer.message();
        let FromAcs::Request(request) = &message.body else {
            panic!("{:?}", message.body)
        };
        assert_eq!(request.name(), method);
        let id = message.header.id.unwrap_or_default();
        let fault = Fault::from(FaultCode::METHOD_NOT_SUPPORTED);
        answer = hand.post(hand.message(&id, fault)).await;
    }
    assert_eq!(
        answer.status, 204,
        "the server waits for the TransferComplete"
    );
    hand.cookie = None;
    let task = format!("/tasks/{}", download.command_key.as_str());
    assert_eq!(
        world.api.get(&task).await.expect("a task")["state"],
        "waiting_for_transfer"
    );
    hand.open().await;
    hand.post(hand.transfer_complete(download.command_key.as_str()))
        .await;
    assert_eq!(world.api.get(&task).await.expect("a task")["state"], "done");
}

/// Covers C02.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_software_modules_are_acknowledged_whoever_has_asked_for_them() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "MODULES").await;
    let results = || {
        let result = OperationResult {
            uuid: "0a1b2c3d-0000-4000-8000-000000000001".into(),
            current_state: "Installed".into(),
            ..OperationResult::default()
        };
        vec![result; 2]
    };
    let asked = DUStateChangeComplete {
        results: results(),
        command_key: None,
    };
    let own = AutonomousDUStateChangeComplete { results: results() };
    for (event, report, response) in [
        (
            EventCode::DuStateChangeComplete,
            CpeRequest::from(asked),
            "<cwmp:DUStateChangeCompleteResponse",
        ),
        (
            EventCode::AutonomousDuStateChangeComplete,
            CpeRequest::from(own),
            "<cwmp:AutonomousDUStateChangeCompleteResponse",
        ),
    ] {
        let inform = hand.inform(vec![Event::new(event)]);
        assert_eq!(hand.post(inform).await.status, 200);
        let report = hand.message("2", report);
        let answer = hand.post(report).await;
        assert!(answer.text().contains(response), "{}", answer.text());
        assert_eq!(hand.post("").await.status, 204);
        hand.cookie = None;
    }
}
