//! Secrets that were planted everywhere one can be written, and looked for everywhere one could come out.

use crate::command_line::{dialtone, text};
use crate::world::World;
use crate::world::by_hand::Hand;
use serde_json::{Value, json};
use std::path::Path;

const CANARY: &str = "canary-0f5d";

/// Files under a folder in which a text stands, in clear or as bytes of UTF-16.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        if bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Writes secrets, each with a number of its own behind the canary; gives the device's path.
async fn plant(world: &World) -> String {
    let hand = Hand::registered(world, "CANARY").await;
    let path = hand.path();
    let secret = |number: u32| format!("{CANARY}-{number}");
    let device = json!({
        "oui": "00562B", "product_class": "ATA192", "serial_number": "CANARY2",
        "password": secret(1), "connection_request": { "username": "acs", "password": secret(2) },
    });
    world.api.post("/devices", device).await.expect("a device");
    let variables = json!({ "line1.password": secret(3), "line1.number": "4711" });
    let put = world.api.put(&format!("{path}/variables"), variables).await;
    put.expect("variables");
    let profile = json!({ "values": [
        { "name": "~.ManagementServer.STUNPassword", "value": secret(4) },
        { "name": "~.X_CISCO_ATA.Line.1.Password", "value": "{{line1.password}}" },
    ] });
    let put = world.api.put("/profiles/canary", profile).await;
    put.expect("a profile");
    let task = json!({ "kind": "set_parameter_values", "values": [
        { "name": "Device.ManagementServer.ConnectionRequestPassword", "value": secret(5) },
    ] });
    let tasks = format!("{path}/tasks");
    world.api.post(&tasks, task).await.expect("a task");
    let user = json!({ "role": "viewer", "password": secret(6) });
    world.api.put("/users/vera", user).await.expect("a user");
    let binding = json!({ "account": "4711", "variables": { "line1.password": secret(7) } });
    let put = world
        .api
        .put("/bindings/customer/c0ffee-12345", binding)
        .await;
    put.expect("a binding");
    path
}

/// Covers U07.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_out_nowhere_and_lies_nowhere_in_clear() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let device = plant(&world).await;
    let document = world.api.get("/openapi.json").await.expect("the document");
    let mut looked_at = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        if item.get("get").is_none() || path.ends_with("/stream") {
            continue;
        }
        let path = path.trim_start_matches("/api/v1");
        let path = path
            .replace("/devices/{device}", &device)
            .replace("/profiles/{name}", "/profiles/canary")
            .replace("{by}/{value}", "customer/c0ffee-12345");
        if path.contains('{') {
            continue;
        }
        if let Ok(answer) = world.api.get(&path).await {
            looked_at += 1;
            assert!(!answer.to_string().contains(CANARY), "GET {path}: {answer}");
        }
    }
    assert!(looked_at > 15, "{looked_at}");
    let trail = world.api.get("/audit?limit=1000").await.expect("the trail");
    assert!(
        trail["items"]
            .as_array()
            .is_some_and(|lines| lines.len() > 5)
    );
    // The database, its log, and everything beside it, while it is open and after.
    let data = world.folder.path().to_owned();
    assert_eq!(files_with(&data, CANARY), [""; 0], "in clear on the disk");
    let password = "by-hand-password";
    assert_eq!(files_with(&data, password), [""; 0], "in clear on the disk");
    // It is there nevertheless: shown to who may see it, with a line in the trail.
    let reveal = format!("{device}/reveal");
    let asked = json!({ "what": "variable", "name": "line1.password" });
    let shown = world
        .api
        .post(&reveal, asked.clone())
        .await
        .expect("a secret");
    assert_eq!(shown["value"], format!("{CANARY}-3"));
    let call = json!({ "what": "connection_request_password" });
    let shown = world.api.post(&reveal, call).await.expect("a secret");
    assert_eq!(shown["value"], password);
    let nothing = json!({ "what": "variable", "name": "line9.password" });
    let refused = world.api.post(&reveal, nothing).await.expect_err("no such");
    assert_eq!(refused.status, 404);
    let lines = world.api.get("/audit?action=secret.reveal").await;
    let lines: Value = lines.expect("the trail");
    assert_eq!(lines["items"].as_array().map(Vec::len), Some(2), "{lines}");
    assert!(
        lines["items"][1]["subject"]
            .as_str()
            .is_some_and(|text| text.contains("line1.password"))
    );
    assert!(!lines.to_string().contains(CANARY));
    let check = world.api.get("/audit/verify").await.expect("a check");
    assert_eq!(check["intact"], true, "{check}");
    so_says_the_command(&world, check["head"].as_str().expect("a head")).await;
}

/// The command says the same of the trail, beside the server.
async fn so_says_the_command(world: &World, head: &str) {
    let data = world.folder.path().join("acs").display().to_string();
    let verify = ["audit", "verify", "--data", &data, "--expect", head];
    let output = dialtone(&verify, world.folder.path()).await;
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains(head), "{}", text(&output));
    let wrong = format!("1:{}", "0".repeat(64));
    let verify = ["audit", "verify", "--data", &data, "--expect", &wrong];
    let output = dialtone(&verify, world.folder.path()).await;
    assert!(!output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("line 1"), "{}", text(&output));
}
