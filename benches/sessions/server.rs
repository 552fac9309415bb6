//! The real server, with devices and their parameters in its store before it starts.

use crate::load;
use crate::pair;
use crate::process::Process;
use acs::app::REALM;
use acs::store::sqlite::SqliteStore;
use acs::store::{Actor, Credentials, Id, Observed, Store as _};
use agent::device::Product;
use cwmp::http::Verifier;
use cwmp::message::CpeResponse;
use cwmp::rpc::GetParameterValues;
use data_model::{ParameterList, Secret, Timestamp};
use std::path::Path;
use std::process::Command;

/// Little more than what an Inform carries.
pub const FEW_PARAMETERS: usize = 16;
/// Three times the whole tree of an ATA.
pub const MANY_PARAMETERS: usize = 5_000;

/// Starts a server that knows so many devices with so many parameters each.
pub fn start(devices: usize, parameters: usize) -> Process {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sessions-{parameters}"));
    // Left over from an earlier run.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder below target");
    fill(&folder, devices, parameters);
    let config = folder.join("acs.toml");
    let text = format!(
        "data = '{}'\n[cwmp]\nlisten = '127.0.0.1:0'\nbasic_without_tls = true\n\
         [api]\nlisten = '127.0.0.1:0'\n[files]\nlisten = '127.0.0.1:0'\n",
        folder.display()
    );
    std::fs::write(&config, text).expect("a file below target");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
    command
        .arg("acs")
        .arg("--config")
        .arg(config)
        .env("DIALTONE_LOG", "warn");
    Process::start(&mut command, "devices:   http://")
}

/// Registers the devices and keeps their parameters.
fn fill(folder: &Path, devices: usize, parameters: usize) {
    let whole = whole_tree();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let store = SqliteStore::open(&folder.join("dialtone.db")).expect("a new store");
        let now = Timestamp::from_millis(1_772_438_400_000);
        for number in 0..devices {
            let identity = load::identity(number);
            let password = Secret::new(load::PASSWORD.to_owned());
            let credentials = Credentials {
                device: Id::of_device(&identity),
                verifier: Some(Verifier::new(&identity.username(), REALM, &password)),
                pending: None,
                connection_request_username: "acs".into(),
                connection_request_password: Secret::new("bench".to_owned()),
                rotation: acs::store::Rotation::None,
            };
            let device = store.device_register(&Actor::Console, &identity, Some(credentials), now);
            let device = device.await.expect("a new device").id;
            let observed = Observed {
                values: values(number, &whole, parameters),
                ..Observed::default()
            };
            store
                .snapshot_merge(device, observed, now)
                .await
                .expect("a known device");
        }
        store.close().await;
    });
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
