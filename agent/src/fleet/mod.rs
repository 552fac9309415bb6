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
mod setup;
mod shard;

pub use setup::Setup;

use crate::device::{Identity, Product};
use crate::provisioning::sources::Sources;
use crate::random::Random;
use crate::shell::{Runner, RunnerConfig, RunnerHandle};
use data_model::OperatorError;
use std::sync::Arc;

/// A fleet of one device type.
#[derive(Debug, Clone)]
pub struct FleetConfig {
    /// What the devices are.
    pub device_type: String,
    /// How many there are.
    pub count: usize,
    /// Further values the installer put in, by name below the root (`ManagementServer.PeriodicInformInterval`).
    pub parameters: Vec<(String, String)>,
    /// What any fleet needs.
    pub setup: Setup,
}

/// What a device of a fleet is given of its provisioning, by its number.
pub type GivenSources = dyn Fn(usize, &Identity) -> Option<Arc<Sources>> + Sync;

impl FleetConfig {
    /// What decides the chances of one device. A device mixes the time of its boot into it, so seeds that lie beside each
    /// other would meet: two devices would be called by one URL.
    fn seed_of(&self, device: usize) -> u64 {
        Random::new(self.setup.seed.wrapping_add(device as u64)).next()
    }

    fn runner(&self, sources: &GivenSources) -> Result<RunnerConfig, OperatorError> {
        let product = Product::load(&self.device_type)?;
        let setup = &self.setup;
        let mut installed = vec![
            (
                format!("{}ManagementServer.URL", product.root),
                setup.acs_url.clone(),
            ),
            (
                format!("{}ManagementServer.Password", product.root),
                setup.password.reveal().to_owned(),
            ),
        ];
        for (name, value) in &self.parameters {
            installed.push((format!("{}{name}", product.root), value.clone()));
        }
        let installed: Arc<[(String, String)]> = installed.into();
        let device = |number: usize| {
            let identity = setup.identity(number);
            let provisioning = sources(number, &identity);
            let mut device = setup::device(&product, identity, &installed, self.seed_of(number));
            device.files.provisioning = provisioning;
            device
        };
        let devices = (0..self.count).map(device).collect();
        Ok(setup.runner(devices, &setup.files()?))
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
    use data_model::{Secret, Timestamp};
    use std::collections::HashSet;

    /// Covers C-11.
    #[test]
    fn each_device_of_a_fleet_is_called_by_a_url_of_its_own_whenever_it_has_booted() {
        let fleet = FleetConfig {
            device_type: "ata192".into(),
            count: 1000,
            parameters: Vec::new(),
            setup: Setup::towards("http://127.0.0.1:7547/", Secret::default()),
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
