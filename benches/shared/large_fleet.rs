//! A large fleet in a store: devices with parameters of their own, loaded as devices load it.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use acs::limits::EVENTS;
use acs::query::pattern::Pattern;
use acs::store::sqlite::SqliteStore;
use acs::store::{
    Actor, Agreement, EventStore as _, InformRecord, Observed, ProfileStore as _, QueryStore as _,
    Store as _,
};
use cwmp::{CwmpVersion, DeviceId, Event, EventCode};
use data_model::{ParameterList, Timestamp};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Parameters of a device.
const PARAMETERS: usize = 500;
/// Devices that are loaded at one time, as sessions under way are.
const AT_ONCE: usize = 256;
/// Devices after which events beyond their number go, as a server has them go that takes in so many in a minute or two.
const PRUNED_AFTER: u64 = 10_000;
/// The indexed parameter.
pub const STATUS: &str = "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";

/// Numbers that look random and are the same every time.
pub fn mixed(number: u64, salt: u64) -> u64 {
    let mut mixed =
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^= mixed >> 31;
    mixed = mixed.wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 29)
}

const VERSIONS: [&str; 4] = [
    "11-3-2MPP0102-233",
    "11-3-1MPP0101-009",
    "11-2-4MPP0001-077",
    "11-4-0MPP0001-100",
];

/// Who a device is.
pub fn identity(number: u64) -> DeviceId {
    DeviceId {
        manufacturer: "Cisco".into(),
        oui: "00562B".into(),
        product_class: ["ATA192", "ATA191", "ATA192", "SPA122"][(mixed(number, 1) % 4) as usize]
            .into(),
        serial_number: format!("CCQ{number:08}"),
    }
}

fn version(number: u64) -> &'static str {
    // One in a thousand runs something rare.
    match mixed(number, 2) % 1_000 {
        0 => "11-1-0MPP0001-001",
        other => VERSIONS[(other % 4) as usize],
    }
}

/// Names and factory values of an ATA 192: those every device has.
fn model() -> Vec<(String, String)> {
    let ata = data_model::catalogue::device_type("ata192").expect("a device type of this build");
    let all: Vec<(String, String)> = ata
        .schema
        .factory_parameters()
        .map(|(address, _)| {
            (
                ata.schema.path(&address),
                ata.schema.factory_value(&address).to_owned(),
            )
        })
        .collect();
    let step = (all.len() / PARAMETERS).max(1);
    all.into_iter()
        .step_by(step)
        .take(PARAMETERS - 16)
        .collect()
}

/// What one device shows: the model's values, a tenth of them its own, and sixteen that are always its own.
fn shown(model: &[(String, String)], number: u64) -> ParameterList {
    let mut list = ParameterList::new();
    let mut all: Vec<(String, String)> = Vec::with_capacity(PARAMETERS);
    for (at, (name, value)) in model.iter().enumerate() {
        let own = at % 10 == 3;
        let value = if own {
            mixed(number, at as u64).to_string()
        } else {
            value.clone()
        };
        all.push((name.clone(), value));
    }
    let line = |line: u64, what: &str| {
        format!("Device.Services.VoiceService.1.VoiceProfile.1.Line.{line}.{what}")
    };
    for number_of_line in 1..=4 {
        let status = match mixed(number, 40 + number_of_line) % 500 {
            0 => "Error",
            1..=250 => "Up",
            _ => "Disabled",
        };
        all.push((line(number_of_line, "Status"), status.into()));
        all.push((
            line(number_of_line, "DirectoryNumber"),
            format!("1555{:07}", mixed(number, 50 + number_of_line) % 10_000_000),
        ));
        all.push((
            line(number_of_line, "SIP.AuthUserName"),
            format!("user{}", mixed(number, 60 + number_of_line)),
        ));
    }
    all.push((
        "Device.DeviceInfo.UpTime".into(),
        (mixed(number, 70) % 5_000_000).to_string(),
    ));
    all.push((
        "Device.DeviceInfo.SerialNumber".into(),
        format!("CCQ{number:08}"),
    ));
    all.push((
        "Device.Bench.IPAddress".into(),
        format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255),
    ));
    all.push((
        "Device.Bench.MACAddress".into(),
        format!("00562B{number:06X}"),
    ));
    all.sort();
    all.dedup_by(|one, other| one.0 == other.0);
    for (name, value) in &all {
        list.push_str(name, value);
    }
    list
}

