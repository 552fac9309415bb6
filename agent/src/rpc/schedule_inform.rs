//! ScheduleInform on the device: keep the order; the clock does the rest (TR-069 A.4.1.2).

use crate::device::Core;
use crate::limits::SCHEDULE_SECS;
use cwmp::rpc::{ScheduleInform, ScheduleInformResponse};
use cwmp::{Fault, FaultCode};

pub(super) fn serve(
    core: &mut Core,
    request: &ScheduleInform,
) -> Result<ScheduleInformResponse, Fault> {
    let refused = |why: String| Fault::new(FaultCode::INVALID_ARGUMENTS, why);
    let delay_secs = request.delay_seconds;
    if delay_secs == 0 || delay_secs > SCHEDULE_SECS {
        return Err(refused(format!(
            "DelaySeconds is not from 1 to {SCHEDULE_SECS}"
        )));
    }
    let due = core.facts.now.plus_secs(delay_secs.into());
    // TR-069 A.4.1.2 knows no fault 9004 for this call.
    core.scheduled_mut()
        .order(request.command_key.clone(), due)
        .map_err(|full| refused(full.to_string()))?;
    Ok(ScheduleInformResponse {})
}
