//! The result of an operation on a module, in the words of the message that tells it (`OpResultStruct`).

use super::decide::{INSTALL, UNINSTALL, UPDATE, given};
use super::queue::Step;
use super::units::Unit;
use crate::device::Core;
use crate::limits::FAULT_TEXT_CHARS;
use cwmp::rpc::{Operation, OperationResult, TransferFault};
use cwmp::{Fault, FaultCode};
use data_model::{DateTime, Timestamp};

/// What an operation was to do, for its result.
struct Attempt<'a> {
    operation: &'static str,
    uuid: &'a str,
    unit: Option<&'a Unit>,
    started: Timestamp,
}

impl Core {
    /// The result of a step that came to nothing.
    pub(super) fn failed_step(
        &self,
        step: &Step,
        started: Timestamp,
        fault: Fault,
    ) -> OperationResult {
        let (operation, uuid, unit) = match step {
            Step::Asked(Operation::Install(install)) => (INSTALL, given(&install.uuid), None),
            Step::Asked(Operation::Update(update)) => (UPDATE, given(&update.uuid), None),
            Step::Asked(Operation::Uninstall(it)) => (UNINSTALL, Some(it.uuid.as_str()), None),
            Step::Update(unit, update) => (UPDATE, given(&update.uuid), self.unit(*unit)),
        };
        let uuid = uuid.unwrap_or_default();
        self.failed(operation, started, uuid, unit.as_ref(), fault)
    }

    /// The result of an operation that has left a unit as it was, or made none.
    pub(super) fn failed(
        &self,
        operation: &'static str,
        started: Timestamp,
        uuid: &str,
        unit: Option<&Unit>,
        fault: Fault,
    ) -> OperationResult {
        let fault = Fault::new(reported_code(fault.code), fault.text);
        let uuid = unit.map_or(uuid, |unit| &unit.uuid);
        let attempt = Attempt {
            operation,
            uuid,
            unit,
            started,
        };
        self.result(&attempt, Some(fault))
    }

    /// The result of an operation that has left this unit.
    pub(super) fn succeeded(
        &self,
        operation: &'static str,
        started: Timestamp,
        unit: Option<&Unit>,
    ) -> OperationResult {
        let uuid = unit.map_or("", |unit| unit.uuid.as_str());
        let attempt = Attempt {
            operation,
            uuid,
            unit,
            started,
        };
        self.result(&attempt, None)
    }

    fn result(&self, attempt: &Attempt<'_>, fault: Option<Fault>) -> OperationResult {
        let unit = attempt.unit;
        let state = match unit {
            Some(_) => "Installed",
            None => "Failed",
        };
        let mut fault = TransferFault::from(fault);
        let end = fault.fault_string.char_indices().nth(FAULT_TEXT_CHARS);
        if let Some((end, _)) = end {
            fault.fault_string.truncate(end);
        }
        OperationResult {
            // What is no UUID is shown as far as one would reach.
            uuid: attempt.uuid.chars().take(36).collect(),
            deployment_unit_ref: unit.map_or_else(String::new, |unit| self.unit_path(unit.number)),
            version: unit.map_or_else(String::new, |unit| unit.version.clone()),
            current_state: state.into(),
            resolved: unit.is_some(),
            execution_unit_ref_list: unit
                .map_or_else(String::new, |unit| unit.execution_units.clone()),
            start_time: DateTime::at(attempt.started),
            complete_time: DateTime::at(self.facts.now),
            fault,
            operation_performed: Some(attempt.operation.into()),
        }
    }
}

/// The code a result may carry for a failure: those of TR-181 FaultCodeFilter are all there are.
fn reported_code(code: FaultCode) -> FaultCode {
    match code {
        FaultCode::FILE_AUTHENTICATION => FaultCode::FILE_CORRUPTED,
        FaultCode::TRANSFER_FAILURE => FaultCode::COMPLETE_DOWNLOAD,
        FaultCode::INVALID_ARGUMENTS
        | FaultCode::TRANSFER_AUTHENTICATION
        | FaultCode::UNSUPPORTED_PROTOCOL => code,
        other => match other.number() {
            9015..=9018 | 9022..=9032 => other,
            _ => FaultCode::REQUEST_DENIED,
        },
    }
}
