//! GetQueuedTransfers and GetAllQueuedTransfers: what is still to be transferred (TR-069 A.4.1.4, A.4.1.7).

use super::{Rpc, boolean, list, message_without_arguments, number, required, string};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

message_without_arguments! {
    /// The question about transfers the ACS asked for (deprecated).
    GetQueuedTransfers
}

message_without_arguments! {
    /// The question about all transfers, autonomous ones included.
    GetAllQueuedTransfers
}

/// How far a queued transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum QueuedTransferState {
    /// 1
    #[default]
    NotStarted,
    /// 2
    InProgress,
    /// 3: complete, the finishing steps remain.
    Finishing,
}

impl From<QueuedTransferState> for u8 {
    fn from(state: QueuedTransferState) -> u8 {
        match state {
            QueuedTransferState::NotStarted => 1,
            QueuedTransferState::InProgress => 2,
            QueuedTransferState::Finishing => 3,
        }
    }
}

impl TryFrom<u8> for QueuedTransferState {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<QueuedTransferState, &'static str> {
        match number {
            1 => Ok(QueuedTransferState::NotStarted),
            2 => Ok(QueuedTransferState::InProgress),
            3 => Ok(QueuedTransferState::Finishing),
            _ => Err("State is 1, 2 or 3"),
        }
    }
}

/// The transfers the ACS asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetQueuedTransfersResponse {
    /// At most 16.
    pub transfer_list: Vec<QueuedTransfer>,
}

/// `QueuedTransferStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueuedTransfer {
    /// The key of the request.
    pub command_key: CommandKey,
    /// How far it is.
    pub state: QueuedTransferState,
}

impl Rpc for GetQueuedTransfersResponse {
    const NAME: &'static str = "GetQueuedTransfersResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetQueuedTransfersResponse, XmlError> {
        let mut transfer_list = Vec::new();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "TransferList" => {
                    let items = list(reader, "QueuedTransferStruct", read_description)?;
                    let brief = |transfer: TransferDescription| QueuedTransfer {
                        command_key: transfer.command_key,
                        state: transfer.state,
                    };
                    transfer_list = items.into_iter().map(brief).collect();
                }
                _ => reader.skip()?,
            }
        }
        Ok(GetQueuedTransfersResponse { transfer_list })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.array(
            "TransferList",
            "cwmp:QueuedTransferStruct",
            self.transfer_list.len(),
        );
        for transfer in &self.transfer_list {
            writer.open("QueuedTransferStruct");
            writer.leaf("CommandKey", transfer.command_key.as_str());
            writer.number("State", u8::from(transfer.state));
            writer.close("QueuedTransferStruct");
        }
        writer.close("TransferList");
    }
}

/// All transfers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetAllQueuedTransfersResponse {
    /// At most 16.
    pub transfer_list: Vec<TransferDescription>,
}

/// `AllQueuedTransferStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransferDescription {
    /// The key of the request; empty for an autonomous transfer.
    pub command_key: CommandKey,
    /// How far it is.
    pub state: QueuedTransferState,
    /// True for a download, false for an upload.
    pub is_download: bool,
    /// The kind of file; the numbers are those of AutonomousTransferComplete.
    pub file_type: String,
    /// Bytes of the file, zero if not known.
    pub file_size: u32,
    /// The file's name on the device.
    pub target_file_name: String,
}

impl Rpc for GetAllQueuedTransfersResponse {
    const NAME: &'static str = "GetAllQueuedTransfersResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetAllQueuedTransfersResponse, XmlError> {
        let mut response = GetAllQueuedTransfersResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "TransferList" => {
                    response.transfer_list =
                        list(reader, "AllQueuedTransferStruct", read_description)?;
                }
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.array(
            "TransferList",
            "cwmp:AllQueuedTransferStruct",
            self.transfer_list.len(),
        );
        for transfer in &self.transfer_list {
            writer.open("AllQueuedTransferStruct");
            writer.leaf("CommandKey", transfer.command_key.as_str());
            writer.number("State", u8::from(transfer.state));
            writer.boolean("IsDownload", transfer.is_download);
            writer.leaf("FileType", &transfer.file_type);
            writer.number("FileSize", transfer.file_size);
            writer.leaf("TargetFileName", &transfer.target_file_name);
            writer.close("AllQueuedTransferStruct");
        }
        writer.close("TransferList");
    }
}

/// Reads either of the two structures; the shorter one leaves the rest at its defaults.
fn read_description(reader: &mut XmlReader<'_>) -> Result<TransferDescription, XmlError> {
    let mut transfer = TransferDescription::default();
    let mut state = None;
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "CommandKey" => transfer.command_key = CommandKey::from_peer(&reader.text()?),
            "State" => state = QueuedTransferState::try_from(number::<u8>(reader)?).ok(),
            "IsDownload" => transfer.is_download = boolean(reader)?,
            "FileType" => transfer.file_type = string(reader)?,
            "FileSize" => transfer.file_size = number(reader)?,
            "TargetFileName" => transfer.target_file_name = string(reader)?,
            _ => reader.skip()?,
        }
    }
    transfer.state = required(reader, state, "State (1, 2 or 3)");
    Ok(transfer)
}
