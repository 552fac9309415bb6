//! How devices come in: credentials, the rules for unknown ones, and what happens after a factory reset.

use crate::world::by_hand::Hand;
use crate::world::{FACTORY_SECRET, Phone, World, eventually};
use acs::config::EnrolmentMode;
use cwmp::http::basic;
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::{SetParameterValuesResponse, Status};
use cwmp::{Event, EventCode};
use data_model::Secret;
use serde_json::json;

/// Covers S-01, I-01.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_from_the_factory_enrols_and_gets_credentials_of_its_own() {
    let world = World::start().await;
    let phone = world.phone("FACTORY1").await;
    let device = world.device(&phone).await;
    assert_eq!(device["identity"], phone.identity);
    assert_eq!(device["serial_number"], "FACTORY1");
    assert_eq!(device["product_class"], "ATA192");
    assert!(device["last_bootstrap"].is_string() || device["last_bootstrap"].is_number());
    let own = phone.value("ManagementServer.Password").await;
    assert_ne!(
        own.as_deref(),
        Some(FACTORY_SECRET),
        "it has a password of its own"
    );
    let name = phone.name("ManagementServer.Password");
    let read = json!({ "kind": "get_parameter_values", "names": [name] });
    let read = world.task(&phone, read).await;
    let value = &read["result"]["parameters"][0]["value"];
    assert_eq!(value, "", "a password reads back as empty: {read}");
    // The next session proves that both sides agree on the new credentials.
    phone.change("ManagementServer.PeriodicInformInterval", "1");
    let informs = device["informs"].as_u64().unwrap_or(0);
    eventually(
        "the device comes again with its own credentials",
        || async {
            let device = world.api.get(&phone.path()).await.ok()?;
            (device["informs"].as_u64()? > informs).then_some(())
        },
    )
    .await;
}

/// Covers P6.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_leaves_no_trace() {
    let world = World::start().await;
    let mut config = world.agent_config("ata192", "WRONG1");
    config.acs.password = Secret::new("not-the-secret");
    let phone = Phone::start(config).await;
    let rejected = "dialtone_requests_rejected_total{name=\"unauthenticated\"}";
    eventually("the server refuses the device", || async {
        (world.metric(rejected).await >= 2.0).then_some(())
    })
    .await;
    assert!(world.api.all("/devices").await.expect("a list").is_empty());
    drop(phone);
}

/// Covers A02.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_cannot_speak_for_another_one() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let victim = Hand::registered(&world, "VICTIM").await;
    let mut thief = Hand::registered(&world, "THIEF").await;
    thief.identity = victim.identity.clone();
    let answer = thief
        .post(thief.inform(vec![Event::new(EventCode::Bootstrap)]))
        .await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    let device = world
        .api
        .get(&victim.path())
        .await
        .expect("a registered device");
    assert_eq!(device["informs"], 0);
}

