//! Reboot: restart once the session is over (TR-069 A.3.2.9).

use super::{Rpc, command_key, message_without_arguments};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// The request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reboot {
    /// Comes back with the event `M Reboot`.
    #[serde(default)]
    pub command_key: CommandKey,
}

impl Rpc for Reboot {
    const NAME: &'static str = "Reboot";

    fn read(reader: &mut XmlReader<'_>) -> Result<Reboot, XmlError> {
        Ok(Reboot {
            command_key: read_key(reader)?,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("CommandKey", self.command_key.as_str());
    }
}

/// Reads a request that holds only a CommandKey.
pub(super) fn read_key(reader: &mut XmlReader<'_>) -> Result<CommandKey, XmlError> {
    let mut key = CommandKey::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "CommandKey" => key = command_key(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(key)
}

message_without_arguments! {
    /// The device will restart.
    RebootResponse
}
