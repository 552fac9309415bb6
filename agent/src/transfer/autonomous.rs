//! Which autonomous transfers the ACS wants to hear of: ManagementServer.AutonomousTransferCompletePolicy (TR-181).

use super::Direction;
use super::file::TransferFile;

/// The policy as its parameters stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Whether any are reported.
    pub enabled: bool,
    /// `Upload`, `Download` or `Both`.
    pub transfer_type: String,
    /// `Success`, `Failure` or `Both`.
    pub result_type: String,
    /// File types, separated by commas; an empty list is none.
    pub file_types: String,
}

impl Policy {
    /// Whether the end of such a transfer is to be reported.
    pub fn wants(&self, file: TransferFile, good: bool) -> bool {
        let direction = match file.direction() {
            Direction::Download => "Download",
            Direction::Upload => "Upload",
        };
        let result = if good { "Success" } else { "Failure" };
        let passes = |filter: &str, word: &str| filter == "Both" || filter == word;
        self.enabled
            && passes(&self.transfer_type, direction)
            && passes(&self.result_type, result)
            && self.file_types.split(',').any(|ty| file.is_named_by(ty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers T-18.
    #[test]
    fn every_filter_has_to_let_a_report_pass() {
        let open = || Policy {
            enabled: true,
            transfer_type: "Both".into(),
            result_type: "Both".into(),
            file_types: "1 Firmware Upgrade Image, 3 Vendor Configuration File".into(),
        };
        let wants = |policy: Policy, good| policy.wants(TransferFile::Firmware, good);
        assert!(wants(open(), true) && wants(open(), false));
        assert!(open().wants(TransferFile::Configuration, true));
        assert!(!open().wants(TransferFile::SendLog(Some(1)), true));
        let closed = [
            (Policy::default(), true),
            (
                Policy {
                    enabled: false,
                    ..open()
                },
                true,
            ),
            (
                Policy {
                    transfer_type: "Upload".into(),
                    ..open()
                },
                true,
            ),
            (
                Policy {
                    result_type: "Success".into(),
                    ..open()
                },
                false,
            ),
            (
                Policy {
                    result_type: "Failure".into(),
                    ..open()
                },
                true,
            ),
            (
                Policy {
                    file_types: String::new(),
                    ..open()
                },
                true,
            ),
            (
                Policy {
                    file_types: "3 Vendor Configuration File".into(),
                    ..open()
                },
                true,
            ),
        ];
        for (policy, good) in closed {
            assert!(!wants(policy.clone(), good), "{policy:?}");
        }
    }
}
