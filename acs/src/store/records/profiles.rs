//! Profiles with their revisions, what of them is in force for whom, and the selectors that say whom something is for.

use super::Scope;
use super::TaskFault;
use crate::query::Query;
use crate::windows::Windows;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values a group of devices is to have: one revision of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// Its name, unique.
    pub name: String,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// Which devices it is for.
    pub selector: Selector,
    /// Of two profiles that name one parameter, the one with the higher precedence wins.
    #[serde(default)]
    pub precedence: i32,
    /// Parameter names with templates for their values.
    pub values: Vec<ProfileValue>,
    /// Rows of tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ProfileObject>,
    /// When its changes may be applied; whenever the server allows it if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<Windows>,
    /// Whether it is applied at once, whatever the windows.
    #[serde(default, skip_serializing_if = "Haste::is_usual")]
    pub haste: Haste,
}

/// Whether the changes of a profile wait for a maintenance window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Haste {
    /// They wait, if there is one.
    #[default]
    Usual,
    /// They do not.
    Urgent,
}

impl Haste {
    /// Whether it is what nobody has to write.
    pub fn is_usual(&self) -> bool {
        *self == Haste::Usual
    }
}

/// One value of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileValue {
    /// The parameter's full name; in an object, the name relative to its row.
    pub name: String,
    /// Its value; `{{variable}}` stands for the device's variable of that name.
    pub value: String,
}

/// A row of a table, known by the values of its key parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileObject {
    /// The table, with a dot at its end.
    pub path: String,
    /// Names of key parameters relative to the row, with templates for their values.
    pub key: BTreeMap<String, String>,
    /// Further values of the row, by names relative to it.
    #[serde(default)]
    pub values: Vec<ProfileValue>,
    /// Whether rows that no profile desires are removed from the table.
    #[serde(default)]
    pub exclusive: bool,
}

/// Which devices something is for. Every condition that is given must hold; none at all means all devices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// The product class is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub product_class: Vec<String>,
    /// The firmware version is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub software_version: Vec<String>,
    /// The device has every one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The serial number is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub serial_number: Vec<String>,
    /// The device fulfils this query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Query>,
}

/// Which devices to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Those a rule is for.
    pub selector: Selector,
    /// Identity contains this text.
    pub contains: Option<String>,
    /// The moment `ago(…)` of the query counts from.
    pub now: Timestamp,
    /// Whoever asks may see no others.
    pub scope: Scope,
}

/// That a revision was written, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Revision {
    /// Its number, from 1.
    pub revision: u64,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What the person said about it.
    pub comment: String,
}

/// A revision to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRevision {
    /// What it says; its number is the store's to give.
    pub profile: Profile,
    /// What the person says about it.
    pub comment: String,
    /// Whether it is in force at once.
    pub publish: Publish,
}

/// Whether a revision is in force once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// For every device.
    AtOnce,
    /// It is a draft.
    Later,
}

/// Devices that get a revision before all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Those with this tag.
    Tag(String),
    /// About so many of a hundred, the same ones each time; a larger number holds those of a smaller one.
    Percent(u8),
}

/// A revision in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// What it says.
    pub profile: Profile,
    /// Since when.
    pub at: Timestamp,
    /// Who published it.
    pub by: String,
}

/// A revision in force for some devices only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The revision.
    pub publication: Publication,
    /// Who gets it, step by step; devices of earlier steps keep it.
    pub stages: Vec<Stage>,
    /// How many of the steps have been made, from 1.
    pub reached: usize,
}

/// What of a profile is in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InForce {
    /// For everybody who has no staged revision.
    pub published: Option<Publication>,
    /// For some.
    pub staged: Option<Staged>,
}

/// What there is of a profile, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProfileHead {
    /// Its name.
    pub name: String,
    /// Its last revision.
    pub latest: u64,
    /// The revision in force for everybody.
    pub published: Option<u64>,
    /// Since when.
    pub published_at: Option<Timestamp>,
    /// Who published it.
    pub published_by: Option<String>,
    /// The revision in force for some.
    pub staged: Option<StagedHead>,
}

/// How far a staged revision is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StagedHead {
    /// The revision.
    pub revision: u64,
    /// Who gets it, step by step.
    pub stages: Vec<Stage>,
    /// How many of the steps have been made, from 1.
    pub reached: usize,
    /// When the step was made.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Something a device has refused; it is left out until the value or the firmware is another one, or a person asks for
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The parameter; for a row, its table with the key in braces.
    pub name: String,
    /// A hash of the value: it may be a secret.
    pub value: u64,
    /// The profile that wants it.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
    /// The fault code.
    pub code: u16,
    /// The device's words.
    pub text: String,
    /// When it was refused.
    pub at: Timestamp,
    /// The firmware that refuses it.
    pub software_version: String,
}

/// A row that is about to be made: kept before AddObject leaves, so that the row is found again if nobody hears of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adding {
    /// The table.
    pub table: String,
    /// The key it is to get, by parameters.
    pub key: BTreeMap<String, String>,
    /// The rows that were there before.
    pub before: Vec<u32>,
}

/// A row in words: the table with the key in braces.
pub fn row_label(table: &str, key: &BTreeMap<String, String>) -> String {
    let key = key.iter().map(|(name, value)| format!("{name}={value}"));
    format!("{table}{{{}}}", key.collect::<Vec<String>>().join(","))
}

/// How a comparison ended that has left something to do for later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// The stamp of the profiles it was compared with.
    pub stamp: u64,
    /// The [`crate::store::Provisioning::revision`] it was compared at.
    pub revision: u64,
    /// When the next window opens.
    pub until: Timestamp,
    /// What the device has refused of the rest.
    pub fault: Option<TaskFault>,
}

/// A comparison that trouble of the device has ended which may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenOff {
    /// The stamp of the profiles it was compared with.
    pub stamp: u64,
    /// The [`crate::store::Provisioning::revision`] it was compared at.
    pub revision: u64,
    /// What the device has said.
    pub fault: TaskFault,
}

/// How many devices of a profile stand how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct ProfileCounts {
    /// Devices it is for.
    pub devices: u64,
    /// They agree with all their profiles as they are.
    pub agreed: u64,
    /// They are still to be compared.
    pub waiting: u64,
    /// They wait for a maintenance window, or for trouble of the device to pass.
    pub waiting_for_window: u64,
    /// Something of their profiles cannot be applied.
    pub failed: u64,
    /// Why, the most frequent reasons first.
    pub reasons: Vec<FailureReason>,
}

/// One reason why profiles cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailureReason {
    /// The fault code of the devices, or zero for a reason of ours.
    pub code: u16,
    /// In words.
    pub text: String,
    /// How many devices have it.
    pub devices: u64,
    /// One of them.
    pub example: String,
}
