//! How the device of a run is installed.

use crate::profiles;
use agent::device::exchange::Downgrade;
use agent::device::{DeviceConfig, FilePolicy, Identity, Product};
use cwmp::CwmpVersion;
use std::sync::Arc;

/// Both names of the ACS; the first is the one the device is installed with.
pub const ACS_URLS: [&str; 2] = [
    "http://acs.example.net:7547/cwmp",
    "http://acs.example.net:7547/new",
];
/// The type of execution environment the device has.
pub const ENVIRONMENT: &str = "Dialtone-Modules-1";
/// Who calls the device.
pub const CALLER: &str = "acs-calls";
/// The password of that user.
pub const CALLER_PASSWORD: &str = "caller-secret";

/// A device of this seed.
pub fn setup(seed: u64) -> DeviceConfig {
    let product = Product::load("ata192").expect("the device type is of this build");
    let installed = [
        ("URL", ACS_URLS[0]),
        ("Password", "device-secret"),
        ("PeriodicInformInterval", "3600"),
        ("ConnectionRequestUsername", CALLER),
        ("ConnectionRequestPassword", CALLER_PASSWORD),
    ];
    let named =
        |(name, value): (&str, &str)| (format!("Device.ManagementServer.{name}"), value.to_owned());
    let own = profiles::INSTALLED.map(|(name, value)| {
        let name = format!("Device.X_CISCO_ATA.Provisioning.{name}");
        (name, value.to_owned())
    });
    DeviceConfig {
        product,
        identity: Identity {
            serial_number: "FCH26480QXA".into(),
            mac: [0, 0, 0x5e, 0, 0x53, 1],
        },
        installed: installed.map(named).into_iter().chain(own).collect(),
        authority: Arc::from("192.0.2.10:7547"),
        downgrade: Downgrade::Refused,
        newest_version: CwmpVersion::V1_4,
        files: FilePolicy::default(),
        seed,
    }
}
