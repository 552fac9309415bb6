//! Files of the library, and the campaigns that bring them to devices.

use super::{Id, Selector, TaskFault};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file of the library; its bytes lie in the file folder under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRecord {
    /// Its key.
    pub id: Id,
    /// Its name, for people.
    pub name: String,
    /// What it is to a device, such as `1 Firmware Upgrade Image`.
    pub file_type: String,
    /// The product class it is for; empty for any.
    pub product_class: String,
    /// The version a device reports when it runs this image; empty if it is no image.
    pub version: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// When it came.
    pub created: Timestamp,
}

/// A file that was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedFile {
    /// The hash of its bytes, if no other file has the same.
    pub bytes_unused: Option<String>,
}

/// A firmware upgrade of many devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Campaign {
    /// Its key.
    pub id: Id,
    /// Its name, for people.
    pub name: String,
    /// The image.
    pub file: Id,
    /// The version a device must report to count as done.
    pub target_version: String,
    /// Which devices it is for, decided when it is created.
    pub selector: Selector,
    /// How many devices may be under way at one time.
    pub concurrency: u32,
    /// It pauses when so many devices have failed; zero for never.
    pub failure_limit: u32,
    /// Where it is.
    pub state: CampaignState,
    /// When it was created.
    pub created: Timestamp,
}

/// Where a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Devices are being upgraded.
    Running,
    /// No further devices are started.
    Paused,
    /// Every device has ended.
    Done,
    /// Given up by a person.
    Aborted,
}

/// One device of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignDevice {
    /// The device.
    pub device: Id,
    /// Where it is.
    pub step: CampaignStep,
    /// Its download task, once there is one.
    pub task: Option<Id>,
    /// Why it failed, if it did.
    pub fault: Option<TaskFault>,
    /// When it last moved.
    pub updated: Timestamp,
}

/// Where a device is in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStep {
    /// Not started.
    Pending,
    /// Its download task is queued, running or transferring.
    Upgrading,
    /// The transfer is reported complete; the new version has not been reported yet.
    Verifying,
    /// It has reported the target version after its reboot.
    Done,
    /// It failed.
    Failed,
    /// It ran the target version before it was its turn.
    Skipped,
}

/// How many devices of a campaign are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct CampaignCounts {
    /// Not started.
    pub pending: u64,
    /// Under way.
    pub upgrading: u64,
    /// Transferred, not verified.
    pub verifying: u64,
    /// Verified.
    pub done: u64,
    /// Failed.
    pub failed: u64,
    /// Not needed.
    pub skipped: u64,
}
