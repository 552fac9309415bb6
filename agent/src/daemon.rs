//! The agent as a program: one device, its configuration, its state on a disk.

use crate::device::exchange::Downgrade;
use crate::device::{DeviceConfig, FilePolicy, Identity, Product};
use crate::discovery::DiscoverySettings;
use crate::limits::HARDWARE_SECS;
use crate::page::settings::PageSettings;
use crate::platform;
use crate::platform::linux::Linux;
use crate::platform::simulated::Simulated;
use crate::platform::spool::HookSettings;
use crate::shell::diagnostics::DiagnosticsConfig;
use crate::shell::discovery::watch;
use crate::shell::http::Network;
use crate::shell::page;
use crate::shell::provisioning::ProvisioningSettings;
use crate::shell::sip_notify;
use crate::shell::tls::TlsConfig;
use crate::shell::{Runner, RunnerConfig, RunnerHandle, UdpCalls};
use cwmp::CwmpVersion;
use data_model::firmware::unhex;
use data_model::signing::{KEY_BYTES, VerifyingKey};
use data_model::{OperatorError, Secret, configuration};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The configuration of one agent.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentConfig {
    /// What the device is: one of the catalogue's types.
    pub device_type: String,
    /// Its serial number.
    pub serial_number: String,
    /// The address of its network interface, six octets in hexadecimal; made from the serial number if absent.
    pub mac: Option<String>,
    /// The folder its state and its images are kept in.
    pub state: PathBuf,
    /// Its ACS, as the installer set it; the ACS may change it later.
    pub acs: AcsSettings,
    /// How it is called.
    pub connection_request: ConnectionRequestSettings,
    /// Whom it trusts.
    pub tls: TlsConfig,
    /// Public keys whose firmware it runs, 64 hexadecimal digits each.
    pub firmware_keys: Vec<String>,
    /// Further values the installer put in, by full name.
    pub parameters: std::collections::BTreeMap<String, String>,
    /// Whether redirects of the ACS may lead from https to http.
    pub allow_redirect_to_http: bool,
    /// What the device runs on.
    pub platform: platform::Kind,
    /// The interface towards the provider, if it is not the one of the default route.
    pub interface: Option<String>,
    /// What the operator's programs do for the agent.
    pub hooks: HookSettings,
    /// The name server asked for SRV records, `address:port`, if not the system's.
    pub name_server: Option<SocketAddr>,
    /// How the ACS is found by DHCP.
    pub discovery: DiscoverySettings,
    /// The folder its sessions are recorded in, if they are to be (docs/interop/recording.md).
    pub record: Option<PathBuf>,
    /// Hosts its configuration and its log may be uploaded to; empty for any.
    pub upload_hosts: Vec<String>,
    /// Whether diagnostic tests measure.
    pub diagnostics: DiagnosticsMode,
    /// Its web page.
    pub page: PageSettings,
    /// Where its own provisioning comes from.
    pub provisioning: ProvisioningSettings,
}

/// Where the results of diagnostic tests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DiagnosticsMode {
    /// From the network of this host.
    #[default]
    Real,
    /// From a seed; no socket is opened.
    Simulated,
}

/// The ACS of an agent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcsSettings {
    /// Its URL.
    pub url: String,
    /// Our user there; `OUI-ProductClass-SerialNumber` if empty.
    pub username: String,
    /// Our password there.
    #[serde(deserialize_with = "configuration::secret")]
    pub password: Secret,
}

/// How an agent is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionRequestSettings {
    /// Where connection requests are taken; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The host the ACS reaches us under, if it is not the one we listen on.
    pub advertise: Option<String>,
}

impl Default for ConnectionRequestSettings {
    fn default() -> ConnectionRequestSettings {
        ConnectionRequestSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            advertise: None,
        }
    }
}

