//! Three CPEs of others, each with a tree and habits of its own, managed from their first contact to their upgrade.
//! Nothing is set for any of them.
//!
//! Long because each device is followed through its whole life.

use crate::world::by_hand::Hand;
use crate::world::foreign::{Ended, Foreign};
use crate::world::{World, eventually};
use acs::config::EnrolmentMode;
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::{RebootResponse, SetParameterValuesResponse, Status};
use cwmp::{Event, EventCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn world() -> World {
    World::start_with(|config, _| {
        config.cwmp.basic_without_tls = true;
        config.discovery.on_bootstrap = true;
        config.history.parameters = vec!["*.DeviceInfo.SoftwareVersion".into()];
    })
    .await
}

/// Queues a task and lets the device come until there is nothing more to do; gives the task as it is then.
async fn done(world: &World, cpe: &mut Foreign, task: Value) -> Value {
    let queued = world.api.post(&format!("{}/tasks", cpe.path()), task).await;
    let id = queued.expect("a task that makes sense")["id"].clone();
    cpe.settles().await;
    let id = id.as_str().expect("an id");
    world
        .api
        .get(&format!("/tasks/{id}"))
        .await
        .expect("a task")
}

async fn known(world: &World, cpe: &Foreign) -> Vec<Value> {
    let shown = world.api.get(&format!("{}/parameters", cpe.path())).await;
    let shown = shown.expect("parameters");
    shown["parameters"].as_array().expect("a list").clone()
}

fn names(parameters: &[Value]) -> BTreeSet<String> {
    let names = parameters.iter().map(|one| one["name"].as_str());
    names.map(|name| name.expect("a name").to_owned()).collect()
}

async fn value(world: &World, cpe: &Foreign, below_root: &str) -> Value {
    let name = cpe.name(below_root);
    let list = known(world, cpe).await;
    let found = list.into_iter().find(|one| one["name"] == name.as_str());
    found.unwrap_or_else(|| panic!("{name} is not known"))
}

/// First contact: everything that can be read is known, but what the device dies of.
async fn is_learned(world: &World, cpe: &mut Foreign, except: &str) {
    cpe.settles().await;
    let tasks = world.api.get(&format!("{}/tasks", cpe.path())).await;
    let discovery = tasks.expect("tasks")["items"][0].clone();
    assert_eq!(discovery["kind"], "discover", "{discovery}");
    assert_eq!(discovery["state"], "done", "{discovery}");
    assert_eq!(discovery["created_by"], "job:discovery");
    let known = names(&known(world, cpe).await);
    let there = cpe.tree.keys();
    let due: BTreeSet<String> = there
        .filter(|name| except.is_empty() || !name.starts_with(except))
        .cloned()
        .collect();
    let missing: Vec<&String> = due.difference(&known).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let invented: Vec<&String> = known
        .iter()
        .filter(|name| !cpe.tree.contains_key(*name))
        .collect();
    assert!(invented.is_empty(), "{invented:?}");
}

async fn is_refreshed_and_set(world: &World, cpe: &mut Foreign) {
    let path = cpe.name("DeviceInfo.");
    let before = value(world, cpe, "DeviceInfo.UpTime").await["at"].clone();
    let task = json!({ "kind": "refresh", "path": path, "older_than_secs": 3600 });
    let fresh = done(world, cpe, task).await;
    assert_eq!(fresh["state"], "done", "{fresh}");
    assert_eq!(
        fresh["result"]["count"], 0,
        "it was seen a moment ago: {fresh}"
    );
    assert_eq!(value(world, cpe, "DeviceInfo.UpTime").await["at"], before);
    let refreshed = done(world, cpe, json!({ "kind": "refresh", "path": path })).await;
    assert_eq!(refreshed["state"], "done", "{refreshed}");
    assert!(
        refreshed["result"]["count"].as_u64() >= Some(5),
        "{refreshed}"
    );

    let (server, enable) = (cpe.name("Time.NTPServer1"), cpe.name("Time.Enable"));
    let task = json!({ "kind": "set_parameter_values", "values": [
        { "name": server, "value": "ntp.example.net" },
        { "name": enable, "type": "xsd:boolean", "value": "true" },
    ]});
    let set = done(world, cpe, task).await;
    assert_eq!(set["state"], "done", "{set}");
    assert_eq!(cpe.value("Time.NTPServer1"), "ntp.example.net");
    assert_eq!(
        value(world, cpe, "Time.NTPServer1").await["value"],
        "ntp.example.net"
    );

    let task = json!({ "kind": "set_parameter_values", "values": [
        { "name": cpe.name("DeviceInfo.UpTime"), "value": "1" },
        { "name": cpe.name("DeviceInfo.Nothing"), "value": "1" },
    ]});
    let refused = done(world, cpe, task).await;
    assert_eq!(refused["state"], "failed", "{refused}");
    let parameters = refused["fault"]["parameters"].as_array().expect("a list");
    assert_eq!(parameters.len(), 2, "each with its own fault: {refused}");
}

/// What profiles want is on the device, and it is not told again what it echoes in another form.
async fn agrees_with_its_profile_for_good(world: &World, cpe: &mut Foreign) {
    let line = "Services.VoiceService.1.VoiceProfile.1.Line.1";
    let profile = json!({
        "selector": { "product_class": [cpe.identity.product_class] },
        "values": [
            { "name": "~.Time.Enable", "value": "false" },
            { "name": "~.ManagementServer.PeriodicInformInterval", "value": "1800" },
            { "name": "~.DeviceInfo.ProvisioningCode", "value": "home" },
            { "name": format!("~.{line}.DirectoryNumber"), "value": "15550100" },
            { "name": format!("~.{line}.SIP.AuthPassword"), "value": "example-line" },
        ],
    });
    let put = world.api.put("/profiles/home", profile).await;
    put.expect("a good profile");
    cpe.settles().await;
    assert_eq!(cpe.value(&format!("{line}.DirectoryNumber")), "15550100");
    assert_eq!(
        cpe.value(&format!("{line}.SIP.AuthPassword")),
        "example-line"
    );
    assert!(["0", "false"].contains(&cpe.value("Time.Enable")));
    let device = world.api.get(&cpe.path()).await.expect("a device");
    assert!(device["provisioning"]["fault"].is_null(), "{device}");
    let told = cpe.written.len();
    for _ in 0..3 {
        assert_eq!(cpe.session().await, Ended::Well);
    }
    let again = &cpe.written[told..];
    assert!(again.is_empty(), "it is told again: {again:?}");
    let shown = world.api.get(&format!("{}/parameters", cpe.path())).await;
    assert!(
        !shown
            .expect("parameters")
            .to_string()
            .contains("example-line")
    );
}

/// An upgrade counts by the version the device reports, whatever it says of the transfer.
async fn is_upgraded_once(world: &World, cpe: &mut Foreign) {
    let product = cpe.identity.product_class.replace(' ', "%20");
    let file = world
        .upload("image", &product, "2.0", b"2.0".to_vec())
        .await;
    let campaign = world.campaign(&file).await;
    let path = format!("{}/tasks", cpe.path());
    let download = eventually("the campaign begins", || async {
        let tasks = world.api.get(&path).await.ok()?;
        let newest = tasks["items"][0].clone();
        (newest["kind"] == "download").then_some(newest)
    })
    .await;
    cpe.settles().await;
    assert_eq!(cpe.value("DeviceInfo.SoftwareVersion"), "2.0");
    world
        .campaign_reaches(&campaign, &[("done", 1), ("failed", 0)])
        .await;
    let device = world.api.get(&cpe.path()).await.expect("a device");
    assert_eq!(device["software_version"], "2.0");
    let downloads = world.api.get("/tasks?kind=download").await.expect("tasks");
    assert_eq!(
        downloads["items"].as_array().map(Vec::len),
        Some(1),
        "{downloads}"
    );
    assert_eq!(downloads["items"][0]["id"], download["id"]);
    assert_eq!(downloads["items"][0]["attempts"], 1);
    let history = world
        .api
        .get(&format!("{}/history", cpe.path()))
        .await
        .expect("a history");
    let versions: Vec<&str> = history["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entry| entry["value"].as_str())
        .collect();
    assert_eq!((versions.len(), versions[0]), (2, "2.0"), "{history}");
}

/// Small buffers, pretty-printed SOAP, a root that is refused, names that are listed and not there, a branch that makes it
/// restart, and a fault for an upgrade that has worked.
/// Covers W-20, T-20.
#[tokio::test(flavor = "multi_thread")]
async fn a_tr098_router_is_managed_from_its_first_contact_to_its_upgrade() {
    let world = world().await;
    let mut cpe = Foreign::registered(&world, "tr098-router").await;
    is_learned(&world, &mut cpe, "InternetGatewayDevice.X_EXAMPLE_Monitor.").await;
    let learned = world.api.get(&format!("{}/learned", cpe.path())).await;
    let learned = learned.expect("what was learned");
    assert!(
        learned["batch"].as_u64().is_some_and(|batch| batch <= 16),
        "{learned}"
    );
    let avoided = learned["avoided"].to_string();
    assert!(avoided.contains("X_EXAMPLE_Monitor."), "{learned}");
    assert!(
        learned["unreadable"].to_string().contains("VendorClassID"),
        "{learned}"
    );
    assert!(
        learned["methods"]
            .to_string()
            .contains("SetParameterValues"),
        "{learned}"
    );
    let deadly = json!({ "kind": "refresh", "path": "InternetGatewayDevice.X_EXAMPLE_Monitor." });
    let left_alone = done(&world, &mut cpe, deadly).await;
    assert!(["done", "failed"].contains(&left_alone["state"].as_str().expect("a state")));
    assert!(
        left_alone.to_string().contains("X_EXAMPLE_Monitor"),
        "it is said: {left_alone}"
    );
    is_refreshed_and_set(&world, &mut cpe).await;
    agrees_with_its_profile_for_good(&world, &mut cpe).await;
    is_upgraded_once(&world, &mut cpe).await;
}

/// A connection for each request, no cookie, CDATA, no types, the unofficial namespace, and no TransferComplete.
/// Covers W-02, W-08, W-10, W-11, W-12, W-23, T-20.
#[tokio::test(flavor = "multi_thread")]
async fn a_tr181_gateway_is_managed_from_its_first_contact_to_its_upgrade() {
    let world = world().await;
    let mut cpe = Foreign::registered(&world, "tr181-gateway").await;
    is_learned(&world, &mut cpe, "").await;
    let learned = world.api.get(&format!("{}/learned", cpe.path())).await;
    let learned = learned.expect("what was learned");
    assert_eq!(learned["branches"], "by_name", "{learned}");
    assert!(
        learned["lacks"].to_string().contains("GetRPCMethods"),
        "{learned}"
    );
    is_refreshed_and_set(&world, &mut cpe).await;
    let dates = json!({
        "selector": { "product_class": [cpe.identity.product_class] },
        "values": [{ "name": "~.ManagementServer.PeriodicInformTime", "value": "2026-01-01T00:00:00Z" }],
    });
    world
        .api
        .put("/profiles/dates", dates)
        .await
        .expect("a good profile");
    agrees_with_its_profile_for_good(&world, &mut cpe).await;
    is_upgraded_once(&world, &mut cpe).await;
}

/// A parameter without a value, a ParameterKey it never keeps, changes that wait for its restart, a CommandKey of its own.
/// Covers W-08, W-09, W-27, R-08, C12, T-20.
#[tokio::test(flavor = "multi_thread")]
async fn an_spa122_is_managed_from_its_first_contact_to_its_upgrade() {
    let world = world().await;
    let mut cpe = Foreign::registered(&world, "spa122").await;
    is_learned(&world, &mut cpe, "").await;
    assert_eq!(
        value(&world, &cpe, "DeviceInfo.DeviceLog").await["value"],
        ""
    );
    is_refreshed_and_set(&world, &mut cpe).await;
    let proxy = cpe.name("Services.VoiceService.1.VoiceProfile.1.SIP.ProxyServer");
    let task = json!({ "kind": "set_parameter_values", "values": [{ "name": proxy, "value": "sip.example.net" }] });
    let path = format!("{}/tasks", cpe.path());
    let queued = world.api.post(&path, task).await.expect("a task");
    let id = queued["id"].as_str().expect("an id").to_owned();
    cpe.session().await;
    let waiting = world
        .api
        .get(&format!("/tasks/{id}"))
        .await
        .expect("a task");
    assert_eq!(waiting["state"], "waiting_for_reboot", "{waiting}");
    assert_eq!(waiting["waits_for"], "reboot");
    cpe.settles().await;
    let ended = world
        .api
        .get(&format!("/tasks/{id}"))
        .await
        .expect("a task");
    assert_eq!(ended["state"], "done", "{ended}");
    agrees_with_its_profile_for_good(&world, &mut cpe).await;
    is_upgraded_once(&world, &mut cpe).await;
}

/// A device that proves nothing, keeps no cookie and opens a connection for each request keeps its session by its address,
/// as long as it is the only one there.
/// Covers W-23.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_proves_nothing_keeps_its_session_by_its_address() {
    let world = World::start_with(|config, _| {
        config.enrolment.mode = EnrolmentMode::Open;
        config.enrolment.rotate_credentials = false;
    })
    .await;
    let mut one = Hand::unregistered(&world, "ALONE");
    one.authorization.clear();
    one.open().await;
    one.hang_up();
    one.cookie = None;
    assert_eq!(one.post("").await.status, 204);
    let mut other = Hand::unregistered(&world, "OTHER");
    other.authorization.clear();
    for hand in [&mut one, &mut other] {
        hand.cookie = None;
        hand.hang_up();
        hand.open().await;
        hand.hang_up();
        hand.cookie = None;
    }
    assert_eq!(
        one.post("").await.status,
        400,
        "nobody can tell the two apart"
    );
}

/// Covers H-05, W-26.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_leaves_names_out_of_its_answer_is_taken_at_its_word() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "SILENT").await;
    let names = json!(["Device.DeviceInfo.UpTime", "Device.DeviceInfo.Nothing"]);
    let task = json!({ "kind": "get_parameter_values", "names": names });
    let queued = world
        .api
        .post(&format!("{}/tasks", hand.path()), task)
        .await;
    let id = queued.expect("a task")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    hand.open().await;
    let message = hand.post("").await.message();
    let mut parameter_list = data_model::ParameterList::new();
    parameter_list.push_str("Device.DeviceInfo.UpTime", "5");
    parameter_list.push_str("Device.NobodyAsked", "6");
    let answer = cwmp::rpc::GetParameterValuesResponse { parameter_list };
    let request = message.header.id.unwrap_or_default();
    hand.post(hand.message(&request, CpeResponse::from(answer)))
        .await;
    let task = world.task_ended(&id).await;
    assert_eq!(task["state"], "done", "{task}");
    assert_eq!(
        task["result"]["parameters"].as_array().map(Vec::len),
        Some(1),
        "{task}"
    );
}

