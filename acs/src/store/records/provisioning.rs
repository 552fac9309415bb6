//! What the provisioning server keeps of a device: keys, a window for the first contact, and its contacts.

use super::Id;
use crate::provisioning::user_agent::UserAgent;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A key as it is kept: sealed with the key of the data folder, so that the store alone gives nothing away.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// The sealed key.
    pub sealed: Vec<u8>,
    /// SHA-256 of the token in the paths of whoever has the key.
    pub token: [u8; 32],
    /// When it was made.
    pub since: Timestamp,
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedKey")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// The keys of a device's profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningKeys {
    /// The one its profiles are encrypted with.
    pub current: SealedKey,
    /// Whether the device has shown that it has the current one.
    pub used: bool,
    /// The one it is being given; it becomes the current one when the device fetches with it.
    pub next: Option<SealedKey>,
}

/// A request for a profile with whose it was, as the fleet's are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FleetContact {
    /// Its key; those that come later have larger ones.
    pub id: Id,
    /// The device.
    pub device: Id,
    /// Its identity.
    pub identity: String,
    /// The request.
    #[serde(flatten)]
    pub contact: Contact,
}

/// One request of a device for its profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub address: String,
    /// By what: `http`, `https` or `tftp`.
    pub transport: String,
    /// What it asked for; a token in it is masked.
    pub path: String,
    /// What it says of itself.
    pub agent: Option<UserAgent>,
    /// What became of it.
    pub outcome: String,
}