impl Default for AgentConfig {
    fn default() -> AgentConfig {
        AgentConfig {
            device_type: "ata192".into(),
            serial_number: String::new(),
            mac: None,
            state: "dialtone-agent".into(),
            acs: AcsSettings::default(),
            connection_request: ConnectionRequestSettings::default(),
            tls: TlsConfig::default(),
            firmware_keys: Vec::new(),
            parameters: Default::default(),
            allow_redirect_to_http: false,
            platform: platform::Kind::Simulated,
            interface: None,
            hooks: HookSettings::default(),
            name_server: None,
            discovery: DiscoverySettings::default(),
            record: None,
            upload_hosts: Vec::new(),
            diagnostics: DiagnosticsMode::default(),
            page: PageSettings::default(),
            provisioning: ProvisioningSettings::default(),
        }
    }
}

impl AgentConfig {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// If it cannot be read, or says something nobody understands.
    pub fn read(path: &Path) -> Result<AgentConfig, OperatorError> {
        configuration::parse(path.display(), std::fs::read_to_string(path))
    }

    /// The device this describes.
    ///
    /// # Errors
    /// Every setting that is missing or wrong is named.
    pub fn device(&self) -> Result<DeviceConfig, OperatorError> {
        let product = Product::load(&self.device_type)?;
        if self.serial_number.is_empty() {
            return Err(OperatorError::new(
                "the device has no identity",
                "`serial_number` is empty",
                "set `serial_number`, or give --serial-number",
            ));
        }
        let root = product.root;
        let mut installed: Vec<(String, String)> = Vec::new();
        self.page.check()?;
        let router = "X_CISCO_ATA.Router.Web_Login_";
        for (name, value) in [
            ("ManagementServer.URL".to_owned(), self.acs.url.as_str()),
            ("ManagementServer.Username".into(), &self.acs.username),
            (
                "ManagementServer.Password".into(),
                self.acs.password.reveal(),
            ),
            (
                format!("{router}Admin_Password"),
                self.page.password.reveal(),
            ),
            (
                format!("{router}Guest_Password"),
                self.page.user_password.reveal(),
            ),
        ] {
            if !value.is_empty() {
                installed.push((format!("{root}{name}"), value.to_owned()));
            }
        }
        installed.extend(
            self.parameters
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let identity = Identity {
            serial_number: self.serial_number.as_str().into(),
            mac: self.mac_octets()?,
        };
        let provisioning = self.provisioning.sources(&identity)?;
        Ok(DeviceConfig {
            identity,
            product,
            installed: installed.into(),
            authority: "".into(),
            downgrade: match self.allow_redirect_to_http {
                true => Downgrade::Allowed,
                false => Downgrade::Refused,
            },
            newest_version: CwmpVersion::V1_4,
            seed: rand::random(),
            files: FilePolicy {
                upload_hosts: self.upload_hosts.as_slice().into(),
                provisioning,
                ..FilePolicy::default()
            },
        })
    }

    fn mac_octets(&self) -> Result<[u8; 6], OperatorError> {
        match &self.mac {
            None => {
                let mac = self.linux().and_then(|linux| linux.mac());
                Ok(mac.unwrap_or_else(|| mac_of(&self.serial_number)))
            }
            Some(text) => {
                let digits: String = text
                    .chars()
                    .filter(|c| !matches!(c, ':' | '-' | '.'))
                    .collect();
                unhex(&digits).ok_or_else(|| {
                    OperatorError::new(
                        "the address of the network interface cannot be used",
                        format!("`{text}` is not six octets in hexadecimal"),
                        "set `mac` to something like 00:56:2B:12:34:56",
                    )
                })
            }
        }
    }

    /// The runner of this one device.
    ///
    /// # Errors
    /// If a setting is wrong or a file cannot be read.
    pub fn runner(&self) -> Result<RunnerConfig, OperatorError> {
        Ok(RunnerConfig {
            surroundings: None,
            switched_on: true,
            devices: vec![self.device()?],
            network: Network {
                tls: self.tls.load()?,
                source: None,
                name_server: self.name_server,
            },
            listen: Some(self.connection_request.listen),
            advertise: self.connection_request.advertise.clone(),
            udp: UdpCalls::Always,
            journal: Some(self.state.join("device.journal")),
            slots: Some(self.state.clone()),
            trusted: firmware_keys(&self.firmware_keys)?,
            diagnostics: match self.diagnostics {
                DiagnosticsMode::Real => {
                    DiagnosticsConfig::real(self.connection_request.listen.ip())
                }
                DiagnosticsMode::Simulated => {
                    DiagnosticsConfig::simulated(mac_seed(&self.mac_octets()?))
                }
            },
            sessions: 1,
            platform: match self.linux() {
                Some(linux) => Box::new(linux),
                None => Box::new(Simulated),
            },
            record: self.record.clone(),
        })
    }

    fn linux(&self) -> Option<Linux> {
        match self.platform {
            platform::Kind::Simulated => None,
            platform::Kind::Linux => {
                let images = std::path::absolute(&self.state);
                let spool = self.hooks.spool(images.as_ref().unwrap_or(&self.state));
                Some(Linux::new("/".into(), self.interface.clone(), spool))
            }
        }
    }
}

/// Decides the made-up results of a device.
fn mac_seed(mac: &[u8; 6]) -> u64 {
    mac.iter()
        .fold(0, |seed, octet| seed << 8 | u64::from(*octet))
}

/// A locally administered address made from a serial number, so that two devices rarely share one.
pub fn mac_of(serial_number: &str) -> [u8; 6] {
    let hash = crc32fast::hash(serial_number.as_bytes()).to_be_bytes();
    [0x02, 0x56, hash[0], hash[1], hash[2], hash[3]]
}

/// Public keys from their hexadecimal texts.
///
/// # Errors
/// If one is no key.
pub fn firmware_keys(texts: &[String]) -> Result<Vec<VerifyingKey>, OperatorError> {
    let key = |text: &String| {
        let bytes = unhex::<KEY_BYTES>(text)?;
        Some(VerifyingKey::from_bytes(&bytes))
    };
    texts
        .iter()
        .map(|text| {
            key(text).ok_or_else(|| {
                OperatorError::new(
                    "a firmware key cannot be used",
                    format!("`{text}` is not 64 hexadecimal digits of an ed25519 public key"),
                    "take the key that `dialtone firmware keygen` printed",
                )
            })
        })
        .collect()
}

/// Starts an agent.
///
/// # Errors
/// If something it needs cannot be had.
pub async fn start(config: &AgentConfig) -> Result<(Runner, RunnerHandle), OperatorError> {
    let page = match config.page.is_shown() {
        true => Some(page::bind(config.page.listen).await?),
        false => None,
    };
    let (runner, mut handle) = Runner::start(config.runner()?).await?;
    if let Some(listener) = page {
        let shown = listener.local_addr().unwrap_or(config.page.listen);
        if !shown.ip().is_loopback() {
            tracing::warn!(
                %shown,
                "the device's web page is open to the network without TLS: what is sent to it can be read on the way"
            );
        }
        handle.page = Some(shown);
        let policy = config.page.policy();
        tokio::spawn(page::serve(listener, handle.clone(), policy));
    }
    if let Some(address) = config.provisioning.sip_notify {
        let socket = sip_notify::bind(address).await?;
        tokio::spawn(sip_notify::serve(socket, handle.clone()));
    }
    if config.discovery.folder.is_some() {
        tokio::spawn(watch(config.discovery.clone(), handle.clone()));
    }
    match config.platform {
        platform::Kind::Simulated => {}
        platform::Kind::Linux => {
            tokio::spawn(look_now_and_then(handle.clone()));
        }
    }
    Ok((runner, handle))
}

/// Lets the device see what changes between its sessions, such as its address.
async fn look_now_and_then(runner: RunnerHandle) {
    while !runner.has_ended() {
        tokio::time::sleep(Duration::from_secs(HARDWARE_SECS)).await;
        runner.refresh(0);
    }
}
