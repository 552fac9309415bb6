//! Upload on the device: queue the sending of its configuration or its log (TR-069 A.4.1.5).

use super::file_url;
use crate::device::Core;
use crate::transfer::TransferFile;
use cwmp::rpc::{Status, Upload, UploadResponse};
use cwmp::{Fault, FaultCode};
use data_model::DateTime;

pub(super) fn serve(core: &mut Core, request: &Upload) -> Result<UploadResponse, Fault> {
    let file = TransferFile::of_upload(&request.file_type)?;
    check_instance(core, file)?;
    let host = file_url::check(&request.url)?;
    file_url::check_texts(&[&request.username, &request.password])?;
    if !core.files.permits(&host) {
        let why = "this device sends its files to other hosts only";
        return Err(Fault::new(FaultCode::REQUEST_DENIED, why));
    }
    core.transfers.queue_upload(request, file, core.facts.now)?;
    Ok(UploadResponse {
        status: Status::Committed,
        start_time: DateTime::unknown(),
        complete_time: DateTime::unknown(),
    })
}

/// The number behind the file type is an instance of a table (TR-069 Table 56).
fn check_instance(core: &Core, file: TransferFile) -> Result<(), Fault> {
    let (table, instance) = match file {
        TransferFile::SendConfiguration(Some(instance)) => ("VendorConfigFile", instance),
        TransferFile::SendLog(Some(instance)) => ("VendorLogFile", instance),
        TransferFile::SendConfiguration(None)
        | TransferFile::SendLog(None)
        | TransferFile::Firmware
        | TransferFile::Configuration => return Ok(()),
    };
    let root = core.product().root;
    let path = format!("{root}DeviceInfo.{table}.{instance}.");
    match core.tree.find(&path) {
        // Further entries of the table only tell which files were taken over.
        Some(_) if instance == 1 => Ok(()),
        Some(_) | None => {
            let why = format!("there is no file {path}");
            Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why))
        }
    }
}
