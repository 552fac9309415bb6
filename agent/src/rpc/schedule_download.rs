//! ScheduleDownload on the device: queue a download for its time windows (TR-069 A.4.1.8).

use super::{download, file_url};
use crate::device::Core;
use crate::transfer::TransferFile;
use cwmp::Fault;
use cwmp::rpc::{ScheduleDownload, ScheduleDownloadResponse};

pub(super) fn serve(
    core: &mut Core,
    request: &ScheduleDownload,
) -> Result<ScheduleDownloadResponse, Fault> {
    let file = TransferFile::of_download(&request.file_type)?;
    file_url::check(&request.url)?;
    let (username, password) = (&request.username, &request.password);
    file_url::check_texts(&[username, password, &request.target_file_name])?;
    download::check_size(request.file_size)?;
    let now = core.facts.now;
    core.transfers.queue_scheduled(request, file, now)?;
    Ok(ScheduleDownloadResponse {})
}
