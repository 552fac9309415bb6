//! CancelTransfer: forget transfers with this key (TR-069 A.4.1.9).

use super::reboot::read_key;
use super::{Rpc, message_without_arguments};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// Which transfers to forget.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CancelTransfer {
    /// Their key.
    #[serde(default)]
    pub command_key: CommandKey,
}

impl Rpc for CancelTransfer {
    const NAME: &'static str = "CancelTransfer";

    fn read(reader: &mut XmlReader<'_>) -> Result<CancelTransfer, XmlError> {
        Ok(CancelTransfer {
            command_key: read_key(reader)?,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("CommandKey", self.command_key.as_str());
    }
}

message_without_arguments! {
    /// They are forgotten, or there were none.
    CancelTransferResponse
}
