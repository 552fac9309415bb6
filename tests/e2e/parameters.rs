//! Reading and writing parameters through the API.

use crate::world::by_hand::{Hand, fetch};
use crate::world::{Phone, World, eventually};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Queues a refresh of everything and waits for it.
async fn refresh(world: &World, phone: &Phone) {
    let task = world
        .task(phone, json!({ "kind": "refresh", "path": phone.name("") }))
        .await;
    assert_eq!(task["state"], "done", "{task}");
}

fn names(shown: &Value) -> Vec<String> {
    let list = shown["parameters"].as_array().expect("a list");
    list.iter()
        .map(|parameter| parameter["name"].as_str().expect("a name").to_owned())
        .collect()
}

/// Covers M-01, M-02.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_tree_of_every_device_type_is_shown() {
    let world = World::start().await;
    for (device_type, writable) in [("ata191", 800), ("ata192", 800), ("spa122", 800)] {
        let config = world.agent_config(device_type, &format!("TREE-{device_type}"));
        let phone = Phone::start(config).await;
        world.enrolled(&phone).await;
        refresh(&world, &phone).await;
        let path = format!("{}/parameters", phone.path());
        let all = world.api.get(&path).await.expect("parameters");
        let some = world
            .api
            .get(&format!("{path}?writable=true"))
            .await
            .expect("parameters");
        assert!(
            some["count"].as_u64() >= Some(writable),
            "{device_type}: {}",
            some["count"]
        );
        assert!(all["count"].as_u64() > some["count"].as_u64());
        let names = names(&all);
        for below_root in [
            "DeviceInfo.SerialNumber",
            "ManagementServer.PeriodicInformInterval",
            "Services.VoiceService.1.VoiceProfile.2.Line.1.DirectoryNumber",
        ] {
            assert!(
                names.contains(&phone.name(below_root)),
                "{device_type}: {below_root}"
            );
        }
        phone.stop().await;
    }
}

