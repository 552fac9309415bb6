//! The real server with everything on, and with devices and their parameters in its store before it starts.
//!
//! Everything: a profile in force that every device has been compared with, parameters with an index, parameters whose
//! changes are kept, a tag of each device, enrolment, health and metrics as they come.

use crate::certificate::Certificate;
use crate::known_devices::{BEFORE, register};
use crate::load;
use crate::pair;
use crate::process::Process;
use acs::store::sqlite::SqliteStore;
use acs::store::{
    Actor, Agreement, InformRecord, NewRevision, Observed, ProfileStore as _, Publish, Store as _,
};
use agent::device::Product;
use cwmp::message::CpeResponse;
use cwmp::rpc::GetParameterValues;
use cwmp::{CwmpVersion, Event, EventCode};
use data_model::{ParameterList, Timestamp};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

/// Little more than what an Inform carries.
pub const FEW_PARAMETERS: usize = 16;
/// Three times the whole tree of an ATA.
pub const MANY_PARAMETERS: usize = 5_000;

/// What is on beside what is on by itself. A wait that would have devices turned away is long enough for a busy machine:
/// here the price of a session is measured, not who gets one.
const EVERYTHING: &str = "[overload]\ntarget_ms = 2000\n[query]\nindexed = ['~.DeviceInfo.ProvisioningCode', \
     '~.Services.VoiceService.*.VoiceProfile.*.Line.*.Status']\n\
     [history]\nparameters = ['*.DeviceInfo.SoftwareVersion', \
     '*.Services.VoiceService.*.VoiceProfile.*.Line.*.Status']\n";

/// Starts a server that knows so many devices with so many parameters each, with TLS if there is a certificate.
pub fn start(devices: usize, parameters: usize, certificate: Option<&Certificate>) -> Process {
    let scheme = certificate.map_or("http", |_| "https");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = folder.join(format!("sessions-{scheme}-{parameters}"));
    // Left over from an earlier run.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder below target");
    fill(&folder, devices, parameters);
    let config = folder.join("acs.toml");
    let tls = certificate.map_or(String::new(), |certificate| {
        let (chain, key) = (certificate.chain_file(), certificate.key_file());
        format!(
            "tls = {{ certificate_file = '{}', key_file = '{}' }}\n",
            chain.display(),
            key.display()
        )
    });
    let text = format!(
        "data = '{}'\n[cwmp]\nlisten = '127.0.0.1:0'\nbasic_without_tls = true\n{tls}\
         [api]\nlisten = '127.0.0.1:0'\n[files]\nlisten = '127.0.0.1:0'\n{EVERYTHING}",
        folder.display()
    );
    std::fs::write(&config, text).expect("a file below target");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
    command
        .arg("acs")
        .arg("--config")
        .arg(config)
        .env("DIALTONE_LOG", "warn");
    Process::start(&mut command, &format!("devices:   {scheme}://"), []).0
}

/// Registers the devices and keeps their parameters.
fn fill(folder: &Path, devices: usize, parameters: usize) {
    let whole = whole_tree();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let store = SqliteStore::open(&folder.join("dialtone.db")).expect("a new store");
        let now = BEFORE;
        put_profile(&store, now).await;
        let (stamp, _) = store.profiles_in_force().await.expect("a profile");
        for number in 0..devices {
            let identity = load::identity(number);
            let device = register(&store, &identity, load::PASSWORD).await;
            let first = InformRecord {
                identity,
                at: now,
                address: Ipv4Addr::LOCALHOST.into(),
                cwmp_version: CwmpVersion::V1_2,
                events: vec![Event::new(EventCode::Boot)],
                parameters: load::inform_parameters(number),
            };
            store.record_inform(first).await.expect("a known device");
            let agreement = Agreement {
                stamp,
                revision: store
                    .device_find(device)
                    .await
                    .expect("a store")
                    .expect("a known device")
                    .provisioning
                    .revision,
                parameter_key: String::new(),
                digest: 0,
            };
            let observed = Observed {
                values: values(number, &whole, parameters),
                ..Observed::default()
            };
            store
                .provisioning_agreed(device, agreement, observed, now)
                .await
                .expect("a known device");
        }
        store.close().await;
    });
}

/// A profile for every device, which each of them fulfils already.
async fn put_profile(store: &SqliteStore, now: Timestamp) {
    let profile = serde_json::json!({
        "name": "everybody",
        "revision": 0,
        "selector": { "product_class": ["ATA192"] },
        "values": [
            { "name": "Device.ManagementServer.PeriodicInformInterval", "value": "300" },
            { "name": "Device.DeviceInfo.ProvisioningCode", "value": "SIP.retail" },
        ],
    });
    let revision = NewRevision {
        profile: serde_json::from_value(profile).expect("a profile"),
        comment: String::new(),
        publish: Publish::AtOnce,
    };
    let written = store.profile_write(&Actor::Console, revision, now).await;
    written.expect("a profile of ours");
}

/// What a device has, so many parameters: those of its Inform, then others of an ATA.
fn values(number: usize, whole: &ParameterList, count: usize) -> ParameterList {
    let informed = load::inform_parameters(number);
    let mut list = informed.clone();
    'all: for copy in 0.. {
        for parameter in whole.iter() {
            if list.len() >= count {
                break 'all;
            }
            let name = match copy {
                0 => parameter.name.to_owned(),
                _ => format!("{}{copy}", parameter.name),
            };
            if informed.get(&name).is_none() {
                list.push(&name, parameter.ty, parameter.value);
            }
        }
    }
    list
}

/// The tree of an ATA 192 as it answers GetParameterValues.
fn whole_tree() -> ParameterList {
    let product = Product::load("ata192").expect("a product of ours");
    let ask = GetParameterValues {
        parameter_names: vec!["Device.".into()],
    };
    let (_, mut answers) = pair::meet(pair::config(&product, 1), vec![ask.into()]);
    match answers.pop() {
        Some(CpeResponse::GetParameterValuesResponse(all)) => all.parameter_list,
        other => panic!("the device answered something else: {other:?}"),
    }
}
