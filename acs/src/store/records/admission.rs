//! Devices that are kept apart: they may inform, and get nothing.

use super::Id;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a device is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WallReason {
    /// Nobody knew it when it came.
    Unknown,
    /// Another unit has taken its place.
    Replaced,
    /// Somebody has decided so.
    Operator,
}

/// That a device is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wall {
    /// The reason.
    pub reason: WallReason,
    /// The reason in words.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// The device that took its place.
    pub replaced_by: Option<Id>,
}

/// Whether a device gets what there is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// It does.
    Yes,
    /// It is kept apart: it may inform, and gets nothing.
    No,
}

/// A device that is kept apart, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalledDevice {
    /// Its key.
    pub device: Id,
    /// Its identity.
    pub identity: String,
    /// The address its last session came from.
    pub address: String,
    /// When it was last heard of.
    pub last_inform: Timestamp,
    /// How often it has come.
    pub informs: u64,
    /// Why, and since when.
    pub wall: Wall,
}

/// What is known of somebody who has no credentials of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is registered, or has been here.
    Known,
    /// An operator waits for it: a binding names its serial number.
    Expected,
    /// It is kept apart.
    Walled,
    /// Nobody has heard of it.
    Unknown,
}
