//! One thing done with many devices: looked at first, agreed to, followed, and carried out once whatever breaks off.

use crate::world::left_behind::LeftBehind;
use crate::world::process::{AcsProcess, Ports};
use crate::world::rest::Rest;
use crate::world::{World, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Devices of the operation that a server is killed in the middle of.
const MANY: usize = 3000;

async fn counted(api: &Rest, operation: &Value) -> Value {
    let id = operation["id"].as_str().expect("an id");
    let shown = api.get(&format!("/operations/{id}")).await;
    shown.expect("it is there")
}

async fn over(api: &Rest, operation: &Value) -> Value {
    eventually("the operation is over", || async {
        let shown = counted(api, operation).await;
        shown["ended"].is_number().then_some(shown)
    })
    .await
}

/// Covers U06.
#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_restart_is_looked_at_agreed_to_and_followed_to_its_end() {
    let world = World::start_with(|config, _| config.campaigns.confirm_above = 2).await;
    let api = &world.api;
    let mut phones = Vec::new();
    for serial_number in ["BULK1", "BULK2", "BULK3"] {
        phones.push(world.phone(serial_number).await);
    }
    for phone in &phones {
        world.enrolled(phone).await;
    }
    let all = json!({ "action": { "kind": "reboot" }, "query": "serial_number like \"BULK*\"" });
    let seen = api.post("/operations/estimate", all.clone()).await;
    let seen = seen.expect("an estimate");
    assert_eq!(
        (&seen["devices"], &seen["confirm"]),
        (&json!(3), &json!(true))
    );
    assert!(
        seen["does"]
            .as_str()
            .is_some_and(|does| does.contains("restart"))
    );
    let refused = api.raw("POST", "/operations", "", &all).await;
    let why = refused.text();
    assert_eq!(refused.status, 409, "{why}");
    assert!(
        why.contains("3 devices") && why.contains("confirm_devices"),
        "{why}"
    );
    let mut agreed = all.clone();
    agreed["confirm_devices"] = json!(3);
    let begun = api
        .post_once("/operations", agreed.clone(), "night-1")
        .await;
    let begun = begun.expect("it was agreed to");
    let again = api.post_once("/operations", agreed, "night-1").await;
    assert_eq!(again.expect("the same")["id"], begun["id"]);
    assert_eq!(api.all("/operations").await.expect("a list").len(), 1);
    let ended = over(api, &begun).await;
    assert_eq!(ended["state"], "done", "{ended}");
    assert_eq!(ended["counts"]["done"], 3, "{ended}");
    let path = format!(
        "/operations/{}/devices?step=done",
        begun["id"].as_str().unwrap()
    );
    let devices = api.get(&path).await.expect("its devices");
    let devices = devices["items"].as_array().expect("a list");
    assert_eq!(devices.len(), 3);
    for device in devices {
        let task = format!("/tasks/{}", device["task"].as_str().expect("a task"));
        let task = api.get(&task).await.expect("it is there");
        assert_eq!(
            (&task["kind"], &task["state"]),
            (&json!("reboot"), &json!("done"))
        );
    }
    let events = api.get("/events?limit=1000").await.expect("events");
    assert!(events.to_string().contains("operation.end"));
    let trail = api.get("/audit").await.expect("the trail");
    assert!(trail.to_string().contains("operation.create"));
}

