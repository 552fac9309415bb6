//! The fleet query language through the API: search, counts, groups, exports, selectors, kept queries.
//!
//! Long because every test asks the same fleet.

use crate::world::rest::Rest;
use crate::world::{NEW_VERSION, World, eventually};
use acs::store::{Actor, Observed};
use cwmp::DeviceId;
use data_model::{ParameterList, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A query as it stands in an address.
pub fn q(query: &str) -> String {
    let mut text = String::from("q=");
    for byte in query.bytes() {
        text.push_str(&format!("%{byte:02X}"));
    }
    text
}

/// Registered devices with some parameters, put into the store as if they had shown them.
async fn fleet(world: &World, number: u32) {
    let store = &world.server.app().store;
    for at in 0..number {
        let identity = DeviceId {
            manufacturer: "Cisco".into(),
            oui: "00562B".into(),
            product_class: ["ATA191", "ATA192"][at as usize % 2].into(),
            serial_number: format!("Q{at:05}"),
        };
        let actor = Actor::Console;
        let now = Timestamp::from_secs(1_800_000_000);
        let device = store
            .device_register(&actor, &identity, None, now)
            .await
            .expect("a new device");
        let mut values = ParameterList::new();
        values.push_str("Device.DeviceInfo.UpTime", &(at * 60).to_string());
        values.push_str(
            "Device.Line.1.Name",
            ["=HYPERLINK(\"x\")", "a, b", "plain"][at as usize % 3],
        );
        values.push_str("Device.Line.1.Password", "planted-secret");
        let observed = Observed {
            values,
            ..Observed::default()
        };
        store
            .snapshot_merge(device.id, observed, now)
            .await
            .expect("a device that is there");
    }
}

fn serial_numbers(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list");
    let numbers = items
        .iter()
        .map(|item| item["serial_number"].as_str().expect("a text"));
    let mut numbers: Vec<&str> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_found_and_counted_by_what_they_are_and_have() {
    let world = World::start_with(|config, _| {
        config.query.indexed = vec!["Device.Line.*.Name".into()];
    })
    .await;
    fleet(&world, 12).await;
    world
        .api
        .put("/devices/00562B-ATA191-Q00004/tags", json!(["beta"]))
        .await
        .expect("tags");
    let get = async |path: String| {
        world
            .api
            .get(&path)
            .await
            .unwrap_or_else(|refused| panic!("{path}: {refused}"))
    };
    for (query, expected) in [
        (
            r#"product_class = "ATA192" and Device.DeviceInfo.UpTime > 400"#,
            &["Q00007", "Q00009", "Q00011"][..],
        ),
        (
            r#"tag = "beta" or serial_number in ("Q00001")"#,
            &["Q00001", "Q00004"],
        ),
        (
            r#"param("Device.Line.*.Name") = "plain" and not product_class = "ATA191""#,
            &["Q00005", "Q00011"],
        ),
        (r#"software_version < version("11-4")"#, &[]),
    ] {
        let list = get(format!("/devices?{}", q(query))).await;
        assert_eq!(serial_numbers(&list), expected, "{query}");
        let count = get(format!("/devices/count?{}", q(query))).await;
        assert_eq!(count["devices"], expected.len(), "{query}");
    }
    // A query and the plain conditions together.
    let list = get(format!(
        "/devices?product_class=ATA191&{}",
        q("Device.DeviceInfo.UpTime < 200")
    ))
    .await;
    assert_eq!(serial_numbers(&list), ["Q00000", "Q00002"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_a_query_are_grouped_and_shown_by_chosen_fields() {
    let world = World::start_with(|config, _| {
        config.query.indexed = vec!["Device.Line.*.Name".into()];
    })
    .await;
    fleet(&world, 12).await;
    let tags = json!(["beta"]);
    let tagged = world.api.put("/devices/00562B-ATA191-Q00004/tags", tags);
    tagged.await.expect("tags");
    let get = async |path: String| {
        let answer = world.api.get(&path).await;
        answer.unwrap_or_else(|refused| panic!("{path}: {refused}"))
    };
    let groups = get("/devices/groups?by=product_class".into()).await;
    assert_eq!(
        groups["groups"],
        json!([{"value": "ATA191", "devices": 6}, {"value": "ATA192", "devices": 6}])
    );
    let groups = get(format!(
        "/devices/groups?by=param:Device.Line.*.Name&limit=1&{}",
        q(r#"not tag = "beta""#)
    ))
    .await;
    assert_eq!(
        groups["groups"],
        json!([{"value": "=HYPERLINK(\"x\")", "devices": 4}])
    );
    let rows = get(format!(
        "/devices?fields=identity,tag,profile.state,param:Device.DeviceInfo.*&{}",
        q(r#"tag = "beta""#)
    ))
    .await;
    let row = &rows["items"][0];
    assert!(
        row["id"].is_string() && row["software_version"].is_null(),
        "{row}"
    );
    assert_eq!(row["identity"], "00562B-ATA191-Q00004");
    assert_eq!(row["tag"], json!(["beta"]));
    assert_eq!(row["profile.state"], "pending");
    assert_eq!(
        row["parameters"],
        json!({"Device.DeviceInfo.UpTime": "240"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_query_go_on_where_the_one_before_ended_however_it_is_answered() {
    let world = World::start().await;
    fleet(&world, 12).await;
    let get = async |path: String| {
        let answer = world.api.get(&path).await;
        answer.unwrap_or_else(|refused| panic!("{path}: {refused}"))
    };
    for query in [
        "Device.DeviceInfo.UpTime > 0",
        r#"product_class like "ata*""#,
    ] {
        let mut seen = BTreeSet::new();
        let mut after = String::new();
        loop {
            let page = get(format!("/devices?limit=5&{}{after}", q(query))).await;
            for item in page["items"].as_array().expect("a list") {
                assert!(seen.insert(item["id"].to_string()), "{query}");
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert!(seen.len() >= 11, "{query}: {}", seen.len());
    }
}

/// Covers M06, U03, U07.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_whole_streamed_guarded_audited_and_without_secrets() {
    let world = World::start().await;
    fleet(&world, 1_203).await;
    let path = format!(
        "/devices.csv?fields=serial_number,param:Device.Line.*.Name,param:Device.Line.1.*&{}",
        q("Device.DeviceInfo.UpTime >= 0")
    );
    let answer = world.api.raw("GET", &path, "", &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert!(
        answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/csv"))
    );
    let text = answer.text();
    assert_eq!(text.lines().count(), 1_204);
    assert!(text.starts_with("serial_number,Device.Line.*.Name,Device.Line.1.*\r\n"));
    assert!(
        text.contains("\r\nQ00000,\"'=HYPERLINK(\"\"x\"\")\",\"'=HYPERLINK"),
        "{}",
        &text[..200]
    );
    assert!(text.contains("\r\nQ00001,\"a, b\",\"a, b\"\r\n"));
    assert!(!text.contains("planted-secret"));
    let serials: BTreeSet<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(serials.len(), 1_203);
    let audit = world.api.get("/audit?limit=1").await.expect("the trail");
    assert_eq!(audit["items"][0]["action"], "device.export", "{audit}");
    // No page is larger than the limit, and a place that is none is refused.
    let page = world
        .api
        .get("/devices?limit=1000000000")
        .await
        .expect("a page");
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1_000));
    for wrong in [
        "/devices?after=1000000000000",
        "/devices?limit=-1",
        "/devices.csv?fields=param:Device.Line.1.Password",
        "/devices?fields=nothing",
        "/devices/groups?by=param:Device.Line.*.Password",
        "/devices/groups",
    ] {
        let refused = world.api.get(wrong).await.expect_err("refused");
        assert_eq!(refused.status, 400, "{wrong}: {refused}");
    }
    let secret = q(r#"param("Device.Line.1.Password") ~ "planted""#);
    let refused = world
        .api
        .get(&format!("/devices/count?{secret}"))
        .await
        .expect_err("refused");
    assert_eq!(refused.status, 400);
    let around = q(r#"param("Device.Line.*.*") ~ "planted""#);
    let number = world
        .api
        .get(&format!("/devices/count?{around}"))
        .await
        .expect("a number");
    assert_eq!(number["devices"], 0);
}

/// Covers U03.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_begins_at_any_place_and_at_none_beyond_all_reason() {
    let world = World::start().await;
    fleet(&world, 30).await;
    let get = async |path: &str| world.api.get(path).await;
    let all = get("/devices").await.expect("all");
    let ids = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().expect("a list");
        let ids = items.iter().map(|item| item["id"].to_string());
        ids.collect()
    };
    let all = ids(&all);
    let place = get("/devices?skip=27").await.expect("the last ones");
    assert_eq!(ids(&place), all[27..]);
    let behind = format!("/devices?skip=5&limit=3&after={}", all[9].trim_matches('"'));
    let place = get(&behind).await.expect("a page");
    assert_eq!(ids(&place), all[15..18]);
    // What no index answers is passed over too.
    let path = format!("/devices?skip=3&{}", q("Device.DeviceInfo.UpTime >= 1500"));
    let place = get(&path).await.expect("a page");
    assert_eq!(ids(&place).len(), 2);
    let beyond = get("/devices?skip=30").await.expect("a page");
    assert_eq!(beyond, json!({"items": []}));
    for wrong in ["skip=1000000000000", "skip=-1", "skip=x"] {
        let refused = get(&format!("/devices?{wrong}")).await;
        assert_eq!(refused.expect_err("refused").status, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_and_campaigns_take_the_devices_of_a_query() {
    let world = World::start().await;
    let (one, other) = (world.phone("QUERY1").await, world.phone("QUERY2").await);
    world
        .api
        .put(&format!("{}/tags", one.path()), json!(["beta"]))
        .await
        .expect("tags");
    let body = json!({
        "selector": { "query": "tag = \"beta\" and software_version < version(\"12\")" },
        "values": [{ "name": "~.ManagementServer.PeriodicInformInterval", "value": "777" }],
    });
    let profile = world
        .api
        .put("/profiles/beta", body)
        .await
        .expect("a profile");
    assert_eq!(
        profile["selector"]["query"],
        "tag = \"beta\" and software_version < version(\"12\")"
    );
    one.reaches("ManagementServer.PeriodicInformInterval", "777")
        .await;
    let agreed = format!("/devices/count?{}", q("profile.state = \"agreed\""));
    eventually("both agree with their profiles", || async {
        (world.api.get(&agreed).await.ok()?["devices"] == 2).then_some(())
    })
    .await;
    assert_ne!(
        other
            .value("ManagementServer.PeriodicInformInterval")
            .await
            .as_deref(),
        Some("777")
    );
    let file = world
        .upload(
            "new.img",
            "ATA192",
            NEW_VERSION,
            world.image("ATA192", NEW_VERSION),
        )
        .await;
    let campaign = json!({
        "name": "upgrade to new", "file": file,
        "selector": { "query": "serial_number like \"*2\" and tag != \"beta\"" },
    });
    let campaign = world
        .api
        .post("/campaigns", campaign)
        .await
        .expect("a campaign");
    let id = campaign["id"].as_str().expect("an id");
    world.campaign_reaches(id, &[("done", 1)]).await;
    let done = format!("/devices?{}", q("campaign(\"upgrade to new\") = \"done\""));
    assert_eq!(
        serial_numbers(&world.api.get(&done).await.expect("a list")),
        ["QUERY2"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_query_is_its_owners_and_shown_to_others_if_shared() {
    let world = World::start().await;
    let user = json!({ "role": "viewer", "password": "a long password" });
    world.api.put("/users/vera", user).await.expect("a user");
    let vera = Rest::sign_in(world.server.api_address, "vera", "a long password")
        .await
        .expect("a person");
    let query = |shared: bool| {
        let fields = ["identity", "param:Device.DeviceInfo.UpTime"];
        json!({ "query": "tag='beta'", "shared": shared, "fields": fields })
    };
    world
        .api
        .put("/queries/mine", query(false))
        .await
        .expect("a query");
    let kept = world
        .api
        .put("/queries/ours", query(true))
        .await
        .expect("a query");
    assert_eq!(
        (&kept["query"], &kept["owner"]),
        (&json!("tag = \"beta\""), &json!("admin"))
    );
    let seen = vera.get("/queries").await.expect("a list");
    let names: Vec<&Value> = seen["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["ours"]);
    assert_eq!(
        vera.put("/queries/ours", query(true))
            .await
            .expect_err("taken")
            .status,
        409
    );
    assert_eq!(
        vera.delete("/queries/ours")
            .await
            .expect_err("not hers")
            .status,
        404
    );
    assert_eq!(
        vera.get("/queries/mine")
            .await
            .expect_err("not hers")
            .status,
        404
    );
    vera.put("/queries/hers", query(false))
        .await
        .expect("a query");
    world.api.delete("/queries/ours").await.expect("removed");
    let seen = vera.get("/queries").await.expect("a list");
    assert_eq!(seen["items"][0]["name"], "hers");
    let wrong = json!({ "query": "tag = \"a\"", "fields": ["password"] });
    assert_eq!(
        vera.put("/queries/wrong", wrong)
            .await
            .expect_err("refused")
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_says_how_the_fleet_stands() {
    let world = World::start().await;
    let phone = world.phone("SUMMARY").await;
    fleet(&world, 2).await;
    let summary = world.api.get("/summary").await.expect("a summary");
    for (name, number) in [
        ("devices", 3),
        ("online", 1),
        ("overdue", 0),
        ("never", 2),
        ("informs_per_minute", 1),
        ("tasks_failed", 0),
    ] {
        assert_eq!(summary[name], number, "{name}: {summary}");
    }
    assert_eq!(
        summary["models"],
        json!([{"value": "ATA192", "devices": 2}, {"value": "ATA191", "devices": 1}])
    );
    let task = json!({ "kind": "get_parameter_values", "names": ["Device.No.Such.Parameter"] });
    let ended = world.task(&phone, task).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    let summary = world.api.get("/summary").await.expect("a summary");
    assert_eq!(summary["tasks_failed"], 1);
}

/// Covers A12.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_of_a_scope_is_neither_found_nor_counted_nor_exported() {
    let world = World::start().await;
    fleet(&world, 6).await;
    world
        .api
        .put("/devices/00562B-ATA191-Q00004/tags", json!(["north"]))
        .await
        .expect("tags");
    world
        .api
        .put("/devices/00562B-ATA192-Q00001/tags", json!(["south"]))
        .await
        .expect("tags");
    let user = json!({ "role": "viewer", "password": "a long password", "scope": ["north"] });
    world.api.put("/users/nora", user).await.expect("a user");
    let nora = Rest::sign_in(world.server.api_address, "nora", "a long password")
        .await
        .expect("a person");
    for query in [
        "",
        "tag = \"south\" or not tag = \"south\"",
        "Device.DeviceInfo.UpTime >= 0 or tag exists",
    ] {
        let list = nora
            .get(&format!("/devices?{}", q(query)))
            .await
            .expect("a list");
        assert_eq!(serial_numbers(&list), ["Q00004"], "{query}");
        let number = nora
            .get(&format!("/devices/count?{}", q(query)))
            .await
            .expect("a number");
        assert_eq!(number["devices"], 1, "{query}");
        for by in ["product_class", "tag", "param:Device.Line.1.Name"] {
            let groups = nora
                .get(&format!("/devices/groups?by={by}&{}", q(query)))
                .await
                .expect("groups");
            let groups = groups["groups"].as_array().expect("a list");
            assert_eq!(
                (groups.len(), &groups[0]["devices"]),
                (1, &json!(1)),
                "{by} {query}"
            );
        }
        let export = nora
            .raw(
                "GET",
                &format!("/devices.csv?{}", q(query)),
                "",
                &Value::Null,
            )
            .await;
        assert_eq!(
            export.text().lines().count(),
            2,
            "{query}: {}",
            export.text()
        );
    }
    let summary = nora.get("/summary").await.expect("a summary");
    assert_eq!(
        (&summary["devices"], &summary["models"]),
        (&json!(1), &json!([{"value": "ATA191", "devices": 1}]))
    );
}
