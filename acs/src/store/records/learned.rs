//! How a device wants to be asked, as its answers have taught; and what else is kept of it beside its parameters.

use super::{FilePurpose, Id};
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was learned of a device. It is good for one firmware: another one may do better.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Learned {
    /// The firmware it was learned of.
    pub software_version: String,
    /// The methods the device has named itself.
    pub methods: Vec<String>,
    /// Methods it has refused as unknown (fault 9000).
    pub lacks: Vec<String>,
    /// Paths whose names cannot be listed in one answer; they are listed level by level.
    pub too_large: Vec<String>,
    /// Whether values of a whole branch can be had in one answer, by its partial path.
    pub branches: Branches,
    /// Names in one GetParameterValues the device has answered, once more were too many.
    pub batch: Option<usize>,
    /// Names it lists and does not let anybody read.
    pub unreadable: Vec<String>,
    /// Branches that are left alone for a while: the device restarted when it was asked for them.
    pub avoided: Vec<Avoided>,
}

/// Whether values of a whole branch can be had in one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Branches {
    /// As far as anybody knows.
    #[default]
    Whole,
    /// The device has refused it: values are asked for by name.
    ByName,
}

/// A branch that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Avoided {
    /// The branch, or a single parameter.
    pub path: String,
    /// Until when.
    pub until: Timestamp,
}

/// A file a device has sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeviceFile {
    /// Its key.
    pub id: Id,
    /// Whose it is.
    pub device: Id,
    /// The task it was asked for with.
    pub task: Id,
    /// Why it is kept.
    pub purpose: FilePurpose,
    /// What the device was asked for.
    pub file_type: String,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its content.
    pub sha256: String,
    /// When it came.
    pub created: Timestamp,
    /// What its bytes are sealed with; nothing for one that lies there as it came.
    #[serde(skip)]
    #[schemars(skip)]
    pub key: Option<Secret>,
}

/// A value a parameter has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HistoryEntry {
    /// Counts entries; for pages.
    pub number: u64,
    /// The parameter.
    pub name: String,
    /// When it was first seen with this value.
    pub at: Timestamp,
    /// The value.
    pub value: String,
}
