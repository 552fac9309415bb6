//! What a fault of a device means for its task: one table.
//!
//! docs/OPERATING.md shows it to operators; keep the two alike.

use crate::limits::TASK_ATTEMPTS;
use cwmp::FaultCode;
use data_model::Timestamp;

/// What is done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// It may pass by itself: the task is tried again, after longer and longer waits.
    Retry,
    /// It will not pass: the task fails.
    Final,
    /// The device's tree is not what it was thought to be: the task fails, and the names around are read anew.
    Rediscover,
    /// The device does not have the method: the task fails, and that is remembered.
    Unsupported,
}

/// The table. A refused argument stays refused; a device that was busy, short of memory, in the middle of something or
/// could not reach the file server may do it later. A link it was refused with is a fresh one the next time.
pub fn reaction(code: FaultCode) -> Reaction {
    match code.as_acs_understands_it() {
        FaultCode::METHOD_NOT_SUPPORTED => Reaction::Unsupported,
        FaultCode::INVALID_PARAMETER_NAME => Reaction::Rediscover,
        FaultCode::REQUEST_DENIED
        | FaultCode::INTERNAL_ERROR
        | FaultCode::RESOURCES_EXCEEDED
        | FaultCode::TRANSFER_FAILURE
        | FaultCode::UPLOAD_FAILURE
        | FaultCode::TRANSFER_AUTHENTICATION
        | FaultCode::CONTACT_FILE_SERVER
        | FaultCode::ACCESS_FILE
        | FaultCode::COMPLETE_DOWNLOAD
        | FaultCode::TIME_WINDOWS
        | FaultCode::SYSTEM_RESOURCES_EXCEEDED => Reaction::Retry,
        _ => Reaction::Final,
    }
}

/// When to try again after a fault; `None` if that is of no use. The waits grow: 1, 5, 25, 125 minutes.
pub fn retry_at(code: FaultCode, attempts: u32, now: Timestamp) -> Option<Timestamp> {
    if attempts >= TASK_ATTEMPTS || reaction(code) != Reaction::Retry {
        return None;
    }
    let minutes = 5u64.saturating_pow(attempts.saturating_sub(1));
    Some(now.plus_secs(60 * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn refused_arguments_are_final_and_passing_trouble_is_tried_again_later() {
        for code in [9000, 9003, 9005, 9007, 9008, 9013, 9018, 9019, 9021, 9030] {
            assert_eq!(retry_at(FaultCode::new(code), 1, NOW), None, "{code}");
        }
        for code in [9001, 9002, 9004, 9010, 9012, 9015, 9016, 9555] {
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

    /// The table in the handbook says of every code what is done about it.
    #[test]
    fn the_handbook_has_the_same_table() {
        let handbook = include_str!("../../../docs/OPERATING.md");
        for code in FaultCode::ALL {
            if code.number() < 9000 {
                continue;
            }
            let word = match reaction(*code) {
                Reaction::Retry => "tried again",
                Reaction::Final => "final",
                Reaction::Rediscover => "names are read anew",
                Reaction::Unsupported => "not supported",
            };
            let line = format!("| {} | {word} |", code.number());
            assert!(handbook.contains(&line), "docs/OPERATING.md lacks `{line}`");
        }
    }
}
