//! Files that devices send: asked for by a task, taken by a signed link, kept for a while, and given back.

use crate::world::by_hand::{Answer, Hand, read_answer};
use crate::world::{World, device_path};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::{Status, Upload, UploadResponse};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn world() -> World {
    World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.device_files.backups = 2;
    })
    .await
}

/// Has the device asked for a file; gives the request. The session is over then.
async fn asked(world: &World, hand: &mut Hand, task: Value) -> (Upload, String) {
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
    let FromAcs::Request(AcsRequest::Upload(upload)) = message.body else {
        panic!("an upload is due: {:?}", message.body)
    };
    let accepted = UploadResponse {
        status: Status::Committed,
        ..UploadResponse::default()
    };
    let id = message.header.id.unwrap_or_default();
    let answer = hand
        .post(hand.message(&id, CpeResponse::from(accepted)))
        .await;
    assert_eq!(answer.status, 204);
    hand.cookie = None;
    (upload, task)
}

async fn send(method: &str, url: &str, body: &[u8]) -> Answer {
    let rest = url.strip_prefix("http://").expect("an http link");
    let (host, path) = rest.split_once('/').expect("a path");
    let address: SocketAddr = host.parse().expect("an address");
    let stream = TcpStream::connect(address).await;
    let mut stream = stream.expect("the file server listens");
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream
        .write_all(head.as_bytes())
        .await
        .expect("the file server reads");
    // A server that has seen enough may close while we still write; its answer is there all the same.
    let _ = stream.write_all(body).await;
    read_answer(&mut stream)
        .await
        .expect("the file server answers")
}

async fn reports(hand: &mut Hand, upload: &Upload) {
    hand.open().await;
    hand.post(hand.transfer_complete(upload.command_key.as_str()))
        .await;
    assert_eq!(hand.post("").await.status, 204);
    hand.cookie = None;
}

async fn files(world: &World, hand: &Hand) -> Vec<Value> {
    let files = world.api.get(&format!("{}/files", hand.path())).await;
    files.expect("a list").as_array().expect("a list").clone()
}

/// Covers T-13.
#[tokio::test(flavor = "multi_thread")]
async fn backups_are_kept_as_many_as_wanted_and_read_by_who_may() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "KEEPER").await;
    let mut newest = String::new();
    for number in 0..3 {
        let kind = json!({ "kind": "backup_configuration" });
        let (upload, task) = asked(&world, &mut hand, kind).await;
        assert_eq!(upload.file_type, "1 Vendor Configuration File");
        let body = format!("configuration {number}");
        assert_eq!(send("PUT", &upload.url, body.as_bytes()).await.status, 201);
        reports(&mut hand, &upload).await;
        let task = world.task_ended(&task).await;
        assert_eq!(task["state"], "done", "{task}");
        newest = task["result"]["file"].as_str().expect("a file").to_owned();
    }
    let files = files(&world, &hand).await;
    assert_eq!(files.len(), 2, "{files:?}");
    assert_eq!(files[0]["id"], newest.as_str());
    assert_eq!(files[0]["purpose"], "backup");
    let kept = std::fs::read_dir(world.folder.path().join("acs/device-files"));
    assert_eq!(
        kept.expect("a folder").count(),
        2,
        "the bytes of the oldest are gone"
    );
    let path = format!("{}/files/{newest}/content", hand.path());
    let content = world.api.text("GET", &path, "", "").await;
    assert_eq!(
        (content.status, content.text().as_str()),
        (200, "configuration 2")
    );
    let trail = world
        .api
        .get("/audit")
        .await
        .expect("the trail")
        .to_string();
    assert!(
        trail.contains("device_file.read"),
        "whoever reads a configuration is noted"
    );
    let path = format!("{}/files/{newest}", hand.path());
    world.api.delete(&path).await.expect("a file");
    assert!(world.api.get(&path).await.is_err());
}

