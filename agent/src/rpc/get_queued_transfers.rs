//! GetQueuedTransfers on the device: what the ACS has asked for and is not done with (TR-069 A.4.1.4).

use crate::device::Core;
use crate::transfer::Origin;
use cwmp::rpc::{GetQueuedTransfersResponse, QueuedTransfer};

pub(super) fn serve(core: &Core) -> GetQueuedTransfersResponse {
    let asked = core
        .transfers
        .descriptions()
        .filter(|(origin, _)| *origin != Origin::Device);
    let transfers = asked.map(|(_, transfer)| QueuedTransfer {
        command_key: transfer.command_key,
        state: transfer.state,
    });
    GetQueuedTransfersResponse {
        transfer_list: transfers.take(super::QUEUED_TRANSFERS).collect(),
    }
}
