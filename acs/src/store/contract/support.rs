//! What the cases share: moments, identities, Informs, and the shortest way to a device, a task or a campaign.
//!
//! Long because every area of the store has its shortest ways here.

use crate::store::*;
use cwmp::http::Verifier;
use cwmp::{CwmpVersion, DeviceId, Event, EventCode};
use data_model::{ParameterList, Secret, Timestamp};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

/// When every case begins.
pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// Everything, on one page.
pub const ALL: Page<Id> = Page {
    after: None,
    limit: usize::MAX,
};

/// The version campaigns bring.
pub const NEW: &str = "2.0";

/// So many seconds after the beginning.
pub fn at(secs: u64) -> Timestamp {
    START.plus_secs(secs)
}

/// A key; a larger number makes a later one.
pub fn id(number: u64) -> Id {
    Id::new(START, number)
}

/// Somebody who changes things.
pub static ANN: LazyLock<Actor> = LazyLock::new(|| Actor::User("ann".into()));

// ---- parameters ------------------------------------------------------------------------------------------

/// A list of texts.
pub fn list(pairs: &[(&str, &str)]) -> ParameterList {
    let mut list = ParameterList::new();
    for (name, value) in pairs {
        list.push_str(name, value);
    }
    list
}

/// Values an RPC has shown.
pub fn observed(pairs: &[(&str, &str)]) -> Observed {
    Observed {
        values: list(pairs),
        ..Observed::default()
    }
}

/// The names and values of a list.
pub fn pairs(list: &ParameterList) -> Vec<(&str, &str)> {
    list.iter()
        .map(|parameter| (parameter.name, parameter.value))
        .collect()
}

/// What is known of one parameter.
pub async fn seen(store: &dyn Store, device: Id, name: &str) -> Option<String> {
    let snapshot = store.snapshot(device).await.unwrap();
    snapshot.values.get(name).map(str::to_owned)
}

/// The variables people gave a device itself.
pub async fn own_variables(store: &dyn Store, device: Id) -> Vec<(String, String)> {
    let variables = store.device_variables(device).await.unwrap().into_iter();
    let own = variables.filter(|variable| variable.source == VariableSource::Device);
    own.map(|variable| (variable.name, variable.value))
        .collect()
}

// ---- devices ---------------------------------------------------------------------------------------------

/// The identity with this serial number.
pub fn identity(serial_number: &str) -> DeviceId {
    DeviceId {
        manufacturer: "Cisco".into(),
        oui: "00562B".into(),
        product_class: "ATA192".into(),
        serial_number: serial_number.into(),
    }
}

/// The key of the device with this serial number.
pub fn key(serial_number: &str) -> Id {
    Id::of_device(&identity(serial_number))
}

/// The name of the parameter that holds the version.
pub const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";

/// The name of the parameter that holds the ParameterKey.
pub const PARAMETER_KEY: &str = "Device.ManagementServer.ParameterKey";

/// An Inform of a device that runs version 1.0 and was never configured.
pub fn inform(serial_number: &str, now: Timestamp, events: &[EventCode]) -> InformRecord {
    InformRecord {
        identity: identity(serial_number),
        at: now,
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
        cwmp_version: CwmpVersion::V1_2,
        events: events.iter().cloned().map(Event::new).collect(),
        parameters: list(&[
            ("Device.DeviceInfo.HardwareVersion", "1.0.0"),
            (VERSION, "1.0"),
            (
                "Device.ManagementServer.ConnectionRequestURL",
                "http://192.0.2.7:7547/call",
            ),
            (PARAMETER_KEY, ""),
        ]),
    }
}

/// The same Inform with this value, in place of another or as a further one.
pub fn saying(mut inform: InformRecord, name: &str, value: &str) -> InformRecord {
    let mut parameters = ParameterList::new();
    for parameter in inform.parameters.iter() {
        if parameter.name != name {
            parameters.push(parameter.name, parameter.ty, parameter.value);
        }
    }
    parameters.push_str(name, value);
    inform.parameters = parameters;
    inform
}

/// A device comes with a periodic Inform that brings nothing new.
pub async fn comes(store: &dyn Store, serial_number: &str, now: Timestamp) -> InformOutcome {
    let inform = inform(serial_number, now, &[EventCode::Periodic]);
    store.record_inform(inform).await.unwrap()
}

/// A device that has come once, at the beginning.
pub async fn device(store: &dyn Store, serial_number: &str) -> Id {
    comes(store, serial_number, START).await.device
}

