//! kill -9 at any moment: what was acknowledged is there afterwards, on both sides.

use crate::world::by_hand::Hand;
use crate::world::process::{AcsProcess, AgentProcess, Ports};
use crate::world::rest::Rest;
use crate::world::{FACTORY_SECRET, World, patience};
use agent::device::Device;
use agent::shell::journal::Journal;
use cwmp::message::{AcsRequest, CpeResponse, FromAcs};
use cwmp::rpc::GetParameterValuesResponse;
use cwmp::{Event, EventCode};
use data_model::{ParameterList, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KILLS: u64 = 50;

/// When to kill, in milliseconds: different each time, the same in every run.
fn moment(kill: u64, shortest: u64, longest: u64) -> Duration {
    Duration::from_millis(shortest + kill * 7919 % (longest - shortest))
}

/// What the server has said to be done; it is true from the moment the bytes were read.
#[derive(Debug, Default)]
struct Acknowledged {
    created: BTreeSet<String>,
    finished: usize,
    informs: u64,
}

type Ledger = Arc<Mutex<Acknowledged>>;

fn note(ledger: &Ledger, change: impl FnOnce(&mut Acknowledged)) {
    change(&mut ledger.lock().expect("no test thread panics with it"));
}

/// Queues tasks as fast as the server takes them.
async fn create_tasks(api: &Rest, path: &str, ledger: &Ledger) {
    let task = json!({ "kind": "get_parameter_values", "names": ["Device.DeviceInfo.UpTime"] });
    while let Ok(created) = api.post(path, task.clone()).await {
        let id = created["id"].as_str().expect("an id").to_owned();
        note(ledger, |known| {
            known.created.insert(id);
        });
    }
}

/// Comes again and again, and answers what it is asked, until the server is gone.
async fn live(hand: &mut Hand, ledger: &Ledger) -> Option<()> {
    loop {
        let inform = hand.inform(vec![Event::new(EventCode::Boot)]);
        let answer = hand.try_post(inform).await?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        note(ledger, |known| known.informs += 1);
        let mut answer = hand.try_post("").await?;
        while answer.status == 200 {
            let message = answer.message();
            let id = message.header.id.unwrap_or_default();
            let FromAcs::Request(AcsRequest::GetParameterValues(request)) = message.body else {
                panic!("only one kind of task is queued: {:?}", message.body)
            };
            let mut parameter_list = ParameterList::new();
            for name in &request.parameter_names {
                parameter_list.push_str(name, "1");
            }
            let values = CpeResponse::from(GetParameterValuesResponse { parameter_list });
            answer = hand.try_post(hand.message(&id, values)).await?;
            note(ledger, |known| known.finished += 1);
        }
        assert_eq!(answer.status, 204, "{}", answer.text());
        hand.cookie = None;
    }
}

/// Everything in the ledger must be true of the server.
async fn check(api: &Rest, device: &str, ledger: &Ledger) {
    let (created, finished, informs) = {
        let mut known = ledger.lock().expect("no test thread panics with it");
        (
            std::mem::take(&mut known.created),
            known.finished,
            known.informs,
        )
    };
    for id in created {
        let task = api.get(&format!("/tasks/{id}")).await;
        assert!(
            task.is_ok(),
            "task {id} was acknowledged with 201 and is gone: {task:?}"
        );
    }
    let tasks = api.all(&format!("{device}/tasks")).await.expect("a list");
    let done = tasks.iter().filter(|task| task["state"] == "done").count();
    assert!(
        done >= finished,
        "{finished} answers were acknowledged, {done} tasks are done"
    );
    let device = api
        .get(device)
        .await
        .expect("a device that was acknowledged");
    assert!(
        device["informs"].as_u64() >= Some(informs),
        "{informs} Informs were acknowledged: {device}"
    );
    let booted = !device["last_boot"].is_null();
    assert!(booted || informs == 0, "its boot was acknowledged");
}

/// Covers P1, P12, P2.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_loses_nothing_it_has_acknowledged_however_often_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let ledger = Ledger::default();
    let mut server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let mut hand = Hand::with_password(server.cwmp, "KILLED", FACTORY_SECRET);
    hand.open().await;
    hand.post("").await;
    hand.cookie = None;
    let device = hand.path();
    let tasks = format!("{device}/tasks");
    for kill in 0..KILLS {
        let work = async {
            tokio::join!(
                create_tasks(&api, &tasks, &ledger),
                live(&mut hand, &ledger)
            );
        };
        // Out of time is the kill; the work alone would never end.
        let _ = tokio::time::timeout(moment(kill, 3, 120), work).await;
        server.kill().await;
        hand.hang_up();
        hand.cookie = None;
        server = AcsProcess::start(&data, &ports).await;
        check(&api, &device, &ledger).await;
    }
    let finished = finish_all(&api, &tasks, &mut hand, &ledger).await;
    assert!(finished > KILLS as usize, "{finished} tasks");
}

