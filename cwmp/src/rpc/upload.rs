//! Upload: send a file to a server (TR-069 A.4.1.5).

use super::download::read_transfer_response;
use super::{Rpc, Status, command_key, number, required, string};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::DateTime;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What to send, and where.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Upload {
    /// Comes back with TransferComplete and the event `M Upload`.
    pub command_key: CommandKey,
    /// Which file, such as `3 Vendor Configuration File 1`.
    pub file_type: String,
    /// Where to put it.
    #[serde(rename = "URL")]
    pub url: String,
    /// User at the file server; empty for none.
    pub username: String,
    /// Password at the file server.
    pub password: String,
    /// Seconds to wait after the response; zero to start at once.
    pub delay_seconds: u32,
}

impl fmt::Debug for Upload {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("command_key", &self.command_key)
            .field("file_type", &self.file_type)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Rpc for Upload {
    const NAME: &'static str = "Upload";

    fn read(reader: &mut XmlReader<'_>) -> Result<Upload, XmlError> {
        let mut upload = Upload::default();
        let mut file_type = None;
        let mut url = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "CommandKey" => upload.command_key = command_key(reader)?,
                "FileType" => file_type = Some(string(reader)?),
                "URL" => url = Some(string(reader)?),
                "Username" => upload.username = string(reader)?,
                "Password" => upload.password = string(reader)?,
                "DelaySeconds" => upload.delay_seconds = number(reader)?,
                _ => reader.skip()?,
            }
        }
        upload.file_type = required(reader, file_type, "FileType");
        upload.url = required(reader, url, "URL");
        Ok(upload)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("CommandKey", self.command_key.as_str());
        writer.leaf("FileType", &self.file_type);
        writer.leaf("URL", &self.url);
        writer.leaf("Username", &self.username);
        writer.leaf("Password", &self.password);
        writer.number("DelaySeconds", self.delay_seconds);
    }
}

/// How far the transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadResponse {
    /// Applied: complete. Committed: a TransferComplete will follow.
    pub status: Status,
    /// When it began, in UTC; the Unknown Time unless it is complete.
    pub start_time: DateTime,
    /// When it was complete, in UTC; the Unknown Time unless it is complete.
    pub complete_time: DateTime,
}

impl Rpc for UploadResponse {
    const NAME: &'static str = "UploadResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<UploadResponse, XmlError> {
        let response = read_transfer_response(reader)?;
        Ok(UploadResponse {
            status: response.status,
            start_time: response.start_time,
            complete_time: response.complete_time,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("Status", u8::from(self.status));
        writer.leaf("StartTime", self.start_time.as_str());
        writer.leaf("CompleteTime", self.complete_time.as_str());
    }
}