/// Several of them, in the order of their keys.
pub async fn fleet(store: &dyn Store, count: usize) -> Vec<Id> {
    let mut devices = Vec::new();
    for number in 0..count {
        devices.push(device(store, &format!("FLEET{number}")).await);
    }
    devices.sort();
    devices
}

/// A device by its key; it is there.
pub async fn found(store: &dyn Store, device: Id) -> Device {
    store.device_find(device).await.unwrap().unwrap()
}

/// A device reports that it runs this version, by a periodic Inform.
pub async fn reports(store: &dyn Store, device: Id, version: &str, now: Timestamp) {
    let serial_number = found(store, device).await.serial_number;
    let inform = inform(&serial_number, now, &[EventCode::Periodic]);
    let inform = saying(inform, VERSION, version);
    store.record_inform(inform).await.unwrap();
}

/// Credentials with a password of their own.
pub fn credentials(device: Id, password: &str) -> Credentials {
    Credentials {
        device,
        verifier: Some(verifier(password)),
        pending: None,
        connection_request_username: "acs".into(),
        connection_request_password: Secret::new(format!("call-{password}")),
        rotation: Rotation::None,
    }
}

/// What a password is checked against.
pub fn verifier(password: &str) -> Verifier {
    Verifier::new("device", "dialtone", &Secret::new(password))
}

/// A device agrees with the profiles of a stamp, as its data are now, and will report this ParameterKey.
pub async fn agree(
    store: &dyn Store,
    device: Id,
    stamp: u64,
    parameter_key: &str,
    seen: Observed,
    now: Timestamp,
) {
    let revision = found(store, device).await.provisioning.revision;
    let agreement = agreement(stamp, revision, parameter_key);
    let agreed = store.provisioning_agreed(device, agreement, seen, now);
    agreed.await.unwrap();
}

/// That a device agrees with the profiles of a stamp.
pub fn agreement(stamp: u64, revision: u64, parameter_key: &str) -> Agreement {
    Agreement {
        stamp,
        revision,
        parameter_key: parameter_key.into(),
        digest: 0,
    }
}

// ---- tasks -----------------------------------------------------------------------------------------------

/// A task of this kind, without an end and without a key to tell repetitions.
pub fn new_task(task: Id, device: Id, kind: TaskKind) -> NewTask {
    NewTask {
        id: task,
        device,
        kind,
        expires: None,
        idempotency_key: None,
        campaign: None,
    }
}

/// A task that restarts the device.
pub fn reboot(task: Id, device: Id) -> NewTask {
    new_task(task, device, TaskKind::Reboot)
}

/// A task that sends the file.
pub fn download(task: Id, device: Id, file: Id) -> NewTask {
    let target_file_name = String::new();
    let kind = TaskKind::Download {
        file,
        target_file_name,
    };
    new_task(task, device, kind)
}

/// Queues a task of a device that is there.
pub async fn queue(store: &dyn Store, task: NewTask) -> Task {
    let created = store.task_create(&ANN, task, START).await.unwrap();
    created.expect("the device is there")
}

/// Claims the task that is due.
pub async fn claim(store: &dyn Store, device: Id, now: Timestamp) -> ClaimedTask {
    let claimed = store.task_claim_next(device, now).await.unwrap();
    claimed.expect("a task is due")
}

/// Ends an attempt at a task that has shown nothing of the device.
pub async fn finish(store: &dyn Store, task: Id, outcome: TaskOutcome, now: Timestamp) {
    let nothing = Observed::default();
    store
        .task_finish(task, outcome, nothing, now)
        .await
        .unwrap();
}

/// The outcome of a task that succeeded.
pub fn done() -> TaskOutcome {
    TaskOutcome::Done(json!({}))
}

/// The outcome of a task that failed for good.
pub fn failed() -> TaskOutcome {
    TaskOutcome::Failed(TaskFault::ours("it failed"))
}

/// The outcome of an attempt that is to be repeated at this moment.
pub fn retry(not_before: Timestamp) -> TaskOutcome {
    let fault = TaskFault::ours("it was busy");
    TaskOutcome::Retry { fault, not_before }
}

/// The device does not have what it was asked for.
pub fn not_there() -> TaskOutcome {
    TaskOutcome::NotThere(TaskFault::ours("the device does not have it"))
}

