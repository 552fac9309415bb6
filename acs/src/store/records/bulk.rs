//! Bulk operations: one thing done with many devices, and how far it is.

use super::{Id, Scope, TaskKind};
use crate::query::Query;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// What is done with each device: a task, or something the server does itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum BulkAction {
    /// The server does it.
    Own(OwnAction),
    /// The device is asked for it.
    Task(TaskKind),
}

/// What the server does itself with each device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OwnAction {
    /// Gives it tags; it keeps those it has.
    AddTags {
        /// The tags.
        tags: Vec<String>,
    },
    /// Takes tags away.
    RemoveTags {
        /// The tags.
        tags: Vec<String>,
    },
    /// Sends it a connection request.
    ConnectionRequest,
    /// Withdraws its tasks that have not begun; those of campaigns stay.
    CancelTasks {
        /// Only those of this kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task_kind: Option<String>,
    },
}

impl OwnAction {
    /// The words of these actions.
    pub const NAMES: [&str; 4] = [
        "add_tags",
        "remove_tags",
        "connection_request",
        "cancel_tasks",
    ];

    const fn name(&self) -> &'static str {
        match self {
            OwnAction::AddTags { .. } => "add_tags",
            OwnAction::RemoveTags { .. } => "remove_tags",
            OwnAction::ConnectionRequest => "connection_request",
            OwnAction::CancelTasks { .. } => "cancel_tasks",
        }
    }
}

impl<'de> Deserialize<'de> for BulkAction {
    /// By its word, so that what is wrong with it is told of the action that was meant.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<BulkAction, D::Error> {
        let body = serde_json::Value::deserialize(deserializer)?;
        let kind = body["kind"].as_str();
        let own = kind.is_some_and(|kind| OwnAction::NAMES.contains(&kind));
        let read = if own {
            OwnAction::deserialize(&body).map(BulkAction::Own)
        } else {
            TaskKind::deserialize(&body).map(BulkAction::Task)
        };
        let wrong = |error| D::Error::custom(format!("`action`: {error}"));
        let action = read.map_err(wrong)?;
        // A mistyped field must not be left out without a word.
        let known = serde_json::to_value(&action).map_err(wrong)?;
        let mut names = body.as_object().into_iter().flat_map(|map| map.keys());
        match names.find(|name| known.get(name).is_none()) {
            None => Ok(action),
            Some(name) => Err(D::Error::custom(format!(
                "`action` of this kind has no `{}`",
                name.escape_debug()
            ))),
        }
    }
}

impl BulkAction {
    /// Its word.
    pub const fn name(&self) -> &'static str {
        match self {
            BulkAction::Own(own) => own.name(),
            BulkAction::Task(kind) => kind.name(),
        }
    }

    /// The file of the library it gives to devices.
    pub const fn library_file(&self) -> Option<Id> {
        match self {
            BulkAction::Own(_) => None,
            BulkAction::Task(kind) => kind.library_file(),
        }
    }

    /// The same with `***` in place of every secret; `None` if it holds none.
    pub fn without_secrets(&self) -> Option<BulkAction> {
        match self {
            BulkAction::Own(_) => None,
            BulkAction::Task(kind) => kind.without_secrets().map(BulkAction::Task),
        }
    }
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkState {
    /// Devices have their turn.
    Running,
    /// No further device has its turn; what was queued goes on.
    Paused,
    /// It was given up: no further device has its turn, and what had not begun was withdrawn.
    Cancelled,
    /// Every device has ended.
    Done,
}

impl BulkState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            BulkState::Running => "running",
            BulkState::Paused => "paused",
            BulkState::Cancelled => "cancelled",
            BulkState::Done => "done",
        }
    }
}

/// One thing done with many devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BulkOperation {
    /// Its key.
    pub id: Id,
    /// A name, for people.
    pub name: String,
    /// What is done with each device.
    pub action: BulkAction,
    /// The query that has found the devices; absent if they were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Query>,
    /// Seconds each device may take to come.
    pub expires_secs: u32,
    /// Devices under way at one time; zero for no limit.
    pub concurrency: u32,
    /// Where it is.
    pub state: BulkState,
    /// Why it has paused by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who began it.
    pub created_by: String,
    /// The user behind `created_by`.
    #[serde(skip)]
    pub owner: String,
    /// The devices this user has.
    #[serde(skip)]
    pub scope: Scope,
    /// When it began.
    pub created: Timestamp,
    /// When its last device ended.
    pub ended: Option<Timestamp>,
}

/// How a device of an operation stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BulkStep {
    /// It has not had its turn.
    Pending,
    /// Its task waits for it, or is under way.
    Queued,
    /// It was done.
    Done,
    /// It has failed.
    Failed,
    /// The device did not come in time.
    Expired,
    /// It was withdrawn.
    Cancelled,
    /// It was left alone, with a reason.
    Skipped,
}

impl BulkStep {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            BulkStep::Pending => "pending",
            BulkStep::Queued => "queued",
            BulkStep::Done => "done",
            BulkStep::Failed => "failed",
            BulkStep::Expired => "expired",
            BulkStep::Cancelled => "cancelled",
            BulkStep::Skipped => "skipped",
        }
    }
}

/// How many devices of an operation stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct BulkCounts {
    /// All of them.
    pub total: u64,
    /// Have not had their turn.
    pub pending: u64,
    /// Have a task that has not ended.
    pub queued: u64,
    /// Done.
    pub done: u64,
    /// Failed.
    pub failed: u64,
    /// Did not come in time.
    pub expired: u64,
    /// Withdrawn.
    pub cancelled: u64,
    /// Left alone.
    pub skipped: u64,
}

/// Devices of an operation that came to nothing for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BulkReason {
    /// How they stand.
    pub step: BulkStep,
    /// The fault code of the devices; zero for a reason of ours.
    pub code: u16,
    /// The reason in words.
    pub why: String,
    /// How many devices.
    pub devices: u64,
}

/// A device of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BulkDevice {
    /// The device.
    pub device: Id,
    /// What people know it by; `null` if it was forgotten meanwhile.
    pub identity: Option<String>,
    /// How it stands.
    pub step: BulkStep,
    /// Its task, if it was given one.
    pub task: Option<Id>,
    /// The fault code of the device; zero for a reason of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When it last changed.
    pub updated: Timestamp,
}

/// What came of calling a device of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkCalled {
    /// The operation.
    pub operation: Id,
    /// The device.
    pub device: Id,
    /// Why it did not accept the call; `None` if it did.
    pub why: Option<String>,
}

/// What one step through the open operations has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BulkAdvance {
    /// Devices that had their turn, or whose task was withdrawn.
    pub devices: usize,
    /// Whether tags changed, and with them what is desired of devices.
    pub tags_changed: bool,
}
