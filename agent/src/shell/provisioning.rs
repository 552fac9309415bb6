//! The provisioning part of a configuration: what a device is given of its provisioning by whoever installs it.

use super::tls::own_certificate;
use crate::device::Identity;
use crate::device::exchange::absolute;
use crate::provisioning::policy::Policies;
use crate::provisioning::sources::{DeviceCertificate, Sources};
use data_model::{OperatorError, Secret};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options of DHCP that may name the server of a device's provisioning.
pub const OPTIONS: [u8; 4] = [66, 150, 159, 160];

/// The provisioning part of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProvisioningSettings {
    /// The device's certificate and those of its issuers, in PEM: subject `OU=<product>, L=<serial number>, S=<MAC>`.
    pub certificate: Option<PathBuf>,
    /// Its private key, in PEM.
    pub key: Option<PathBuf>,
    /// The activation server, `https://host`: asked for the device's rule while nobody else names a server.
    pub activation: Option<String>,
    /// Where SIP NOTIFY is taken by UDP; without it nowhere.
    pub sip_notify: Option<SocketAddr>,
    /// What DHCP would say, by the number of the option: 66, 150, 159 or 160.
    pub dhcp: BTreeMap<String, String>,
    /// Choices where the maker's guides contradict each other.
    pub policies: Policies,
}

impl ProvisioningSettings {
    /// What a device is given.
    ///
    /// # Errors
    /// If a file cannot be used, the certificate is another device's, or an option is none.
    pub fn sources(&self, identity: &Identity) -> Result<Option<Arc<Sources>>, OperatorError> {
        let sources = Sources {
            dhcp: self.servers()?,
            activation: self.activation()?,
            certificate: self.device_certificate(identity)?,
            policies: self.policies,
        };
        Ok((sources != Sources::default()).then(|| Arc::new(sources)))
    }

    fn servers(&self) -> Result<Vec<(u8, String)>, OperatorError> {
        let server = |(option, server): (&String, &String)| {
            let known = OPTIONS
                .into_iter()
                .find(|known| known.to_string() == *option);
            let known = known.ok_or_else(|| {
                OperatorError::new(
                    "the servers of provisioning cannot be used",
                    format!("`{option}` is no option of DHCP that names one"),
                    "write `[provisioning] dhcp` with 66, 150, 159 or 160, such as `dhcp = { 66 = \"prov.example.net\" }`",
                )
            });
            Ok((known?, server.clone()))
        };
        self.dhcp.iter().map(server).collect()
    }

    fn activation(&self) -> Result<Option<String>, OperatorError> {
        let Some(url) = &self.activation else {
            return Ok(None);
        };
        match absolute(url) {
            Some(_) => Ok(Some(url.clone())),
            None => Err(OperatorError::new(
                "the activation server cannot be used",
                format!("`{url}` is no URL of http or https"),
                "set `activation` in `[provisioning]` to something like \"https://activate.example.net\"",
            )),
        }
    }

    fn device_certificate(
        &self,
        identity: &Identity,
    ) -> Result<Option<Arc<DeviceCertificate>>, OperatorError> {
        let (certificate, key) = match (&self.certificate, &self.key) {
            (None, None) => return Ok(None),
            (Some(certificate), Some(key)) => (certificate, key),
            (Some(_), None) | (None, Some(_)) => {
                return Err(OperatorError::new(
                    "the device's certificate for provisioning cannot be used",
                    "certificate and key come together, and only one of them is set",
                    "set both `certificate` and `key` in `[provisioning]`, or neither",
                ));
            }
        };
        let (serial, mac) = (&identity.serial_number, &identity.mac);
        let key = Secret::new(read(key)?);
        let own = DeviceCertificate::checked(read(certificate)?, key, serial, mac)?;
        own_certificate(&own).map_err(|why| {
            OperatorError::new(
                "the device's certificate for provisioning cannot be used",
                why,
                "name a certificate in PEM and the key it was made for in `[provisioning]`",
            )
        })?;
        Ok(Some(Arc::new(own)))
    }
}

fn read(path: &Path) -> Result<String, OperatorError> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot use the file {}", path.display());
        OperatorError::new(what, error, "give a readable file in PEM format")
    })
}
