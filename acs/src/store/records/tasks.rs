//! Tasks: what is asked of a device, and what comes of it.

use super::{Id, Measuring, TaskKind};
use cwmp::{CommandKey, Fault};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a task is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Waits for the device.
    Queued,
    /// Its RPC is about to leave, or has left and is not answered.
    Running,
    /// The device transfers the file and will report.
    WaitingForTransfer,
    /// The device has accepted it, and it comes into force with its next boot.
    WaitingForReboot,
    /// Succeeded.
    Done,
    /// Failed for good.
    Failed,
    /// Its time ran out before the device came.
    Expired,
    /// Withdrawn by a person.
    Cancelled,
}

impl TaskState {
    /// Every state.
    pub const ALL: [TaskState; 8] = [
        TaskState::Queued,
        TaskState::Running,
        TaskState::WaitingForTransfer,
        TaskState::WaitingForReboot,
        TaskState::Done,
        TaskState::Failed,
        TaskState::Expired,
        TaskState::Cancelled,
    ];

    /// Whether nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        match self {
            TaskState::Queued
            | TaskState::Running
            | TaskState::WaitingForTransfer
            | TaskState::WaitingForReboot => false,
            TaskState::Done | TaskState::Failed | TaskState::Expired | TaskState::Cancelled => true,
        }
    }

    /// The word for it in records and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            TaskState::Queued => "queued",
            TaskState::Running => "running",
            TaskState::WaitingForTransfer => "waiting_for_transfer",
            TaskState::WaitingForReboot => "waiting_for_reboot",
            TaskState::Done => "done",
            TaskState::Failed => "failed",
            TaskState::Expired => "expired",
            TaskState::Cancelled => "cancelled",
        }
    }
}

/// A task to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Its key; also its CommandKey on the wire.
    pub id: Id,
    /// For which device.
    pub device: Id,
    /// What it asks.
    pub kind: TaskKind,
    /// Given up at this time if the device has not come.
    pub expires: Option<Timestamp>,
    /// Two requests with the same key make one task (per device).
    pub idempotency_key: Option<String>,
    /// The campaign it belongs to.
    pub campaign: Option<Id>,
}

/// When a task is to be done, and before which others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Higher ones come first; below zero it is done when nothing else is to do, profiles included.
    pub priority: i32,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// Its key.
    pub id: Id,
    /// For which device.
    pub device: Id,
    /// What it asks.
    #[serde(flatten)]
    pub kind: TaskKind,
    /// Where it is.
    pub state: TaskState,
    /// Who queued it.
    pub created_by: String,
    /// When it was queued.
    pub created: Timestamp,
    /// When it last changed its state.
    pub updated: Timestamp,
    /// Given up at this time if the device has not come.
    pub expires: Option<Timestamp>,
    /// Not tried before this time.
    pub not_before: Option<Timestamp>,
    /// Higher ones come first; below zero it waits until nothing else is to do.
    pub priority: i32,
    /// How often its first RPC has left.
    pub attempts: u32,
    /// What came of it.
    pub result: Option<serde_json::Value>,
    /// Why it failed, or why its last attempt did.
    pub fault: Option<TaskFault>,
    /// The campaign it belongs to.
    pub campaign: Option<Id>,
}

impl Task {
    /// The CommandKey its RPCs carry.
    pub fn command_key(&self) -> CommandKey {
        CommandKey::from_peer(&self.id.to_string())
    }
}

/// Why a task, a transfer or a profile failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskFault {
    /// The fault code of the device, or zero for a reason of ours.
    pub code: u16,
    /// The reason in words.
    pub text: String,
    /// Every refused parameter with its own reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<cwmp::ParameterFault>,
}

impl TaskFault {
    /// A reason of ours, not of the device's.
    pub fn ours(text: impl Into<String>) -> TaskFault {
        TaskFault {
            code: 0,
            text: text.into(),
            parameters: Vec::new(),
        }
    }
}

impl From<Fault> for TaskFault {
    fn from(fault: Fault) -> TaskFault {
        TaskFault {
            code: fault.code.number(),
            text: fault.text,
            parameters: fault.parameters,
        }
    }
}

/// How one attempt at a task ended.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskOutcome {
    /// It succeeded with this result.
    Done(serde_json::Value),
    /// It failed for good.
    Failed(TaskFault),
    /// It is to be tried again, not before this time.
    Retry {
        /// Why this attempt failed.
        fault: TaskFault,
        /// When to try again.
        not_before: Timestamp,
    },
    /// The same, and what the attempt has noted is there for the next one.
    TakeUp {
        /// Why this attempt failed.
        fault: TaskFault,
        /// When to try again.
        not_before: Timestamp,
    },
    /// It was only asked for, and the device does not have it.
    NotThere(TaskFault),
    /// The device has accepted a transfer and will report its end.
    WaitingForTransfer,
    /// The device has accepted it with this result, and will apply it when it boots (Status 1).
    WaitingForReboot(serde_json::Value),
    /// The device measures and will report its end.
    Measuring(Measuring),
}

/// What became of a TransferComplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferMatch {
    /// It ended this task.
    Ended(Id),
    /// Its task had ended already: the device repeats itself.
    Repeated(Id),
    /// No task of this device has this CommandKey.
    Unknown,
}

/// Which tasks are looked for; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Of this device.
    pub device: Option<Id>,
    /// In this state.
    pub state: Option<TaskState>,
    /// Of this kind, by its word.
    pub kind: Option<String>,
    /// Queued at or after this time.
    pub since: Option<Timestamp>,
}

/// Tasks, or devices, that fail for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FaultGroup {
    /// The word of the tasks' kind; `profiles` for devices that refuse their profiles.
    pub kind: String,
    /// The fault code, or zero for a reason of ours.
    pub code: u16,
    /// The reason in words.
    pub text: String,
    /// How many of them.
    pub count: u64,
    /// How many devices they belong to.
    pub devices: u64,
    /// When the last one was.
    pub last: Timestamp,
    /// One of these devices.
    pub example: Id,
}
