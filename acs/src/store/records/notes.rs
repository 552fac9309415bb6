//! What people write down about a device.

use super::Id;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A note of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Its key; later ones are greater.
    pub id: Id,
    /// The device.
    pub device: Id,
    /// When it was written.
    #[schemars(with = "i64")]
    pub at: Timestamp,
    /// The user who wrote it.
    pub by: String,
    /// What it says; lines end with a line feed.
    pub text: String,
}
