//! Which faults may pass by themselves, and when to try again: one table.

use crate::limits::TASK_ATTEMPTS;
use cwmp::FaultCode;
use data_model::Timestamp;

/// Whether a fault of a device is worth another attempt, and when.
///
/// A refused argument stays refused; a device that was busy, short of memory or in the middle of something may do
/// it later. The waits grow: 1, 5, 25, 125 minutes.
pub fn retry_at(code: FaultCode, attempts: u32, now: Timestamp) -> Option<Timestamp> {
    if attempts >= TASK_ATTEMPTS || !may_pass(code) {
        return None;
    }
    let minutes = 5u64.saturating_pow(attempts.saturating_sub(1));
    Some(now.plus_secs(60 * minutes))
}

fn may_pass(code: FaultCode) -> bool {
    let code = code.as_acs_understands_it();
    [
        FaultCode::REQUEST_DENIED,
        FaultCode::INTERNAL_ERROR,
        FaultCode::RESOURCES_EXCEEDED,
        FaultCode::TRANSFER_FAILURE,
        FaultCode::CONTACT_FILE_SERVER,
        FaultCode::COMPLETE_DOWNLOAD,
    ]
    .contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn refused_arguments_are_final_and_passing_trouble_is_tried_again_later() {
        for code in [9000, 9003, 9005, 9007, 9008, 9018, 9019] {
            assert_eq!(retry_at(FaultCode::new(code), 1, NOW), None, "{code}");
        }
        for code in [9001, 9002, 9004, 9015, 9555] {
            assert_eq!(
                retry_at(FaultCode::new(code), 1, NOW),
                Some(NOW.plus_secs(60)),
                "{code}"
            );
        }
        assert_eq!(
            retry_at(FaultCode::INTERNAL_ERROR, 3, NOW),
            Some(NOW.plus_secs(25 * 60))
        );
        assert_eq!(
            retry_at(FaultCode::INTERNAL_ERROR, TASK_ATTEMPTS, NOW),
            None
        );
    }
}
