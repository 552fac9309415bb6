//! People and programs with a part of the fleet: of what lies outside there is nothing, whichever way they ask.
//!
//! Long because each noun that belongs to devices is asked for in every way there is.

use crate::world::World;
use crate::world::rest::Rest;
use serde_json::{Value, json};

const PASSWORD: &str = "a good password";

/// Two devices of two tenants, each with a task that waits; gives the ids of the tasks.
async fn two_tenants(world: &World) -> [String; 2] {
    let mut tasks = Vec::new();
    for (serial_number, tag) in [("OURS", "north"), ("THEIRS", "south")] {
        let device =
            json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": serial_number });
        world.api.post("/devices", device).await.expect("a device");
        let path = format!("/devices/00562B-ATA192-{serial_number}");
        let tagged = world.api.put(&format!("{path}/tags"), json!([tag])).await;
        tagged.expect("tags");
        let task = json!({ "kind": "reboot" });
        let task = world.api.post(&format!("{path}/tasks"), task).await;
        let task = task.expect("a task")["id"].as_str().map(str::to_owned);
        tasks.push(task.expect("an id"));
    }
    [tasks.remove(0), tasks.remove(0)]
}

/// A user of this role who has the devices with a tag.
async fn with_a_part(world: &World, name: &str, role: &str, tag: &str) -> Rest {
    let user = json!({ "role": role, "password": PASSWORD, "scope": [tag] });
    let put = world.api.put(&format!("/users/{name}"), user).await;
    assert_eq!(put.expect("a user")["scope"], json!([tag]));
    let rest = Rest::sign_in(world.server.api_address, name, PASSWORD).await;
    rest.expect("a good password")
}

