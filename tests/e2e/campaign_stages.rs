//! Campaigns over real agents: canaries first, several images one after the other, back again, and what is told of it.

use crate::world::{FACTORY_VERSION, NEW_VERSION, Phone, World, eventually, image};
use data_model::firmware::hex;
use data_model::signing::SigningKey;
use serde_json::{Value, json};

/// Between what comes from the factory and what campaigns bring.
const BETWEEN: &str = "11-3-2MPP0300-001";

async fn phones(world: &World, count: usize) -> Vec<Phone> {
    let mut phones = Vec::new();
    for number in 0..count {
        phones.push(world.phone(&format!("STAGE{number}")).await);
    }
    phones
}

async fn file(world: &World, version: &str) -> String {
    let bytes = world.image("ATA192", version);
    world
        .upload(&format!("{version}.image"), "ATA192", version, bytes)
        .await
}

async fn create(world: &World, campaign: Value) -> String {
    let created = world.api.post("/campaigns", campaign).await;
    let created = created.expect("a campaign that makes sense");
    created["id"].as_str().expect("an id").to_owned()
}

async fn state_becomes(world: &World, id: &str, state: &str) -> Value {
    let path = format!("/campaigns/{id}");
    eventually(&format!("the campaign is {state}"), || async {
        let campaign = world.api.get(&path).await.ok()?;
        (campaign["state"] == state).then_some(campaign)
    })
    .await
}

