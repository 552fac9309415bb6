//! Download on the device: queue the transfer; its end is reported by TransferComplete (TR-069 A.3.2.8).

use crate::device::Core;
use crate::device::exchange::absolute;
use crate::limits::FILE_BYTES;
use cwmp::rpc::{Download, DownloadResponse, Status};
use cwmp::{Fault, FaultCode};
use data_model::DateTime;

/// The one kind of file this device takes (spec W-29: told by its number).
const FIRMWARE: &str = "1";

pub(super) fn serve(core: &mut Core, request: &Download) -> Result<DownloadResponse, Fault> {
    let file_type = request.file_type.trim();
    if file_type.split(' ').next() != Some(FIRMWARE) {
        let why = format!("this device takes no file of type `{file_type}`");
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    check_url(&request.url)?;
    if u64::from(request.file_size) > FILE_BYTES {
        let why = format!("the file is larger than {FILE_BYTES} bytes");
        return Err(Fault::new(FaultCode::TRANSFER_FAILURE, why));
    }
    core.transfers.queue(request, core.facts.now)?;
    // TR-069 A.3.2.8: an image is applied by a reboot, so its end can only be told in a later session.
    Ok(DownloadResponse {
        status: Status::Committed,
        start_time: DateTime::unknown(),
        complete_time: DateTime::unknown(),
    })
}

fn check_url(url: &str) -> Result<(), Fault> {
    let scheme = url
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => {}
        Some(other) => {
            let why = format!("{other} is not supported for file transfer");
            return Err(Fault::new(FaultCode::UNSUPPORTED_PROTOCOL, why));
        }
        None => {
            return Err(Fault::new(
                FaultCode::INVALID_ARGUMENTS,
                "the URL is not absolute",
            ));
        }
    }
    let Some(uri) = absolute(url) else {
        return Err(Fault::new(
            FaultCode::INVALID_ARGUMENTS,
            "the URL cannot be read",
        ));
    };
    // TR-069 A.3.2.8: user and password have arguments of their own.
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        let why = "the URL holds a user or a password";
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    Ok(())
}