/// Covers U06.
#[tokio::test(flavor = "multi_thread")]
async fn a_factory_reset_of_many_is_never_begun_unseen_and_mistakes_are_told() {
    let world = World::start().await;
    let api = &world.api;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "UNSEEN" });
    api.post("/devices", device).await.expect("registered");
    let reset =
        json!({ "action": { "kind": "factory_reset" }, "devices": ["00562B-ATA192-UNSEEN"] });
    let refused = api.raw("POST", "/operations", "", &reset).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("1 devices"), "{}", refused.text());
    for (body, word) in [
        (json!({ "action": { "kind": "reboot" } }), "query"),
        (
            json!({ "action": { "kind": "reboot" }, "query": "", "devices": [] }),
            "one way",
        ),
        (
            json!({ "action": { "kind": "reboot", "hard": true }, "query": "" }),
            "hard",
        ),
        (
            json!({ "action": { "kind": "dance" }, "query": "" }),
            "dance",
        ),
        (
            json!({ "action": { "kind": "reboot" }, "query": "color = 1" }),
            "color",
        ),
        (
            json!({ "action": { "kind": "add_tags", "tags": [] }, "query": "" }),
            "tags",
        ),
        (
            json!({ "action": { "kind": "set_parameter_values", "values": [] }, "query": "" }),
            "values",
        ),
        (
            json!({ "action": { "kind": "run_diagnostic", "diagnostic":
                { "kind": "line_test", "arguments": {} } }, "query": "" }),
            "/diagnostics",
        ),
        (
            json!({ "action": { "kind": "reboot" }, "query": "", "expires_secs": 0 }),
            "expires_secs",
        ),
    ] {
        for path in ["/operations", "/operations/estimate"] {
            let refused = api.raw("POST", path, "", &body).await;
            let text = refused.text();
            assert_eq!(refused.status, 400, "{body}: {text}");
            assert!(text.contains(word), "{body}: {text}");
        }
    }
    assert_eq!(api.all("/operations").await.expect("a list").len(), 0);
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_with_a_part_of_the_fleet_does_things_with_that_part_alone() {
    let world = World::start().await;
    let api = &world.api;
    for (serial_number, tags) in [
        ("W1", json!(["west"])),
        ("W2", json!(["west"])),
        ("E1", json!([])),
    ] {
        let device =
            json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": serial_number });
        api.post("/devices", device).await.expect("registered");
        let path = format!("/devices/00562B-ATA192-{serial_number}/tags");
        api.put(&path, tags).await.expect("tags");
    }
    let user = json!({ "role": "operator", "password": "a good password", "scope": ["west"] });
    api.put("/users/wanda", user).await.expect("a user");
    let address = world.server.api_address;
    let wanda = Rest::sign_in(address, "wanda", "a good password")
        .await
        .expect("she may");
    let label = json!({ "action": { "kind": "add_tags", "tags": ["night"] }, "query": "" });
    let others = api
        .post("/operations", label.clone())
        .await
        .expect("for all");
    assert_eq!(over(api, &others).await["counts"]["done"], 3);
    let mine = wanda.post("/operations", label).await.expect("for hers");
    let ended = over(&wanda, &mine).await;
    assert_eq!(
        (&ended["counts"]["total"], &ended["counts"]["done"]),
        (&json!(2), &json!(2))
    );
    let named = json!({ "action": { "kind": "reboot" }, "devices": ["00562B-ATA192-E1"] });
    assert_eq!(
        wanda.raw("POST", "/operations", "", &named).await.status,
        409
    );
    let of_others = format!("/operations/{}", others["id"].as_str().unwrap());
    assert_eq!(
        wanda.raw("GET", &of_others, "", &Value::Null).await.status,
        404
    );
    assert_eq!(wanda.all("/operations").await.expect("hers").len(), 1);
    assert_eq!(api.all("/operations").await.expect("all").len(), 2);
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_a_part_of_the_fleet_has_nothing_to_do_with_what_its_person_does_elsewhere() {
    let world = World::start().await;
    let api = &world.api;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "E1" });
    api.post("/devices", device).await.expect("registered");
    let restart = json!({ "action": { "kind": "reboot" }, "query": "" });
    let begun = api.post("/operations", restart).await.expect("for all");
    let token = json!({ "name": "west", "expires_secs": 600, "scope": ["west"] });
    let token = api.post("/tokens", token).await.expect("a token");
    let token = token["token"].as_str().expect("it is shown once");
    let west = Rest::with_token(world.server.api_address, token);
    assert_eq!(west.all("/operations").await.expect("a list").len(), 0);
    let path = format!("/operations/{}", begun["id"].as_str().expect("an id"));
    for (method, path) in [("GET", path.clone()), ("POST", format!("{path}/cancel"))] {
        let answer = west.raw(method, &path, "", &Value::Null).await;
        assert_eq!(answer.status, 404, "{method} {path}");
    }
    let found = api.get(&path).await.expect("hers");
    assert_eq!(found["state"], "running");
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_called_and_waiting_tasks_withdrawn_in_bulk() {
    let world = World::start().await;
    let api = &world.api;
    let phone = world.phone("CALLED").await;
    world.enrolled(&phone).await;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "AWAY" });
    api.post("/devices", device).await.expect("registered");
    let call = json!({ "action": { "kind": "connection_request" }, "query": "" });
    let called = api.post("/operations", call).await.expect("a call");
    let ended = over(api, &called).await;
    assert_eq!(
        (&ended["counts"]["done"], &ended["counts"]["failed"]),
        (&json!(1), &json!(1))
    );
    let why = ended["reasons"][0]["why"].as_str().unwrap_or_default();
    assert!(why.contains("credentials"), "{ended}");
    let away =
        json!({ "action": { "kind": "refresh", "path": "" }, "devices": ["00562B-ATA192-AWAY"] });
    let waits = api.post("/operations", away).await.expect("a refresh");
    let queued = async || counted(api, &waits).await["counts"]["queued"] == 1;
    eventually("its task is queued", || async {
        queued().await.then_some(())
    })
    .await;
    let withdraw =
        json!({ "action": { "kind": "cancel_tasks" }, "query": "serial_number = \"AWAY\"" });
    let withdrawn = api.post("/operations", withdraw).await.expect("withdrawn");
    assert_eq!(over(api, &withdrawn).await["counts"]["done"], 1);
    assert_eq!(over(api, &waits).await["counts"]["cancelled"], 1);
}

