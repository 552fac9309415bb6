//! kill -9 of the device at any moment: what it has acknowledged is there afterwards. The server's part is in `kills`.

use crate::world::World;
use crate::world::process::AgentProcess;
use agent::device::Device;
use agent::shell::journal::Journal;
use data_model::Timestamp;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

const KILLS: u64 = 50;

/// When to kill, in milliseconds: different each time, the same in every run.
pub fn moment(kill: u64, shortest: u64, longest: u64) -> Duration {
    Duration::from_millis(shortest + kill * 7919 % (longest - shortest))
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
