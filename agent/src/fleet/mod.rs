//! Many simulated devices in one process: the same device core, driven by the same loop.

mod config;
pub mod crowd;
pub mod figures;
mod hostile;
pub mod ledger;
pub mod plan;
mod player;
pub mod report;
pub mod scenario;
mod shard;

use crate::daemon::{firmware_keys, mac_of};
use crate::device::exchange::Downgrade;
use crate::device::{DeviceConfig, FilePolicy, Identity, Product};
use crate::limits::FLEET_LOG_BYTES;
use crate::provisioning::sources::Sources;
use crate::random::Random;
use crate::shell::diagnostics::DiagnosticsConfig;
use crate::shell::http::Network;
use crate::shell::tls::TlsConfig;
use crate::shell::{Runner, RunnerConfig, RunnerHandle, UdpCalls};
use cwmp::CwmpVersion;
use data_model::{OperatorError, Secret};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// A fleet of one device type.
#[derive(Debug, Clone)]
pub struct FleetConfig {
    /// What the devices are.
    pub device_type: String,
    /// How many there are.
    pub count: usize,
    /// What their serial numbers begin with; a number of six digits follows.
    pub serial_prefix: String,
    /// Their ACS.
    pub acs_url: String,
    /// The password they come with.
    pub password: Secret,
    /// Further values the installer put in, by name below the root (`ManagementServer.PeriodicInformInterval`).
    pub parameters: Vec<(String, String)>,
    /// Whom they trust.
    pub tls: TlsConfig,
    /// Public keys whose firmware they run.
    pub firmware_keys: Vec<String>,
    /// Where connection requests are taken; `None` for nowhere.
    pub listen: Option<SocketAddr>,
    /// Where their state is kept; `None` forgets it with the process.
    pub state: Option<PathBuf>,
    /// Measure on the network of this host, with the echo service at this address; `None` makes the results up.
    pub real_diagnostics: Option<IpAddr>,
    /// Sessions open at one time.
    pub sessions: usize,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

/// What a device of a fleet is given of its provisioning, by its number.
pub type GivenSources = dyn Fn(usize, &Identity) -> Option<Arc<Sources>> + Sync;

impl FleetConfig {
    /// The serial number of a device.
    pub fn serial_number(&self, device: usize) -> String {
        format!("{}{device:06}", self.serial_prefix)
    }

    /// What decides the chances of one device. A device mixes the time of its boot into it, so seeds that lie beside each
    /// other would meet: two devices would be called by one URL.
    fn seed_of(&self, device: usize) -> u64 {
        Random::new(self.seed.wrapping_add(device as u64)).next()
    }

    fn runner(&self, sources: &GivenSources) -> Result<RunnerConfig, OperatorError> {
        let product = Product::load(&self.device_type)?;
        let mut installed = vec![
            (
                format!("{}ManagementServer.URL", product.root),
                self.acs_url.clone(),
            ),
            (
                format!("{}ManagementServer.Password", product.root),
                self.password.reveal().to_owned(),
            ),
        ];
        for (name, value) in &self.parameters {
            installed.push((format!("{}{name}", product.root), value.clone()));
        }
        let installed: Arc<[(String, String)]> = installed.into();
        let upload_hosts: Arc<[String]> = Arc::from([]);
        let device = |number: usize| {
            let serial_number = self.serial_number(number);
            let identity = Identity {
                mac: mac_of(&serial_number),
                serial_number: serial_number.into(),
            };
            let provisioning = sources(number, &identity);
            DeviceConfig {
                product: Arc::clone(&product),
                identity,
                installed: Arc::clone(&installed),
                authority: "".into(),
                downgrade: Downgrade::Refused,
                newest_version: CwmpVersion::V1_4,
                seed: self.seed_of(number),
                files: FilePolicy {
                    upload_hosts: Arc::clone(&upload_hosts),
                    log_bytes: FLEET_LOG_BYTES,
                    provisioning,
                },
            }
        };
        Ok(RunnerConfig {
            devices: (0..self.count).map(device).collect(),
            network: Network {
                tls: self.tls.load()?,
                source: None,
                name_server: None,
            },
            listen: self.listen,
            advertise: None,
            udp: match self.listen {
                Some(_) => UdpCalls::WithStun,
                None => UdpCalls::Never,
            },
            journal: self
                .state
                .as_ref()
                .map(|folder| folder.join("fleet.journal")),
            slots: None,
            trusted: firmware_keys(&self.firmware_keys)?,
            diagnostics: match self.real_diagnostics {
                Some(echo) => DiagnosticsConfig::real(echo),
                None => DiagnosticsConfig::simulated(self.seed),
            },
            sessions: self.sessions,
            platform: Box::new(crate::platform::simulated::Simulated),
            surroundings: None,
            switched_on: true,
            record: None,
        })
    }

    /// Starts the fleet.
    ///
    /// # Errors
    /// If something it needs cannot be had.
    pub async fn start(&self) -> Result<(Runner, RunnerHandle), OperatorError> {
        self.start_with(&|_, _| None).await
    }

    /// Starts the fleet with what each device, by its number, is given of its provisioning: servers from DHCP, a
    /// certificate.
    ///
    /// # Errors
    /// If something it needs cannot be had.
    pub async fn start_with(
        &self,
        sources: &GivenSources,
    ) -> Result<(Runner, RunnerHandle), OperatorError> {
        Runner::start(self.runner(sources)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, Saved};
    use data_model::Timestamp;
    use std::collections::HashSet;

    /// Covers C-11.
    #[test]
    fn each_device_of_a_fleet_is_called_by_a_url_of_its_own_whenever_it_has_booted() {
        let fleet = FleetConfig {
            device_type: "ata192".into(),
            count: 1000,
            serial_prefix: "SIM".into(),
            acs_url: "http://127.0.0.1:7547/".into(),
            password: Secret::default(),
            parameters: Vec::new(),
            tls: TlsConfig::default(),
            firmware_keys: Vec::new(),
            listen: None,
            state: None,
            real_diagnostics: None,
            sessions: 1,
            seed: 1,
        };
        let devices = fleet.runner(&|_, _| None).expect("a fleet").devices;
        let mut urls = HashSet::new();
        for (number, mut device) in devices.into_iter().enumerate() {
            device.authority = "127.0.0.1:7548".into();
            // Some milliseconds lie between the first boot of a fleet and the last one.
            let boot = Timestamp::from_millis(1_800_000_000_000 + number as i64 / 3);
            let device = Device::boot(device, &Saved::default(), boot);
            let url = device
                .core()
                .value_of("Device.ManagementServer.ConnectionRequestURL");
            urls.insert(url.expect("it has one"));
        }
        assert_eq!(urls.len(), 1000);
    }
}