/// What it says when it comes; one in a hundred has not come for days.
pub fn inform(number: u64, now: Timestamp) -> InformRecord {
    let mut parameters = ParameterList::new();
    for (name, value) in [
        ("Device.RootDataModelVersion", "2.15"),
        ("Device.DeviceInfo.HardwareVersion", "1.0.0"),
        ("Device.DeviceInfo.SoftwareVersion", version(number)),
        ("Device.DeviceInfo.ProvisioningCode", ""),
        ("Device.ManagementServer.ParameterKey", ""),
    ] {
        parameters.push_str(name, value);
    }
    let address = Ipv4Addr::from_bits(0x0A00_0000 + u32::try_from(number).unwrap_or(0));
    parameters.push_str(
        "Device.ManagementServer.ConnectionRequestURL",
        &format!("http://{address}:7547/{number:x}"),
    );
    let ago = mixed(number, 3) % 3_600
        + if mixed(number, 4).is_multiple_of(100) {
            200_000
        } else {
            0
        };
    InformRecord {
        identity: identity(number),
        at: Timestamp::from_millis(now.as_millis() - ago as i64 * 1000),
        address: IpAddr::V4(address),
        cwmp_version: CwmpVersion::V1_2,
        events: vec![Event::new(EventCode::Bootstrap)],
        parameters,
    }
}

/// One device comes, shows everything, and agrees with its profiles: were it never compared, a server would go round the
/// fleet while something else is measured.
async fn one(
    store: &SqliteStore,
    model: &[(String, String)],
    stamp: u64,
    number: u64,
    now: Timestamp,
) {
    let kept = store
        .record_inform(inform(number, now))
        .await
        .expect("a store that takes writes");
    let tags: Vec<String> = [("beta", 50), ("office", 3), ("vip", 5_000)]
        .into_iter()
        .filter(|(tag, share)| mixed(number, tag.len() as u64 * 7).is_multiple_of(*share))
        .map(|(tag, _)| tag.to_owned())
        .collect();
    if !tags.is_empty() {
        let actor = Actor::Job("bench");
        store
            .device_set_tags(&actor, kept.device, tags, now)
            .await
            .expect("a store that takes writes");
    }
    let device = store.device_find(kept.device).await.expect("a store");
    let agreement = Agreement {
        stamp,
        revision: device.expect("a known device").provisioning.revision,
        parameter_key: String::new(),
        digest: 0,
    };
    let observed = Observed {
        values: shown(model, number),
        complete_below: vec!["Device.".into()],
        ..Observed::default()
    };
    store
        .provisioning_agreed(kept.device, agreement, observed, now)
        .await
        .expect("a store that takes writes");
}

/// Puts so many devices into a new store, as they would put themselves there, at this moment.
pub async fn load(path: &Path, devices: u64, now: Timestamp) {
    let store = Arc::new(SqliteStore::open(path).expect("a store"));
    let status = Pattern::parse(STATUS).expect("a path");
    store.index_choose(vec![status]).await.expect("a store");
    while store.index_some(None).await.expect("a store").is_some() {}
    let (stamp, _) = store.profiles_in_force().await.expect("a store");
    let model = Arc::new(model());
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..devices {
        if tasks.len() >= AT_ONCE {
            tasks.join_next().await;
        }
        if number % PRUNED_AFTER == 0 {
            // As a job of the server does every minute.
            while store.event_prune(EVENTS).await.expect("a store") > 0 {}
        }
        let (store, model) = (Arc::clone(&store), Arc::clone(&model));
        tasks.spawn(async move { one(&store, &model, stamp, number, now).await });
    }
    while tasks.join_next().await.is_some() {}
    let secs = begun.elapsed().as_secs_f64();
    println!(
        "{devices} devices with {} parameters, loaded in {secs:.0} s ({:.0} a second)\n",
        shown(&model, 0).len(),
        devices as f64 / secs
    );
    store.close().await;
}
