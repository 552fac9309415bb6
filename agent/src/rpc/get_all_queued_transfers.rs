//! GetAllQueuedTransfers on the device: every transfer it is not done with, whoever wanted it (TR-069 A.4.1.7).

use crate::device::Core;
use cwmp::rpc::GetAllQueuedTransfersResponse;

pub(super) fn serve(core: &Core) -> GetAllQueuedTransfersResponse {
    let transfers = core.transfers.descriptions().map(|(_, transfer)| transfer);
    GetAllQueuedTransfersResponse {
        transfer_list: transfers.take(super::QUEUED_TRANSFERS).collect(),
    }
}