/// Covers A03.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_factory_reset_a_device_enrols_again() {
    let world = World::start().await;
    let phone = world.phone("RESET1").await;
    let before = world.device(&phone).await;
    phone.reset_to_factory();
    eventually("the device reports a second bootstrap", || async {
        let device = world.api.get(&phone.path()).await.ok()?;
        (device["last_bootstrap"] != before["last_bootstrap"]).then_some(())
    })
    .await;
    world.enrolled(&phone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shared_secret_is_no_key_to_a_device_that_has_its_own() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "OWNKEY").await;
    hand.authorization = basic::encode(&hand.identity.username(), &Secret::new(FACTORY_SECRET));
    let answer = hand
        .post(hand.inform(vec![Event::new(EventCode::Periodic)]))
        .await;
    assert!(
        answer.text().contains("<FaultCode>8001<"),
        "{} {}",
        answer.status,
        answer.text()
    );
    let device = world
        .api
        .get(&hand.path())
        .await
        .expect("a registered device");
    assert_eq!(device["informs"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_further_settings_only_registered_devices_come_in() {
    let world = World::start_with(|config, _| {
        config.enrolment.mode = EnrolmentMode::PreRegistered;
        config.enrolment.secret = Secret::default();
    })
    .await;
    let stranger = Phone::start(world.agent_config("ata192", "STRANGER")).await;
    let rejected = "dialtone_requests_rejected_total{name=\"unauthenticated\"}";
    eventually("the stranger is refused", || async {
        (world.metric(rejected).await >= 2.0).then_some(())
    })
    .await;
    stranger.stop().await;
    let expected = json!({
        "oui": "00562B", "product_class": "ATA192", "serial_number": "EXPECTED", "password": FACTORY_SECRET,
    });
    world
        .api
        .post("/devices", expected)
        .await
        .expect("a registration");
    let expected = Phone::start(world.agent_config("ata192", "EXPECTED")).await;
    eventually("the registered device comes in", || async {
        let device = world.api.get(&expected.path()).await.ok()?;
        (device["informs"].as_u64() > Some(0)).then_some(())
    })
    .await;
    assert_eq!(world.api.all("/devices").await.expect("a list").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_enrolment_gives_even_a_device_without_a_password_credentials() {
    let world = World::start_with(|config, _| config.enrolment.mode = EnrolmentMode::Open).await;
    let mut config = world.agent_config("spa122", "OPEN1");
    config.acs.password = Secret::default();
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
    assert_eq!(world.device(&phone).await["root"], "InternetGatewayDevice.");
}

/// Covers A05.
#[tokio::test(flavor = "multi_thread")]
async fn open_enrolment_is_no_way_into_a_device_that_has_credentials() {
    let world = World::start_with(|config, _| {
        config.enrolment.mode = EnrolmentMode::Open;
        config.cwmp.basic_without_tls = true;
    })
    .await;
    let victim = Hand::registered(&world, "VICTIM2").await;
    let mut thief = Hand::unregistered(&world, "VICTIM2");
    let inform = thief.inform(vec![Event::new(EventCode::Bootstrap)]);
    let garbage = basic::encode(&thief.identity.username(), &Secret::new("guess"));
    for authorization in [String::new(), garbage] {
        thief.authorization = authorization;
        thief.cookie = None;
        let answer = thief.post(inform.clone()).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        assert!(answer.header("www-authenticate").is_some());
    }
    let device = world.api.get(&victim.path()).await.expect("a device");
    assert_eq!(device["informs"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_enrolment_takes_a_device_that_sends_a_password_nobody_asked_for() {
    let world = World::start_with(|config, _| {
        config.enrolment.mode = EnrolmentMode::Open;
        config.cwmp.basic_without_tls = true;
    })
    .await;
    let mut hand = Hand::unregistered(&world, "EAGER");
    hand.open().await;
    let device = world.api.get(&hand.path()).await.expect("a device");
    assert_eq!(device["informs"], 1);
}

/// Covers C08.
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_device_keeps_its_password_and_is_given_what_it_is_called_with() {
    let world = World::start().await;
    let device = json!({
        "oui": "00562B", "product_class": "ATA192", "serial_number": "KEEPER", "password": "its-own-password",
    });
    world
        .api
        .post("/devices", device)
        .await
        .expect("a registration");
    let mut config = world.agent_config("ata192", "KEEPER");
    config.acs.password = Secret::new("its-own-password");
    let phone = Phone::start(config).await;
    eventually("the device is given a user for calls", || async {
        let caller = phone
            .value("ManagementServer.ConnectionRequestUsername")
            .await?;
        (!caller.is_empty() && phone.is_idle().await).then_some(())
    })
    .await;
    let password = phone.value("ManagementServer.Password").await;
    assert_eq!(password.as_deref(), Some("its-own-password"));
    // A task is done at once only if the call gets through.
    let name = phone.name("DeviceInfo.UpTime");
    let read = json!({ "kind": "get_parameter_values", "names": [name] });
    assert_eq!(world.task(&phone, read).await["state"], "done");
}

/// The password a server sets, out of its SetParameterValues.
fn new_password(message: FromAcs) -> String {
    match message {
        FromAcs::Request(AcsRequest::SetParameterValues(set)) => {
            let name = "Device.ManagementServer.Password";
            set.parameter_list.get(name).expect("a password").to_owned()
        }
        other => panic!("{other:?}"),
    }
}

/// A device that has been given credentials and has hung up before it could say whether it took them.
async fn broken_rotation(world: &World, serial_number: &str) -> (Hand, String) {
    let mut hand = Hand::unregistered(world, serial_number);
    hand.authorization = basic::encode(&hand.identity.username(), &Secret::new(FACTORY_SECRET));
    let inform = hand.inform(vec![
        Event::new(EventCode::Bootstrap),
        Event::new(EventCode::Boot),
    ]);
    assert_eq!(hand.post(inform).await.status, 200);
    let password = new_password(hand.post("").await.message().body);
    hand.hang_up();
    hand.cookie = None;
    (hand, password)
}

/// Covers P12.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_whose_answer_was_lost_do_not_lock_a_device_out() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;

    let (mut took_them, password) = broken_rotation(&world, "TOOK").await;
    let own = basic::encode(
        &took_them.identity.username(),
        &Secret::new(password.as_str()),
    );
    took_them.authorization = own;
    took_them.open().await;
    assert_eq!(
        took_them.post("").await.status,
        204,
        "nothing is left to be given"
    );

    let (mut lost_them, first) = broken_rotation(&world, "LOST").await;
    let inform = lost_them.inform(vec![Event::new(EventCode::Bootstrap)]);
    assert_eq!(
        lost_them.post(inform).await.status,
        200,
        "the factory's secret still opens"
    );
    let request = lost_them.post("").await.message();
    let id = request.header.id.clone().unwrap_or_default();
    let second = new_password(request.body);
    assert_ne!(first, second);
    let done = CpeResponse::from(SetParameterValuesResponse {
        status: Status::Applied,
    });
    assert_eq!(
        lost_them.post(lost_them.message(&id, done)).await.status,
        204
    );
    lost_them.hang_up();
    lost_them.cookie = None;
    lost_them.authorization = basic::encode(
        &lost_them.identity.username(),
        &Secret::new(second.as_str()),
    );
    lost_them.open().await;
}

/// Covers C08.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_other_credentials_when_an_operator_wants_it() {
    let world = World::start().await;
    let phone = world.phone("ROTATED").await;
    let reveal = format!("{}/reveal", phone.path());
    let what = json!({ "what": "connection_request_password" });
    let before = world.api.post(&reveal, what.clone()).await;
    let before = before.expect("a password");
    let rotate = format!("{}/credentials/rotate", phone.path());
    world.api.post(&rotate, json!({})).await.expect("a device");
    let task = json!({ "kind": "get_parameter_values", "names": ["Device.DeviceInfo."] });
    let task = world.task(&phone, task).await;
    assert_eq!(task["state"], "done");
    eventually("the device has other credentials", || async {
        let after = world.api.post(&reveal, what.clone()).await.ok()?;
        (after["value"] != before["value"]).then_some(())
    })
    .await;
    // It comes, and is called, with what it has got.
    let task = json!({ "kind": "get_parameter_values", "names": ["Device.DeviceInfo."] });
    let task = world.task(&phone, task).await;
    assert_eq!(task["state"], "done");
    let lines = world.api.get("/audit?action=credentials.*").await;
    let lines = lines.expect("the trail").to_string();
    assert!(lines.contains("credentials.rotate"), "{lines}");
}

/// Covers A05.
#[tokio::test(flavor = "multi_thread")]
async fn good_credentials_are_no_way_into_another_device() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let victim = Hand::registered(&world, "VICTIM3").await;
    let mut thief = Hand::registered(&world, "THIEF3").await;
    thief.identity.serial_number = "VICTIM3".into();
    let inform = thief.inform(vec![Event::new(EventCode::Boot)]);
    let answer = thief.post(inform).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    let device = world.api.get(&victim.path()).await.expect("a device");
    assert_eq!(device["informs"], 0);
    let lines = world.api.get("/audit?action=device.refused").await;
    let lines = lines.expect("the trail");
    let subject = lines["items"][0]["subject"].as_str().unwrap_or_default();
    let told = "00562B-ATA192-THIEF3 claims to be 00562B-ATA192-VICTIM3";
    assert_eq!(subject, told, "{lines}");
}
