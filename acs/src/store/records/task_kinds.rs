//! What a task may ask of a device: every RPC of Annex A, and what takes several of them.

use super::{
    AttributeChange, Diagnostic, DownloadWindow, FilePurpose, Id, ModuleOperation, values,
};
use crate::limits::DIAGNOSTIC_LIMIT_SECS;
use crate::redact::{MASK, is_secret};
use data_model::ParameterList;
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
        /// Only what was seen longer ago than this; what is younger is not asked for again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        older_than_secs: Option<u64>,
    },
    /// Learn the device: its methods and its whole tree.
    Discover,
    /// List names below a path.
    GetParameterNames {
        /// A partial path; empty for the root.
        path: String,
        /// Only the next level.
        #[serde(default)]
        next_level: bool,
    },
    /// Read how changes of parameters are notified, and who else may write them.
    GetParameterAttributes {
        /// Full names or partial paths.
        names: Vec<String>,
    },
    /// Set how changes of parameters are notified, and who else may write them.
    SetParameterAttributes {
        /// The changes.
        attributes: Vec<AttributeChange>,
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
    /// Send the device a configuration it has sent before.
    RestoreConfiguration {
        /// The file of the device.
        file: Id,
    },
    /// Send the device a file of the library within time windows of its own (TR-069 A.4.1.8).
    ScheduleDownload {
        /// The file.
        file: Id,
        /// For `TargetFileName`.
        #[serde(default)]
        target_file_name: String,
        /// One or two windows, in seconds from when the device is asked.
        windows: Vec<DownloadWindow>,
    },
    /// Have the device send a file.
    Upload {
        /// What it is to send, such as `1 Vendor Configuration File`.
        file_type: String,
    },
    /// Have the device send its configuration, which is kept as a backup.
    BackupConfiguration {
        /// The instance of `DeviceInfo.VendorConfigFile.`; without it the device's one configuration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance: Option<u32>,
    },
    /// Have the device send its log.
    FetchLog {
        /// The instance of `DeviceInfo.VendorLogFile.`; without it the device's one log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance: Option<u32>,
    },
    /// Have the device begin a session after a while.
    ScheduleInform {
        /// Seconds from when the device is asked.
        delay_secs: u32,
    },
    /// Withdraw the transfer of another task from the device.
    CancelTransfer {
        /// The task that waits for its transfer.
        task: Id,
    },
    /// List the transfers the ACS has asked for and that have not ended.
    GetQueuedTransfers,
    /// List all transfers that have not ended.
    GetAllQueuedTransfers,
    /// Install, update and remove software modules.
    ChangeDuState {
        /// The operations.
        operations: Vec<ModuleOperation>,
    },
    /// Ask which methods the device has.
    GetRpcMethods,
    /// List options of the device.
    GetOptions {
        /// An option, or empty for all.
        #[serde(default)]
        option: String,
    },
    /// Give the device vouchers for options.
    SetVouchers {
        /// Signed vouchers in base64.
        vouchers: Vec<String>,
    },
    /// Have the device measure something, and read what it has found.
    RunDiagnostic {
        /// What it measures.
        diagnostic: Diagnostic,
        /// How long it may take, in seconds.
        #[serde(default = "usual_limit_secs")]
        limit_secs: u32,
    },
}

fn usual_limit_secs() -> u32 {
    DIAGNOSTIC_LIMIT_SECS
}

