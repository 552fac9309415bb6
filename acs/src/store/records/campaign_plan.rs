//! How a campaign goes about it: its stages, its pace, what pauses it, and what it must not disturb.

use super::{CampaignCounts, CampaignStep, Id, TaskFault};
use crate::windows::Windows;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a campaign goes about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CampaignPlan {
    /// How far each stage goes, counted from the first device; none for a single stage.
    pub stages: Vec<CampaignStage>,
    /// The next stage opens when so many in a hundred of the devices of the one before have succeeded.
    pub success_percent: u32,
    /// It pauses when so many in a hundred of the devices of the open stage have failed; zero for never.
    pub error_percent: u32,
    /// It pauses when so many of the last ones have failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent_failures: Option<RecentFailures>,
    /// When devices may be upgraded, in their own time; at any time if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<Windows>,
    /// The time zone of devices that say none, as a `TZ` of POSIX.
    pub time_zone: String,
    /// Bytes a second all its downloads have together; zero for no limit.
    pub bytes_per_sec: u64,
    /// Whether it waits until nobody is on the phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<IdleWait>,
    /// Whether lines must be registered again for a device to count as done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<VoiceGate>,
    /// Devices that have not come for so many hours take no part; zero to take all of them.
    pub overdue_hours: u32,
    /// Whether devices that run a newer version go back.
    pub downgrade: bool,
}

impl Default for CampaignPlan {
    fn default() -> CampaignPlan {
        CampaignPlan {
            stages: Vec::new(),
            success_percent: 90,
            error_percent: 0,
            recent_failures: None,
            windows: None,
            time_zone: "UTC0".into(),
            bytes_per_sec: 0,
            idle: None,
            voice: None,
            overdue_hours: 0,
            downgrade: false,
        }
    }
}

/// How far a stage goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStage {
    /// Until so many devices have been taken, those of earlier stages among them.
    Count(u32),
    /// Until so many in a hundred have been taken, those of earlier stages among them.
    Percent(u32),
}

/// So many failures among the last ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecentFailures {
    /// It pauses at so many failures.
    pub failures: u32,
    /// Among so many devices that have ended last.
    pub of: u32,
}

/// Waiting until nobody is on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdleWait {
    /// Minutes after the first time it found a call.
    pub minutes: u32,
    /// What is done then.
    #[serde(default)]
    pub then: AtDeadline,
}

/// What is done when somebody is still on the phone at the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtDeadline {
    /// The device has failed.
    #[default]
    Fail,
    /// It is upgraded all the same.
    Upgrade,
}

/// Lines that were registered must be registered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceGate {
    /// Minutes they have for it.
    pub minutes: u32,
}

/// How much of a mass action somebody has agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// The number of devices they have typed.
    pub devices: Option<u64>,
    /// Above so many it must be typed.
    pub above: u64,
}

impl Consent {
    /// For callers that are not asked.
    pub const ANY: Consent = Consent {
        devices: None,
        above: u64::MAX,
    };

    /// Whether so many devices may be touched; the refusal says how many they are (case U06).
    ///
    /// # Errors
    /// If their number was to be typed, and was not. `what` is what would be done to them, such as `upgrade`.
    pub fn check(self, number: u64, what: &str) -> Result<(), String> {
        if number <= self.above || self.devices == Some(number) {
            return Ok(());
        }
        Err(format!(
            "it would {what} {number} devices, more than {}; if that is meant, say so with `confirm_devices`: {number}",
            self.above
        ))
    }
}

/// Days on which no campaign touches a device, by the device's own calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The first day, as `2026-12-20`.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// What happened to a device in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignEvent {
    /// When.
    pub at: Timestamp,
    /// Where it was from then on.
    pub step: CampaignStep,
    /// The task that was made for it, or that has ended.
    pub task: Option<Id>,
    /// What happened, in words.
    pub text: String,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<TaskFault>,
}

/// What a campaign would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct CampaignEstimate {
    /// Devices its selector finds.
    pub matched: u64,
    /// Devices it would upgrade; what `confirm_devices` is to be.
    pub devices: u64,
    /// Devices that run the version already.
    pub already: u64,
    /// Devices that cannot take part, by reason.
    pub excluded: Vec<Reason>,
    /// The ways to the version, by what devices run.
    pub paths: Vec<EstimatedPath>,
    /// Devices of each stage.
    pub stages: Vec<u64>,
    /// Downloads in all.
    pub downloads: u64,
    /// Bytes of all downloads.
    pub bytes: u64,
}

/// A reason and how many devices have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The reason.
    pub reason: String,
    /// How many devices.
    pub devices: u64,
}

/// A way to the target version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EstimatedPath {
    /// What the devices run.
    pub from: String,
    /// The versions they get, one after the other.
    pub versions: Vec<String>,
    /// How many devices.
    pub devices: u64,
}

/// What became of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignReport {
    /// All its devices.
    pub counts: CampaignCounts,
    /// Those of each stage, in order.
    pub stages: Vec<CampaignCounts>,
    /// Failures by reason, the most frequent first.
    pub failures: Vec<FailureGroup>,
    /// Devices that could not take part, by reason.
    pub excluded: Vec<FailureGroup>,
    /// How long devices took that are done; absent while none is.
    pub durations: Option<Durations>,
}

/// Failures with one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailureGroup {
    /// The fault code of the devices, or zero for a reason of ours.
    pub code: u16,
    /// The reason in words.
    pub text: String,
    /// How many devices.
    pub devices: u64,
}

/// Seconds from the start of a device to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Durations {
    /// Of the quickest.
    pub shortest_secs: u64,
    /// Of the one in the middle.
    pub median_secs: u64,
    /// Of the slowest.
    pub longest_secs: u64,
}

/// What a session asks of a device right before a Download of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCheck {
    /// The parameters of lines that are known; empty if none has been seen yet.
    pub names: Vec<String>,
    /// What is done if somebody is on the phone; `None` if calls do not matter.
    pub idle: Option<IdleRule>,
    /// The last attempt at the task whose Download may have left, zero for none: before it does, lines are looked at.
    pub looked: u32,
}

/// What is done if somebody is on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleRule {
    /// Until when it waits; `None` if no call was found yet.
    pub deadline: Option<Timestamp>,
    /// What is done then.
    pub then: AtDeadline,
}
