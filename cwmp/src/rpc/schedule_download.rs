//! ScheduleDownload: fetch a file and apply it within one or two time windows (TR-069 A.4.1.8).

use super::{Rpc, command_key, list, message_without_arguments, number, required, string};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What to fetch, and when.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScheduleDownload {
    /// Comes back with TransferComplete and the event `M ScheduleDownload`.
    pub command_key: CommandKey,
    /// What the file is for.
    pub file_type: String,
    /// Where it is.
    #[serde(rename = "URL")]
    pub url: String,
    /// User at the file server; empty for none.
    pub username: String,
    /// Password at the file server.
    pub password: String,
    /// Bytes of the file; zero if not known.
    pub file_size: u32,
    /// The file's name on the device.
    pub target_file_name: String,
    /// One or two windows.
    pub time_window_list: Vec<TimeWindow>,
}

/// `TimeWindowStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TimeWindow {
    /// Seconds from the request to the window's start.
    pub window_start: u32,
    /// Seconds from the request to the window's end.
    pub window_end: u32,
    /// How free the device is to begin, such as `1 At Any Time`.
    pub window_mode: String,
    /// What to tell the user, for `4 Confirmation Needed`.
    pub user_message: String,
    /// Retries within the window; -1 leaves it to the device.
    pub max_retries: i32,
}

impl fmt::Debug for ScheduleDownload {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduleDownload")
            .field("command_key", &self.command_key)
            .field("file_type", &self.file_type)
            .field("url", &self.url)
            .field("time_window_list", &self.time_window_list)
            .finish_non_exhaustive()
    }
}

impl Rpc for ScheduleDownload {
    const NAME: &'static str = "ScheduleDownload";

    fn read(reader: &mut XmlReader<'_>) -> Result<ScheduleDownload, XmlError> {
        let mut download = ScheduleDownload::default();
        let mut file_type = None;
        let mut url = None;
        let mut windows = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "CommandKey" => download.command_key = command_key(reader)?,
                "FileType" => file_type = Some(string(reader)?),
                "URL" => url = Some(string(reader)?),
                "Username" => download.username = string(reader)?,
                "Password" => download.password = string(reader)?,
                "FileSize" => download.file_size = number(reader)?,
                "TargetFileName" => download.target_file_name = string(reader)?,
                "TimeWindowList" => {
                    windows = Some(list(reader, "TimeWindowStruct", read_window)?);
                }
                _ => reader.skip()?,
            }
        }
        download.file_type = required(reader, file_type, "FileType");
        download.url = required(reader, url, "URL");
        download.time_window_list = required(reader, windows, "TimeWindowList");
        Ok(download)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("CommandKey", self.command_key.as_str());
        writer.leaf("FileType", &self.file_type);
        writer.leaf("URL", &self.url);
        writer.leaf("Username", &self.username);
        writer.leaf("Password", &self.password);
        writer.number("FileSize", self.file_size);
        writer.leaf("TargetFileName", &self.target_file_name);
        writer.array(
            "TimeWindowList",
            "cwmp:TimeWindowStruct",
            self.time_window_list.len(),
        );
        for window in &self.time_window_list {
            writer.open("TimeWindowStruct");
            writer.number("WindowStart", window.window_start);
            writer.number("WindowEnd", window.window_end);
            writer.leaf("WindowMode", &window.window_mode);
            writer.leaf("UserMessage", &window.user_message);
            writer.number("MaxRetries", window.max_retries);
            writer.close("TimeWindowStruct");
        }
        writer.close("TimeWindowList");
    }
}

fn read_window(reader: &mut XmlReader<'_>) -> Result<TimeWindow, XmlError> {
    let mut window = TimeWindow::default();
    let mut start = None;
    let mut end = None;
    let mut mode = None;
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "WindowStart" => start = Some(number(reader)?),
            "WindowEnd" => end = Some(number(reader)?),
            "WindowMode" => mode = Some(string(reader)?),
            "UserMessage" => window.user_message = string(reader)?,
            "MaxRetries" => window.max_retries = number(reader)?,
            _ => reader.skip()?,
        }
    }
    window.window_start = required(reader, start, "WindowStart");
    window.window_end = required(reader, end, "WindowEnd");
    window.window_mode = required(reader, mode, "WindowMode");
    Ok(window)
}

message_without_arguments! {
    /// The download is queued.
    ScheduleDownloadResponse
}