fn identities(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list").iter();
    items.filter_map(|item| item["identity"].as_str()).collect()
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_of_a_scope_is_not_there_by_any_address() {
    let world = World::start().await;
    let [ours, theirs] = two_tenants(&world).await;
    let north = with_a_part(&world, "nora", "admin", "north").await;
    for query in [
        "",
        "?tag=south",
        "?contains=THEIRS",
        "?serial_number=THEIRS",
    ] {
        let list = north
            .get(&format!("/devices{query}"))
            .await
            .expect("a list");
        let expected: &[&str] = match query {
            "" => &["00562B-ATA192-OURS"],
            _ => &[],
        };
        assert_eq!(identities(&list), expected, "{query}");
    }
    assert_eq!(north.get("/summary").await.expect("counts")["devices"], 1);
    let device = "/devices/00562B-ATA192-THEIRS";
    let known = world.api.get(device).await.expect("a device");
    let by_id = format!("/devices/{}", known["id"].as_str().expect("an id"));
    for path in [device, &by_id] {
        for below in [
            "",
            "/variables",
            "/parameters",
            "/tasks",
            "/profile",
            "/contacts",
            "/provisioning",
            "/report",
            "/report/diff",
        ] {
            let refused = north.get(&format!("{path}{below}")).await;
            assert_eq!(refused.expect_err("not there").status, 404, "{path}{below}");
        }
        let reboot = json!({ "kind": "reboot" });
        for refused in [
            north.put(&format!("{path}/tags"), json!(["north"])).await,
            north.put(&format!("{path}/variables"), json!({})).await,
            north.post(&format!("{path}/tasks"), reboot).await,
            north.post(&format!("{path}/call"), json!({})).await,
            north.delete(path).await,
        ] {
            assert_eq!(refused.expect_err("not there").status, 404, "{path}");
        }
    }
    let task = format!("/tasks/{theirs}");
    let read = north.get(&task).await.expect_err("not there");
    let nothing = north.get("/tasks/0000000000000001").await;
    assert_eq!(
        read.body,
        nothing.expect_err("not there").body,
        "no other answer"
    );
    let withdrawn = north.delete(&task).await.expect_err("not there");
    assert_eq!((read.status, withdrawn.status), (404, 404));
    let still = world.api.get(&task).await.expect("a task");
    assert_eq!(still["state"], "queued");
    assert!(north.get(&format!("/tasks/{ours}")).await.is_ok());
    north.delete(&format!("/tasks/{ours}")).await.expect("ours");
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_fleet_changes_nothing_of_the_whole() {
    let world = World::start().await;
    two_tenants(&world).await;
    let north = with_a_part(&world, "nora", "admin", "north").await;
    let device = json!({ "oui": "00562B", "product_class": "ATA192", "serial_number": "MORE" });
    for refused in [
        north.post("/devices", device).await,
        north.put("/profiles/p", json!({ "values": [] })).await,
        north.get("/profiles").await,
        north.get("/quarantine").await,
        north.put("/freezes", json!({ "freezes": [] })).await,
        north.get("/users").await,
        north
            .put("/users/nora", json!({ "role": "admin", "scope": null }))
            .await,
        north.get("/audit").await,
        north.get("/bindings").await,
        // It would be out of reach.
        north
            .put("/devices/00562B-ATA192-OURS/tags", json!(["south"]))
            .await,
    ] {
        let refused = refused.expect_err("of the whole fleet");
        assert_eq!(refused.status, 403, "{refused}");
        assert!(refused.body.contains("why"), "{refused}");
    }
    let tags = json!(["north", "gold"]);
    let tagged = north.put("/devices/00562B-ATA192-OURS/tags", tags).await;
    tagged.expect("still ours");
    // A change of the role leaves the scope as it is.
    let changed = world
        .api
        .put("/users/nora", json!({ "role": "viewer" }))
        .await;
    assert_eq!(changed.expect("a change")["scope"], json!(["north"]));
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_program_does_no_more_than_it_was_made_for() {
    let world = World::start().await;
    let [_, theirs] = two_tenants(&world).await;
    let address = world.server.api_address;
    let north = with_a_part(&world, "nora", "operator", "north").await;
    let token = json!({ "name": "ci", "role": "help_desk", "expires_secs": 3600 });
    let made = north.post("/tokens", token.clone()).await.expect("a token");
    assert_eq!(made["scope"], json!([["north"]]), "its owner's");
    let program = Rest::with_token(address, made["token"].as_str().expect("a token"));
    let list = program.get("/devices").await.expect("a list");
    assert_eq!(identities(&list), ["00562B-ATA192-OURS"]);
    let hidden = program.get(&format!("/tasks/{theirs}")).await;
    assert_eq!(hidden.expect_err("not there").status, 404);
    let device = "/devices/00562B-ATA192-OURS";
    let tasks = format!("{device}/tasks");
    let reboot = program.post(&tasks, json!({ "kind": "reboot" })).await;
    assert_eq!(reboot.expect("help")["created_by"], "user:nora/ci");
    let reset = json!({ "kind": "factory_reset" });
    for refused in [
        program.post(&tasks, reset).await,
        program
            .put(&format!("{device}/tags"), json!(["north"]))
            .await,
        // A program neither makes further tokens nor changes passwords.
        program
            .post("/tokens", json!({ "name": "more", "expires_secs": 60 }))
            .await,
        program
            .put("/password", json!({ "old": PASSWORD, "new": "0123456789" }))
            .await,
        // Nobody gives what they have not got.
        north
            .post(
                "/tokens",
                json!({ "name": "root", "role": "admin", "expires_secs": 60 }),
            )
            .await,
        north
            .post(
                "/tokens",
                json!({ "name": "spy", "role": "auditor", "expires_secs": 60 }),
            )
            .await,
        north.get("/tokens?user=admin").await,
    ] {
        assert_eq!(refused.expect_err("not for it").status, 403);
    }
    for wrong in [
        json!({ "name": "for ever" , "expires_secs": 60 }),
        json!({ "name": "endless" }),
        json!({ "name": "long", "expires_secs": 366 * 86_400 + 1 }),
        json!({ "name": "none", "expires_secs": 60, "scope": [] }),
    ] {
        let refused = north.post("/tokens", wrong.clone()).await;
        assert_eq!(refused.expect_err("no token").status, 400, "{wrong}");
    }
    let again = north.post("/tokens", token).await;
    assert_eq!(again.expect_err("the name is taken").status, 409);
    let listed = north.get("/tokens").await.expect("a list");
    assert_eq!(listed[0]["name"], "ci");
    assert_eq!(listed[0].get("token"), None, "it is shown once");
    let path = format!("/tokens/{}", made["id"].as_str().expect("an id"));
    let south = with_a_part(&world, "sue", "admin", "south").await;
    let refused = south.delete(&path).await.expect_err("not hers");
    assert_eq!(refused.status, 404);
    world.api.delete(&path).await.expect("an administrator may");
    let ended = program.get("/devices").await.expect_err("it has ended");
    assert_eq!(ended.status, 401);
}

/// An account on each of the two devices and one on none, and a group for each tag.
async fn subscribers(world: &World) {
    let line = |number: &str| json!({ "lines": [{ "port": 1, "number": number, "user": number }] });
    for (account, number, device) in [
        ("ours", "100", Some("OURS")),
        ("theirs", "200", Some("THEIRS")),
        ("nobodys", "300", None),
    ] {
        let path = format!("/accounts/{account}");
        world
            .api
            .put(&path, line(number))
            .await
            .expect("an account");
        if let Some(serial) = device {
            let on = json!({ "device": format!("00562B-ATA192-{serial}") });
            let bound = world.api.put(&format!("{path}/device"), on).await;
            bound.expect("a binding");
        }
    }
    for tag in ["north", "south"] {
        let group = json!({ "tag": tag, "variables": { "area": tag } });
        world
            .api
            .put(&format!("/groups/{tag}"), group)
            .await
            .expect("a group");
    }
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn lines_accounts_and_groups_are_there_as_far_as_their_devices_are() {
    let world = World::start().await;
    two_tenants(&world).await;
    subscribers(&world).await;
    let line = |number: &str| json!({ "lines": [{ "port": 1, "number": number, "user": number }] });
    let north = with_a_part(&world, "nora", "operator", "north").await;
    let numbers = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().expect("a list").iter();
        items.map(|item| item["number"].to_string()).collect()
    };
    for (query, expected) in [
        ("", &["\"100\""][..]),
        ("?number=200", &[]),
        ("?contains=300", &[]),
    ] {
        let lines = north.get(&format!("/lines{query}")).await.expect("lines");
        assert_eq!(numbers(&lines), expected, "{query}");
    }
    let accounts = north.get("/accounts").await.expect("accounts");
    assert_eq!(accounts["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(accounts["items"][0]["account"], "ours");
    let groups = north.get("/groups").await.expect("groups");
    assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
    assert!(north.get("/groups/south").await.is_err());
    let nothing = north
        .get("/accounts/of-nobody")
        .await
        .expect_err("not there");
    for other in ["theirs", "nobodys"] {
        let path = format!("/accounts/{other}");
        let hidden = north.get(&path).await.expect_err("not there");
        assert_eq!(
            (hidden.status, &hidden.body),
            (404, &nothing.body),
            "{other}"
        );
        for refused in [
            north.put(&path, line("911")).await,
            north
                .put(&format!("{path}/lines/1"), json!({ "number": "911" }))
                .await,
            north.delete(&format!("{path}/lines/1")).await,
        ] {
            assert_eq!(refused.expect_err("not there").status, 404, "{other}");
        }
    }
    let changed = north.put(
        "/accounts/ours/lines/1",
        json!({ "number": "101", "user": "101" }),
    );
    changed.await.expect("ours");
    let lines = north.get("/lines").await.expect("lines");
    assert_eq!(numbers(&lines), ["\"101\""]);
    for refused in [
        // Whose it is, and what is nobody's, is for those who have the whole fleet.
        north.delete("/accounts/ours").await,
        north.delete("/accounts/ours/device").await,
        north.put("/groups/north", json!({ "tag": "north" })).await,
    ] {
        assert_eq!(refused.expect_err("of the whole fleet").status, 403);
    }
}

/// Whoever asks sees so many devices of a campaign, in its list and in its counts, and has its report.
async fn sees_so_many(who: &Rest, campaign: &str, expected: usize) {
    let devices = |list: Value| -> usize { list["items"].as_array().map_or(0, Vec::len) };
    let list = who
        .get(&format!("{campaign}/devices"))
        .await
        .expect("a list");
    assert_eq!(devices(list), expected, "{campaign}");
    let counts = who.get(campaign).await.expect("a campaign")["counts"].clone();
    let number: u64 = counts
        .as_object()
        .expect("counts")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(number as usize, expected, "{campaign}: {counts}");
    assert!(who.get(&format!("{campaign}/report")).await.is_ok());
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_of_somebody_with_a_part_of_the_fleet_stays_in_that_part() {
    let world = World::start().await;
    two_tenants(&world).await;
    let image = world.image("ATA192", "99.0.0");
    let file = world.upload("new.img", "ATA192", "99.0.0", image).await;
    let north = with_a_part(&world, "nora", "operator", "north").await;
    let south = with_a_part(&world, "sven", "operator", "south").await;
    let looks = with_a_part(&world, "vera", "viewer", "north").await;
    let body =
        |name: &str| json!({ "name": name, "file": file, "start": false, "overdue_hours": 0 });
    let estimate = north.post("/campaigns/estimate", body("ours")).await;
    assert_eq!(estimate.expect("an estimate")["matched"], 1);
    let ours = north
        .post("/campaigns", body("ours"))
        .await
        .expect("a campaign");
    assert_eq!(ours["scope"], json!([["north"]]));
    let all = world
        .api
        .post("/campaigns", body("all"))
        .await
        .expect("a campaign");
    let path = |campaign: &Value| format!("/campaigns/{}", campaign["id"].as_str().expect("an id"));
    let (ours, all) = (path(&ours), path(&all));
    // A draft of others has no device of theirs yet.
    assert_eq!(north.get(&all).await.expect_err("not there").status, 404);
    assert_eq!(south.get(&ours).await.expect_err("not there").status, 404);
    let may_not = looks.post(&format!("{ours}/start"), json!({})).await;
    assert_eq!(may_not.expect_err("a viewer").status, 403);
    for (who, campaign) in [(&north, &ours), (&world.api, &all)] {
        let started = who.post(&format!("{campaign}/start"), json!({})).await;
        started.expect("started");
    }
    for (who, campaign, expected) in [
        (&north, &ours, 1),
        (&world.api, &ours, 1),
        (&north, &all, 1),
        (&looks, &all, 1),
        (&world.api, &all, 2),
    ] {
        sees_so_many(who, campaign, expected).await;
    }
    assert_eq!(
        south.get(&ours).await.expect_err("none of theirs").status,
        404
    );
    let listed = south.get("/campaigns").await.expect("a list");
    assert_eq!(
        listed.as_array().map(Vec::len),
        Some(1),
        "their share of one: {listed}"
    );
    let one = |serial: &str| format!("{all}/devices/00562B-ATA192-{serial}");
    assert!(north.get(&one("OURS")).await.is_ok());
    assert_eq!(
        north
            .get(&one("THEIRS"))
            .await
            .expect_err("not there")
            .status,
        404
    );
    for what in ["pause", "resume", "abort", "rollback"] {
        let refused = north.post(&format!("{all}/{what}"), json!({})).await;
        assert_eq!(refused.expect_err("not theirs alone").status, 403, "{what}");
    }
    a_draft_is_its_parts_alone(&north, &south, body("later"), &file).await;
}

async fn a_draft_is_its_parts_alone(north: &Rest, south: &Rest, draft: Value, file: &str) {
    let later = north.post("/campaigns", draft).await.expect("a draft");
    let later = format!("/campaigns/{}", later["id"].as_str().expect("an id"));
    let renamed = north
        .put(&later, json!({ "name": "much later", "file": file }))
        .await;
    assert_eq!(renamed.expect("a change")["scope"], json!([["north"]]));
    assert_eq!(
        south
            .put(&later, json!({ "name": "x", "file": file }))
            .await
            .expect_err("not there")
            .status,
        404
    );
    let given_up = north.post(&format!("{later}/abort"), json!({})).await;
    assert_eq!(given_up.expect("given up")["state"], "aborted");
    assert_eq!(
        north.get("/quarantine").await.expect_err("closed").status,
        403
    );
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn runs_of_measurements_of_somebody_with_a_part_of_the_fleet_stay_in_that_part() {
    let world = World::start().await;
    two_tenants(&world).await;
    let north = with_a_part(&world, "nora", "operator", "north").await;
    let south = with_a_part(&world, "sven", "operator", "south").await;
    let looks = with_a_part(&world, "vera", "viewer", "north").await;
    let everywhere = json!({ "kind": "line_test", "selector": {} });
    let all = world.api.post("/diagnostics", everywhere.clone()).await;
    let all = all.expect("a run");
    assert_eq!(all["counts"]["pending"], 2, "{all}");
    let path = |run: &Value| format!("/diagnostics/runs/{}", run["id"].as_str().expect("an id"));
    let withdrawn = world.api.delete(&path(&all)).await;
    withdrawn.expect("an administrator may");
    let ours = north.post("/diagnostics", everywhere.clone()).await;
    let ours = ours.expect("a run");
    let counts = ours["counts"].as_object().expect("counts").values();
    assert_eq!(counts.filter_map(Value::as_u64).sum::<u64>(), 1, "{ours}");
    for named in ["00562B-ATA192-THEIRS", "00562B-ATA192-NOBODY"] {
        let body = json!({ "kind": "line_test", "devices": [named] });
        let refused = north.post("/diagnostics", body).await;
        assert_eq!(refused.expect_err("not there").status, 409, "{named}");
    }
    let runs = |list: Value| -> Vec<Value> {
        let items = list["items"].as_array().expect("a list").iter();
        items.map(|run| run["id"].clone()).collect()
    };
    let list = async |who: &Rest| runs(who.get("/diagnostics").await.expect("a list"));
    assert_eq!(list(&north).await, [ours["id"].clone()]);
    assert_eq!(list(&south).await, [Value::Null; 0]);
    assert_eq!(list(&looks).await, [Value::Null; 0], "it is Nora's");
    assert_eq!(list(&world.api).await.len(), 2);
    for (who, run) in [(&north, &all), (&south, &ours), (&looks, &ours)] {
        for below in ["", "/devices"] {
            let hidden = who.get(&format!("{}{below}", path(run))).await;
            assert_eq!(hidden.expect_err("not there").status, 404);
        }
    }
    let refused = south.delete(&path(&ours)).await;
    assert_eq!(refused.expect_err("not there").status, 404);
    let devices = north.get(&format!("{}/devices", path(&ours))).await;
    let devices = devices.expect("a list")["items"].clone();
    assert_eq!(devices.as_array().map(Vec::len), Some(1), "{devices}");
    north.delete(&path(&ours)).await.expect("hers");
}
