//! What provisioning remembers over a restart.

use super::customization::Customization;
use data_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Kept with the rest of what a device remembers besides its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// A resync has succeeded since the factory: only then the period runs (`Resync_Periodic`).
    pub succeeded: bool,
    /// When the last resync was over, well or not; `$PRVTMR` counts from here.
    pub last_resync: Option<Timestamp>,
    /// When the last upgrade was over, well or not; `$UPGTMR` counts from here.
    pub last_upgrade: Option<Timestamp>,
    /// What became of it; `$UPGERR`.
    pub upgrade_error: String,
    /// The last upgrade that needs no other try.
    pub upgraded: Option<Upgraded>,
    /// Parameters whose changes are not told yet, while a profile restarts the device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Why provisioning restarts the device, while it does.
    pub restart: Option<Cause>,
    /// How far the device is on its way to a provider.
    pub customization: Customization,
    /// The authorities of `Custom_CA_URL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_ca: Option<CustomCa>,
}

/// Authorities, and where they are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomCa {
    /// The text of `Custom_CA_URL`.
    pub url: String,
    /// Their certificates, in PEM.
    pub pem: String,
}

/// An upgrade is not made again until the text of its rule or what follows from it is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgraded {
    /// `Upgrade_Rule`
    pub rule: String,
    /// The URL it came to.
    pub url: String,
}

/// Why a device restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A profile has changed a value that wants a restart; `Resync_On_Reset` does not count such a restart.
    Parameters,
    /// Another image is in place.
    Upgrade,
}
