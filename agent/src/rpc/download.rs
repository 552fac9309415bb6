//! Download on the device: queue the transfer; its end is reported by TransferComplete (TR-069 A.3.2.8).

use super::file_url;
use crate::device::Core;
use crate::limits::FILE_BYTES;
use crate::transfer::TransferFile;
use cwmp::rpc::{Download, DownloadResponse, Status};
use cwmp::{Fault, FaultCode};
use data_model::DateTime;

pub(super) fn serve(core: &mut Core, request: &Download) -> Result<DownloadResponse, Fault> {
    let file = TransferFile::of_download(&request.file_type)?;
    file_url::check(&request.url)?;
    let (username, password) = (&request.username, &request.password);
    file_url::check_texts(&[username, password, &request.target_file_name])?;
    check_size(request.file_size)?;
    core.transfers.queue(request, file, core.facts.now)?;
    // TR-069 A.3.2.8: an image is applied by a reboot, and a configuration rests while a session is open, so the end
    // can only be told in a later session.
    Ok(DownloadResponse {
        status: Status::Committed,
        start_time: DateTime::unknown(),
        complete_time: DateTime::unknown(),
    })
}

/// TR-069 Table 33: a file that is too large by its own account may be refused at once.
pub(super) fn check_size(file_size: u32) -> Result<(), Fault> {
    if u64::from(file_size) > FILE_BYTES {
        let why = format!("the file is larger than {FILE_BYTES} bytes");
        return Err(Fault::new(FaultCode::TRANSFER_FAILURE, why));
    }
    Ok(())
}