/// Covers F01, F04.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_takes_the_file_of_one_task_and_nothing_else() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "STRICT").await;
    let (upload, task) = asked(&world, &mut hand, json!({ "kind": "fetch_log" })).await;
    let (front, ticket) = upload.url.rsplit_once('/').expect("a ticket");
    let (base, _) = front.rsplit_once('/').expect("a task");
    for url in [
        format!("{base}/0000000000000001/{ticket}"),
        format!(
            "{front}/{}",
            ticket.replace(|c: char| c.is_ascii_digit(), "0")
        ),
        format!("{base}/..%2f..%2fadmin-password/{ticket}"),
    ] {
        assert_eq!(send("PUT", &url, b"x").await.status, 404, "{url}");
    }
    let huge = vec![b'x'; 17 * 1024 * 1024];
    assert_eq!(send("PUT", &upload.url, &huge).await.status, 413);
    assert_eq!(
        send("POST", &upload.url, b"a line of the log").await.status,
        201
    );
    reports(&mut hand, &upload).await;
    assert_eq!(world.task_ended(&task).await["state"], "done");
    assert_eq!(
        send("PUT", &upload.url, b"late").await.status,
        404,
        "the task has ended"
    );
    assert_eq!(files(&world, &hand).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_says_it_has_sent_a_file_and_has_not_is_not_believed() {
    let world = world().await;
    let mut hand = Hand::registered(&world, "LIAR").await;
    let kind = json!({ "kind": "upload", "file_type": "1 Vendor Configuration File" });
    let (upload, task) = asked(&world, &mut hand, kind).await;
    reports(&mut hand, &upload).await;
    let task = world.task_ended(&task).await;
    assert_eq!(task["state"], "failed", "{task}");
    let why = task["fault"]["text"].as_str().expect("a reason");
    assert!(why.contains("none has arrived"), "{why}");
    let path = format!("/tasks/{}/retry", upload.command_key.as_str());
    let again = world.api.post(&path, json!({})).await;
    assert_eq!(again.expect("a task")["state"], "queued");
    let faults = world.api.get("/faults").await.expect("faults");
    assert_eq!(faults, json!([]), "it is queued again: {faults}");
}

/// A real device: what it has sent brings it back to what it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_a_backup_of_its_configuration_back() {
    let world = World::start().await;
    let phone = world.phone("BACKUP1").await;
    let code = phone.name("X_CISCO_ATA.Line.1.Display_Name");
    let set = |value: &str| json!({ "kind": "set_parameter_values", "values": [{ "name": code, "value": value }] });
    assert_eq!(world.task(&phone, set("before")).await["state"], "done");
    let backup = world
        .task(&phone, json!({ "kind": "backup_configuration" }))
        .await;
    assert_eq!(backup["state"], "done", "{backup}");
    let file = backup["result"]["file"]
        .as_str()
        .expect("a file")
        .to_owned();
    assert_eq!(world.task(&phone, set("after")).await["state"], "done");
    let restored = world
        .task(
            &phone,
            json!({ "kind": "restore_configuration", "file": file }),
        )
        .await;
    assert_eq!(restored["state"], "done", "{restored}");
    phone
        .reaches("X_CISCO_ATA.Line.1.Display_Name", "before")
        .await;
    let log = world.task(&phone, json!({ "kind": "fetch_log" })).await;
    assert_eq!(log["state"], "done", "{log}");
    let other = device_path("00562B-ATA192-NOBODY");
    assert!(world.api.get(&format!("{other}/files")).await.is_err());
}

/// Every RPC of Annex A as a task, against a real device: done, or refused by the device with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_is_a_task() {
    let world = World::start().await;
    let phone = world.phone("ANNEXA").await;
    let interval = phone.name("ManagementServer.PeriodicInformInterval");
    let done = [
        json!({ "kind": "get_rpc_methods" }),
        json!({ "kind": "discover" }),
        json!({ "kind": "get_parameter_names", "path": phone.name("DeviceInfo."), "next_level": true }),
        json!({ "kind": "set_parameter_attributes", "attributes": [{ "name": interval, "notification": 1 }] }),
        json!({ "kind": "get_parameter_attributes", "names": [interval] }),
        json!({ "kind": "schedule_inform", "delay_secs": 3600 }),
        json!({ "kind": "get_queued_transfers" }),
        json!({ "kind": "get_all_queued_transfers" }),
    ];
    for task in done {
        let ended = world.task(&phone, task.clone()).await;
        assert_eq!(ended["state"], "done", "{ended}");
        match task["kind"].as_str().expect("a kind") {
            "get_rpc_methods" => assert!(ended["result"]["methods"].to_string().contains("Upload")),
            "get_parameter_names" => assert!(
                ended["result"]["names"]
                    .as_array()
                    .is_some_and(|list| list.len() > 5)
            ),
            "get_parameter_attributes" => {
                assert_eq!(
                    ended["result"]["attributes"][0]["notification"], 1,
                    "{ended}"
                );
            }
            _ => {}
        }
    }
    let vouchers = world
        .task(
            &phone,
            json!({ "kind": "set_vouchers", "vouchers": ["UFM="] }),
        )
        .await;
    assert_eq!(vouchers["state"], "failed", "{vouchers}");
    let why = vouchers["fault"]["text"].as_str().expect("a reason");
    assert!(why.contains("does not support"), "{why}");
    let learned = world
        .api
        .get(&format!("{}/learned", phone.path()))
        .await
        .expect("learned");
    assert!(
        learned["lacks"].to_string().contains("SetVouchers"),
        "{learned}"
    );
    assert!(
        learned["methods"].to_string().contains("Upload"),
        "{learned}"
    );
    let faults = world.api.get("/faults").await.expect("faults");
    assert_eq!(faults[0]["kind"], "set_vouchers", "{faults}");
    assert_eq!(faults[0]["code"], 9000);
}
