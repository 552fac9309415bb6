//! Tasks that are one question: what is asked, and what of the answer is kept.

use super::running::{Site, Step};
use crate::store::{ModuleOperation, Task, TaskKind, TaskOutcome};
use cwmp::rpc::{
    CancelTransfer, ChangeDUState, FactoryReset, GetAllQueuedTransfers, GetOptions,
    GetParameterAttributes, GetParameterNames, GetQueuedTransfers, GetRPCMethods, InstallOperation,
    Operation, Reboot, ScheduleInform, SetParameterAttribute, SetParameterAttributes, SetVouchers,
    UninstallOperation, UpdateOperation,
};
use cwmp::{AcsRequest, CommandKey, CpeResponse, Fault, FaultCode};
use serde_json::{Value, json};

/// A question under way.
#[derive(Debug)]
pub(super) struct Single {
    /// For GetParameterNames of a whole branch: the branch.
    listed: Option<String>,
    /// Whether the end is told later.
    reported: bool,
    method: &'static str,
}

impl Single {
    /// What is remembered of the question.
    pub fn of(kind: &TaskKind) -> Single {
        let listed = match kind {
            TaskKind::GetParameterNames {
                path,
                next_level: false,
            } => Some(path.clone()),
            _ => None,
        };
        Single {
            listed,
            reported: kind.is_reported(),
            method: method(kind),
        }
    }

    pub fn answered(self, answer: Result<CpeResponse, Fault>, site: &mut Site) -> Step {
        let response = match answer {
            Ok(response) => response,
            Err(fault) => {
                if fault.code == FaultCode::METHOD_NOT_SUPPORTED {
                    site.lacks(self.method);
                }
                return Step::Refused(fault);
            }
        };
        match &response {
            CpeResponse::GetRPCMethodsResponse(response) => methods(&response.method_list, site),
            CpeResponse::GetParameterNamesResponse(response) => {
                let names = response.parameter_list.iter();
                site.observed.writable = names
                    .map(|info| (info.name.clone(), info.writable))
                    .collect();
                site.observed.listed_below.extend(self.listed);
            }
            _ => {}
        }
        if self.reported {
            return Step::End(TaskOutcome::WaitingForTransfer);
        }
        Step::End(TaskOutcome::Done(result(response)))
    }
}

/// The device has named its methods.
pub(super) fn methods(names: &[String], site: &mut Site) {
    site.learned.methods = names.to_vec();
    let named = |method: &String| names.contains(method);
    site.learned.lacks.retain(|method| !named(method));
}

/// What of an answer is kept.
fn result(response: CpeResponse) -> Value {
    match response {
        CpeResponse::GetRPCMethodsResponse(response) => json!({ "methods": response.method_list }),
        CpeResponse::GetParameterNamesResponse(response) => {
            let names = response.parameter_list.into_iter();
            let names = names.map(|info| json!({ "name": info.name, "writable": info.writable }));
            json!({ "names": names.collect::<Vec<Value>>() })
        }
        CpeResponse::GetParameterAttributesResponse(response) => {
            let list = response.parameter_list.into_iter().map(|attribute| {
                json!({ "name": attribute.name, "notification": attribute.notification,
                        "access_list": attribute.access_list })
            });
            json!({ "attributes": list.collect::<Vec<Value>>() })
        }
        CpeResponse::GetQueuedTransfersResponse(response) => {
            let list = response.transfer_list.into_iter().map(|transfer| {
                json!({ "command_key": transfer.command_key.as_str(), "state": u8::from(transfer.state) })
            });
            json!({ "transfers": list.collect::<Vec<Value>>() })
        }
        CpeResponse::GetAllQueuedTransfersResponse(response) => {
            let list = response.transfer_list.into_iter().map(|transfer| {
                json!({ "command_key": transfer.command_key.as_str(), "state": u8::from(transfer.state),
                        "is_download": transfer.is_download, "file_type": transfer.file_type,
                        "file_size": transfer.file_size, "target_file_name": transfer.target_file_name })
            });
            json!({ "transfers": list.collect::<Vec<Value>>() })
        }
        CpeResponse::GetOptionsResponse(response) => {
            let list = response.option_list.into_iter().map(|option| {
                json!({ "name": option.option_name, "voucher": option.voucher_sn, "state": option.state,
                        "mode": option.mode, "start": option.start_date.as_str(),
                        "end": option.expiration_date.as_ref().map(|end| end.as_str()),
                        "transferable": option.is_transferable })
            });
            json!({ "options": list.collect::<Vec<Value>>() })
        }
        _ => json!({}),
    }
}

