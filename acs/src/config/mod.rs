//! The configuration of the server: one TOML file, checked as a whole. Long because most sections stand side by side here.
//! The configuration of the server: one TOML file, checked as a whole.
//!
//! Long because the sections stand side by side with their defaults.

mod discovery;

pub use discovery::{DeviceFilesConfig, DiscoveryConfig, HistoryConfig};

mod campaigns;

pub use campaigns::CampaignsConfig;

pub mod admission;
pub mod calls;
pub mod log;
mod masked;
pub mod outbound;
pub mod overload;
pub mod profiles;
pub mod proxies;
mod query;
pub mod read;
pub mod retention;
pub mod secrets;
pub mod shown;
pub mod trace;

pub use query::QueryConfig;

pub use calls::ConnectionRequestConfig;

use crate::health::Thresholds;
use crate::provisioning::request_path::PathPattern;
use data_model::{OperatorError, Secret, configuration};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder everything is kept in: store, files, keys.
    pub data: PathBuf,
    /// The endpoint devices talk to.
    pub cwmp: CwmpConfig,
    /// Which unknown devices are taken in.
    pub enrolment: EnrolmentConfig,
    /// The API for people and programs.
    pub api: ApiConfig,
    /// The server devices fetch files from.
    pub files: FilesConfig,
    /// How devices are called.
    pub connection_request: ConnectionRequestConfig,
    /// How devices are learned.
    pub discovery: DiscoveryConfig,
    /// Whose changes are kept.
    pub history: HistoryConfig,
    /// Which files of devices are kept.
    pub device_files: DeviceFilesConfig,
    /// The STUN server of devices behind a NAT.
    pub stun: calls::StunConfig,
    /// The XMPP account devices are called from.
    pub xmpp: calls::XmppConfig,
    /// From where on a device does not stand well.
    pub health: Thresholds,
    /// The server of the vendor's own provisioning.
    pub provisioning: ProvisioningConfig,
    /// How questions about the fleet are answered.
    pub query: QueryConfig,
    /// How profiles are applied.
    pub profiles: profiles::ProfilesConfig,
    /// Images and campaigns.
    pub campaigns: CampaignsConfig,
    /// Requests to other servers.
    pub outbound: outbound::OutboundConfig,
    /// What is logged.
    pub log: log::LogConfig,
    /// How long what has ended is kept.
    pub retention: retention::RetentionConfig,
    /// Which sessions are kept with their messages.
    pub trace: trace::TraceConfig,
    /// What the secrets in the store are sealed with.
    pub secrets: secrets::SecretsConfig,
    /// What becomes of devices nobody knows.
    pub admission: admission::AdmissionConfig,
    /// Proxies in front of the server.
    pub proxies: proxies::ProxiesConfig,
    /// How many devices are served at one time.
    pub overload: overload::OverloadConfig,
}

/// The server devices resync with. It is off as long as it listens nowhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProvisioningConfig {
    /// Where it speaks HTTP; port 0 picks a free one.
    pub http: Option<SocketAddr>,
    /// Where it speaks HTTPS.
    pub https: Option<SocketAddr>,
    /// Where it speaks TFTP.
    pub tftp: Option<SocketAddr>,
    /// The certificate of HTTPS. With `client_ca_file` devices are asked for theirs, and may have none.
    pub tls: Option<TlsConfig>,
    /// What the rules of devices begin with, such as `https://prov.example.net`; the host they called us by if absent.
    pub public_url: Option<String>,
    /// Paths that profiles are asked for by, with macros.
    pub paths: Vec<String>,
    /// The rule devices get that ask by a path that is everybody's, such as `https://prov.example.net/$MA.cfg`.
    pub common_rule: Option<String>,
    /// The register of the device that holds its key: `GPP_SA` to `GPP_SD`.
    pub key_register: String,
    /// Whether a first profile on a line without TLS holds the secrets of the device's profiles.
    pub secrets_without_tls: bool,
    /// Whether devices are told to report, and their reports are taken.
    pub reports: bool,
    /// Whether images of the library are served as `/firmware/NAME`, for Upgrade_Rule.
    pub images: bool,
}

impl ProvisioningConfig {
    /// Whether it listens anywhere.
    pub fn listens(&self) -> bool {
        self.http.is_some() || self.https.is_some() || self.tftp.is_some()
    }