fn texts(timeline: &Value) -> Vec<&str> {
    let events = timeline["events"].as_array().expect("events").iter();
    events.filter_map(|event| event["text"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_follows_when_the_canary_has_succeeded() {
    let world = World::start().await;
    let _phones = phones(&world, 3).await;
    let file = file(&world, NEW_VERSION).await;
    let stages = json!([{ "count": 1 }, { "percent": 100 }]);
    let wish = json!({ "name": "canary", "file": file, "stages": stages, "success_percent": 100 });
    let id = create(&world, wish).await;
    let done = state_becomes(&world, &id, "done").await;
    assert_eq!(
        (&done["counts"]["done"], &done["stage"]),
        (&json!(3), &json!(1)),
        "{done}"
    );
    let devices = world.api.all(&format!("/campaigns/{id}/devices")).await;
    let devices = devices.expect("a list");
    let of_stage = |stage: u64| {
        devices
            .iter()
            .filter(move |device| device["stage"] == stage)
    };
    assert_eq!((of_stage(0).count(), of_stage(1).count()), (1, 2));
    let canary = of_stage(0).next().expect("one")["updated"].as_i64();
    for device in of_stage(1) {
        assert!(
            device["started"].as_i64() >= canary,
            "{device} before the canary was done"
        );
    }
    let report = world.api.get(&format!("/campaigns/{id}/report")).await;
    let report = report.expect("a report");
    assert_eq!(report["stages"][1]["done"], 2, "{report}");
    assert!(report["durations"]["median_secs"].is_u64(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_that_fails_stops_the_campaign_before_it_reaches_the_rest() {
    let world = World::start().await;
    let _phones = phones(&world, 2).await;
    let said = format!("name=bad&product_class=ATA192&version={NEW_VERSION}&unverified=true");
    let file = world.upload_as(&said, b"no image".to_vec()).await;
    let stages = json!([{ "count": 1 }, { "percent": 100 }]);
    let id = create(
        &world,
        json!({ "name": "bad", "file": file, "stages": stages }),
    )
    .await;
    let paused = state_becomes(&world, &id, "paused").await;
    assert_eq!(
        (&paused["counts"]["failed"], &paused["counts"]["pending"]),
        (&json!(1), &json!(1))
    );
    let reason = paused["reason"].as_str().expect("a reason");
    assert!(reason.contains("stage 1"), "{reason}");
    let report = world.api.get(&format!("/campaigns/{id}/report")).await;
    let report = report.expect("a report");
    assert_eq!(report["failures"][0]["devices"], 1, "{report}");
    assert!(
        report["failures"][0]["code"].as_u64() > Some(9000),
        "{report}"
    );
}

/// Covers T-20.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_the_image_in_between_before_the_one_that_needs_it() {
    let world = World::start().await;
    let phone = world.phone("TWOSTEPS").await;
    file(&world, BETWEEN).await;
    let said = format!("name=last&minimum_version={BETWEEN}");
    let last = world
        .upload_as(&said, world.image("ATA192", NEW_VERSION))
        .await;
    let wish = json!({ "name": "two steps", "file": last });
    let estimate = world.api.post("/campaigns/estimate", wish.clone()).await;
    let estimate = estimate.expect("an estimate");
    let path =
        json!([{ "from": FACTORY_VERSION, "versions": [BETWEEN, NEW_VERSION], "devices": 1 }]);
    assert_eq!(
        (&estimate["paths"], &estimate["downloads"]),
        (&path, &json!(2)),
        "{estimate}"
    );
    let id = create(&world, wish).await;
    world.campaign_reaches(&id, &[("done", 1)]).await;
    phone
        .reaches("DeviceInfo.SoftwareVersion", NEW_VERSION)
        .await;
    let timeline = format!("/campaigns/{id}/devices/{}", phone.identity);
    let timeline = world.api.get(&timeline).await.expect("a timeline");
    assert_eq!(
        (&timeline["hops"], &timeline["from_version"]),
        (&json!(1), &json!(FACTORY_VERSION))
    );
    let told = texts(&timeline).join("; ");
    let order = [
        format!("is to get {BETWEEN}"),
        format!("runs {BETWEEN}"),
        format!("is to get {NEW_VERSION}"),
    ];
    let mut rest = told.as_str();
    for text in &order {
        let (_, behind) = rest
            .split_once(text.as_str())
            .unwrap_or_else(|| panic!("{text}: {told}"));
        rest = behind;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_way_it_is_said_before_anything_begins() {
    let world = World::start().await;
    let _phone = world.phone("NOWAY").await;
    let said = format!("name=last&minimum_version={BETWEEN}");
    let last = world
        .upload_as(&said, world.image("ATA192", NEW_VERSION))
        .await;
    let wish = json!({ "name": "no way", "file": last });
    let estimate = world.api.post("/campaigns/estimate", wish).await;
    let estimate = estimate.expect("an estimate");
    assert_eq!(
        (&estimate["devices"], &estimate["matched"]),
        (&json!(0), &json!(1)),
        "{estimate}"
    );
    let why = estimate["excluded"][0]["reason"]
        .as_str()
        .expect("a reason");
    assert!(why.contains(&format!("needs at least {BETWEEN}")), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_says_what_would_happen_and_does_nothing() {
    let world = World::start().await;
    let phones = phones(&world, 2).await;
    let bytes = world.image("ATA192", NEW_VERSION);
    let size = bytes.len();
    let file = world.upload("x", "ATA192", NEW_VERSION, bytes).await;
    let wish = json!({ "name": "wish", "file": file, "concurrency": 1, "bytes_per_sec": 100 });
    let estimate = world.api.post("/campaigns/estimate", wish).await;
    let estimate = estimate.expect("an estimate");
    assert_eq!(
        (&estimate["devices"], &estimate["bytes"]),
        (&json!(2), &json!(size * 2)),
        "{estimate}"
    );
    assert_eq!(
        estimate["work_secs"],
        json!((size * 2).div_ceil(100)),
        "by its bandwidth"
    );
    assert!(
        estimate["ends"].is_i64() && estimate["confirm"] == false,
        "{estimate}"
    );
    assert_eq!(
        world.api.get("/campaigns").await.expect("a list"),
        json!([])
    );
    for phone in &phones {
        assert_eq!(
            world.device(phone).await["software_version"],
            FACTORY_VERSION
        );
    }
}

/// Covers U06.
#[tokio::test(flavor = "multi_thread")]
async fn a_mass_action_begins_only_with_its_number_typed() {
    let world = World::start_with(|config, _| config.campaigns.confirm_above = 1).await;
    let _phones = phones(&world, 2).await;
    let file = file(&world, NEW_VERSION).await;
    let wish = json!({ "name": "everybody", "file": file });
    let refused = world.api.post("/campaigns", wish.clone()).await;
    let refused = refused.expect_err("more than was agreed to");
    assert!(
        refused.status == 409 && refused.body.contains("`confirm_devices`: 2"),
        "{refused}"
    );
    let estimate = world.api.post("/campaigns/estimate", wish).await;
    assert_eq!(estimate.expect("an estimate")["confirm"], true);

    let draft = json!({ "name": "everybody", "file": file, "start": false });
    let id = create(&world, draft).await;
    let start = format!("/campaigns/{id}/start");
    let refused = world
        .api
        .post(&start, json!({}))
        .await
        .expect_err("nothing typed");
    assert_eq!(refused.status, 409);
    let draft = world
        .api
        .get(&format!("/campaigns/{id}"))
        .await
        .expect("a draft");
    assert_eq!(
        (&draft["state"], &draft["counts"]["pending"]),
        (&json!("draft"), &json!(0))
    );
    let started = world
        .api
        .post(&start, json!({ "confirm_devices": 2 }))
        .await;
    assert_eq!(started.expect("it begins")["state"], "running");
    world.campaign_reaches(&id, &[("done", 2)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roll_back_brings_devices_to_what_they_ran_before() {
    let world = World::start().await;
    let phones = phones(&world, 2).await;
    file(&world, FACTORY_VERSION).await;
    let file = file(&world, NEW_VERSION).await;
    let id = world.campaign(&file).await;
    state_becomes(&world, &id, "done").await;
    let back = world
        .api
        .post(&format!("/campaigns/{id}/rollback"), json!({}))
        .await;
    let back = back.expect("a campaign");
    assert_eq!(back["rollback_of"], json!(id), "{back}");
    let back = back["id"].as_str().expect("an id");
    world
        .campaign_reaches(back, &[("done", 2), ("failed", 0)])
        .await;
    for phone in &phones {
        phone
            .reaches("DeviceInfo.SoftwareVersion", FACTORY_VERSION)
            .await;
    }
}

/// Covers M04.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_what_it_is_said_to_be_is_not_taken() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let trusted = hex(key.verifying_key().as_bytes());
    let world = World::start_with(|config, _| config.campaigns.firmware_keys = vec![trusted]).await;
    let good = image(&key, "ATA192", NEW_VERSION);
    let mut broken = good.clone();
    if let Some(last) = broken.last_mut() {
        *last ^= 1;
    }
    let stranger = image(&SigningKey::from_bytes(&[9; 32]), "ATA192", NEW_VERSION);
    for (said, bytes, why) in [
        ("", &broken, "SHA-256"),
        ("", &stranger, "no key"),
        ("&product_class=ATA191", &good, "not ATA191"),
        ("&version=1.0", &good, "not 1.0"),
        ("&sha256=00", &good, "not 00"),
        (
            "&version=1.0&product_class=ATA192",
            &b"plain".to_vec(),
            "nobody has said which SHA-256",
        ),
    ] {
        let path = format!("/files?name=x{said}");
        let refused = world.api.upload(&path, bytes.clone()).await.expect_err(why);
        assert!(
            refused.status == 400 && refused.body.contains(why),
            "{refused}"
        );
    }
    assert_eq!(
        world.api.get("/files").await.expect("a list"),
        json!([]),
        "nothing is kept"
    );
    let taken = world
        .api
        .upload("/files?name=x", good)
        .await
        .expect("a good image");
    let (class, version) = (&taken["product_class"], &taken["version"]);
    assert_eq!((class, version), (&json!("ATA192"), &json!(NEW_VERSION)));
    assert_eq!(taken["verification"], "signed");
    let unverified = world
        .api
        .upload("/files?name=x&unverified=true", stranger)
        .await;
    assert_eq!(
        unverified.expect("it was said")["verification"],
        "unverified"
    );
}
