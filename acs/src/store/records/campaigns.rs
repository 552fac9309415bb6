//! Files of the library, and the campaigns that bring them to devices.

use super::{CampaignPlan, Id, Scope, Selector, TaskFault};
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
    /// The version a device must run to be able to take this image; empty for any.
    #[serde(default)]
    pub minimum_version: String,
    /// What is known of its genuineness.
    #[serde(default)]
    pub verification: Verification,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// When it came.
    pub created: Timestamp,
}

/// What is known of the genuineness of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Its container is whole and signed with a key this server trusts.
    Signed,
    /// Its container is whole; this server has no keys to check the signature with.
    Container,
    /// Its bytes have the hash that was stated with them.
    Stated,
    /// Nothing.
    #[default]
    Unverified,
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
    /// The devices it is restricted to besides: those of whoever began it, as lists of tags of each of which a device
    /// carries one. Absent if that is the whole fleet.
    #[serde(default, skip_serializing_if = "Scope::is_fleet")]
    #[schemars(with = "Vec<Vec<String>>")]
    pub scope: Scope,
    /// How many devices may be under way at one time.
    pub concurrency: u32,
    /// It pauses when so many devices have failed; zero for never.
    pub failure_limit: u32,
    /// How it goes about it.
    #[serde(flatten)]
    pub plan: CampaignPlan,
    /// The campaign it takes back.
    pub rollback_of: Option<Id>,
    /// Where it is.
    pub state: CampaignState,
    /// Why it has paused, if it did so by itself.
    pub reason: Option<String>,
    /// The stage that is open, from zero.
    pub stage: u32,
    /// When it was created.
    pub created: Timestamp,
    /// When its devices were chosen; not yet for a draft.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// Where a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Nobody has started it; it has no devices yet.
    Draft,
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
    /// What people know it by; `null` if it was forgotten meanwhile.
    pub identity: Option<String>,
    /// Where it is.
    pub step: CampaignStep,
    /// Its download task, once there is one.
    pub task: Option<Id>,
    /// Why it failed, if it did.
    pub fault: Option<TaskFault>,
    /// When it last moved.
    pub updated: Timestamp,
    /// The stage it belongs to, from zero.
    pub stage: u32,
    /// What it ran when its first download was made.
    pub from_version: String,
    /// Images it has got on its way to the last one.
    pub hops: u32,
    /// When its first download was made.
    pub started: Option<Timestamp>,
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
    /// It could not take part; its fault says why.
    Excluded,
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
    /// Could not take part.
    pub excluded: u64,
}

impl CampaignCounts {
    /// The number of one step.
    pub fn of(&mut self, step: CampaignStep) -> &mut u64 {
        match step {
            CampaignStep::Pending => &mut self.pending,
            CampaignStep::Upgrading => &mut self.upgrading,
            CampaignStep::Verifying => &mut self.verifying,
            CampaignStep::Done => &mut self.done,
            CampaignStep::Failed => &mut self.failed,
            CampaignStep::Skipped => &mut self.skipped,
            CampaignStep::Excluded => &mut self.excluded,
        }
    }
}