/// The session broke off between the restart and its answer: the device is not restarted twice.
/// Covers P2.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_whose_answer_was_lost_is_not_repeated() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "ONCE").await;
    let path = format!("{}/tasks", hand.path());
    let queued = world.api.post(&path, json!({ "kind": "reboot" })).await;
    let id = queued.expect("a task")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    hand.open().await;
    let message = hand.post("").await.message();
    assert!(matches!(
        message.body,
        FromAcs::Request(AcsRequest::Reboot(_))
    ));
    hand.hang_up();
    hand.cookie = None;
    let boot = hand.inform(vec![Event::new(EventCode::Boot)]);
    assert_eq!(hand.post(boot).await.status, 200);
    assert_eq!(
        hand.post("").await.status,
        204,
        "there is nothing more to do"
    );
    assert_eq!(world.task_ended(&id).await["state"], "done");
}

/// A person's task comes before a discovery, whichever was first, and the most urgent one before all.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_waits_for_comes_before_what_nobody_does() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut hand = Hand::registered(&world, "URGENT").await;
    let path = format!("{}/tasks", hand.path());
    let set = |name: &str| json!([{ "name": format!("Device.{name}"), "value": "x" }]);
    for task in [
        json!({ "kind": "discover", "priority": -10 }),
        json!({ "kind": "set_parameter_values", "values": set("Later") }),
        json!({ "kind": "set_parameter_values", "values": set("First"), "priority": 5 }),
        json!({ "kind": "reboot", "not_before": 4_000_000_000_000_i64 }),
    ] {
        world.api.post(&path, task).await.expect("a task");
    }
    let refused = json!({ "kind": "reboot", "priority": 101 });
    assert!(world.api.post(&path, refused).await.is_err());
    hand.open().await;
    let mut answer = hand.post("").await;
    let mut order = Vec::new();
    while answer.status == 200 {
        let message = answer.message();
        let id = message.header.id.unwrap_or_default();
        let FromAcs::Request(request) = message.body else {
            panic!("{:?}", message.body)
        };
        order.push(match &request {
            AcsRequest::SetParameterValues(set) => {
                let first = set.parameter_list.iter().next().expect("a value");
                first.name.to_owned()
            }
            other => other.name().to_owned(),
        });
        let body = match request {
            AcsRequest::SetParameterValues(_) => {
                let status = Status::Applied;
                hand.message(
                    &id,
                    CpeResponse::from(SetParameterValuesResponse { status }),
                )
            }
            AcsRequest::Reboot(_) => hand.message(&id, CpeResponse::from(RebootResponse {})),
            _ => hand.message(&id, cwmp::Fault::from(cwmp::FaultCode::REQUEST_DENIED)),
        };
        answer = hand.post(body).await;
    }
    assert_eq!(
        order[..3],
        ["Device.First", "Device.Later", "GetRPCMethods"]
    );
    assert!(
        !order.contains(&"Reboot".to_owned()),
        "its time has not come: {order:?}"
    );
    let waiting = world
        .api
        .get("/tasks?state=queued&kind=reboot")
        .await
        .expect("tasks");
    assert_eq!(waiting["items"][0]["waits_for"], "time", "{waiting}");
}

/// The device comes back from an upgrade as another product: an operator says that it is the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_has_changed_its_identity_keeps_what_was_its() {
    let world = World::start_with(|config, _| config.cwmp.basic_without_tls = true).await;
    let mut old = Hand::registered(&world, "SAME").await;
    old.open().await;
    assert_eq!(old.post("").await.status, 204);
    let tags = world
        .api
        .put(&format!("{}/tags", old.path()), json!(["office"]))
        .await;
    tags.expect("tags");
    let device = json!({ "oui": "00562B", "product_class": "ATA192B", "serial_number": "SAME" });
    let new = world.api.post("/devices", device).await.expect("a device");
    let path = format!(
        "/devices/{}",
        new["identity"].as_str().expect("an identity")
    );
    let merge = json!({ "from": old.identity.username() });
    let merged = world
        .api
        .post(&format!("{path}/merge"), merge.clone())
        .await;
    assert_eq!(merged.expect("one device")["tags"][0], "office");
    assert!(
        world.api.get(&old.path()).await.is_err(),
        "the old identity is forgotten"
    );
    assert!(
        world
            .api
            .post(&format!("{path}/merge"), merge)
            .await
            .is_err()
    );
}
