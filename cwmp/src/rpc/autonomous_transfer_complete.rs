//! AutonomousTransferComplete: the end of a transfer nobody at the ACS asked for (TR-069 A.3.3.3).

use super::transfer_complete::TransferFault;
use super::{Rpc, boolean, date_time, message_without_arguments, number, required, string};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::DateTime;
use serde::{Deserialize, Serialize};

/// The end of an autonomous transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutonomousTransferComplete {
    /// Where the file was announced, for multicast; else empty.
    #[serde(rename = "AnnounceURL")]
    pub announce_url: String,
    /// Where the file came from or went to.
    #[serde(rename = "TransferURL")]
    pub transfer_url: String,
    /// True for a download, false for an upload.
    pub is_download: bool,
    /// The kind of file; the numbers differ from those of Download and Upload (TR-069 A.3.3.3).
    pub file_type: String,
    /// Bytes of the file, zero if not known.
    pub file_size: u32,
    /// The file's name on the device.
    pub target_file_name: String,
    /// What went wrong, if anything.
    pub fault_struct: TransferFault,
    /// When the transfer began, in UTC.
    pub start_time: DateTime,
    /// When it was complete, in UTC.
    pub complete_time: DateTime,
}

impl Rpc for AutonomousTransferComplete {
    const NAME: &'static str = "AutonomousTransferComplete";

    fn read(reader: &mut XmlReader<'_>) -> Result<AutonomousTransferComplete, XmlError> {
        let mut is_download = None;
        let mut fault_struct = None;
        let mut message = AutonomousTransferComplete {
            announce_url: String::new(),
            transfer_url: String::new(),
            is_download: false,
            file_type: String::new(),
            file_size: 0,
            target_file_name: String::new(),
            fault_struct: TransferFault::default(),
            start_time: DateTime::unknown(),
            complete_time: DateTime::unknown(),
        };
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "AnnounceURL" => message.announce_url = string(reader)?,
                "TransferURL" => message.transfer_url = string(reader)?,
                "IsDownload" => is_download = Some(boolean(reader)?),
                "FileType" => message.file_type = string(reader)?,
                "FileSize" => message.file_size = number(reader)?,
                "TargetFileName" => message.target_file_name = string(reader)?,
                "FaultStruct" => fault_struct = Some(TransferFault::read(reader)?),
                "StartTime" => message.start_time = date_time(reader)?,
                "CompleteTime" => message.complete_time = date_time(reader)?,
                _ => reader.skip()?,
            }
        }
        message.is_download = required(reader, is_download, "IsDownload");
        message.fault_struct = required(reader, fault_struct, "FaultStruct");
        Ok(message)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("AnnounceURL", &self.announce_url);
        writer.leaf("TransferURL", &self.transfer_url);
        writer.boolean("IsDownload", self.is_download);
        writer.leaf("FileType", &self.file_type);
        writer.number("FileSize", self.file_size);
        writer.leaf("TargetFileName", &self.target_file_name);
        self.fault_struct.write(writer, "FaultStruct");
        writer.leaf("StartTime", self.start_time.as_str());
        writer.leaf("CompleteTime", self.complete_time.as_str());
    }
}

message_without_arguments! {
    /// The ACS has taken note of an AutonomousTransferComplete.
    AutonomousTransferCompleteResponse
}
