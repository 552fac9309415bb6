//! FactoryReset on the device: after the session (TR-069 A.4.1.6).

use crate::device::Core;
use crate::device::io::Restart;
use cwmp::rpc::FactoryResetResponse;

pub(super) fn serve(core: &mut Core) -> FactoryResetResponse {
    // Kept with the answer: a power cut before the reboot must not undo what was acknowledged.
    core.reset_at_boot();
    core.restart.get_or_insert(Restart::Reboot);
    FactoryResetResponse {}
}
