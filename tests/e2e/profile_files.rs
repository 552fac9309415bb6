//! The profiles that drive TR-069, as the vendor configuration file of a Download.

use crate::world::by_hand::{Hand, fetch};
use crate::world::{World, eventually};
use cwmp::message::{AcsRequest, FromAcs};
use serde_json::json;

const PASSWORD: &str = "~.X_CISCO_ATA.Line.1.Password";

/// A world with a profile that has a secret in it; `line1.number` is a variable of the device.
async fn world(secrets_without_tls: bool) -> World {
    let world = World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.files.secrets_without_tls = secrets_without_tls;
    })
    .await;
    let profile = json!({ "values": [
        { "name": "~.X_CISCO_ATA.Provisioning.GPP_A", "value": "{{serial_number}}" },
        { "name": PASSWORD, "value": "opensesame" },
        { "name": "~.ManagementServer.PeriodicInformInterval", "value": "1800" },
    ] });
    world
        .api
        .put("/profiles/home", profile)
        .await
        .expect("a good profile");
    world
}

/// The profile's link as a device gets it.
async fn link(world: &World, serial_number: &str) -> (Hand, String) {
    let mut hand = Hand::registered(world, serial_number).await;
    let path = format!("{}/tasks", hand.path());
    world
        .api
        .post(&path, json!({ "kind": "download_profile" }))
        .await
        .expect("a task");
    hand.open().await;
    let message = hand.post("").await.message();
    let FromAcs::Request(AcsRequest::Download(download)) = message.body else {
        panic!("a download is due: {:?}", message.body)
    };
    assert_eq!(download.file_type, "3 Vendor Configuration File");
    (hand, download.url)
}

async fn get(world: &World, url: &str) -> (u16, String) {
    let path = url.find("/profiles/").map(|at| &url[at..]);
    let answer = fetch(world.server.files_address, path.expect("a profile's link")).await;
    (answer.status, answer.text())
}

/// Covers D-01, F04.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_profile_gives_it_to_whoever_got_the_link_and_to_nobody_else() {
    let world = world(true).await;
    let (_hand, url) = link(&world, "FILE1").await;
    let (status, document) = get(&world, &url).await;
    assert_eq!(status, 200);
    assert!(document.contains("<GPP_A>FILE1</GPP_A>"), "{document}");
    assert!(
        document.contains("<Password_1_>opensesame</Password_1_>"),
        "{document}"
    );
    let (front, ticket) = url.rsplit_once('/').expect("a ticket");
    let forged: String = ticket
        .chars()
        .map(|c| if c == '0' { '1' } else { '0' })
        .collect();
    for bad in [forged.as_str(), "x", "..%2f..%2fprovisioning"] {
        assert_eq!(get(&world, &format!("{front}/{bad}")).await.0, 404, "{bad}");
    }
    assert_eq!(world.metric("dialtone_profiles_sent_total").await, 1.0);
}

/// Covers M06.
#[tokio::test(flavor = "multi_thread")]
async fn without_tls_a_profile_holds_no_secret_unless_the_operator_says_so() {
    let world = world(false).await;
    let (_hand, url) = link(&world, "FILE2").await;
    let (status, document) = get(&world, &url).await;
    assert_eq!(status, 200);
    assert!(document.contains("<GPP_A>FILE2</GPP_A>"), "{document}");
    assert!(!document.contains("Password_1_"), "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_what_the_file_brings_and_what_it_cannot() {
    let world = world(true).await;
    let hand = Hand::registered(&world, "FILE3").await;
    let path = format!("{}/profile", hand.path());
    let shown = world.api.get(&path).await.expect("a profile");
    let document = shown["document"].as_str().expect("a document");
    assert!(document.contains("<GPP_A>FILE3</GPP_A>"), "{document}");
    assert!(!shown.to_string().contains("opensesame"), "{shown}");
    let left_out = shown["left_out"].as_array().expect("a list");
    assert_eq!(left_out.len(), 1, "{shown}");
    assert_eq!(
        left_out[0]["name"],
        "Device.ManagementServer.PeriodicInformInterval"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_cannot_be_put_together_fails_its_task_with_the_reason() {
    let world = world(true).await;
    let profile = json!({ "values": [
        { "name": "~.X_CISCO_ATA.Provisioning.GPP_B", "value": "{{site}}" },
    ] });
    let put = world.api.put("/profiles/site", profile).await;
    put.expect("a good profile");
    let phone = world.phone("FILE4").await;
    let task = world
        .task(&phone, json!({ "kind": "download_profile" }))
        .await;
    assert_eq!(task["state"], "failed", "{task}");
    assert!(task.to_string().contains("site"), "{task}");
}

/// Covers D-01, Q-12.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_takes_its_profile_over_and_reports_the_end_of_the_transfer() {
    let world = world(true).await;
    let phone = world.phone("FILE5").await;
    phone
        .reaches("X_CISCO_ATA.Provisioning.GPP_A", "FILE5")
        .await;
    phone.change("X_CISCO_ATA.Provisioning.GPP_A", "by hand");
    phone
        .reaches("X_CISCO_ATA.Provisioning.GPP_A", "by hand")
        .await;
    let task = world
        .task(&phone, json!({ "kind": "download_profile" }))
        .await;
    assert_eq!(task["state"], "done", "{task}");
    phone
        .reaches("X_CISCO_ATA.Provisioning.GPP_A", "FILE5")
        .await;
    eventually("the device is idle again", || async {
        phone.is_idle().await.then_some(())
    })
    .await;
}
