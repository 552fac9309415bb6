//! What the devices of a fleet go through, seen from the server: NATs, upgrades that fail.

use crate::world::{FACTORY_SECRET, NEW_VERSION, World, anywhere, device_path, eventually};
use agent::fleet::Setup;
use agent::fleet::crowd::{Crowd, CrowdConfig};
use agent::fleet::plan::Plan;
use agent::fleet::scenario::Scenario;
use data_model::Secret;
use data_model::firmware::hex;
use serde_json::{Value, json};
use std::sync::Arc;

/// Devices of a scenario that is named by its tables, until it is dropped.
async fn crowd(world: &World, prefix: &str, count: usize, tables: &str) -> Crowd {
    let text = format!(
        "title = 'A test'\nabout = 'What a test needs of a fleet.'\n[end]\nwhen = 'time'\nsecs = 600\n{tables}\n"
    );
    let scenario = Scenario::parse(&text).expect("a scenario");
    let config = CrowdConfig {
        plan: Arc::new(Plan::new(scenario, 1, count)),
        loops: 1,
        setup: Setup {
            serial_prefix: prefix.to_owned(),
            firmware_keys: vec![hex(world.firmware_key.verifying_key().as_bytes())],
            listen: Some(anywhere()),
            sessions: 16,
            ..Setup::towards(world.server.acs_url(), Secret::new(FACTORY_SECRET))
        },
    };
    config.start().await.expect("a fleet")
}

/// The first device of a fleet, at the server.
fn first(prefix: &str) -> String {
    device_path(&format!("00562B-ATA192-{prefix}000000"))
}

/// Waits until the server knows so many devices.
async fn known(world: &World, count: u64) {
    eventually("the devices are known", || async {
        let known = world.api.get("/devices/count").await.ok()?;
        (known["devices"] == count).then_some(())
    })
    .await;
}

/// Starts a campaign for a newer version; gives its id.
async fn campaign(world: &World) -> String {
    let image = world.image("ATA192", NEW_VERSION);
    let name = "ata192.image";
    let file = world.upload(name, "ATA192", NEW_VERSION, image).await;
    world.campaign(&file).await
}

/// Covers U-14, C-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_behind_its_nat_is_reached_by_udp_alone() {
    let world = World::start_with(|config, _| config.stun.listen = Some(anywhere())).await;
    let stun = world.server.stun_address.expect("the STUN server listens");
    let (host, port) = (stun.ip(), stun.port());
    let nat = format!("[nat]\nshare = 1.0\nstun_server = '{host}'\nstun_port = {port}");
    let crowd = crowd(&world, "NAT", 1, &nat).await;
    known(&world, 1).await;
    let calls = format!("{}/calls", first("NAT"));
    let behind = eventually("its address outside is known", || async {
        let calls = world.api.get(&calls).await.ok()?;
        let outside = calls["reach"]["udp_address"].as_str()?;
        outside.starts_with("127.77.").then_some(calls)
    })
    .await;
    let inside = behind["connection_request_url"].as_str();
    assert!(
        inside.is_some_and(|url| url.starts_with("http://192.0.2.")),
        "its own address leads nowhere: {behind}"
    );
    eventually("it comes when it is called", || async {
        let path = format!("{}/call", first("NAT"));
        let called = world.api.post(&path, json!({}));
        let called = called.await.ok()?;
        (called["outcome"] == "accepted" && called["way"] == "udp").then_some(())
    })
    .await;
    crowd.stop();
}

/// Covers P4.
#[tokio::test(flavor = "multi_thread")]
async fn upgrades_fail_in_the_way_the_scenario_says_and_the_campaign_knows_how() {
    let world = World::start().await;
    let ways = [
        ("WELL", "[informs]\ninterval_secs = 300"),
        ("SLOW", "[upgrades]\nslow = 1.0\nslow_bytes_per_sec = 60000"),
        ("WRONG", "[upgrades]\nwrong_image = 1.0"),
        ("OLD", "[upgrades]\nold_version_back = 1.0"),
    ];
    let mut crowds = Vec::new();
    for (prefix, tables) in ways {
        crowds.push(crowd(&world, prefix, 1, tables).await);
    }
    known(&world, ways.len() as u64).await;
    let id = campaign(&world).await;
    let counts = [("done", 2), ("failed", 2)];
    world.campaign_reaches(&id, &counts).await;
    let version = |device: Value| device["software_version"].as_str().map(str::to_owned);
    for (prefix, upgraded) in [
        ("WELL", true),
        ("SLOW", true),
        ("WRONG", false),
        ("OLD", false),
    ] {
        let device = world.api.get(&first(prefix)).await.expect("a device");
        let runs = version(device);
        assert_eq!(
            runs.as_deref() == Some(NEW_VERSION),
            upgraded,
            "{prefix}: {runs:?}"
        );
    }
    let path = format!("/campaigns/{id}/devices?step=failed");
    let devices = world.api.get(&path);
    let text = devices.await.expect("a list").to_string();
    assert!(text.contains("another product"), "{text}");
    crowds.into_iter().for_each(Crowd::stop);
}

