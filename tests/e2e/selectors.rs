//! Profiles for the devices of a query: a device gets one because of what it reports, and loses it when that changes.

use crate::world::{World, eventually};
use serde_json::json;

const INTERVAL: &str = "ManagementServer.PeriodicInformInterval";
const CODE: &str = "DeviceInfo.ProvisioningCode";

fn setting(selector: &str, precedence: i32, name: &str, value: &str) -> serde_json::Value {
    json!({
        "selector": { "query": selector }, "precedence": precedence,
        "values": [{ "name": format!("~.{name}"), "value": value }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_a_profile_by_a_parameter_it_reports_and_loses_it_when_the_value_changes() {
    let world = World::start().await;
    let (one, other) = (world.phone("CHOSEN").await, world.phone("OTHER").await);
    for phone in [&one, &other] {
        let refresh = json!({ "kind": "refresh", "path": "" });
        assert_eq!(world.task(phone, refresh).await["state"], "done");
    }
    world
        .profile("base", setting("", 0, INTERVAL, "1001"))
        .await;
    let by_code = setting(
        r#"param("~.DeviceInfo.ProvisioningCode") = "gold""#,
        5,
        INTERVAL,
        "2002",
    );
    world.profile("gold", by_code.clone()).await;
    for phone in [&one, &other] {
        phone.reaches(INTERVAL, "1001").await;
    }

    let set = |value: &str| {
        let name = format!("Device.{CODE}");
        json!({ "kind": "set_parameter_values", "values": [{ "name": name, "value": value }] })
    };
    let ask = json!({ "device": one.identity, "draft": by_code });
    let applies = || async {
        let preview = world.api.post("/profiles/gold/preview", ask.clone()).await;
        preview.expect("a preview")["applies"].clone()
    };
    assert_eq!(applies().await, false);
    assert_eq!(world.task(&one, set("gold")).await["state"], "done");
    let refresh = json!({ "kind": "refresh", "path": "Device.DeviceInfo." });
    assert_eq!(world.task(&one, refresh.clone()).await["state"], "done");
    world.session(&one).await;
    one.reaches(INTERVAL, "2002").await;
    world.agrees(&one).await;
    assert_eq!(applies().await, true);
    let counts = world
        .api
        .post("/profiles/gold/preview/counts", json!({}))
        .await;
    assert_eq!(counts.expect("counts")["devices"], 1);
    let state = world.api.get("/profiles/gold/state").await.expect("counts");
    assert_eq!(
        (&state["devices"], &state["agreed"]),
        (&json!(1), &json!(1))
    );
    let why = format!("{}/parameters/Device.{INTERVAL}/why", one.path());
    let why = world.api.get(&why).await.expect("a reason");
    assert!(why.to_string().contains("gold"), "{why}");
    world.session(&other).await;
    assert_eq!(other.value(INTERVAL).await.as_deref(), Some("1001"));

    assert_eq!(world.task(&one, set("tin")).await["state"], "done");
    assert_eq!(world.task(&one, refresh).await["state"], "done");
    world.session(&one).await;
    one.reaches(INTERVAL, "1001").await;
    world.agrees(&one).await;
    eventually("nobody is meant any more", || async {
        let state = world.api.get("/profiles/gold/state").await.ok()?;
        (state["devices"] == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selector_that_would_depend_on_itself_or_on_time_alone_is_refused_with_what_to_write() {
    let world = World::start().await;
    for (query, fix) in [
        (r#"profile.state = "failed""#, "tag"),
        (r#"not (tag = "x" or profile.state = "agreed")"#, "tag"),
        (r#"health.reason = "profile_refused""#, "other reasons"),
        (r#"last_boot < ago("2h")"#, "time("),
        ("informs > 5", "parameter"),
        (
            r#"Device.DeviceInfo.ProvisioningCode = "x""#,
            "another parameter",
        ),
    ] {
        let body = setting(query, 0, CODE, "1");
        let refused = world.api.put("/profiles/unfit", body).await;
        let refused = refused.expect_err("refused");
        assert_eq!(refused.status, 400, "{query}");
        assert!(refused.body.contains(fix), "{query}: {refused}");
    }
    let by = |name: &str| format!("Device.{name} = \"7\"");
    let first = setting(&by(CODE), 0, INTERVAL, "7");
    world
        .api
        .put("/profiles/first", first)
        .await
        .expect("a chain");
    let second = setting(&by(INTERVAL), 0, CODE, "7");
    let circle = world.api.put("/profiles/second", second.clone()).await;
    let circle = circle.expect_err("a circle");
    assert!(circle.body.contains("second → first → second"), "{circle}");
    // A draft is in no circle until it is published; then it would be.
    let mut harmless = second.clone();
    harmless["selector"] = json!({});
    world
        .api
        .put("/profiles/second", harmless)
        .await
        .expect("no circle");
    let first = setting(&by("DeviceInfo.Description"), 0, INTERVAL, "7");
    world
        .api
        .put("/profiles/first", first)
        .await
        .expect("no circle");
    world
        .api
        .put("/profiles/second", second)
        .await
        .expect("no circle any more");
    let back = world
        .api
        .post("/profiles/first/publish", json!({ "revision": 1 }))
        .await;
    assert_eq!(back.expect_err("a circle").status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_may_ask_for_variables_health_lines_and_campaigns() {
    let world = World::start().await;
    let phone = world.phone("ASKED").await;
    for query in [
        r#"variable("site") = "bern""#,
        r#"health = "ok" and not line.state = "error""#,
        r#"campaign("upgrade") != "failed" or account exists"#,
    ] {
        let body = setting(query, 0, CODE, query.split(' ').next().expect("a word"));
        world.api.put("/profiles/asks", body).await.expect(query);
    }
    let body = setting(r#"variable("site") = "bern""#, 0, CODE, "BE");
    world
        .api
        .put("/profiles/asks", body)
        .await
        .expect("a profile");
    let variables = format!("{}/variables", phone.path());
    let site = json!({ "site": "bern" });
    world.api.put(&variables, site).await.expect("variables");
    phone.reaches(CODE, "BE").await;
}
