//! Download, Upload, RequestDownload, CancelTransfer and the two queues (TR-069 A.3.2.8, A.4.1.4 to A.4.1.9, A.4.2.2).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::{Flag, Number};
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct Download {
    CommandKey: String,
    FileType: String,
    URL: String,
    Username: String,
    Password: String,
    FileSize: Number,
    TargetFileName: String,
    DelaySeconds: Number,
    SuccessURL: String,
    FailureURL: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct DownloadResponse {
    Status: Number,
    StartTime: String,
    CompleteTime: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct Upload {
    CommandKey: String,
    FileType: String,
    URL: String,
    Username: String,
    Password: String,
    DelaySeconds: Number,
}

#[derive(YaDeserialize, Serialize)]
pub struct UploadResponse {
    Status: Number,
    StartTime: String,
    CompleteTime: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct RequestDownload {
    FileType: String,
    FileTypeArg: FileTypeArg,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct FileTypeArg {
    ArgStruct: Vec<ArgStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct ArgStruct {
    Name: String,
    Value: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct RequestDownloadResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct CancelTransfer {
    CommandKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct CancelTransferResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct GetQueuedTransfers {}

#[derive(YaDeserialize, Serialize)]
pub struct GetQueuedTransfersResponse {
    TransferList: TransferList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct TransferList {
    QueuedTransferStruct: Vec<QueuedTransferStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct QueuedTransferStruct {
    CommandKey: String,
    State: Number,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetAllQueuedTransfers {}

#[derive(YaDeserialize, Serialize)]
pub struct GetAllQueuedTransfersResponse {
    TransferList: AllTransferList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct AllTransferList {
    AllQueuedTransferStruct: Vec<AllQueuedTransferStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct AllQueuedTransferStruct {
    CommandKey: String,
    State: Number,
    IsDownload: Flag,
    FileType: String,
    FileSize: Number,
    TargetFileName: String,
}
