//! What the devices of a fleet come with, and how a loop that drives some of them is set up.

use super::plan::Plan;
use super::shard::Shard;
use crate::daemon::{firmware_keys, mac_of};
use crate::device::exchange::Downgrade;
use crate::device::{DeviceConfig, FilePolicy, Identity, Product};
use crate::limits::FLEET_LOG_BYTES;
use crate::shell::diagnostics::DiagnosticsConfig;
use crate::shell::http::Network;
use crate::shell::tls::{Tls, TlsConfig};
use crate::shell::{RunnerConfig, UdpCalls};
use cwmp::CwmpVersion;
use data_model::signing::VerifyingKey;
use data_model::{OperatorError, Secret};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// A fleet that plays a scenario.
#[derive(Debug, Clone)]
pub struct CrowdConfig {
    /// What its devices are and do.
    pub plan: Arc<Plan>,
    /// What their serial numbers begin with; a number of six digits follows.
    pub serial_prefix: String,
    /// Their ACS.
    pub acs_url: String,
    /// The password they come with.
    pub password: Secret,
    /// Whom they trust, and who they are.
    pub tls: TlsConfig,
    /// Public keys whose firmware they run.
    pub firmware_keys: Vec<String>,
    /// Where connection requests are taken. The first loop takes the port, the others those that follow; port 0 is any.
    pub listen: Option<SocketAddr>,
    /// The folder their state is kept in; `None` forgets it with the process.
    pub state: Option<PathBuf>,
    /// Measure on the network of this host, with the echo service at this address; `None` makes the results up.
    pub real_diagnostics: Option<IpAddr>,
    /// Sessions open at one time.
    pub sessions: usize,
    /// Loops, each on a thread of its own.
    pub loops: usize,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

/// Values by their full names.
type Values = Arc<[(String, String)]>;

/// What all devices of a fleet have in common.
pub(super) struct Common {
    pub(super) products: Arc<[Arc<Product>]>,
    /// By kind, and whether a device is behind a NAT.
    installed: HashMap<(usize, bool), Values>,
    tls: Arc<Tls>,
    trusted: Vec<VerifyingKey>,
}

impl CrowdConfig {
    pub(super) fn common(&self) -> Result<Common, OperatorError> {
        let scenario = self.plan.scenario();
        let mut loaded: HashMap<&str, Arc<Product>> = HashMap::new();
        let mut products = Vec::new();
        for kind in &scenario.devices {
            let name = kind.device_type.as_str();
            let product = match loaded.get(name) {
                Some(product) => Arc::clone(product),
                None => Product::load(name)?,
            };
            loaded.insert(name, Arc::clone(&product));
            products.push(product);
        }
        let mut installed = HashMap::new();
        for (kind, product) in products.iter().enumerate() {
            for behind_nat in [false, true] {
                let values = self.installed(product.root, behind_nat);
                installed.insert((kind, behind_nat), values.into());
            }
        }
        Ok(Common {
            products: products.into(),
            installed,
            tls: self.tls.load()?,
            trusted: firmware_keys(&self.firmware_keys)?,
        })
    }

    /// The values of the installer.
    fn installed(&self, root: &str, behind_nat: bool) -> Vec<(String, String)> {
        let interval = self.plan.scenario().informs.interval_secs.to_string();
        let mut values = vec![
            ("URL", self.acs_url.clone()),
            ("Password", self.password.reveal().to_owned()),
            ("PeriodicInformEnable", "1".to_owned()),
            ("PeriodicInformInterval", interval),
        ];
        if let Some(nat) = &self.plan.scenario().nat
            && behind_nat
        {
            let url = self.acs_url.parse::<http::Uri>().ok();
            let acs = url.as_ref().and_then(http::Uri::host);
            let server = nat.stun_server.as_deref().or(acs).unwrap_or_default();
            values.push(("STUNEnable", "1".to_owned()));
            values.push(("STUNServerAddress", server.to_owned()));
            values.push(("STUNServerPort", nat.stun_port.to_string()));
        }
        let named =
            |(name, value): (&str, String)| (format!("{root}ManagementServer.{name}"), value);
        values.into_iter().map(named).collect()
    }

    /// Whether the ACS is on the loopback of this machine, and calls come from there too.
    pub(super) fn is_on_loopback(&self) -> bool {
        let url = self.acs_url.parse::<http::Uri>().ok();
        let host = url.as_ref().and_then(http::Uri::host).unwrap_or_default();
        let there = host == "localhost"
            || host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|ip| ip.is_loopback());
        let v4_here = |listen: SocketAddr| listen.ip().is_loopback() && listen.is_ipv4();
        there && self.listen.is_none_or(v4_here)
    }

    /// The serial number of a device.
    pub fn serial_number(&self, device: usize) -> String {
        format!("{}{device:06}", self.serial_prefix)
    }

    /// The loop with this number, and its devices.
    pub(super) fn runner(
        &self,
        common: &Common,
        number: usize,
        first: usize,
        devices: usize,
        shard: &Arc<Shard>,
    ) -> RunnerConfig {
        let upload_hosts: Arc<[String]> = Arc::from([]);
        let device = |number: usize| {
            let serial_number = self.serial_number(number);
            let kind = self.plan.kind(number);
            DeviceConfig {
                product: Arc::clone(&common.products[kind]),
                identity: Identity {
                    mac: mac_of(&serial_number),
                    serial_number: serial_number.into(),
                },
                installed: Arc::clone(&common.installed[&(kind, self.plan.is_behind_nat(number))]),
                authority: "".into(),
                downgrade: Downgrade::Refused,
                newest_version: CwmpVersion::V1_4,
                seed: self.plan.seed_of(number, 0),
                files: FilePolicy {
                    upload_hosts: Arc::clone(&upload_hosts),
                    log_bytes: FLEET_LOG_BYTES,
                    provisioning: None,
                },
            }
        };
        let listen = self.listen.map(|mut listen| {
            if listen.port() > 0 {
                listen.set_port(listen.port().saturating_add(number as u16));
            }
            listen
        });
        let journal = |folder: &PathBuf| match number {
            0 => folder.join("fleet.journal"),
            _ => folder.join(format!("fleet-{number}.journal")),
        };
        RunnerConfig {
            devices: (first..first + devices).map(device).collect(),
            network: Network {
                tls: Arc::clone(&common.tls),
                source: None,
                name_server: None,
            },
            listen,
            advertise: None,
            udp: match listen {
                Some(_) => UdpCalls::WithStun,
                None => UdpCalls::Never,
            },
            journal: self.state.as_ref().map(journal),
            slots: None,
            trusted: common.trusted.clone(),
            diagnostics: match self.real_diagnostics {
                Some(echo) => DiagnosticsConfig::real(echo),
                None => DiagnosticsConfig::simulated(self.seed),
            },
            sessions: (self.sessions / self.loops.max(1)).max(1),
            platform: Box::new(crate::platform::simulated::Simulated),
            surroundings: Some(Arc::clone(shard) as Arc<_>),
            switched_on: false,
            record: None,
        }
    }
}
