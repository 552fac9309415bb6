//! People and programs with a part of the fleet: of what lies outside there is nothing, whichever way they ask.

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
        north.get("/campaigns").await,
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
