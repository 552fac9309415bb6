//! DUStateChangeComplete and its autonomous sibling: what became of software modules (TR-069 A.4.2.3, A.4.2.4).

use super::transfer_complete::TransferFault;
use super::{Rpc, boolean, date_time, message_without_arguments, string};
use crate::keys::CommandKey;
use crate::limits::LIST_ITEMS;
use crate::xml::{XmlError, XmlErrorKind, XmlReader, XmlWriter};
use data_model::DateTime;
use serde::{Deserialize, Serialize};

/// The results of a ChangeDUState, in the order of its operations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DUStateChangeComplete {
    /// One result for each unit that was touched.
    pub results: Vec<OperationResult>,
    /// The key of the request, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_key: Option<CommandKey>,
}

/// Changes of deployment units that nobody at the ACS asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutonomousDUStateChangeComplete {
    /// One result for each unit that was touched.
    pub results: Vec<OperationResult>,
}

/// `OpResultStruct`, and with `operation_performed` also `AutonOpResultStruct`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OperationResult {
    /// The unit's identity.
    #[serde(rename = "UUID")]
    pub uuid: String,
    /// Path of the unit in the data model.
    pub deployment_unit_ref: String,
    /// Its version.
    pub version: String,
    /// `Installed`, `Uninstalled` or `Failed`.
    pub current_state: String,
    /// Whether all it depends on is there.
    pub resolved: bool,
    /// Paths of its execution units.
    pub execution_unit_ref_list: String,
    /// When the operation began, in UTC.
    pub start_time: DateTime,
    /// When it ended, in UTC.
    pub complete_time: DateTime,
    /// What went wrong, if anything.
    pub fault: TransferFault,
    /// `Install`, `Update` or `Uninstall`; only in the autonomous message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_performed: Option<String>,
}

impl Rpc for DUStateChangeComplete {
    const NAME: &'static str = "DUStateChangeComplete";

    fn read(reader: &mut XmlReader<'_>) -> Result<DUStateChangeComplete, XmlError> {
        let mut message = DUStateChangeComplete::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "Results" => read_result(reader, &mut message.results)?,
                "CommandKey" => {
                    message.command_key = Some(CommandKey::from_peer(&reader.text()?));
                }
                _ => reader.skip()?,
            }
        }
        complain_if_empty(reader, &message.results);
        Ok(message)
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_results(writer, &self.results);
        if let Some(key) = &self.command_key {
            writer.leaf("CommandKey", key.as_str());
        }
    }
}

impl Rpc for AutonomousDUStateChangeComplete {
    const NAME: &'static str = "AutonomousDUStateChangeComplete";

    fn read(reader: &mut XmlReader<'_>) -> Result<AutonomousDUStateChangeComplete, XmlError> {
        let mut message = AutonomousDUStateChangeComplete::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "Results" => read_result(reader, &mut message.results)?,
                _ => reader.skip()?,
            }
        }
        complain_if_empty(reader, &message.results);
        Ok(message)
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_results(writer, &self.results);
    }
}

fn complain_if_empty(reader: &mut XmlReader<'_>, results: &[OperationResult]) {
    if results.is_empty() {
        reader.complain(|| "Results is missing".into());
    }
}

fn read_result(
    reader: &mut XmlReader<'_>,
    results: &mut Vec<OperationResult>,
) -> Result<(), XmlError> {
    if results.len() == LIST_ITEMS {
        return Err(reader.error(XmlErrorKind::ListTooLong));
    }
    let mut result = OperationResult::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "UUID" => result.uuid = string(reader)?,
            "DeploymentUnitRef" => result.deployment_unit_ref = string(reader)?,
            "Version" => result.version = string(reader)?,
            "CurrentState" => result.current_state = string(reader)?,
            "Resolved" => result.resolved = boolean(reader)?,
            "ExecutionUnitRefList" => result.execution_unit_ref_list = string(reader)?,
            "StartTime" => result.start_time = date_time(reader)?,
            "CompleteTime" => result.complete_time = date_time(reader)?,
            "Fault" => result.fault = TransferFault::read(reader)?,
            "OperationPerformed" => result.operation_performed = Some(string(reader)?),
            _ => reader.skip()?,
        }
    }
    results.push(result);
    Ok(())
}

fn write_results(writer: &mut XmlWriter, results: &[OperationResult]) {
    for result in results {
        writer.open("Results");
        writer.leaf("UUID", &result.uuid);
        writer.leaf("DeploymentUnitRef", &result.deployment_unit_ref);
        writer.leaf("Version", &result.version);
        writer.leaf("CurrentState", &result.current_state);
        writer.boolean("Resolved", result.resolved);
        writer.leaf("ExecutionUnitRefList", &result.execution_unit_ref_list);
        writer.leaf("StartTime", result.start_time.as_str());
        writer.leaf("CompleteTime", result.complete_time.as_str());
        result.fault.write(writer, "Fault");
        if let Some(operation) = &result.operation_performed {
            writer.leaf("OperationPerformed", operation);
        }
        writer.close("Results");
    }
}

message_without_arguments! {
    /// The ACS has taken note of a DUStateChangeComplete.
    DUStateChangeCompleteResponse
}

message_without_arguments! {
    /// The ACS has taken note of an AutonomousDUStateChangeComplete.
    AutonomousDUStateChangeCompleteResponse
}
