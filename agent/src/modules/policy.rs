//! Which changes of modules the ACS wants to hear of that it has not asked for: ManagementServer.DUStateChangeComplPolicy
//! (TR-181).

use cwmp::rpc::OperationResult;

/// The policy as its parameters stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Whether any are reported.
    pub enabled: bool,
    /// `Install`, `Update` and `Uninstall`, separated by commas; an empty list is none.
    pub operation_types: String,
    /// `Success`, `Failure` or `Both`.
    pub result_type: String,
    /// The fault codes of failures, separated by commas; an empty list is none.
    pub fault_codes: String,
}

impl Policy {
    /// Whether this result is to be reported.
    pub fn wants(&self, result: &OperationResult) -> bool {
        let lists = |list: &str, word: &str| list.split(',').any(|item| item.trim() == word);
        let operation = result.operation_performed.as_deref().unwrap_or_default();
        let code = result.fault.fault_code;
        let passes = match (code, self.result_type.as_str()) {
            (0, word) => matches!(word, "Success" | "Both"),
            (_, "Failure" | "Both") => lists(&self.fault_codes, &code.to_string()),
            (_, _) => false,
        };
        self.enabled && passes && lists(&self.operation_types, operation)
    }
}
