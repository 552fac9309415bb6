//! CancelTransfer on the device: forget transfers that are not yet being applied (TR-069 A.4.1.9).

use crate::device::Core;
use cwmp::Fault;
use cwmp::rpc::{CancelTransfer, CancelTransferResponse};

pub(super) fn serve(
    core: &mut Core,
    request: &CancelTransfer,
) -> Result<CancelTransferResponse, Fault> {
    core.transfers.cancel(&request.command_key)?;
    Ok(CancelTransferResponse {})
}
