//! Kicked: a subscriber was sent to the device's kick page (TR-069 A.4.2.1, deprecated).

use super::{Rpc, string};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// What the kick page was called with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Kicked {
    /// The `command` argument.
    pub command: String,
    /// The page the subscriber came from.
    pub referer: String,
    /// The `arg` argument.
    pub arg: String,
    /// The `next` argument: where the subscriber wants to go.
    pub next: String,
}

impl Rpc for Kicked {
    const NAME: &'static str = "Kicked";

    fn read(reader: &mut XmlReader<'_>) -> Result<Kicked, XmlError> {
        let mut kicked = Kicked::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "Command" => kicked.command = string(reader)?,
                "Referer" => kicked.referer = string(reader)?,
                "Arg" => kicked.arg = string(reader)?,
                "Next" => kicked.next = string(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(kicked)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("Command", &self.command);
        writer.leaf("Referer", &self.referer);
        writer.leaf("Arg", &self.arg);
        writer.leaf("Next", &self.next);
    }
}

/// Where the device is to send the subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KickedResponse {
    /// The page to show.
    #[serde(rename = "NextURL")]
    pub next_url: String,
}

impl Rpc for KickedResponse {
    const NAME: &'static str = "KickedResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<KickedResponse, XmlError> {
        let mut response = KickedResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "NextURL" => response.next_url = string(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("NextURL", &self.next_url);
    }
}
