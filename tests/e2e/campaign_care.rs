//! Campaigns over real agents that must not disturb: calls, registered lines, nights, and the line they share.

use crate::world::by_hand::Hand;
use crate::world::{FACTORY_VERSION, NEW_VERSION, Phone, World, device_path, eventually};
use cwmp::message::{AcsRequest, CpeResponse, FromAcs, FromCpe};
use cwmp::rpc::GetParameterValuesResponse;
use cwmp::{Fault, FaultCode};
use data_model::ParameterList;
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const STATUS: &str = "Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
const CALL: &str = "X_CISCO_ATA.Status.Line.1.Call.1.State";

async fn campaign(world: &World, mut wish: Value) -> String {
    let bytes = world.image("ATA192", NEW_VERSION);
    wish["name"] = json!("careful");
    wish["file"] = json!(world.upload("x", "ATA192", NEW_VERSION, bytes).await);
    let created = world.api.post("/campaigns", wish).await;
    let created = created.expect("a campaign that makes sense");
    created["id"].as_str().expect("an id").to_owned()
}

/// Waits until this was told of a device.
async fn told(world: &World, id: &str, phone: &Phone, text: &str) -> Value {
    let path = format!("/campaigns/{id}{}", device_path(&phone.identity));
    eventually(&format!("`{text}` is told"), || async {
        let timeline = world.api.get(&path).await.ok()?;
        let events = timeline["events"].as_array()?;
        let found = |event: &Value| {
            event["text"]
                .as_str()
                .is_some_and(|told| told.contains(text))
        };
        events.iter().any(found).then_some(timeline)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_waits_until_nobody_is_on_the_phone() {
    let world = World::start().await;
    let phone = world.phone("TALKING").await;
    phone.change(CALL, "Connected");
    phone
        .reaches(
            "Services.VoiceService.1.VoiceProfile.1.Line.1.CallState",
            "InCall",
        )
        .await;
    let id = campaign(&world, json!({ "idle": { "minutes": 30 } })).await;
    let waits = told(&world, &id, &phone, "waits for the end of a call").await;
    assert_eq!(waits["step"], "upgrading", "{waits}");
    assert_eq!(
        world.device(&phone).await["software_version"],
        FACTORY_VERSION
    );
    phone.change(CALL, "Idle");
    world.campaign_reaches(&id, &[("done", 1)]).await;
    let task = waits["task"].as_str().expect("a task");
    let task = world
        .api
        .get(&format!("/tasks/{task}"))
        .await
        .expect("a task");
    assert_eq!(task["attempts"], 1, "a call is nobody's fault: {task}");
}

/// What a device by hand is asked for; gives the answer to it, and the names.
async fn asked(hand: &mut Hand, body: impl Into<FromCpe>, id: &mut String) -> Option<Vec<String>> {
    let answer = match id.is_empty() {
        true => hand.post("").await,
        false => hand.post(hand.message(id, body)).await,
    };
    if answer.status == 204 {
        hand.cookie = None;
        id.clear();
        return None;
    }
    let message = answer.message();
    *id = message.header.id.clone().unwrap_or_default();
    match message.body {
        FromAcs::Request(AcsRequest::GetParameterValues(request)) => Some(request.parameter_names),
        other => panic!("nothing but values: {other:?}"),
    }
}

fn says(name: &str, value: &str) -> CpeResponse {
    let mut parameter_list = ParameterList::new();
    parameter_list.push_str(name, value);
    GetParameterValuesResponse { parameter_list }.into()
}

/// A parameter that is gone spoils the answer for all lines: that is no silence on them.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_line_was_renamed_is_asked_for_all_of_them_before_a_download() {
    const SERVICES: &str = "Device.Services.VoiceService.";
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "RENAMED").await;
    let (old, new) = (
        format!("{SERVICES}1.VoiceProfile.1.Line.1.CallState"),
        format!("{SERVICES}1.VoiceProfile.1.Line.2.CallState"),
    );
    let look = json!({ "kind": "get_parameter_values", "names": [old] });
    let created = world
        .api
        .post(&format!("{}/tasks", hand.path()), look)
        .await;
    created.expect("a task");
    let mut id = String::new();
    hand.open().await;
    let names = asked(&mut hand, says("", ""), &mut id).await;
    assert_eq!(names.as_deref(), Some(&[old.clone()][..]));
    assert_eq!(asked(&mut hand, says(&old, "Idle"), &mut id).await, None);

    let campaign = campaign(&world, json!({ "idle": { "minutes": 30 } })).await;
    world.campaign_reaches(&campaign, &[("upgrading", 1)]).await;
    hand.open().await;
    let names = asked(&mut hand, says("", ""), &mut id).await;
    assert_eq!(names.as_deref(), Some(&[old][..]));
    let gone = Fault::from(FaultCode::INVALID_PARAMETER_NAME);
    let names = asked(&mut hand, gone, &mut id).await;
    assert_eq!(names.as_deref(), Some(&[SERVICES.to_owned()][..]));
    let busy = asked(&mut hand, says(&new, "InCall"), &mut id).await;
    assert_eq!(busy, None, "no Download during the call");
    let path = format!("/campaigns/{campaign}{}", hand.path());
    let timeline = world
        .api
        .get(&path)
        .await
        .expect("a device of the campaign");
    let events = timeline["events"].to_string();
    assert!(events.contains("waits for the end of a call"), "{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_done_when_its_line_is_registered_again() {
    let world = World::start().await;
    let phone = world.phone("REGISTERED").await;
    phone.change(STATUS, "Up");
    phone.reaches(STATUS, "Up").await;
    let id = campaign(&world, json!({ "voice": { "minutes": 30 } })).await;
    told(&world, &id, &phone, "lines registered before: 1").await;
    told(&world, &id, &phone, "lines to register again: 1").await;
    phone
        .reaches("DeviceInfo.SoftwareVersion", NEW_VERSION)
        .await;
    let waits = world
        .campaign_reaches(&id, &[("verifying", 1), ("done", 0)])
        .await;
    assert_eq!(waits["state"], "running");
    phone.change(STATUS, "Up");
    world.campaign_reaches(&id, &[("done", 1)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_without_registered_lines_needs_none() {
    let world = World::start().await;
    let phone = world.phone("SILENT").await;
    let wish = json!({ "voice": { "minutes": 30 }, "idle": { "minutes": 30 } });
    let id = campaign(&world, wish).await;
    told(&world, &id, &phone, "lines registered before: 0").await;
    world.campaign_reaches(&id, &[("done", 1)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_upgraded_in_their_own_night_only() {
    let world = World::start().await;
    let (here, far) = (world.phone("HERE").await, world.phone("FAR").await);
    for (phone, zone) in [(&here, "UTC0"), (&far, "XXX-12")] {
        let path = format!("{}/variables", phone.path());
        let set = world.api.put(&path, json!({ "time_zone": zone })).await;
        set.expect("a known device");
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
        / 60;
    let at = |minute: u64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let windows = format!("{}-{}", at(now + 24 * 60 - 60), at(now + 120));
    let id = campaign(&world, json!({ "windows": windows })).await;
    let half = world
        .campaign_reaches(&id, &[("done", 1), ("pending", 1)])
        .await;
    assert_eq!(half["state"], "running", "{half}");
    assert_eq!(world.device(&here).await["software_version"], NEW_VERSION);
    assert_eq!(
        world.device(&far).await["software_version"],
        FACTORY_VERSION
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn on_frozen_days_nothing_begins_until_they_are_taken_back() {
    let world = World::start().await;
    let phone = world.phone("FROZEN").await;
    let freeze =
        json!({ "freezes": [{ "from": "2000-01-01", "until": "2999-12-31", "reason": "always" }] });
    let put = world.api.put("/freezes", freeze.clone()).await;
    assert_eq!(put.expect("a calendar"), freeze);
    let id = campaign(&world, json!({})).await;
    let other = world
        .api
        .post(
            &format!("{}/tasks", phone.path()),
            json!({ "kind": "reboot" }),
        )
        .await;
    let other = other.expect("a task")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    world.task_ended(&other).await;
    world.campaign_reaches(&id, &[("pending", 1)]).await;
    world
        .api
        .put("/freezes", json!({ "freezes": [] }))
        .await
        .expect("a calendar");
    world.campaign_reaches(&id, &[("done", 1)]).await;
    for wrong in [
        json!({ "freezes": [{ "from": "2026-02-30", "until": "2026-03-01", "reason": "x" }] }),
        json!({ "freezes": [{ "from": "2026-03-02", "until": "2026-03-01", "reason": "x" }] }),
    ] {
        let refused = world
            .api
            .put("/freezes", wrong)
            .await
            .expect_err("no such days");
        assert_eq!(refused.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_downloads_of_a_campaign_share_one_line() {
    let world = World::start().await;
    let _phones = [world.phone("ONE").await, world.phone("TWO").await];
    let begin = Instant::now();
    // Twice 40,000 bytes, of which one second's worth may leave at once.
    let id = campaign(&world, json!({ "bytes_per_sec": 20_000 })).await;
    world.campaign_reaches(&id, &[("done", 2)]).await;
    let took = begin.elapsed();
    assert!(took >= Duration::from_secs(2), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_that_make_no_sense_are_refused_with_the_reason() {
    let world = World::start().await;
    let file = world
        .upload("x", "ATA192", NEW_VERSION, b"image".to_vec())
        .await;
    for (wish, why) in [
        (
            json!({ "stages": [{ "count": 5 }] }),
            "does not take all devices",
        ),
        (
            json!({ "stages": [{ "percent": 50 }, { "percent": 50 }] }),
            "has reached",
        ),
        (json!({ "stages": [{ "percent": 101 }] }), "101 %"),
        (
            json!({ "stages": [{ "count": 0 }, { "percent": 100 }] }),
            "takes no device",
        ),
        (
            json!({ "success_percent": 101 }),
            "`success_percent` is 101",
        ),
        (
            json!({ "recent_failures": { "failures": 3, "of": 2 } }),
            "3 of the last 2",
        ),
        (json!({ "windows": "at night" }), "maintenance window"),
        (json!({ "time_zone": "Berlin" }), "no TZ string"),
        (json!({ "voice": { "minutes": 0 } }), "`minutes` of `voice`"),
        (
            json!({ "idle": { "minutes": 100_000 } }),
            "`minutes` of `idle`",
        ),
        (json!({ "concurrency": 0 }), "`concurrency` is 0"),
        (json!({ "colour": "blue" }), "unknown field"),
    ] {
        let mut wish = wish;
        wish["name"] = json!("x");
        wish["file"] = json!(file);
        for path in ["/campaigns", "/campaigns/estimate"] {
            let refused = world.api.post(path, wish.clone()).await.expect_err(why);
            assert!((400..423).contains(&refused.status), "{refused}");
            assert!(refused.body.contains(why), "{why}: {refused}");
        }
    }
    assert_eq!(
        world.api.get("/campaigns").await.expect("a list"),
        json!([])
    );
}