/// Covers U06, P1.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_a_bulk_operation_gives_each_device_one_task() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let mut server = AcsProcess::start(&data, &ports).await;
    // Its token is as good after a restart.
    let api = server.sign_in(&data).await;
    let rows: String = (0..MANY)
        .map(|number| format!("00562B,ATA192,KILL{number}\n"))
        .collect();
    let csv = format!("oui,product_class,serial_number\n{rows}");
    let imported = api.exchange("POST", "/devices/import?format=csv", "", csv.as_bytes());
    let imported = imported.await.expect("an answer");
    assert_eq!(imported.status, 200, "{}", imported.text());
    let restart = json!({ "action": { "kind": "reboot" }, "query": "", "confirm_devices": MANY });
    let begun = api.post("/operations", restart).await.expect("it begins");
    assert_eq!(begun["counts"]["total"], MANY);
    let (mut before, mut amid, mut after) = (0, 0, 0);
    for _ in 0..4 {
        server.kill().await;
        let left = LeftBehind::look(&data);
        let pending = left.count("SELECT count(*) FROM operation_device WHERE step = 'pending'");
        let queued = left.count("SELECT count(*) FROM operation_device WHERE step = 'queued'");
        let tasks = left.count("SELECT count(*) FROM task");
        assert_eq!((pending + queued, tasks), (MANY, queued), "a task for each");
        match (pending, queued) {
            (_, 0) => before += 1,
            (0, _) => after += 1,
            _ => amid += 1,
        }
        server = AcsProcess::start(&data, &ports).await;
        eventually("it goes on where it was", || async {
            let shown = api
                .get(&format!("/operations/{}", begun["id"].as_str()?))
                .await;
            let count = shown.ok()?["counts"]["queued"].as_u64()? as usize;
            (count > queued || count == MANY).then_some(())
        })
        .await;
    }
    eventually("each device has had its turn", || async {
        let counts = counted(&api, &begun).await["counts"].take();
        (counts["queued"] == MANY).then_some(())
    })
    .await;
    let tasks = api.all("/tasks").await.expect("tasks");
    let devices: BTreeSet<_> = tasks
        .iter()
        .map(|task| task["device"].to_string())
        .collect();
    crate::world::counted(format!(
        "kills: {before} before the first of {MANY} devices had its turn, {amid} in the middle, {after} after the last; \
         tasks: {}",
        tasks.len()
    ));
    assert!(amid > 0, "no kill was in the middle");
    assert_eq!(
        (tasks.len(), devices.len()),
        (MANY, MANY),
        "none twice, none lost"
    );
    server.stop().await;
}
