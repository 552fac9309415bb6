//! How the server itself does: its jobs, its store, where it listens, and its settings without secrets.

use crate::world::by_hand::{Hand, fetch};
use crate::world::rest::Rest;
use crate::world::{World, anywhere, eventually};
use acs::config::admission::{Decision, HookConfig};
use data_model::Secret;
use serde_json::{Value, json};

const PASSWORD: &str = "a good password";

/// A server whose every setting that holds a secret holds a planted one, or has one within it.
async fn planted() -> World {
    World::start_with(|config, _| {
        config.enrolment.secret = Secret::new("planted-enrolment");
        config.admission.hook = Some(HookConfig {
            url: "https://hook.example.net/admit".into(),
            timeout_ms: 500,
            when_away: Decision::Enrol,
            token: Secret::new("planted-token"),
        });
        config.files.public_url = Some("http://ann:planted-user@files.example.net".into());
        config.provisioning.http = Some(anywhere());
        config.provisioning.common_rule =
            Some("[--key planted-key] http://192.0.2.1/$MA.cfg".into());
    })
    .await
}

/// Covers U07.
#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_the_settings_in_force_and_no_secret_of_them() {
    let world = planted().await;
    let system = world.api.get("/system").await.expect("how it does");
    let text = system.to_string();
    assert!(!text.contains("planted"), "{text}");
    let settings = &system["settings"];
    assert_eq!(settings["enrolment.secret"], "***");
    assert_eq!(settings["enrolment.mode"], "\"shared-secret\"");
    assert_eq!(settings["admission.hook.token"], "***");
    assert_eq!(
        settings["files.public_url"],
        "\"http://***@files.example.net\""
    );
    assert_eq!(
        settings["provisioning.common_rule"],
        "\"[--key ***] http://192.0.2.1/$MA.cfg\""
    );
    let put = |name: &str, body: Value| {
        let (path, api) = (format!("/users/{name}"), &world.api);
        async move { api.put(&path, body).await.expect("a user") }
    };
    put("vera", json!({ "role": "viewer", "password": PASSWORD })).await;
    let part = json!({ "role": "admin", "password": PASSWORD, "scope": ["north"] });
    put("paul", part).await;
    let address = world.server.api_address;
    let vera = Rest::sign_in(address, "vera", PASSWORD).await;
    let seen = vera.expect("a viewer").get("/system").await;
    let seen = seen.expect("how it does");
    assert_eq!(
        seen["settings"],
        Value::Null,
        "settings are for administrators"
    );
    assert_eq!(seen["counts"]["devices"], 0);
    let paul = Rest::sign_in(address, "paul", PASSWORD).await;
    let refused = paul
        .expect("an administrator of a part")
        .get("/system")
        .await;
    assert_eq!(refused.expect_err("the whole server").status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_says_what_runs_where_it_listens_and_how_its_jobs_do() {
    let world = World::start().await;
    let system = eventually("every job has run", || async {
        let system = world.api.get("/system").await.ok()?;
        let jobs = system["jobs"].as_object()?;
        let all = [
            "advance_campaigns",
            "call_devices",
            "call_for_operations",
            "compare_devices",
            "expire",
            "index_parameters",
            "look_after_health",
            "prune_events",
            "reap",
            "retain",
            "run_diagnostics",
            "run_operations",
            "tell_webhooks",
        ];
        all.iter()
            .all(|job| jobs.contains_key(*job))
            .then_some(system.clone())
    })
    .await;
    for (job, runs) in system["jobs"].as_object().expect("jobs") {
        assert_eq!(runs["problem"], Value::Null, "{job}");
        assert!(runs["runs"].as_u64() > Some(0), "{job}");
        assert!(runs["last"].as_i64() >= system["started"].as_i64(), "{job}");
    }
    let listener = |name: &str| {
        let all = system["listeners"].as_array().expect("a list").iter();
        let mut found = all.filter(|listener| listener["name"] == name);
        found.next().cloned().expect("it listens")
    };
    let api = listener("api.listen");
    assert_eq!(api["address"], world.server.api_address.to_string());
    assert_eq!(api["speaks"], "http");
    let cwmp = listener("cwmp.listen");
    assert_eq!(cwmp["address"], world.server.cwmp_address.to_string());
    assert_eq!(system["store"]["problem"], Value::Null);
    assert!(system["store"]["bytes"].as_u64() > Some(0));
    assert!(system["store"]["disk_free_bytes"].as_u64() > Some(0));
    assert_eq!(system["store"]["last_backup"], Value::Null);
    let archive = world.api.text("POST", "/backup", "", "").await;
    assert_eq!(archive.status, 200);
    eventually("the backup is noted", || async {
        let system = world.api.get("/system").await.ok()?;
        system["store"]["last_backup"].as_i64()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_for_profiles_of_the_fleet_are_listed_newest_first() {
    let world = planted().await;
    let prov = world.server.provisioning.http.expect("it listens");
    let mut hands = Vec::new();
    for name in ["ONE", "TWO"] {
        hands.push(Hand::registered(&world, name).await);
        fetch(prov, &format!("/{name}.cfg")).await;
    }
    let all = world.api.get("/contacts?limit=1").await.expect("a page");
    let newest = &all["items"][0];
    assert!(
        newest["identity"]
            .as_str()
            .is_some_and(|name| name.ends_with("TWO")),
        "{newest}"
    );
    assert_eq!(newest["path"], "/TWO.cfg");
    let after = all["next"].as_str().expect("there is more");
    let rest = world.api.get(&format!("/contacts?after={after}")).await;
    let rest = rest.expect("a page");
    assert_eq!(rest["items"].as_array().expect("a list").len(), 1);
    assert_eq!(rest["items"][0]["path"], "/ONE.cfg");
    let device = rest["items"][0]["device"].as_str().expect("an id");
    let of_one = world.api.get(&format!("/contacts?device={device}")).await;
    assert_eq!(of_one.expect("a page")["items"], rest["items"]);
}
