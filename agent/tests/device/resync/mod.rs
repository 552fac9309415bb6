//! The vendor's own provisioning: when a device asks for its profile, which rule it goes by, and what it makes of what
//! it gets. Sections are those of the description of the rules in the guides.

mod alias;
mod cuts;
mod domains;
mod due;
mod forms;
mod reports;
mod rules;
mod sessions;
mod upgrades;

use crate::support::{Bench, Setup};
use data_model::Secret;
use data_model::provisioning::encryption::{Packing, seal};

const RULE: &str = "X_CISCO_ATA.Provisioning.Profile_Rule";
const PROXY: &str = "Device.X_CISCO_ATA.Line.1.Proxy";
const LOG: &str = "Device.DeviceInfo.DeviceLog";

fn at(name: &str) -> String {
    format!("Device.X_CISCO_ATA.Provisioning.{name}")
}

/// A device without an ACS, with these values below X_CISCO_ATA.Provisioning.
fn device(values: &[(&'static str, &'static str)]) -> Bench {
    let mut setup = Setup::of("ata192");
    setup.url = String::new();
    setup.installed = values.to_vec();
    setup.bench()
}

fn proxy(value: &str) -> String {
    format!("<flat-profile><Proxy_1_>{value}</Proxy_1_></flat-profile>")
}

fn asked(bench: &mut Bench) -> Vec<String> {
    let asked = bench.files().asked.iter();
    asked.map(|job| job.url.clone()).collect()
}

/// A document as `openssl enc` encrypts it.
fn sealed(key: &str, document: &str) -> Vec<u8> {
    let key = Secret::new(key);
    seal(document.as_bytes(), Packing::Gzip, Some((&key, [7; 8])))
}