    fn check(&self, wrong: &mut Vec<OperatorError>) {
        for path in &self.paths {
            if let Err(why) = PathPattern::parse(path) {
                let what = format!("the path `{path}` of `provisioning.paths` cannot be read");
                wrong.push(OperatorError::new(what, why, "write it like /$MA.cfg"));
            }
        }
        if self.https.is_some() != self.tls.is_some() {
            wrong.push(OperatorError::new(
                "the provisioning server cannot speak HTTPS",
                "one of `provisioning.https` and `provisioning.tls` is set and the other is not",
                "give both an address and a certificate, or neither",
            ));
        }
        if let Some(url) = &self.public_url
            && !["http://", "https://", "tftp://"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        {
            wrong.push(OperatorError::new(
                "rules of devices would not work",
                format!(
                    "`provisioning.public_url` is `{url}`, which is no http, https or tftp URL"
                ),
                "set it to what devices reach the server by, such as https://prov.example.net",
            ));
        }
        if !["GPP_SA", "GPP_SB", "GPP_SC", "GPP_SD"].contains(&self.key_register.as_str()) {
            wrong.push(OperatorError::new(
                "devices could not keep their keys",
                format!("`provisioning.key_register` is `{}`", self.key_register),
                "choose one of the secret registers GPP_SA, GPP_SB, GPP_SC and GPP_SD",
            ));
        }
    }
}

/// The CWMP endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CwmpConfig {
    /// Where it listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where it listens for HTTPS besides; `listen` speaks HTTP then, whatever `tls` says.
    pub tls_listen: Option<SocketAddr>,
    /// With a certificate it speaks HTTPS, without one HTTP.
    pub tls: Option<TlsConfig>,
    /// Whether devices on a line without TLS may send their password in clear (Basic). Digest is always offered.
    pub basic_without_tls: bool,
    /// Whether digests with SHA-256 are offered beside MD5; some old devices stumble over a second challenge.
    pub digest_sha256: bool,
}

impl CwmpConfig {
    fn check(&self, wrong: &mut Vec<OperatorError>) {
        if self.tls_listen.is_some() && self.tls.is_none() {
            wrong.push(OperatorError::new(
                "the port for devices cannot speak HTTPS",
                "`cwmp.tls_listen` is set and `cwmp.tls` is not",
                "give a certificate and its key in `cwmp.tls`, or leave `cwmp.tls_listen` out",
            ));
        }
    }
}

/// A certificate with its key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate chain, in PEM.
    pub certificate_file: PathBuf,
    /// The private key, in PEM.
    pub key_file: PathBuf,
    /// Authorities of device certificates, in PEM: with it, devices must present one.
    #[serde(default)]
    pub client_ca_file: Option<PathBuf>,
}

/// Which unknown devices are taken in.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnrolmentConfig {
    /// The rule.
    pub mode: EnrolmentMode,
    /// The password all devices leave the factory with, for the mode `shared-secret`.
    #[serde(deserialize_with = "configuration::secret")]
    pub secret: Secret,
    /// Whether a known device may use the shared secret again after a factory reset (its Inform must say
    /// `0 BOOTSTRAP`).
    pub allow_reset_devices: bool,
    /// Whether devices get a password of their own at first contact.
    pub rotate_credentials: bool,
}

/// The rule for unknown devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolmentMode {
    /// Only devices that were registered before, with credentials.
    PreRegistered,
    /// Devices that know the shared secret.
    SharedSecret,
    /// Every device. Whoever can reach the server can then invent devices.
    Open,
}

/// The API.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Where it listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// With a certificate it speaks HTTPS, without one HTTP.
    pub tls: Option<TlsConfig>,
}

/// The file server.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilesConfig {
    /// Where it listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What links begin with, such as `https://files.example.net`; the host the device called us by if absent.
    pub public_url: Option<String>,
    /// With a certificate it speaks HTTPS, without one HTTP.
    pub tls: Option<TlsConfig>,
    /// Whether profiles that devices fetch over HTTP hold their secrets; without it those are left out.
    pub secrets_without_tls: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: "dialtone-data".into(),
            cwmp: CwmpConfig::default(),
            enrolment: EnrolmentConfig::default(),
            api: ApiConfig::default(),
            files: FilesConfig::default(),
            connection_request: ConnectionRequestConfig::default(),
            discovery: DiscoveryConfig::default(),
            history: HistoryConfig::default(),
            device_files: DeviceFilesConfig::default(),
            stun: calls::StunConfig::default(),
            xmpp: calls::XmppConfig::default(),
            health: Thresholds::default(),
            provisioning: ProvisioningConfig::default(),
            query: QueryConfig::default(),
            profiles: profiles::ProfilesConfig::default(),
            campaigns: CampaignsConfig::default(),
            outbound: outbound::OutboundConfig::default(),
            log: log::LogConfig::default(),
            retention: retention::RetentionConfig::default(),
            trace: trace::TraceConfig::default(),
            secrets: secrets::SecretsConfig::default(),
            admission: admission::AdmissionConfig::default(),
            proxies: proxies::ProxiesConfig::default(),
            overload: overload::OverloadConfig::default(),
        }
    }
}

impl Default for ProvisioningConfig {
    fn default() -> ProvisioningConfig {
        let paths = [
            "/$MA.cfg",
            "/$MAC.cfg",
            // Before the next one, which would read `ata192` as a serial number.
            "/ata$PSN.cfg",
            "/spa$PSN.cfg",
            "/$SN.cfg",
        ];
        ProvisioningConfig {
            http: None,
            https: None,
            tftp: None,
            tls: None,
            public_url: None,
            paths: paths.map(str::to_owned).into(),
            common_rule: None,
            key_register: "GPP_SA".into(),
            secrets_without_tls: false,
            reports: false,
            images: false,
        }
    }
}

