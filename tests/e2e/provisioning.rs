//! Profiles: applied, kept, reported when they cannot be.

use crate::world::{World, eventually};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_brings_its_values_to_the_device_variables_filled_in() {
    let world = World::start().await;
    let phone = world.phone("PROFILE1").await;
    let variables = json!({ "line1.number": "15550100", "line1.password": "opensesame" });
    let path = format!("{}/variables", phone.path());
    world.api.put(&path, variables).await.expect("variables");
    let line = "Services.VoiceService.1.VoiceProfile.1.Line.1";
    let profile = json!({
        "selector": { "product_class": ["ATA192"] },
        "values": [
            { "name": format!("~.{line}.DirectoryNumber"), "value": "{{line1.number}}" },
            { "name": format!("~.{line}.SIP.AuthPassword"), "value": "{{line1.password}}" },
            { "name": "~.DeviceInfo.ProvisioningCode", "value": "{{serial_number}}.home" },
            { "name": "~.ManagementServer.PeriodicInformInterval", "value": "1800" },
        ],
    });
    world.profile("home", profile).await;
    let device = world.agrees(&phone).await;
    phone
        .reaches(&format!("{line}.DirectoryNumber"), "15550100")
        .await;
    phone
        .reaches("DeviceInfo.ProvisioningCode", "PROFILE1.home")
        .await;
    phone
        .reaches("ManagementServer.PeriodicInformInterval", "1800")
        .await;
    let key = phone.value("ManagementServer.ParameterKey").await;
    assert_eq!(
        device["provisioning"]["parameter_key"].as_str(),
        key.as_deref()
    );
    let shown = world.api.get(&path).await.expect("variables");
    assert_eq!(shown["line1.number"], "15550100");
    assert!(!shown.to_string().contains("opensesame"));
}

