//! Download: fetch a file and apply it (TR-069 A.3.2.8).

use super::{Rpc, Status, command_key, date_time, number, required, string};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::DateTime;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What to fetch.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Download {
    /// Comes back with TransferComplete and the event `M Download`.
    pub command_key: CommandKey,
    /// What the file is for, such as `1 Firmware Upgrade Image`.
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
    /// The file's name on the device; empty if it does not matter.
    pub target_file_name: String,
    /// Seconds to wait after the response; zero to start at once.
    pub delay_seconds: u32,
    /// Where to send a subscriber's browser afterwards.
    #[serde(rename = "SuccessURL")]
    pub success_url: String,
    /// Where to send a subscriber's browser if it failed.
    #[serde(rename = "FailureURL")]
    pub failure_url: String,
}

impl fmt::Debug for Download {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("command_key", &self.command_key)
            .field("file_type", &self.file_type)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Rpc for Download {
    const NAME: &'static str = "Download";

    fn read(reader: &mut XmlReader<'_>) -> Result<Download, XmlError> {
        let mut download = Download::default();
        let mut file_type = None;
        let mut url = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "CommandKey" => download.command_key = command_key(reader)?,
                "FileType" => file_type = Some(string(reader)?),
                "URL" => url = Some(string(reader)?),
                "Username" => download.username = string(reader)?,
                "Password" => download.password = string(reader)?,
                "FileSize" => download.file_size = number(reader)?,
                "TargetFileName" => download.target_file_name = string(reader)?,
                "DelaySeconds" => download.delay_seconds = number(reader)?,
                "SuccessURL" => download.success_url = string(reader)?,
                "FailureURL" => download.failure_url = string(reader)?,
                _ => reader.skip()?,
            }
        }
        download.file_type = required(reader, file_type, "FileType");
        download.url = required(reader, url, "URL");
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
        writer.number("DelaySeconds", self.delay_seconds);
        writer.leaf("SuccessURL", &self.success_url);
        writer.leaf("FailureURL", &self.failure_url);
    }
}

/// How far the transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DownloadResponse {
    /// Applied: complete. Committed: a TransferComplete will follow.
    pub status: Status,
    /// When it began, in UTC; the Unknown Time unless it is complete.
    pub start_time: DateTime,
    /// When it was complete, in UTC; the Unknown Time unless it is complete.
    pub complete_time: DateTime,
}

impl Rpc for DownloadResponse {
    const NAME: &'static str = "DownloadResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<DownloadResponse, XmlError> {
        read_transfer_response(reader)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("Status", u8::from(self.status));
        writer.leaf("StartTime", self.start_time.as_str());
        writer.leaf("CompleteTime", self.complete_time.as_str());
    }
}

/// Reads what the responses of Download and Upload share.
pub(super) fn read_transfer_response(
    reader: &mut XmlReader<'_>,
) -> Result<DownloadResponse, XmlError> {
    let mut response = DownloadResponse::default();
    let mut status = None;
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Status" => status = Some(Status::read(reader)?),
            "StartTime" => response.start_time = date_time(reader)?,
            "CompleteTime" => response.complete_time = date_time(reader)?,
            _ => reader.skip()?,
        }
    }
    response.status = required(reader, status, "Status");
    Ok(response)
}