impl Default for CwmpConfig {
    fn default() -> CwmpConfig {
        CwmpConfig {
            listen: loopback(7547),
            tls_listen: None,
            tls: None,
            basic_without_tls: false,
            digest_sha256: false,
        }
    }
}

impl Default for EnrolmentConfig {
    fn default() -> EnrolmentConfig {
        EnrolmentConfig {
            mode: EnrolmentMode::PreRegistered,
            secret: Secret::default(),
            allow_reset_devices: true,
            rotate_credentials: true,
        }
    }
}

impl Default for ApiConfig {
    fn default() -> ApiConfig {
        ApiConfig {
            listen: loopback(3000),
            tls: None,
        }
    }
}

impl Default for FilesConfig {
    fn default() -> FilesConfig {
        FilesConfig {
            listen: loopback(7567),
            public_url: None,
            tls: None,
            secrets_without_tls: false,
        }
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// If it cannot be read, or says something nobody understands.
    pub fn read(path: &Path) -> Result<Config, OperatorError> {
        configuration::parse(path.display(), std::fs::read_to_string(path))
    }

    /// Everything that is wrong with the settings taken together.
    pub fn check(&self) -> Vec<OperatorError> {
        let mut wrong = Vec::new();
        if self.enrolment.mode == EnrolmentMode::SharedSecret && self.enrolment.secret.is_empty() {
            wrong.push(OperatorError::new(
                "no device could enrol",
                "`enrolment.mode` is `shared-secret` and `enrolment.secret` is empty",
                "set `enrolment.secret` to the password your devices leave the factory with",
            ));
        }
        self.connection_request.check(&mut wrong);
        self.xmpp.check(&mut wrong);
        if let Some(url) = &self.files.public_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            wrong.push(OperatorError::new(
                "download links would not work",
                format!("`files.public_url` is `{url}`, which is no http or https URL"),
                "set it to what devices reach the file server by, such as http://192.0.2.1:7567",
            ));
        }
        self.provisioning.check(&mut wrong);
        self.campaigns.check(&mut wrong);
        self.history.check(&mut wrong);
        self.query.check(&mut wrong);
        self.outbound.check(&mut wrong);
        self.retention.check(&mut wrong);
        self.trace.check(&mut wrong);
        self.admission.check(&mut wrong);
        self.proxies.check(&mut wrong);
        self.overload.check(&mut wrong);
        self.cwmp.check(&mut wrong);
        wrong
    }
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `address/bits`; an address alone is itself.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address.parse().ok()?, Some(bits.parse::<u8>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let longest = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        let bits = bits.unwrap_or(longest);
        (bits <= longest).then_some(Network { address, bits })
    }

    /// Whether it is all there is of its version.
    pub fn is_everywhere(&self) -> bool {
        self.bits == 0
    }

    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let shared = |one: u128, other: u128, width: u8| {
            let shift = u32::from(width - self.bits);
            one.checked_shr(shift).unwrap_or(0) == other.checked_shr(shift).unwrap_or(0)
        };
        match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                shared(u32::from(one).into(), u32::from(other).into(), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => shared(one.into(), other.into(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_let_nobody_in_and_listen_to_nobody_outside() {
        let config = Config::default();
        assert_eq!(config.enrolment.mode, EnrolmentMode::PreRegistered);
        for address in [config.cwmp.listen, config.api.listen, config.files.listen] {
            assert!(address.ip().is_loopback());
        }
        assert!(config.check().is_empty());
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let config: Config = toml::from_str(
            "[enrolment]\nmode = 'shared-secret'\n[files]\npublic_url = 'files'\n\
             [connection_request]\nallow = ['10.0.0.0/33', 'x']",
        )
        .unwrap();
        assert_eq!(config.check().len(), 4);
    }

    #[test]
    fn unknown_settings_are_refused() {
        assert!(toml::from_str::<Config>("[cwmp]\nlisen = '127.0.0.1:1'").is_err());
    }

    #[test]
    fn networks_hold_the_addresses_they_should() {
        let inside = |network: &str, address: &str| {
            Network::parse(network)
                .unwrap()
                .contains(address.parse().unwrap())
        };
        assert!(inside("10.0.0.0/8", "10.255.0.1"));
        assert!(!inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("192.0.2.7", "192.0.2.7"));
        assert!(!inside("192.0.2.7", "192.0.2.8"));
        assert!(inside("0.0.0.0/0", "203.0.113.9"));
        assert!(inside("2001:db8::/32", "2001:db8:1::1"));
        assert!(!inside("0.0.0.0/0", "2001:db8::1"));
    }
}
