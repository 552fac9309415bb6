//! Records nobody can read, among those of a fleet: each harms its device, and no other one.

use crate::world::by_hand::{Hand, fetch};
use crate::world::process::{AcsProcess, Ports};
use crate::world::rest::Rest;
use crate::world::{FACTORY_SECRET, counted, eventually, runs};
use serde_json::json;
use std::path::Path;

/// Devices; every fifth of them is poisoned.
const DEVICES: u64 = 50;
const EVERY: u64 = 5;

/// What is done to a device's records, in turn.
const POISONS: [&str; 5] = [
    "UPDATE task SET kind = '{\"kind\":\"dance\"}' WHERE device = ?1",
    "UPDATE task SET kind = 'no json' WHERE device = ?1",
    "UPDATE snapshot SET vals = x'00ff00ff' WHERE device = ?1",
    "UPDATE device SET cwmp_version = 'forty', last_boot = -9223372036854775808 WHERE id = ?1",
    "INSERT OR REPLACE INTO credentials (device, verifier, pending) VALUES (?1, x'ff', x'')",
];

fn serial(number: u64) -> String {
    format!("POISON{number}")
}

fn is_poisoned(number: u64) -> bool {
    number.is_multiple_of(EVERY)
}

fn poison(data: &Path, count: u64) -> usize {
    let database = rusqlite::Connection::open(data.join("dialtone.db")).expect("a database");
    let mut poisoned = 0;
    for number in (0..count).filter(|number| is_poisoned(*number)) {
        let identity = format!("00562B-ATA192-{}", serial(number));
        let sql = "SELECT id FROM device WHERE identity = ?1";
        let id: i64 = database
            .query_row(sql, [identity], |row| row.get(0))
            .expect("the device is there");
        let sql = POISONS[(number / EVERY) as usize % POISONS.len()];
        poisoned += database.execute(sql, [id]).expect("a statement of ours");
    }
    poisoned
}

async fn comes(hand: &mut Hand) -> Vec<u16> {
    hand.cookie = None;
    hand.hang_up();
    let mut statuses = Vec::new();
    let inform = hand.inform(Vec::new());
    statuses.push(hand.post(inform).await.status);
    let mut answer = hand.post("").await;
    statuses.push(answer.status);
    // What is asked is refused: a session is enough here.
    for _ in 0..20 {
        if answer.status != 200 {
            break;
        }
        let id = answer.message().header.id.unwrap_or_default();
        let fault = cwmp::Fault::from(cwmp::FaultCode::METHOD_NOT_SUPPORTED);
        let refusal = hand.message(&id, fault);
        answer = hand.post(refusal).await;
        statuses.push(answer.status);
    }
    statuses
}

async fn prepare(api: &Rest, hand: &mut Hand) {
    comes(hand).await;
    let task = json!({ "kind": "get_parameter_values", "names": ["Device.A"] });
    let path = format!("{}/tasks", hand.path());
    api.post(&path, task).await.expect("a task");
}

/// Covers P13.
#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_record_harms_its_device_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let count = runs(DEVICES);
    let hand = |number| Hand::with_password(server.cwmp, &serial(number), FACTORY_SECRET);
    let mut hands: Vec<Hand> = (0..count).map(hand).collect();
    for hand in &mut hands {
        prepare(&api, hand).await;
    }
    server.stop().await;
    let poisoned = poison(&data, count);
    let mut server = AcsProcess::start(&data, &ports).await;
    // Among the rules is one that no device can be given.
    let broken = json!({ "values": [{ "name": "~.A", "value": "{{nobody.has.this}}" }],
        "selector": { "tags": ["poisoned"] } });
    api.put("/profiles/broken", broken)
        .await
        .expect("a profile");
    let process = server.id();
    let (mut served, mut harmed) = (0, 0);
    for (number, hand) in (0..).zip(&mut hands) {
        let statuses = comes(hand).await;
        let path = hand.path();
        let told = api.get(&format!("{path}/tasks")).await;
        let healthy = statuses[0] == 200 && statuses.last() == Some(&204) && told.is_ok();
        if is_poisoned(number) {
            harmed += u64::from(!healthy);
            continue;
        }
        assert!(healthy, "{path}: {statuses:?} {told:?}");
        served += 1;
    }
    assert_eq!(fetch(server.api, "/readyz").await.status, 200);
    assert!(server.is_alive() && server.id() == process);
    counted(format!(
        "poisoned records: {poisoned} among {count} devices; {served} of {served} others served, \
         {harmed} of their own devices harmed; the process is the same"
    ));
    assert!(poisoned > 0 && harmed > 0, "nothing was poisoned");
}

/// The SHA-256 of a thousand bytes of value seven.
const SHA256: &str = "df1329c8b6c7cf3740bbe2f8bab34d253a8d9534a79dceea18177081fdf9f0e9";

/// Covers P13.
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_that_cannot_be_moved_on_stops_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    for serial in ["FIRST", "SECOND"] {
        comes(&mut Hand::with_password(
            server.cwmp,
            serial,
            FACTORY_SECRET,
        ))
        .await;
    }
    let said = format!("name=x&product_class=ATA192&version=99.9&sha256={SHA256}");
    let file = api.upload(&format!("/files?{said}"), vec![7; 1000]).await;
    let file = file.expect("a file");
    let campaign = |serial: &str| json!({ "name": serial, "file": file["id"], "selector": { "serial_number": [serial] } });
    let first = api.post("/campaigns", campaign("FIRST")).await;
    first.expect("a campaign");
    server.stop().await;
    let database = rusqlite::Connection::open(data.join("dialtone.db")).expect("a database");
    let poisoned = database.execute("UPDATE campaign_device SET step = 'dancing'", []);
    assert_eq!(poisoned.expect("a statement of ours"), 1);
    drop(database);
    let server = AcsProcess::start(&data, &ports).await;
    let second = api.post("/campaigns", campaign("SECOND")).await;
    let second = second.expect("a campaign");
    let path = format!("/campaigns/{}", second["id"].as_str().expect("an id"));
    eventually("the second campaign starts its device", || async {
        let campaign = api.get(&path).await.ok()?;
        (campaign["counts"]["upgrading"] == 1).then_some(())
    })
    .await;
    server.stop().await;
}
