//! ScheduleInform: call back later (TR-069 A.4.1.2).

use super::{Rpc, command_key, message_without_arguments, number, required};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// When to call back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleInform {
    /// Seconds from the response, at least 1.
    pub delay_seconds: u32,
    /// Comes back with the event `M ScheduleInform`.
    #[serde(default)]
    pub command_key: CommandKey,
}

impl Rpc for ScheduleInform {
    const NAME: &'static str = "ScheduleInform";

    fn read(reader: &mut XmlReader<'_>) -> Result<ScheduleInform, XmlError> {
        let mut delay_seconds = None;
        let mut key = CommandKey::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "DelaySeconds" => delay_seconds = Some(number(reader)?),
                "CommandKey" => key = command_key(reader)?,
                _ => reader.skip()?,
            }
        }
        let delay_seconds = required(reader, delay_seconds, "DelaySeconds");
        if delay_seconds == 0 {
            reader.complain(|| "DelaySeconds is 0".into());
        }
        Ok(ScheduleInform {
            delay_seconds,
            command_key: key,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("DelaySeconds", self.delay_seconds);
        writer.leaf("CommandKey", self.command_key.as_str());
    }
}

message_without_arguments! {
    /// The device will call back.
    ScheduleInformResponse
}
