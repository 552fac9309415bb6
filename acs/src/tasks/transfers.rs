//! Transfers: Download, ScheduleDownload and Upload. Before one is asked for a second time, the device is asked
//! whether it has the first.

use super::running::{Ground, Site, Source, Step, Work};
use crate::store::{Certainty, Task, TaskFault, TaskKind, TaskOutcome};
use cwmp::rpc::{
    Download, GetAllQueuedTransfers, GetQueuedTransfers, ScheduleDownload, Status, TimeWindow,
    Upload,
};
use cwmp::{AcsRequest, CommandKey, CpeResponse, Fault, FaultCode};
use serde_json::json;

/// A transfer that is being asked for.
#[derive(Debug)]
pub(super) enum Transfer {
    /// Whether the device has it already.
    Asking {
        question: Question,
        key: CommandKey,
        request: Box<AcsRequest>,
        certainty: Certainty,
        /// Whether it does not leave again, whatever the device says.
        only_ask: bool,
    },
    /// Whether it takes it.
    Sending,
}

/// How the device is asked what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// By the method of CWMP 1.2 and later.
    All,
    /// By the one before.
    Own,
}

impl Question {
    const fn method(self) -> &'static str {
        match self {
            Question::All => "GetAllQueuedTransfers",
            Question::Own => "GetQueuedTransfers",
        }
    }

    fn request(self) -> AcsRequest {
        match self {
            Question::All => GetAllQueuedTransfers {}.into(),
            Question::Own => GetQueuedTransfers {}.into(),
        }
    }
}

impl Transfer {
    /// Asks for a transfer, or first whether it is there.
    pub fn begin(task: &Task, certainty: Certainty, ground: Ground, site: &Site) -> Step {
        let only_ask = ground.only_ask;
        let request = match request(task, ground) {
            Ok(request) => request,
            Err(why) => return Step::End(TaskOutcome::Failed(TaskFault::ours(why))),
        };
        // After a fault the device has said itself that it has nothing; after silence nobody knows.
        let silent = task.attempts > 1 && task.fault.as_ref().is_some_and(|fault| fault.code == 0);
        if certainty == Certainty::Fresh && !silent && !only_ask {
            return Step::Call(Work::Transferring(Transfer::Sending), request);
        }
        Transfer::ask(
            Question::All,
            task.command_key(),
            Box::new(request),
            (certainty, only_ask),
            site,
        )
    }

    fn ask(
        question: Question,
        key: CommandKey,
        request: Box<AcsRequest>,
        (certainty, only_ask): (Certainty, bool),
        site: &Site,
    ) -> Step {
        let lacks = |method: &str| site.learned.lacks.iter().any(|lacked| lacked == method);
        if !lacks(question.method()) {
            let call = question.request();
            let asking = Transfer::Asking {
                question,
                key,
                request,
                certainty,
                only_ask,
            };
            return Step::Call(Work::Transferring(asking), call);
        }
        match (question, certainty) {
            (Question::All, _) => {
                let doubt = (certainty, only_ask);
                Transfer::ask(Question::Own, key, request, doubt, site)
            }
            // It may have accepted it: its TransferComplete will tell, and if none comes it is sent again.
            (Question::Own, Certainty::Uncertain) => Step::End(TaskOutcome::WaitingForTransfer),
            (Question::Own, Certainty::Fresh) => {
                Step::Call(Work::Transferring(Transfer::Sending), *request)
            }
        }
    }

    pub fn answered(self, answer: Result<CpeResponse, Fault>, site: &mut Site) -> Step {
        match self {
            Transfer::Sending => sent(answer),
            Transfer::Asking {
                question,
                key,
                request,
                certainty,
                only_ask,
            } => {
                let queued = match answer {
                    Ok(CpeResponse::GetAllQueuedTransfersResponse(response)) => {
                        let mut list = response.transfer_list.into_iter();
                        list.any(|transfer| transfer.command_key == key)
                    }
                    Ok(CpeResponse::GetQueuedTransfersResponse(response)) => {
                        let mut list = response.transfer_list.into_iter();
                        list.any(|transfer| transfer.command_key == key)
                    }
                    Ok(_) => true,
                    Err(fault) => {
                        if fault.code != FaultCode::METHOD_NOT_SUPPORTED {
                            // Busy with the very transfer, perhaps: its TransferComplete will tell, and if none comes
                            // the device is asked again.
                            return Step::End(TaskOutcome::WaitingForTransfer);
                        }
                        site.lacks(question.method());
                        let doubt = (certainty, only_ask);
                        return Transfer::ask(Question::Own, key, request, doubt, site);
                    }
                };
                // A device tells the end of a transfer before it lets us ask: what is not in its list it never had.
                match (queued, only_ask) {
                    (true, _) => Step::End(TaskOutcome::WaitingForTransfer),
                    (false, false) => Step::Call(Work::Transferring(Transfer::Sending), *request),
                    (false, true) => Step::End(TaskOutcome::NotThere(TaskFault::ours(
                        "its session broke off before the device had it",
                    ))),
                }
            }
        }
    }
}

fn sent(answer: Result<CpeResponse, Fault>) -> Step {
    let status = match answer {
        Err(fault) => return Step::Refused(fault),
        Ok(CpeResponse::DownloadResponse(response)) => response.status,
        Ok(CpeResponse::UploadResponse(response)) => response.status,
        Ok(_) => Status::Committed,
    };
    Step::End(match status {
        Status::Applied => TaskOutcome::Done(json!({ "status": 0 })),
        Status::Committed => TaskOutcome::WaitingForTransfer,
    })
}

/// What a transfer is asked for with.
fn request(task: &Task, ground: Ground) -> Result<AcsRequest, &'static str> {
    let command_key = task.command_key();
    if let Some((file_type, _)) = task.kind.upload() {
        let upload = Upload {
            command_key,
            file_type,
            url: ground.destination,
            ..Upload::default()
        };
        return Ok(upload.into());
    }
    let Some(source) = ground.source else {
        return Err(match &task.kind {
            TaskKind::DownloadProfile => "the device has no profile",
            TaskKind::RestoreConfiguration { .. } => "the backup is no longer kept",
            _ => "the file is no longer in the library",
        });
    };
    Ok(match &task.kind {
        TaskKind::ScheduleDownload {
            target_file_name,
            windows,
            ..
        } => {
            let windows = windows.iter().map(|window| TimeWindow {
                window_start: window.start_secs,
                window_end: window.end_secs,
                window_mode: window.mode.clone(),
                user_message: window.user_message.clone(),
                max_retries: window.max_retries,
            });
            schedule(command_key, source, target_file_name, windows.collect()).into()
        }
        TaskKind::Download {
            target_file_name, ..
        } => download(command_key, source, target_file_name).into(),
        _ => download(command_key, source, "").into(),
    })
}

fn download(command_key: CommandKey, source: Source, target_file_name: &str) -> Download {
    Download {
        command_key,
        file_type: source.file_type,
        url: source.url,
        file_size: u32::try_from(source.bytes).unwrap_or(0),
        target_file_name: target_file_name.to_owned(),
        ..Download::default()
    }
}

fn schedule(
    command_key: CommandKey,
    source: Source,
    target_file_name: &str,
    time_window_list: Vec<TimeWindow>,
) -> ScheduleDownload {
    ScheduleDownload {
        command_key,
        file_type: source.file_type,
        url: source.url,
        file_size: u32::try_from(source.bytes).unwrap_or(0),
        target_file_name: target_file_name.to_owned(),
        time_window_list,
        ..ScheduleDownload::default()
    }
}
