//! Where the provisioning of a device comes from, and whom it trusts: what whoever runs the device knows beforehand.

use super::certificate::{self, Subject};
use super::policy::Policies;
use data_model::{OperatorError, Secret};
use std::sync::Arc;

/// What a device is given for its provisioning; most are given nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// What DHCP says: the number of an option (66, 150, 159, 160), and its server.
    pub dhcp: Vec<(u8, String)>,
    /// The activation server, `https://host`; without one none is asked.
    pub activation: Option<String>,
    /// The certificate the device has from its factory.
    pub certificate: Option<Arc<DeviceCertificate>>,
    /// Its choices where the guides contradict each other.
    pub policies: Policies,
}

/// A certificate of one device, with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCertificate {
    /// The certificate and those of its issuers, in PEM.
    pub chain: String,
    /// Its private key, in PEM.
    pub key: Secret,
}

impl DeviceCertificate {
    /// A certificate for the device with this serial number and address. Its subject names both, as the factory's do:
    /// `OU=<product>, L=<serial number>, S=<MAC in lower case>`.
    ///
    /// # Errors
    /// If it cannot be read, or is that of another device.
    pub fn checked(
        chain: String,
        key: Secret,
        serial: &str,
        mac: &[u8; 6],
    ) -> Result<DeviceCertificate, OperatorError> {
        let trouble = |why: String| {
            OperatorError::new(
                "the device's certificate for provisioning cannot be used",
                why,
                "name the certificate of this device in `[provisioning]`, or set `serial_number` and `mac` to what it says",
            )
        };
        let certificates = certificate::of_pem(&chain).map_err(trouble)?;
        let subject = certificates.first().and_then(|der| Subject::of_der(der));
        let subject = subject.ok_or_else(|| trouble("it is no certificate".into()))?;
        let mac: String = mac.iter().map(|octet| format!("{octet:02x}")).collect();
        let fits = subject.value("L") == Some(serial) && subject.value("S") == Some(&mac);
        if !fits {
            return Err(trouble(format!(
                "its subject is `{subject}`, and the device has L={serial}, S={mac}"
            )));
        }
        Ok(DeviceCertificate { chain, key })
    }
}

/// Whether the name of a server is held against its certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// It has to be one of the certificate's (RFC 6125).
    #[default]
    Checked,
    /// It may be any: `HTTPS_Name_Validate` is off. Who has issued the certificate counts still.
    Any,
}

/// Whom one transfer of provisioning trusts, and as whom the device goes there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Names of servers.
    pub names: Names,
    /// Further authorities, in PEM.
    pub custom_ca: Option<Arc<str>>,
    /// The device's own certificate.
    pub certificate: Option<Arc<DeviceCertificate>>,
}
