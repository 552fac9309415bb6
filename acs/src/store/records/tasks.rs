//! Tasks: what is asked of a device, and what comes of it.

use super::{Id, values};
use crate::redact::{MASK, is_secret};
use cwmp::{CommandKey, Fault};
use data_model::{ParameterList, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a task asks of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TaskKind {
    /// Read parameters; the result holds them.
    GetParameterValues {
        /// Full names or partial paths.
        names: Vec<String>,
    },
    /// Write parameters.
    SetParameterValues {
        /// Names with values.
        #[serde(with = "values")]
        #[schemars(with = "Vec<values::Value>")]
        values: ParameterList,
    },
    /// Read a whole branch into the observed state.
    Refresh {
        /// A partial path; empty for everything.
        path: String,
    },
    /// Add an instance and set values in it.
    AddObject {
        /// The table, with a dot at its end.
        object: String,
        /// Values below the new instance, by their names relative to it.
        #[serde(default, with = "values")]
        #[schemars(with = "Vec<values::Value>")]
        values: ParameterList,
    },
    /// Remove an instance.
    DeleteObject {
        /// The instance, with a dot at its end.
        object: String,
    },
    /// Restart the device.
    Reboot,
    /// Reset the device.
    FactoryReset,
    /// Send the device a file of the library.
    Download {
        /// The file.
        file: Id,
        /// For `TargetFileName`.
        #[serde(default)]
        target_file_name: String,
    },
    /// Send the device its profile as a vendor configuration file.
    DownloadProfile,
}

impl TaskKind {
    /// The word for it in logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            TaskKind::GetParameterValues { .. } => "get_parameter_values",
            TaskKind::SetParameterValues { .. } => "set_parameter_values",
            TaskKind::Refresh { .. } => "refresh",
            TaskKind::AddObject { .. } => "add_object",
            TaskKind::DeleteObject { .. } => "delete_object",
            TaskKind::Reboot => "reboot",
            TaskKind::FactoryReset => "factory_reset",
            TaskKind::Download { .. } => "download",
            TaskKind::DownloadProfile => "download_profile",
        }
    }

    /// The same with `***` in place of every secret it writes; `None` if it writes none.
    pub fn without_secrets(&self) -> Option<TaskKind> {
        match self {
            TaskKind::SetParameterValues { values } => {
                masked(values).map(|values| TaskKind::SetParameterValues { values })
            }
            TaskKind::AddObject { object, values } => {
                masked(values).map(|values| TaskKind::AddObject {
                    object: object.clone(),
                    values,
                })
            }
            TaskKind::GetParameterValues { .. }
            | TaskKind::Refresh { .. }
            | TaskKind::DeleteObject { .. }
            | TaskKind::Reboot
            | TaskKind::FactoryReset
            | TaskKind::Download { .. }
            | TaskKind::DownloadProfile => None,
        }
    }
}

fn masked(values: &ParameterList) -> Option<ParameterList> {
    if !values.iter().any(|parameter| is_secret(parameter.name)) {
        return None;
    }
    let masked = values.iter().map(|parameter| {
        let secret = is_secret(parameter.name);
        let value = if secret { MASK } else { parameter.value };
        (parameter.name, parameter.ty, value)
    });
    Some(masked.collect())
}

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
    pub const ALL: [TaskState; 7] = [
        TaskState::Queued,
        TaskState::Running,
        TaskState::WaitingForTransfer,
        TaskState::Done,
        TaskState::Failed,
        TaskState::Expired,
        TaskState::Cancelled,
    ];

    /// Whether nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        match self {
            TaskState::Queued | TaskState::Running | TaskState::WaitingForTransfer => false,
            TaskState::Done | TaskState::Failed | TaskState::Expired | TaskState::Cancelled => true,
        }
    }

    /// The word for it in records and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            TaskState::Queued => "queued",
            TaskState::Running => "running",
            TaskState::WaitingForTransfer => "waiting_for_transfer",
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
    /// The device has accepted a transfer and will report its end.
    WaitingForTransfer,
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
