//! TransferComplete: how a transfer the ACS asked for has ended (TR-069 A.3.3.2).

use super::{Rpc, date_time, message_without_arguments, number, required, string};
use crate::fault::{Fault, FaultCode};
use crate::keys::CommandKey;
use crate::limits::PEER_TEXT_CHARS;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::DateTime;
use serde::{Deserialize, Serialize};

/// The end of a Download, ScheduleDownload or Upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransferComplete {
    /// The key of the request.
    pub command_key: CommandKey,
    /// What went wrong, if anything.
    pub fault_struct: TransferFault,
    /// When the transfer began, in UTC.
    pub start_time: DateTime,
    /// When it was complete and applied, in UTC.
    pub complete_time: DateTime,
}

/// `FaultStruct`: code zero means that nothing went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransferFault {
    /// Zero or a fault code.
    pub fault_code: u16,
    /// The fault in words.
    pub fault_string: String,
}

impl TransferFault {
    /// The fault, if there is one.
    pub fn fault(&self) -> Option<Fault> {
        match self.fault_code {
            0 => None,
            code => Some(Fault::new(FaultCode::new(code), self.fault_string.clone())),
        }
    }

    pub(super) fn read(reader: &mut XmlReader<'_>) -> Result<TransferFault, XmlError> {
        let mut fault = TransferFault::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "FaultCode" => fault.fault_code = number(reader)?,
                "FaultString" => {
                    fault.fault_string = reader.text()?.chars().take(PEER_TEXT_CHARS).collect();
                }
                _ => reader.skip()?,
            }
        }
        Ok(fault)
    }

    pub(super) fn write(&self, writer: &mut XmlWriter, tag: &str) {
        writer.open(tag);
        writer.number("FaultCode", self.fault_code);
        writer.leaf("FaultString", &self.fault_string);
        writer.close(tag);
    }
}

impl From<Option<Fault>> for TransferFault {
    fn from(fault: Option<Fault>) -> TransferFault {
        fault.map_or_else(TransferFault::default, |fault| TransferFault {
            fault_code: fault.code.number(),
            fault_string: fault.text,
        })
    }
}

impl Rpc for TransferComplete {
    const NAME: &'static str = "TransferComplete";

    fn read(reader: &mut XmlReader<'_>) -> Result<TransferComplete, XmlError> {
        let mut command_key = None;
        let mut fault_struct = None;
        let mut start_time = DateTime::unknown();
        let mut complete_time = DateTime::unknown();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "CommandKey" => command_key = Some(CommandKey::from_peer(&string(reader)?)),
                "FaultStruct" => fault_struct = Some(TransferFault::read(reader)?),
                "StartTime" => start_time = date_time(reader)?,
                "CompleteTime" => complete_time = date_time(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(TransferComplete {
            command_key: required(reader, command_key, "CommandKey"),
            fault_struct: required(reader, fault_struct, "FaultStruct"),
            start_time,
            complete_time,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("CommandKey", self.command_key.as_str());
        self.fault_struct.write(writer, "FaultStruct");
        writer.leaf("StartTime", self.start_time.as_str());
        writer.leaf("CompleteTime", self.complete_time.as_str());
    }
}

message_without_arguments! {
    /// The ACS has taken note of a TransferComplete.
    TransferCompleteResponse
}