/// A task by its key; it is there.
pub async fn task(store: &dyn Store, task: Id) -> Task {
    store.task_find(task).await.unwrap().unwrap()
}

/// Where a task is.
pub async fn state(store: &dyn Store, id: Id) -> TaskState {
    task(store, id).await.state
}

/// Has a device take its download and wait for its end; gives the task.
pub async fn transferring(store: &dyn Store, device: Id, now: Timestamp) -> Id {
    let claimed = claim(store, device, now).await;
    let waiting = TaskOutcome::WaitingForTransfer;
    finish(store, claimed.task.id, waiting, now).await;
    claimed.task.id
}

/// A device reports the end of the transfer of this task.
pub async fn transferred(store: &dyn Store, task: Id, now: Timestamp) -> TransferMatch {
    let task = self::task(store, task).await;
    let key = task.command_key();
    store
        .transfer_complete(task.device, &key, None, now)
        .await
        .unwrap()
}

// ---- files and campaigns ---------------------------------------------------------------------------------

/// An image of the version campaigns bring.
pub fn image(file: Id) -> FileRecord {
    FileRecord {
        id: file,
        name: "ata192.image".into(),
        file_type: "1 Firmware Upgrade Image".into(),
        product_class: "ATA192".into(),
        version: NEW.into(),
        bytes: 8 * 1024 * 1024,
        sha256: "ab".repeat(32),
        created: START,
        minimum_version: String::new(),
        verification: Verification::Signed,
    }
}

/// The file of every campaign.
pub fn campaign_file() -> Id {
    id(900)
}

/// A running campaign for all devices.
pub fn new_campaign(campaign: Id, concurrency: u32) -> Campaign {
    Campaign {
        scope: Scope::default(),
        id: campaign,
        name: "spring".into(),
        file: campaign_file(),
        target_version: NEW.into(),
        selector: Selector::default(),
        concurrency,
        failure_limit: 0,
        plan: CampaignPlan::default(),
        rollback_of: None,
        state: CampaignState::Running,
        reason: None,
        stage: 0,
        created: START,
        started: Some(START),
        ended: None,
    }
}

/// Creates a campaign for all devices; gives its key.
pub async fn campaign(store: &dyn Store, campaign: Id, concurrency: u32) -> Id {
    let campaign = new_campaign(campaign, concurrency);
    store
        .campaign_create(&ANN, campaign, Consent::ANY)
        .await
        .unwrap()
        .id
}

/// Moves a campaign on by one step, with keys for as many tasks as anybody could want.
pub async fn advance(store: &dyn Store, campaign: Id, now: Timestamp) -> Vec<Id> {
    let keys = (0..100)
        .map(|number| Id::new(now, 1_000 + number))
        .collect();
    store.campaign_advance(campaign, keys, now).await.unwrap()
}

/// A campaign and its counts; it is there.
pub async fn look(store: &dyn Store, campaign: Id) -> (Campaign, CampaignCounts) {
    store.campaign_find(campaign).await.unwrap().unwrap()
}

/// Where a campaign is.
pub async fn campaign_state(store: &dyn Store, campaign: Id) -> CampaignState {
    look(store, campaign).await.0.state
}

/// A device of a campaign; it is there.
pub async fn in_campaign(store: &dyn Store, campaign: Id, device: Id) -> CampaignDevice {
    let devices = store.campaign_devices(campaign, ALL).await.unwrap();
    let found = devices.into_iter().find(|entry| entry.device == device);
    found.expect("the campaign is for this device")
}

/// Where a device is in a campaign.
pub async fn step(store: &dyn Store, campaign: Id, device: Id) -> CampaignStep {
    in_campaign(store, campaign, device).await.step
}

/// A person pauses, resumes or aborts a campaign.
pub async fn decide(store: &dyn Store, campaign: Id, state: CampaignState) {
    let decided = store
        .campaign_set_state(&ANN, campaign, state, at(50))
        .await;
    decided.unwrap().expect("the campaign is there");
}

// ---- people and the trail --------------------------------------------------------------------------------

/// The whole trail, newest line first.
pub async fn trail(store: &dyn Store) -> Vec<AuditEntry> {
    let page = Page {
        after: None,
        limit: usize::MAX,
    };
    store.audit_list(page).await.unwrap()
}

/// Whether a call was refused because of what somebody else did.
pub fn conflicts<T>(result: &Result<T>) -> bool {
    matches!(result, Err(StoreError::Conflict(_)))
}
