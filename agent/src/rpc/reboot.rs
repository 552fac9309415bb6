//! Reboot on the device: after the session, once, however often it is asked (TR-069 A.3.2.9).

use crate::device::Core;
use crate::device::io::Restart;
use cwmp::rpc::{Reboot, RebootResponse};
use cwmp::{Event, EventCode};

pub(super) fn serve(core: &mut Core, request: &Reboot) -> RebootResponse {
    // One `M Reboot` for each call, told after the boot.
    core.events.push(Event::with_key(
        EventCode::MReboot,
        request.command_key.clone(),
    ));
    core.restart.get_or_insert(Restart::Reboot);
    RebootResponse {}
}
