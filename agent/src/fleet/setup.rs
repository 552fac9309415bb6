//! What any fleet needs, whatever its devices do: their ACS, whom they trust, what they take of this machine.

use crate::daemon::{firmware_keys, mac_of};
use crate::device::exchange::Downgrade;
use crate::device::{DeviceConfig, FilePolicy, Identity, Product};
use crate::limits::FLEET_LOG_BYTES;
use crate::platform::simulated::Simulated;
use crate::shell::diagnostics::DiagnosticsConfig;
use crate::shell::http::Network;
use crate::shell::tls::{Tls, TlsConfig};
use crate::shell::{RunnerConfig, UdpCalls};
use cwmp::CwmpVersion;
use data_model::signing::VerifyingKey;
use data_model::{OperatorError, Secret};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// Sessions open at one time, unless somebody wants another number.
const SESSIONS: usize = 256;

/// What any fleet needs.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What serial numbers begin with; a number of six digits follows.
    pub serial_prefix: String,
    /// The ACS of the devices.
    pub acs_url: String,
    /// The password they come with.
    pub password: Secret,
    /// Whom they trust, and who they are.
    pub tls: TlsConfig,
    /// Public keys whose firmware they run.
    pub firmware_keys: Vec<String>,
    /// Where connection requests are taken; `None` for nowhere, port 0 is any. With several loops the first one takes the
    /// port, the others those that follow.
    pub listen: Option<SocketAddr>,
    /// The folder their state is kept in; `None` forgets it with the process.
    pub state: Option<PathBuf>,
    /// Measure on the network of this host, with the echo service at this address; `None` makes the results up.
    pub real_diagnostics: Option<IpAddr>,
    /// Sessions open at one time.
    pub sessions: usize,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

/// What the loops of a fleet have in common: files that are read once.
pub(super) struct Files {
    tls: Arc<Tls>,
    trusted: Vec<VerifyingKey>,
}

impl Setup {
    /// A fleet of an ACS whose devices come with this password: it keeps nothing and is called by nobody.
    pub fn towards(acs_url: impl Into<String>, password: Secret) -> Setup {
        Setup {
            serial_prefix: "SIM".into(),
            acs_url: acs_url.into(),
            password,
            tls: TlsConfig::default(),
            firmware_keys: Vec::new(),
            listen: None,
            state: None,
            real_diagnostics: None,
            sessions: SESSIONS,
            seed: 1,
        }
    }

    /// The serial number of a device.
    pub fn serial_number(&self, device: usize) -> String {
        format!("{}{device:06}", self.serial_prefix)
    }

    /// Who a device is.
    pub(super) fn identity(&self, device: usize) -> Identity {
        let serial_number = self.serial_number(device);
        Identity {
            mac: mac_of(&serial_number),
            serial_number: serial_number.into(),
        }
    }

    /// Reads the files it names.
    pub(super) fn files(&self) -> Result<Files, OperatorError> {
        Ok(Files {
            tls: self.tls.load()?,
            trusted: firmware_keys(&self.firmware_keys)?,
        })
    }

    /// A loop with these devices, which are on from the start and have nothing around them.
    pub(super) fn runner(&self, devices: Vec<DeviceConfig>, files: &Files) -> RunnerConfig {
        RunnerConfig {
            devices,
            network: Network {
                tls: Arc::clone(&files.tls),
                source: None,
                name_server: None,
            },
            listen: self.listen,
            advertise: None,
            udp: match self.listen {
                Some(_) => UdpCalls::WithStun,
                None => UdpCalls::Never,
            },
            journal: self.journal("fleet.journal"),
            slots: None,
            trusted: files.trusted.clone(),
            diagnostics: match self.real_diagnostics {
                Some(echo) => DiagnosticsConfig::real(echo),
                None => DiagnosticsConfig::simulated(self.seed),
            },
            sessions: self.sessions,
            platform: Box::new(Simulated),
            surroundings: None,
            switched_on: true,
            record: None,
        }
    }

    /// A journal in the folder of its state.
    pub(super) fn journal(&self, name: &str) -> Option<PathBuf> {
        self.state.as_ref().map(|folder| folder.join(name))
    }
}

/// A device of a fleet: what it does not say by itself is that of the device type.
pub(super) fn device(
    product: &Arc<Product>,
    identity: Identity,
    installed: &Arc<[(String, String)]>,
    seed: u64,
) -> DeviceConfig {
    DeviceConfig {
        product: Arc::clone(product),
        identity,
        installed: Arc::clone(installed),
        authority: "".into(),
        downgrade: Downgrade::Refused,
        newest_version: CwmpVersion::V1_4,
        seed,
        files: FilePolicy {
            upload_hosts: no_hosts(),
            log_bytes: FLEET_LOG_BYTES,
            provisioning: None,
        },
    }
}

/// One list for all of them: each device is to be small.
fn no_hosts() -> Arc<[String]> {
    static NONE: std::sync::LazyLock<Arc<[String]>> = std::sync::LazyLock::new(|| Arc::from([]));
    Arc::clone(&NONE)
}
