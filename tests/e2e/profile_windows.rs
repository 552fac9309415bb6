//! Maintenance windows: what may wait waits, what is urgent does not.

use crate::world::{World, eventually};
use acs::windows::Windows;
use acs::zone::Zone;
use data_model::Timestamp;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const CODE: &str = "DeviceInfo.ProvisioningCode";

/// An hour on the weekday three days on, in whatever zone: it is closed.
fn closed() -> &'static str {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let day = (now.as_secs() / 86_400 + 4 + 3) % 7;
    let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let day = names[usize::try_from(day).expect("a weekday")];
    match day {
        "Sun" => "Sun 01:00-02:00",
        "Mon" => "Mon 01:00-02:00",
        "Tue" => "Tue 01:00-02:00",
        "Wed" => "Wed 01:00-02:00",
        "Thu" => "Thu 01:00-02:00",
        "Fri" => "Fri 01:00-02:00",
        _ => "Sat 01:00-02:00",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_waits_for_its_window_and_an_urgent_one_does_not() {
    let world = World::start().await;
    let phone = world.phone("WAITS").await;
    world.agrees(&phone).await;
    let values = |value: &str| json!([{ "name": format!("~.{CODE}"), "value": value }]);
    let patient = json!({ "windows": closed(), "values": values("later") });
    world.profile("p", patient.clone()).await;
    let opens = eventually("the device waits for its window", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        let stamp = world.api.get("/summary").await.ok()?["profile_stamp"].clone();
        let stands = &device["provisioning"];
        (stands["waits"] == stamp)
            .then(|| stands["opens"].as_i64())
            .flatten()
    })
    .await;
    let windows = Windows::parse(closed()).expect("a good window");
    let zone = Zone::UTC;
    // The device shows no zone yet, and the server's own is UTC.
    assert!(
        windows
            .open_at(Timestamp::from_millis(opens), &zone)
            .is_open()
    );
    assert!(
        !windows
            .open_at(Timestamp::from_millis(opens - 1000), &zone)
            .is_open()
    );
    world.session(&phone).await;
    assert_ne!(phone.value(CODE).await.as_deref(), Some("later"));
    let ask = json!({ "device": phone.identity, "revision": 1 });
    let preview = world
        .api
        .post("/profiles/p/preview", ask)
        .await
        .expect("a preview");
    assert_eq!(preview["waits_until"].as_i64(), Some(opens), "{preview}");
    let state = world.api.get("/profiles/p/state").await.expect("counts");
    assert_eq!(state["waiting_for_window"], 1, "{state}");

    let mut urgent = patient;
    urgent["haste"] = json!("urgent");
    world.profile("p", urgent).await;
    phone.reaches(CODE, "later").await;
    world.agrees(&phone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_window_holds_for_devices_in_use_and_not_for_those_that_are_new() {
    let world = World::start_with(|config, _| {
        config.profiles.windows = Some(Windows::parse(closed()).expect("a good window"));
    })
    .await;
    let values =
        |value: &str| json!({ "values": [{ "name": format!("~.{CODE}"), "value": value }] });
    world.profile("p", values("first")).await;
    let phone = world.phone("NEW").await;
    phone.reaches(CODE, "first").await;
    world.agrees(&phone).await;
    world.profile("p", values("second")).await;
    eventually("the device waits for the window", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        device["provisioning"]["opens"].as_i64()
    })
    .await;
    world.session(&phone).await;
    assert_eq!(phone.value(CODE).await.as_deref(), Some("first"));
}