impl TaskKind {
    /// The word for it in logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            TaskKind::GetParameterValues { .. } => "get_parameter_values",
            TaskKind::SetParameterValues { .. } => "set_parameter_values",
            TaskKind::Refresh { .. } => "refresh",
            TaskKind::RunDiagnostic { .. } => "run_diagnostic",
            TaskKind::AddObject { .. } => "add_object",
            TaskKind::DeleteObject { .. } => "delete_object",
            TaskKind::Reboot => "reboot",
            TaskKind::FactoryReset => "factory_reset",
            TaskKind::Download { .. } => "download",
            TaskKind::DownloadProfile => "download_profile",
            TaskKind::Discover => "discover",
            TaskKind::GetParameterNames { .. } => "get_parameter_names",
            TaskKind::GetParameterAttributes { .. } => "get_parameter_attributes",
            TaskKind::SetParameterAttributes { .. } => "set_parameter_attributes",
            TaskKind::RestoreConfiguration { .. } => "restore_configuration",
            TaskKind::ScheduleDownload { .. } => "schedule_download",
            TaskKind::Upload { .. } => "upload",
            TaskKind::BackupConfiguration { .. } => "backup_configuration",
            TaskKind::FetchLog { .. } => "fetch_log",
            TaskKind::ScheduleInform { .. } => "schedule_inform",
            TaskKind::CancelTransfer { .. } => "cancel_transfer",
            TaskKind::GetQueuedTransfers => "get_queued_transfers",
            TaskKind::GetAllQueuedTransfers => "get_all_queued_transfers",
            TaskKind::ChangeDuState { .. } => "change_du_state",
            TaskKind::GetRpcMethods => "get_rpc_methods",
            TaskKind::GetOptions { .. } => "get_options",
            TaskKind::SetVouchers { .. } => "set_vouchers",
        }
    }

    /// Whether its end is told by a report of the device: TransferComplete, or DUStateChangeComplete.
    pub const fn is_reported(&self) -> bool {
        match self {
            TaskKind::Download { .. }
            | TaskKind::DownloadProfile
            | TaskKind::RestoreConfiguration { .. }
            | TaskKind::ScheduleDownload { .. }
            | TaskKind::ChangeDuState { .. } => true,
            _ => self.uploads(),
        }
    }

    /// Whether the device sends a file in it.
    pub const fn uploads(&self) -> bool {
        matches!(
            self,
            TaskKind::Upload { .. }
                | TaskKind::BackupConfiguration { .. }
                | TaskKind::FetchLog { .. }
        )
    }

    /// What the device is asked to send, and what it is kept as.
    pub fn upload(&self) -> Option<(String, FilePurpose)> {
        let numbered = |plain: &str, numbered: &str, instance: &Option<u32>| match instance {
            None => plain.to_owned(),
            Some(instance) => format!("{numbered} {instance}"),
        };
        match self {
            TaskKind::Upload { file_type } => Some((file_type.clone(), FilePurpose::Upload)),
            // TR-069 Table 31: 1 and 2 name the only one there is, 3 and 4 one of many.
            TaskKind::BackupConfiguration { instance } => {
                let (one, many) = ("1 Vendor Configuration File", "3 Vendor Configuration File");
                Some((numbered(one, many, instance), FilePurpose::Backup))
            }
            TaskKind::FetchLog { instance } => {
                let (one, many) = ("2 Vendor Log File", "4 Vendor Log File");
                Some((numbered(one, many, instance), FilePurpose::Log))
            }
            _ => None,
        }
    }

    /// The file of the library it sends.
    pub const fn library_file(&self) -> Option<Id> {
        match self {
            TaskKind::Download { file, .. } | TaskKind::ScheduleDownload { file, .. } => {
                Some(*file)
            }
            _ => None,
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
            TaskKind::ChangeDuState { operations } => {
                let mut masked = operations.clone();
                for password in masked.iter_mut().filter_map(ModuleOperation::password) {
                    MASK.clone_into(password);
                }
                (masked != *operations).then_some(TaskKind::ChangeDuState { operations: masked })
            }
            TaskKind::SetVouchers { vouchers } => {
                let masked = vec![MASK.to_owned(); vouchers.len()];
                (masked != *vouchers).then_some(TaskKind::SetVouchers { vouchers: masked })
            }
            TaskKind::GetParameterValues { .. }
            | TaskKind::Refresh { .. }
            | TaskKind::Discover
            | TaskKind::GetParameterNames { .. }
            | TaskKind::GetParameterAttributes { .. }
            | TaskKind::SetParameterAttributes { .. }
            | TaskKind::DeleteObject { .. }
            | TaskKind::Reboot
            | TaskKind::FactoryReset
            | TaskKind::Download { .. }
            | TaskKind::DownloadProfile
            | TaskKind::RestoreConfiguration { .. }
            | TaskKind::ScheduleDownload { .. }
            | TaskKind::Upload { .. }
            | TaskKind::BackupConfiguration { .. }
            | TaskKind::FetchLog { .. }
            | TaskKind::ScheduleInform { .. }
            | TaskKind::CancelTransfer { .. }
            | TaskKind::GetQueuedTransfers
            | TaskKind::GetAllQueuedTransfers
            | TaskKind::GetRpcMethods
            | TaskKind::GetOptions { .. }
            | TaskKind::RunDiagnostic { .. } => None,
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