/// Covers M06.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_parameter_may_be_is_said_of_known_models_when_it_is_asked_for() {
    let world = World::start().await;
    let phone = world.phone("RULES1").await;
    world.enrolled(&phone).await;
    refresh(&world, &phone).await;
    let below = phone.name("ManagementServer.");
    let path = format!("{}/parameters?prefix={below}", phone.path());
    let plain = world.api.get(&path).await.expect("parameters");
    let asked = world
        .api
        .get(&format!("{path}&constraints=true"))
        .await
        .expect("parameters");
    let one = |shown: &Value, name: &str| {
        let list = shown["parameters"].as_array().expect("a list");
        let found = list.iter().find(|one| one["name"] == phone.name(name));
        found.expect("the parameter").clone()
    };
    let interval = one(&asked, "ManagementServer.PeriodicInformInterval");
    assert_eq!(
        interval["constraints"]["ranges"][0]["min"], 1.0,
        "{interval}"
    );
    assert!(one(&plain, "ManagementServer.PeriodicInformInterval")["constraints"].is_null());
    let password = one(&plain, "ManagementServer.Password");
    assert_eq!(
        (&password["secret"], &password["value"]),
        (&json!(true), &json!("")),
        "{password}"
    );
    assert!(one(&plain, "ManagementServer.URL")["secret"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_set_is_on_the_device_and_on_the_page() {
    let world = World::start().await;
    let phone = world.phone("SET1").await;
    let number = phone.name("Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber");
    let task = json!({ "kind": "set_parameter_values", "values": [{ "name": number, "value": "15550100" }] });
    let task = world.task(&phone, task).await;
    assert_eq!(task["state"], "done", "{task}");
    phone
        .reaches(
            "Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber",
            "15550100",
        )
        .await;
    let shown = world
        .api
        .get(&format!("{}/parameters?prefix={number}", phone.path()))
        .await;
    let shown = shown.expect("parameters");
    assert_eq!(shown["parameters"][0]["value"], "15550100", "{shown}");

    let read = world
        .task(
            &phone,
            json!({ "kind": "get_parameter_values", "names": [number] }),
        )
        .await;
    assert_eq!(
        read["result"]["parameters"][0]["value"], "15550100",
        "{read}"
    );
}

///
#[tokio::test(flavor = "multi_thread")]
async fn every_refused_value_is_named_and_none_is_set() {
    let world = World::start().await;
    let phone = world.phone("FAULTS").await;
    let name = |below_root: &str| phone.name(below_root);
    let values = json!([
        { "name": name("DeviceInfo.ProvisioningCode"), "value": "good" },
        { "name": name("ManagementServer.PeriodicInformInterval"), "value": "soon" },
        { "name": name("DeviceInfo.SerialNumber"), "value": "MINE" },
        { "name": name("DeviceInfo.NoSuchThing"), "value": "x" },
    ]);
    let task = world
        .task(
            &phone,
            json!({ "kind": "set_parameter_values", "values": values }),
        )
        .await;
    assert_eq!(task["state"], "failed", "{task}");
    assert_eq!(task["fault"]["code"], 9003);
    let parameters = task["fault"]["parameters"].as_array().expect("a list");
    let faults: BTreeMap<String, u64> = parameters
        .iter()
        .map(|fault| {
            let name = fault["ParameterName"].as_str().expect("a name").to_owned();
            (name, fault["FaultCode"].as_u64().expect("a code"))
        })
        .collect();
    let due = BTreeMap::from([
        (name("ManagementServer.PeriodicInformInterval"), 9006),
        (name("DeviceInfo.SerialNumber"), 9008),
        (name("DeviceInfo.NoSuchThing"), 9005),
    ]);
    // 9006 and 9007 are both used for a text that is no number; the other codes are certain.
    let same = |code: u64, due: u64| code == due || (due == 9006 && code == 9007);
    for (name, code) in &due {
        let got = faults.get(name).copied().unwrap_or(0);
        assert!(same(got, *code), "{name}: {got} instead of {code}");
    }
    assert_eq!(faults.len(), due.len(), "{faults:?}");
    assert_eq!(
        phone.value("DeviceInfo.ProvisioningCode").await.as_deref(),
        Some("")
    );
}

/// Covers A10.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_written_and_never_shown() {
    let world = World::start().await;
    let phone = world.phone("SECRET1").await;
    let name = phone.name("Services.VoiceService.1.VoiceProfile.1.Line.1.SIP.AuthPassword");
    let values = json!([{ "name": name, "value": "hunter2-hunter2" }]);
    let task = world
        .task(
            &phone,
            json!({ "kind": "set_parameter_values", "values": values }),
        )
        .await;
    assert_eq!(task["state"], "done", "{task}");
    refresh(&world, &phone).await;
    for path in ["/parameters", "/tasks", ""] {
        let shown = world
            .api
            .get(&format!("{}{path}", phone.path()))
            .await
            .expect("a page");
        assert!(!shown.to_string().contains("hunter2"), "{path}");
    }
    let audit = world.api.get("/audit").await.expect("the trail");
    assert!(!audit.to_string().contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_added_with_values_and_deleted() {
    let world = World::start().await;
    let phone = world.phone("TABLE1").await;
    let table = phone.name("ManagementServer.InformParameter.");
    let wanted = phone.name("DeviceInfo.UpTime");
    let task = json!({
        "kind": "add_object", "object": table,
        "values": [{ "name": "ParameterName", "value": wanted }, { "name": "Enable", "value": "true" }],
    });
    let task = world.task(&phone, task).await;
    assert_eq!(task["state"], "done", "{task}");
    let instance = task["result"]["instance"].as_u64().expect("a number");
    let below = format!("ManagementServer.InformParameter.{instance}.ParameterName");
    phone.reaches(&below, &wanted).await;
    let object = format!("{table}{instance}.");
    let task = world
        .task(&phone, json!({ "kind": "delete_object", "object": object }))
        .await;
    assert_eq!(task["state"], "done", "{task}");
    assert_eq!(phone.value(&below).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_is_a_reboot_and_ends_when_the_device_is_back() {
    let world = World::start().await;
    let phone = world.phone("BOOT1").await;
    let before = world.device(&phone).await;
    let task = world.task(&phone, json!({ "kind": "reboot" })).await;
    assert_eq!(task["state"], "done", "{task}");
    eventually("the device reports its boot", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        (device["last_boot"] != before["last_boot"]).then_some(())
    })
    .await;
    assert_eq!(
        world.device(&phone).await["last_bootstrap"],
        before["last_bootstrap"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factory_reset_brings_the_device_back_as_new() {
    let world = World::start().await;
    let phone = world.phone("WIPE1").await;
    let before = world.device(&phone).await;
    let set = json!([{ "name": phone.name("DeviceInfo.ProvisioningCode"), "value": "mine" }]);
    world
        .task(
            &phone,
            json!({ "kind": "set_parameter_values", "values": set }),
        )
        .await;
    phone.reaches("DeviceInfo.ProvisioningCode", "mine").await;
    let task = world.task(&phone, json!({ "kind": "factory_reset" })).await;
    assert_eq!(task["state"], "done", "{task}");
    eventually("the device reports a second bootstrap", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        (device["last_bootstrap"] != before["last_bootstrap"]).then_some(())
    })
    .await;
    phone.reaches("DeviceInfo.ProvisioningCode", "").await;
}

/// Covers P2.
#[tokio::test(flavor = "multi_thread")]
async fn two_equal_requests_with_one_key_make_one_task() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let hand = Hand::registered(&world, "TWICE").await;
    let path = format!("{}/tasks", hand.path());
    let first = world
        .api
        .post_once(&path, json!({ "kind": "reboot" }), "key-1")
        .await
        .expect("a task");
    let second = world
        .api
        .post_once(&path, json!({ "kind": "reboot" }), "key-1")
        .await
        .expect("a task");
    let other = world
        .api
        .post_once(&path, json!({ "kind": "reboot" }), "key-2")
        .await
        .expect("a task");
    assert_eq!(first["id"], second["id"]);
    assert_ne!(first["id"], other["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_task_can_be_withdrawn_and_one_whose_time_is_over_expires() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let hand = Hand::registered(&world, "AWAY").await;
    let path = format!("{}/tasks", hand.path());
    let task = world
        .api
        .post(&path, json!({ "kind": "reboot" }))
        .await
        .expect("a task");
    let id = task["id"].as_str().expect("an id");
    world
        .api
        .delete(&format!("/tasks/{id}"))
        .await
        .expect("a queued task");
    assert_eq!(world.task_ended(id).await["state"], "cancelled");
    assert!(
        world.api.delete(&format!("/tasks/{id}")).await.is_err(),
        "only once"
    );
    let late = json!({ "kind": "reboot", "expires_secs": 0 });
    let late = world.api.post(&path, late).await.expect("a task");
    assert_eq!(
        world.task_ended(late["id"].as_str().expect("an id")).await["state"],
        "expired"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn senseless_requests_are_refused_in_words() {
    let world = World::start().await;
    let phone = world.phone("WORDS").await;
    let tasks = format!("{}/tasks", phone.path());
    let interval = phone.name("ManagementServer.PeriodicInformInterval");
    for (body, word) in [
        (json!({ "kind": "dance" }), "dance"),
        (
            json!({ "kind": "get_parameter_values", "names": [] }),
            "names",
        ),
        (
            json!({ "kind": "get_parameter_values", "names": ["Device..X"] }),
            "Device..X",
        ),
        (
            json!({ "kind": "delete_object", "object": "Device.X" }),
            "object",
        ),
        (
            json!({ "kind": "set_parameter_values", "values": [] }),
            "values",
        ),
        (
            json!({ "kind": "set_parameter_values",
                    "values": [{ "name": interval, "type": "xsd:unsignedInt", "value": "soon" }] }),
            "PeriodicInformInterval",
        ),
        (
            json!({ "kind": "download", "file": "0000000000000000" }),
            "file",
        ),
    ] {
        let error = world
            .api
            .post(&tasks, body.clone())
            .await
            .expect_err("nonsense");
        assert!(error.to_string().contains(word), "{body}: {error}");
    }
    assert!(world.api.get("/devices/nobody").await.is_err());
    let nobody = fetch(world.server.api_address, "/api/v1/devices").await;
    assert_eq!(nobody.status, 401);
    let health = fetch(world.server.api_address, "/readyz").await;
    assert_eq!((health.status, health.text().as_str()), (200, "ready\n"));
}
