//! ScheduleDownload with its time windows (TR-069 A.4.1.8).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::Number;
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct ScheduleDownload {
    CommandKey: String,
    FileType: String,
    URL: String,
    Username: String,
    Password: String,
    FileSize: Number,
    TargetFileName: String,
    TimeWindowList: TimeWindowList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct TimeWindowList {
    TimeWindowStruct: Vec<TimeWindowStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct TimeWindowStruct {
    WindowStart: Number,
    WindowEnd: Number,
    WindowMode: String,
    UserMessage: String,
    MaxRetries: Number,
}

#[derive(YaDeserialize, Serialize)]
pub struct ScheduleDownloadResponse {}