/// Lets the device work off what is left, and says how many tasks there were; each of them must be done.
async fn finish_all(api: &Rest, tasks: &str, hand: &mut Hand, ledger: &Ledger) -> usize {
    let done = async {
        loop {
            let all = api.all(tasks).await.expect("a list");
            if all.iter().all(|task| task["state"] == "done") {
                return all.len();
            }
        }
    };
    let worked_off = tokio::time::timeout(patience(), async {
        tokio::select! {
            count = done => count,
            _ = live(hand, ledger) => panic!("the server is gone"),
        }
    });
    worked_off.await.expect("every task is done in the end")
}

/// Parameters that are set together and must never be seen apart.
const TOGETHER: [&str; 5] = [
    "Device.DeviceInfo.ProvisioningCode",
    "Device.Services.VoiceService.1.VoiceProfile.1.SIP.ProxyServer",
    "Device.Services.VoiceService.1.VoiceProfile.2.SIP.ProxyServer",
    "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber",
    "Device.Services.VoiceService.1.VoiceProfile.2.Line.1.DirectoryNumber",
];

/// What a device would wake up with from this folder.
fn values_on_disk(world: &World, state: &Path) -> Vec<String> {
    let copy = world.folder.path().join("copy.journal");
    // A device that was killed before it kept anything wakes up as from the factory.
    if std::fs::copy(state.join("device.journal"), &copy).is_err() {
        return vec![String::new(); TOGETHER.len()];
    }
    let (_, mut devices) = Journal::open(&copy, Box::new(|_, _| {})).expect("a readable journal");
    let saved = devices.remove(&0).unwrap_or_default();
    let config = world
        .agent_config("ata192", "MIXED")
        .device()
        .expect("good settings");
    let device = Device::boot(config, &saved, Timestamp::from_millis(1_772_438_400_000));
    let value = |name: &&str| {
        device
            .core()
            .value_of(name)
            .expect("a parameter of an ATA 192")
    };
    TOGETHER.iter().map(value).collect()
}

/// Covers P5, R-40.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_old_or_new_values_and_never_a_mix_however_often_it_is_killed() {
    let world = World::start_with(|config, _| config.enrolment.rotate_credentials = false).await;
    let state = world.folder.path().join("MIXED");
    let device = "/devices/00562B-ATA192-MIXED";
    let agent = AgentProcess::start(world.server.cwmp_address, "MIXED", &state);
    crate::world::eventually("the device enrols", || async {
        world.api.get(device).await.ok()
    })
    .await;
    agent.kill().await;
    for kill in 0..KILLS {
        let wanted = format!("{kill:05}");
        let values: Vec<_> = TOGETHER
            .iter()
            .map(|name| json!({ "name": name, "value": wanted }))
            .collect();
        let task = json!({ "kind": "set_parameter_values", "values": values });
        let task = world
            .api
            .post(&format!("{device}/tasks"), task)
            .await
            .expect("a task");
        let id = task["id"].as_str().expect("an id").to_owned();
        let agent = AgentProcess::start(world.server.cwmp_address, "MIXED", &state);
        let _ = tokio::time::timeout(moment(kill, 20, 700), world.task_ended(&id)).await;
        agent.kill().await;
        let after = values_on_disk(&world, &state);
        let same = after.iter().all(|value| *value == after[0]);
        assert!(same, "a mix after kill {kill}: {after:?}");
        let task = world
            .api
            .get(&format!("/tasks/{id}"))
            .await
            .expect("a task");
        if task["state"] == "done" {
            assert_eq!(after[0], wanted, "the device has acknowledged it");
        }
    }
}