/// The method of a kind.
const fn method(kind: &TaskKind) -> &'static str {
    match kind {
        TaskKind::GetParameterNames { .. } => "GetParameterNames",
        TaskKind::GetParameterAttributes { .. } => "GetParameterAttributes",
        TaskKind::SetParameterAttributes { .. } => "SetParameterAttributes",
        TaskKind::Reboot => "Reboot",
        TaskKind::FactoryReset => "FactoryReset",
        TaskKind::ScheduleInform { .. } => "ScheduleInform",
        TaskKind::CancelTransfer { .. } => "CancelTransfer",
        TaskKind::GetQueuedTransfers => "GetQueuedTransfers",
        TaskKind::GetAllQueuedTransfers => "GetAllQueuedTransfers",
        TaskKind::ChangeDuState { .. } => "ChangeDUState",
        TaskKind::GetOptions { .. } => "GetOptions",
        TaskKind::SetVouchers { .. } => "SetVouchers",
        _ => "GetRPCMethods",
    }
}

/// What a task of one question asks; `None` for a kind that asks more.
pub(super) fn request(task: &Task) -> Option<AcsRequest> {
    let command_key = task.command_key();
    Some(match &task.kind {
        TaskKind::Reboot => Reboot { command_key }.into(),
        TaskKind::FactoryReset => FactoryReset {}.into(),
        TaskKind::GetParameterNames { path, next_level } => GetParameterNames {
            parameter_path: path.clone(),
            next_level: *next_level,
        }
        .into(),
        TaskKind::GetParameterAttributes { names } => GetParameterAttributes {
            parameter_names: names.clone(),
        }
        .into(),
        TaskKind::SetParameterAttributes { attributes } => {
            let list = attributes.iter().map(|change| SetParameterAttribute {
                name: change.name.clone(),
                notification_change: change.notification.is_some(),
                notification: change.notification.unwrap_or(0),
                access_list_change: change.access_list.is_some(),
                access_list: change.access_list.clone().unwrap_or_default(),
            });
            let parameter_list = list.collect();
            SetParameterAttributes { parameter_list }.into()
        }
        TaskKind::ScheduleInform { delay_secs } => ScheduleInform {
            delay_seconds: *delay_secs,
            command_key,
        }
        .into(),
        TaskKind::CancelTransfer { task } => CancelTransfer {
            command_key: CommandKey::from_peer(&task.to_string()),
        }
        .into(),
        TaskKind::GetQueuedTransfers => GetQueuedTransfers {}.into(),
        TaskKind::GetAllQueuedTransfers => GetAllQueuedTransfers {}.into(),
        TaskKind::ChangeDuState { operations } => ChangeDUState {
            operations: operations.iter().cloned().map(operation).collect(),
            command_key: Some(command_key),
        }
        .into(),
        TaskKind::GetRpcMethods => GetRPCMethods {}.into(),
        TaskKind::GetOptions { option } => GetOptions {
            option_name: option.clone(),
        }
        .into(),
        TaskKind::SetVouchers { vouchers } => SetVouchers {
            voucher_list: vouchers.clone(),
        }
        .into(),
        _ => return None,
    })
}

fn operation(operation: ModuleOperation) -> Operation {
    match operation {
        ModuleOperation::Install {
            url,
            uuid,
            environment,
            username,
            password,
        } => Operation::Install(InstallOperation {
            url,
            uuid,
            username,
            password,
            execution_env_ref: environment,
        }),
        ModuleOperation::Update {
            uuid,
            version,
            url,
            username,
            password,
        } => Operation::Update(UpdateOperation {
            uuid,
            version,
            url,
            username,
            password,
        }),
        ModuleOperation::Uninstall {
            uuid,
            version,
            environment,
        } => Operation::Uninstall(UninstallOperation {
            uuid,
            version,
            execution_env_ref: environment,
        }),
    }
}
