//! Firmware campaigns over real agents and over devices played by hand.

use crate::world::by_hand::Hand;
use crate::world::{FACTORY_VERSION, NEW_VERSION, Phone, World, image};
use cwmp::message::{AcsRequest, CpeRequest, CpeResponse, FromAcs, FromCpe};
use cwmp::rpc::{Download, DownloadResponse, Status};
use cwmp::{CommandKey, Event, EventCode};
use data_model::ParameterList;
use data_model::signing::SigningKey;
use serde_json::json;

async fn phones(world: &World, count: usize) -> Vec<Phone> {
    let mut phones = Vec::new();
    for number in 0..count {
        phones.push(world.phone(&format!("FLEET{number}")).await);
    }
    phones
}

/// Covers C-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_upgrades_every_device_it_is_for() {
    let world = World::start().await;
    let phones = phones(&world, 3).await;
    let other = Phone::start(world.agent_config("ata191", "OTHER")).await;
    world.enrolled(&other).await;
    let image = world.image("ATA192", NEW_VERSION);
    let file = world
        .upload("ata192.image", "ATA192", NEW_VERSION, image)
        .await;
    let id = world.campaign(&file).await;
    let campaign = world
        .campaign_reaches(&id, &[("done", 3), ("failed", 0)])
        .await;
    assert_eq!(campaign["counts"]["skipped"], 0, "{campaign}");
    for phone in &phones {
        phone
            .reaches("DeviceInfo.SoftwareVersion", NEW_VERSION)
            .await;
        assert_eq!(world.device(phone).await["software_version"], NEW_VERSION);
    }
    assert_eq!(
        world.device(&other).await["software_version"],
        FACTORY_VERSION,
        "another product"
    );
    let over = world.campaign_reaches(&id, &[("done", 3)]).await;
    assert!(["done", "running"].contains(&over["state"].as_str().unwrap_or_default()));

    // A second campaign for the same version has nothing to do.
    let id = world.campaign(&file).await;
    world
        .campaign_reaches(&id, &[("skipped", 3), ("done", 0)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgraded_device_stays_upgraded_when_it_is_switched_off_and_on() {
    let world = World::start().await;
    let phone = world.phone("POWER").await;
    let image = world.image("ATA192", NEW_VERSION);
    let file = world
        .upload("ata192.image", "ATA192", NEW_VERSION, image)
        .await;
    let id = world.campaign(&file).await;
    world.campaign_reaches(&id, &[("done", 1)]).await;
    let again = Phone::start(phone.stop().await).await;
    again
        .reaches("DeviceInfo.SoftwareVersion", NEW_VERSION)
        .await;
}

/// Covers M04.
#[tokio::test(flavor = "multi_thread")]
async fn images_no_device_may_run_are_reported_and_not_run() {
    let world = World::start().await;
    let phone = world.phone("CAREFUL").await;
    let stranger = SigningKey::from_bytes(&[9; 32]);
    let mut broken = world.image("ATA192", NEW_VERSION);
    if let Some(last) = broken.last_mut() {
        *last ^= 1;
    }
    for (name, bytes) in [
        ("unsigned", b"#!/bin/sh\n".repeat(100)),
        ("stranger", image(&stranger, "ATA192", NEW_VERSION)),
        ("other-product", world.image("SPA122", NEW_VERSION)),
        ("broken", broken),
    ] {
        let said =
            format!("name={name}&product_class=ATA192&version={NEW_VERSION}&unverified=true");
        let file = world.upload_as(&said, bytes).await;
        let task = world
            .task(&phone, json!({ "kind": "download", "file": file }))
            .await;
        assert_eq!(task["state"], "failed", "{name}: {task}");
        let code = task["fault"]["code"].as_u64().unwrap_or(0);
        assert!((9010..=9019).contains(&code), "{name}: {task}");
        assert_eq!(
            world.device(&phone).await["software_version"],
            FACTORY_VERSION,
            "{name}"
        );
    }
    phone
        .reaches("DeviceInfo.SoftwareVersion", FACTORY_VERSION)
        .await;
}

async fn hands(world: &World, count: usize) -> Vec<Hand> {
    let mut hands = Vec::new();
    for number in 0..count {
        let mut hand = Hand::registered(world, &format!("HAND{number}")).await;
        hand.open().await;
        assert_eq!(hand.post("").await.status, 204);
        hand.cookie = None;
        hands.push(hand);
    }
    hands
}

/// Has a device come and take its download; gives the request.
async fn take_download(hand: &mut Hand) -> Download {
    hand.open().await;
    let message = hand.post("").await.message();
    let FromAcs::Request(AcsRequest::Download(download)) = message.body else {
        panic!("a download is due: {:?}", message.body)
    };
    let accepted = DownloadResponse {
        status: Status::Committed,
        ..DownloadResponse::default()
    };
    let id = message.header.id.unwrap_or_default();
    let answer = hand
        .post(hand.message(&id, CpeResponse::from(accepted)))
        .await;
    assert_eq!(answer.status, 204);
    hand.cookie = None;
    download
}

/// Has a device report the end of its transfer, running this version.
async fn report(hand: &mut Hand, command_key: &str, version: &str) {
    let events = vec![
        Event::new(EventCode::Boot),
        Event::new(EventCode::TransferComplete),
        Event::with_key(EventCode::MDownload, CommandKey::from_peer(command_key)),
    ];
    let inform = with_version(hand, events, version);
    assert_eq!(hand.post(inform).await.status, 200);
    let answer = hand.post(hand.transfer_complete(command_key)).await;
    assert!(
        answer.text().contains("TransferCompleteResponse"),
        "{}",
        answer.text()
    );
    assert_eq!(hand.post("").await.status, 204);
    hand.cookie = None;
}

fn with_version(hand: &Hand, events: Vec<Event>, version: &str) -> String {
    let message = hand.inform(events);
    let envelope = cwmp::envelope::read::<FromCpe>(message.as_bytes()).expect("our own message");
    let FromCpe::Request(CpeRequest::Inform(mut inform)) = envelope.body else {
        panic!("not an Inform")
    };
    let name = "Device.DeviceInfo.SoftwareVersion";
    let mut list = ParameterList::new();
    for parameter in inform.parameter_list.iter() {
        let value = if parameter.name == name {
            version
        } else {
            parameter.value
        };
        list.push(parameter.name, parameter.ty, value);
    }
    inform.parameter_list = list;
    hand.message("1", CpeRequest::from(inform))
}

/// Covers P3.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_counts_as_done_only_when_it_reports_the_new_version() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hands = hands(&world, 1).await;
    let hand = &mut hands[0];
    let file = world
        .upload("x", "ATA192", NEW_VERSION, b"image".to_vec())
        .await;
    let id = world.campaign(&file).await;
    world.campaign_reaches(&id, &[("upgrading", 1)]).await;
    let download = take_download(hand).await;
    report(hand, download.command_key.as_str(), FACTORY_VERSION).await;
    world
        .campaign_reaches(&id, &[("verifying", 1), ("done", 0)])
        .await;
    let inform = with_version(hand, vec![Event::new(EventCode::Boot)], NEW_VERSION);
    assert_eq!(hand.post(inform).await.status, 200);
    world
        .campaign_reaches(&id, &[("verifying", 0), ("done", 1)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_devices_are_under_way_than_the_campaign_allows() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hands = hands(&world, 3).await;
    let file = world
        .upload("x", "ATA192", NEW_VERSION, b"image".to_vec())
        .await;
    let campaign = json!({ "name": "one by one", "file": file, "concurrency": 1 });
    let campaign = world
        .api
        .post("/campaigns", campaign)
        .await
        .expect("a campaign");
    let id = campaign["id"].as_str().expect("an id").to_owned();
    for done in 0..3 {
        world
            .campaign_reaches(
                &id,
                &[("upgrading", 1), ("done", done), ("pending", 2 - done)],
            )
            .await;
        let devices = world
            .api
            .all(&format!("/campaigns/{id}/devices"))
            .await
            .expect("a list");
        let under_way = devices
            .iter()
            .find(|device| device["step"] == "upgrading")
            .expect("one");
        let chosen = format!("/devices/{}", under_way["device"].as_str().expect("an id"));
        let chosen = world.api.get(&chosen).await.expect("a device");
        let serial_number = chosen["serial_number"].clone();
        let hand = hands
            .iter_mut()
            .find(|hand| serial_number == *hand.identity.serial_number);
        let hand = hand.expect("one of ours");
        let download = take_download(hand).await;
        report(hand, download.command_key.as_str(), NEW_VERSION).await;
    }
    let over = world.campaign_reaches(&id, &[("done", 3)]).await;
    assert_eq!(over["counts"]["failed"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_pauses_at_its_failure_limit_and_goes_on_when_told() {
    let world = World::start().await;
    let _phones = phones(&world, 2).await;
    let file = world
        .upload("unsigned", "ATA192", NEW_VERSION, b"no image".to_vec())
        .await;
    let campaign = json!({ "name": "bad", "file": file, "concurrency": 1, "failure_limit": 1 });
    let campaign = world
        .api
        .post("/campaigns", campaign)
        .await
        .expect("a campaign");
    let id = campaign["id"].as_str().expect("an id").to_owned();
    let path = format!("/campaigns/{id}");
    let paused = crate::world::eventually("the campaign pauses", || async {
        let campaign = world.api.get(&path).await.ok()?;
        (campaign["state"] == "paused").then_some(campaign)
    })
    .await;
    assert_eq!(paused["counts"]["failed"], 1, "{paused}");
    assert_eq!(paused["counts"]["pending"], 1, "{paused}");
    let devices = world
        .api
        .all(&format!("{path}/devices"))
        .await
        .expect("a list");
    let failed = devices
        .iter()
        .find(|device| device["step"] == "failed")
        .expect("one");
    assert!(
        failed["fault"]["text"]
            .as_str()
            .is_some_and(|text| !text.is_empty()),
        "{failed}"
    );
    world
        .api
        .post(&format!("{path}/abort"), json!({}))
        .await
        .expect("a paused campaign");
    assert_eq!(
        world.api.get(&path).await.expect("a campaign")["state"],
        "aborted"
    );
    let again = world
        .api
        .post(&format!("{path}/resume"), json!({}))
        .await
        .expect_err("it has ended");
    assert_eq!(again.status, 409);
}

/// Covers U06.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_edited_by_whoever_has_seen_it_and_not_once_it_was_started() {
    let world = World::start().await;
    let phone = world.phone("DRAFTED").await;
    let image = world.image("ATA192", NEW_VERSION);
    let file = world
        .upload("ata192.image", "ATA192", NEW_VERSION, image)
        .await;
    let draft = |name: &str, concurrency: u32| {
        json!({
            "name": name, "file": file, "concurrency": concurrency,
            "selector": { "query": format!("serial_number = \"{name}\"") },
        })
    };
    let mut body = draft("nobody", 1);
    body["start"] = json!(false);
    let made = world.api.post("/campaigns", body.clone()).await;
    let made = made.expect("a draft");
    let path = format!("/campaigns/{}", made["id"].as_str().expect("an id"));
    let read = || async { world.api.raw("GET", &path, "", &json!(null)).await };
    let seen = read().await;
    let condition = format!("If-Match: {}\r\n", seen.header("etag").expect("a tag"));
    let put = |headers: String, body: serde_json::Value| {
        let path = path.clone();
        let api = &world.api;
        async move { api.raw("PUT", &path, &headers, &body).await }
    };
    let first = put(condition.clone(), draft("DRAFTED", 7)).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let second = put(condition, draft("nobody", 9)).await;
    assert_eq!(
        second.status,
        412,
        "somebody else has changed it: {}",
        second.text()
    );
    let kept = world.api.get(&path).await.expect("a campaign");
    assert_eq!(
        (&kept["name"], &kept["concurrency"]),
        (&json!("DRAFTED"), &json!(7))
    );
    assert_eq!(
        (&kept["state"], &kept["created"]),
        (&json!("draft"), &made["created"])
    );
    for wrong in [json!({ "name": "x" }), draft("x", 0)] {
        let refused = world.api.put(&path, wrong).await.expect_err("refused");
        assert_eq!(refused.status, 400, "{refused}");
    }
    body["start"] = json!(true);
    let refused = world.api.put(&path, body).await.expect_err("two steps");
    assert!(
        refused.status == 400 && refused.body.contains("two steps"),
        "{refused}"
    );

    let started = world.api.post(&format!("{path}/start"), json!({})).await;
    started.expect("started");
    let late = world.api.put(&path, draft("nobody", 1)).await;
    let late = late.expect_err("it was started");
    assert_eq!(late.status, 409);
    assert!(late.body.contains("make another one"), "{late}");
    let id = made["id"].as_str().expect("an id");
    world.campaign_reaches(id, &[("done", 1)]).await;
    phone
        .reaches("DeviceInfo.SoftwareVersion", NEW_VERSION)
        .await;
    let audit = world.api.get("/audit?action=campaign.edit").await;
    let audit = audit.expect("a trail");
    let lines = audit["items"].as_array().expect("lines");
    assert_eq!(lines.len(), 1, "{audit}");
    assert!(lines[0]["before"].to_string().contains("nobody"), "{audit}");
}
