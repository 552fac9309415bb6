//! TransferComplete and AutonomousTransferComplete (TR-069 A.3.3.2, A.3.3.3).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::faults::FaultStruct;
use super::text::{Flag, Number};
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct TransferComplete {
    CommandKey: String,
    FaultStruct: FaultStruct,
    StartTime: String,
    CompleteTime: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct TransferCompleteResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct AutonomousTransferComplete {
    AnnounceURL: String,
    TransferURL: String,
    IsDownload: Flag,
    FileType: String,
    FileSize: Number,
    TargetFileName: String,
    FaultStruct: FaultStruct,
    StartTime: String,
    CompleteTime: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct AutonomousTransferCompleteResponse {}
