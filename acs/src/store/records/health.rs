//! How devices stand: what was noticed of them, and what follows from it.

use super::{DiagnosticKind, Id};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a device stands, in one word.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Nothing is known against it.
    #[default]
    Ok,
    /// Somebody should look at it.
    Warning,
    /// Somebody has no telephone, or will soon have none.
    Critical,
}

/// Why a device does not stand well.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HealthReasonKind {
    /// A line that was registered is registered no more.
    RegistrationLost,
    /// A line that is switched on has never been seen registered.
    NotRegistered,
    /// Too many packets of a measurement were lost.
    HighLoss,
    /// It restarts again and again.
    RebootLoop,
    /// Its Inform has not come for too long.
    Overdue,
    /// It cannot have the profiles that are meant for it.
    ProfileRefused,
    /// A task has failed for good.
    TaskFailed,
}

impl HealthReasonKind {
    /// Every one.
    pub const ALL: [HealthReasonKind; 7] = [
        HealthReasonKind::RegistrationLost,
        HealthReasonKind::NotRegistered,
        HealthReasonKind::HighLoss,
        HealthReasonKind::RebootLoop,
        HealthReasonKind::Overdue,
        HealthReasonKind::ProfileRefused,
        HealthReasonKind::TaskFailed,
    ];
}

/// One reason, with what it was concluded from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthReason {
    /// Which.
    pub reason: HealthReasonKind,
    /// How bad it is.
    pub severity: HealthState,
    /// What was seen, in words.
    pub detail: String,
}

/// How a device stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// The device.
    pub device: Id,
    /// In one word: that of the worst reason.
    pub state: HealthState,
    /// Why.
    pub reasons: Vec<HealthReason>,
    /// Since when it has had this state; `null` before it was first looked at.
    pub since: Option<Timestamp>,
}

/// What was noticed of a device, as far as its health depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthFacts {
    /// Its lines, by the object that holds their state.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, LineFact>,
    /// When it has restarted, the last few times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub boots: Vec<Timestamp>,
    /// What was lost in its last measurement of each kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub losses: BTreeMap<DiagnosticKind, LossFact>,
    /// The last task that has failed for good, unless one of its kind has succeeded since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_task: Option<FailedTaskFact>,
    /// Why its profiles cannot be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_fault: Option<String>,
    /// Whether it informs by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub periodic: Option<bool>,
    /// Seconds between its periodic Informs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inform_secs: Option<u32>,
}

/// What is known of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LineFact {
    /// Enable
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable: Option<String>,
    /// Status
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether it has been seen registered.
    pub was_up: bool,
}

/// What was lost in a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossFact {
    /// When.
    pub at: Timestamp,
    /// Packets of ten thousand.
    pub per_myriad: u32,
}

/// A task that has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedTaskFact {
    /// The task.
    pub task: Id,
    /// Its kind.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// A device whose state may have to change.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthWork {
    /// What was noticed.
    pub facts: HealthFacts,
    /// The state of these facts.
    pub version: u64,
    /// When its last Inform came; `None` before its first.
    pub last_inform: Option<Timestamp>,
    /// How it stood so far.
    pub before: Health,
}

/// What follows from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthVerdict {
    /// The device.
    pub device: Id,
    /// Which facts it follows from.
    pub version: u64,
    /// The state.
    pub state: HealthState,
    /// Why.
    pub reasons: Vec<HealthReason>,
    /// When time alone may change it.
    pub check_at: Option<Timestamp>,
    /// The last Inform, if it is overdue.
    pub overdue_at: Option<Timestamp>,
}

/// How many devices stand how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct HealthSummary {
    /// Devices in each state.
    pub states: BTreeMap<HealthState, u64>,
    /// Devices with each reason; a device may have several.
    pub reasons: BTreeMap<HealthReasonKind, u64>,
}