/// Gives the first device of a fleet a task and waits for its end; says when that was.
async fn task(world: &World, prefix: &str, task: Value) -> u64 {
    let path = format!("{}/tasks", first(prefix));
    let task = world.api.post(&path, task).await.expect("a task");
    let ended = world.task_ended(task["id"].as_str().expect("its id")).await;
    assert_eq!(ended["state"], "done", "{ended}");
    ended["updated"].as_u64().expect("a time")
}

/// The telephone side registers the lines of a device that has power, however often it restarts.
#[tokio::test(flavor = "multi_thread")]
async fn lines_register_again_after_every_restart() {
    let world = World::start().await;
    let crowd = crowd(&world, "LINE", 1, "[informs]\ninterval_secs = 300").await;
    known(&world, 1).await;
    // The device tells it by itself: whoever asks all the time is turned away (C-04).
    let state = "Device.X_CISCO_ATA.Status.Line.1.Registration_State";
    let told = json!({
        "kind": "set_parameter_attributes",
        "attributes": [{ "name": state, "notification": 2 }],
    });
    task(&world, "LINE", told).await;
    // They may have registered before it was asked to tell.
    let asked = json!({ "kind": "get_parameter_values", "names": [state] });
    task(&world, "LINE", asked).await;
    let mut since = 0;
    let path = format!("{}/parameters?prefix={state}", first("LINE"));
    for restart in 0..2 {
        eventually("its lines are registered", || async {
            let answer = world.api.get(&path).await.ok()?;
            let parameter = answer["parameters"].as_array()?.first()?;
            let seen = parameter["at"].as_u64()? >= since;
            (parameter["value"] == "Registered" && seen).then_some(())
        })
        .await;
        if restart == 0 {
            since = task(&world, "LINE", json!({ "kind": "reboot" })).await;
        }
    }
    crowd.stop();
}

/// What the campaign says of the first device of a fleet.
async fn step(world: &World, campaign: &str) -> Value {
    let path = format!("/campaigns/{campaign}/devices");
    let mut devices = world.api.all(&path).await.expect("a list");
    devices.pop().expect("a device")
}

/// Covers P4.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_power_goes_in_every_download_gives_up_and_says_so() {
    let world = World::start().await;
    let crowd = crowd(&world, "CUT", 1, "[upgrades]\npower_cut = 1.0").await;
    known(&world, 1).await;
    let id = campaign(&world).await;
    world.campaign_reaches(&id, &[("failed", 1)]).await;
    let step = step(&world, &id).await.to_string();
    assert!(step.contains("cut off by reboots"), "{step}");
    let device = world.api.get(&first("CUT")).await.expect("a device");
    assert_ne!(device["software_version"], NEW_VERSION, "{device}");
    let beliefs = crowd.beliefs().await;
    assert_eq!(beliefs[0].entry.boots, 4, "{:?}", beliefs[0]);
    crowd.stop();
}

/// Covers P4.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_never_comes_back_is_not_taken_for_upgraded() {
    let world = World::start().await;
    let gone = crowd(&world, "GONE", 1, "[upgrades]\nnever_back = 1.0").await;
    let well = crowd(&world, "WELL", 1, "[informs]\ninterval_secs = 300").await;
    known(&world, 2).await;
    let id = campaign(&world).await;
    // One that is off cannot be asked what it has told.
    let is_off = async || gone.beliefs().await[0].version_told.is_none();
    eventually("it is gone", || async { is_off().await.then_some(()) }).await;
    world.campaign_reaches(&id, &[("done", 1)]).await;
    // Another one restarts meanwhile: a restart takes both as long.
    let told = async || well.beliefs().await[0].entry.boots_told;
    let before = told().await;
    task(&world, "WELL", json!({ "kind": "reboot" })).await;
    eventually("the other one is back", || async {
        (told().await > before).then_some(())
    })
    .await;
    assert!(is_off().await, "it has come back");
    let called = world
        .api
        .post(&format!("{}/call", first("GONE")), json!({}))
        .await;
    let called = called.expect("an outcome");
    assert_ne!(called["outcome"], "accepted", "{called}");
    let counts = [("done", 1), ("upgrading", 1)];
    world.campaign_reaches(&id, &counts).await;
    let device = world.api.get(&first("GONE")).await.expect("a device");
    assert_ne!(device["software_version"], NEW_VERSION, "{device}");
    assert_eq!(gone.waiting(), 0, "nobody waits for it");
    gone.stop();
    well.stop();
}