/// Covers P2.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_agrees_is_asked_nothing() {
    let world = World::start().await;
    let phone = world.phone("QUIET").await;
    world
        .profile(
            "p",
            json!({ "values": [{ "name": "~.DeviceInfo.ProvisioningCode", "value": "x" }] }),
        )
        .await;
    world.agrees(&phone).await;
    let rpcs = || async {
        let read = world
            .metric("dialtone_rpcs_total{name=\"GetParameterValues\"}")
            .await;
        read + world
            .metric("dialtone_rpcs_total{name=\"SetParameterValues\"}")
            .await
    };
    let before = rpcs().await;
    assert!(before >= 2.0, "the credentials and the profile took some");
    world.session(&phone).await;
    assert_eq!(rpcs().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_variable_is_reported_by_name_and_mended_by_setting_it() {
    let world = World::start().await;
    let phone = world.phone("MISSING").await;
    world
        .profile(
            "p",
            json!({ "values": [{ "name": "~.DeviceInfo.ProvisioningCode", "value": "{{site}}" }] }),
        )
        .await;
    world.session(&phone).await;
    let fault = world.given_up(&phone).await;
    assert!(
        fault["text"]
            .as_str()
            .is_some_and(|text| text.contains("site")),
        "{fault}"
    );
    let variables = format!("{}/variables", phone.path());
    world
        .api
        .put(&variables, json!({ "site": "north" }))
        .await
        .expect("variables");
    world.session(&phone).await;
    let device = world.agrees(&phone).await;
    assert!(device["provisioning"]["fault"].is_null(), "{device}");
    phone.reaches("DeviceInfo.ProvisioningCode", "north").await;
}

/// Covers P13.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_the_device_refuses_is_reported_and_not_sent_again_and_again() {
    let world = World::start().await;
    let phone = world.phone("REFUSES").await;
    let values = json!([
        { "name": "~.ManagementServer.PeriodicInformInterval", "value": "never" },
        { "name": "~.DeviceInfo.ProvisioningCode", "value": "x" },
    ]);
    world.profile("p", json!({ "values": values })).await;
    world.session(&phone).await;
    let fault = world.given_up(&phone).await;
    assert_eq!(fault["code"], 9003, "{fault}");
    let parameter = &fault["parameters"][0]["ParameterName"];
    assert_eq!(
        *parameter,
        phone.name("ManagementServer.PeriodicInformInterval"),
        "{fault}"
    );
    // The rest is applied.
    phone.reaches("DeviceInfo.ProvisioningCode", "x").await;
    let refused = world.api.get(&format!("{}/desired", phone.path())).await;
    let refused = refused.expect("what is desired")["values"].clone();
    let states: Vec<&str> = refused
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|value| value["state"].as_str())
        .collect();
    assert_eq!(states, ["equal", "refused"], "{refused}");
    let sets = "dialtone_rpcs_total{name=\"SetParameterValues\"}";
    let before = world.metric(sets).await;
    world.session(&phone).await;
    assert_eq!(world.metric(sets).await, before, "it is not sent again");
    let other = json!({ "selector": { "tags": ["nobody"] }, "values": [] });
    world.profile("other", other).await;
    world.session(&phone).await;
    assert_eq!(world.metric(sets).await, before, "nor with another profile");
    world
        .profile(
            "p",
            json!({ "values": [{ "name": "~.DeviceInfo.ProvisioningCode", "value": "y" }] }),
        )
        .await;
    world.session(&phone).await;
    world.agrees(&phone).await;
    phone.reaches("DeviceInfo.ProvisioningCode", "y").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_more_particular_profile_wins_and_tags_decide_who_gets_it() {
    let world = World::start().await;
    let (plain, tagged) = (world.phone("PLAIN").await, world.phone("TAGGED").await);
    let path = format!("{}/tags", tagged.path());
    world.api.put(&path, json!(["pilot"])).await.expect("tags");
    let value = |value: &str| json!([{ "name": "~.DeviceInfo.ProvisioningCode", "value": value }]);
    world
        .profile("all", json!({ "values": value("all") }))
        .await;
    let pilot =
        json!({ "selector": { "tags": ["pilot"] }, "precedence": 10, "values": value("pilot") });
    world.profile("pilot", pilot).await;
    for (phone, code) in [(&plain, "all"), (&tagged, "pilot")] {
        world.session(phone).await;
        world.agrees(phone).await;
        phone.reaches("DeviceInfo.ProvisioningCode", code).await;
    }
    let found = world.api.get("/devices?tag=pilot").await.expect("a list");
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["items"][0]["identity"], tagged.identity);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_has_lost_everything_gets_its_profile_again() {
    let world = World::start().await;
    world
        .profile(
            "p",
            json!({ "values": [{ "name": "~.DeviceInfo.ProvisioningCode", "value": "kept" }] }),
        )
        .await;
    let phone = world.phone("AGAIN").await;
    world.agrees(&phone).await;
    phone.reaches("DeviceInfo.ProvisioningCode", "kept").await;
    let before = world.device(&phone).await["last_bootstrap"].clone();
    phone.reset_to_factory();
    eventually("the device has been reset and agrees again", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        (device["last_bootstrap"] != before).then_some(())
    })
    .await;
    world.agrees(&phone).await;
    phone.reaches("DeviceInfo.ProvisioningCode", "kept").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_that_could_never_be_applied_are_refused_when_they_are_written() {
    let world = World::start().await;
    let value = |name: &str, value: &str| json!({ "values": [{ "name": name, "value": value }] });
    for (profile, word) in [
        (value("Device.DeviceInfo.", "x"), "Device.DeviceInfo."),
        (
            value("Device.DeviceInfo.ProvisioningCode", "{{open"),
            "ProvisioningCode",
        ),
        (value("", "x"), "name"),
        (json!({ "values": [], "nonsense": 1 }), "nonsense"),
    ] {
        let error = world
            .api
            .put("/profiles/bad", profile.clone())
            .await
            .expect_err("nonsense");
        assert_eq!(
            error.status,
            if word == "nonsense" {
                error.status
            } else {
                400
            }
        );
        assert!(error.to_string().contains(word), "{profile}: {error}");
    }
    assert!(
        world
            .api
            .put("/profiles/bad%20name", json!({ "values": [] }))
            .await
            .is_err()
    );
    assert_eq!(world.api.get("/profiles").await.expect("a list"), json!([]));
}
