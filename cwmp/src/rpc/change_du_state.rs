//! ChangeDUState: install, update or remove software modules (TR-069 A.4.1.10).

use super::{Rpc, command_key, message_without_arguments, required, string};
use crate::keys::CommandKey;
use crate::limits::LIST_ITEMS;
use crate::xml::{XmlError, XmlErrorKind, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Operations on deployment units, each with its own result.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeDUState {
    /// What to do, in this order.
    pub operations: Vec<Operation>,
    /// Comes back with DUStateChangeComplete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_key: Option<CommandKey>,
}

/// One operation; its kind stands in `xsi:type` on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// `InstallOpStruct`
    Install(InstallOperation),
    /// `UpdateOpStruct`
    Update(UpdateOperation),
    /// `UninstallOpStruct`
    Uninstall(UninstallOperation),
}

/// Install a deployment unit.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InstallOperation {
    /// Where the unit is.
    #[serde(rename = "URL")]
    pub url: String,
    /// The unit's identity, if it is given one.
    #[serde(rename = "UUID", default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// User at the file server.
    #[serde(rename = "Username", default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password at the file server.
    #[serde(rename = "Password", default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Path of the execution environment to install it in.
    #[serde(
        rename = "ExecutionEnvRef",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub execution_env_ref: Option<String>,
}

/// Update one deployment unit or several.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UpdateOperation {
    /// Which unit; all of this URL if absent.
    #[serde(rename = "UUID", default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Which version of it is to be replaced.
    #[serde(rename = "Version", default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where the new version is; the old place if absent.
    #[serde(rename = "URL", default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// User at the file server.
    #[serde(rename = "Username", default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password at the file server.
    #[serde(rename = "Password", default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Remove a deployment unit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UninstallOperation {
    /// Which unit.
    #[serde(rename = "UUID")]
    pub uuid: String,
    /// Which version of it; all if absent.
    #[serde(rename = "Version", default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// From which execution environment; all if absent.
    #[serde(
        rename = "ExecutionEnvRef",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub execution_env_ref: Option<String>,
}

impl fmt::Debug for InstallOperation {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstallOperation")
            .field("url", &self.url)
            .field("uuid", &self.uuid)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UpdateOperation {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateOperation")
            .field("uuid", &self.uuid)
            .field("version", &self.version)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Rpc for ChangeDUState {
    const NAME: &'static str = "ChangeDUState";

    fn read(reader: &mut XmlReader<'_>) -> Result<ChangeDUState, XmlError> {
        let mut change = ChangeDUState::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "Operations" => {
                    if change.operations.len() == LIST_ITEMS {
                        return Err(reader.error(XmlErrorKind::ListTooLong));
                    }
                    let kind = tag.attribute("type").unwrap_or("");
                    read_operation(reader, kind, &mut change.operations)?;
                }
                "CommandKey" => change.command_key = Some(command_key(reader)?),
                _ => reader.skip()?,
            }
        }
        if change.operations.is_empty() {
            reader.complain(|| "Operations is missing".into());
        }
        Ok(change)
    }

    fn write(&self, writer: &mut XmlWriter) {
        for operation in &self.operations {
            match operation {
                Operation::Install(install) => {
                    writer.raw("<Operations xsi:type=\"cwmp:InstallOpStruct\">");
                    writer.leaf("URL", &install.url);
                    optional(writer, "UUID", install.uuid.as_ref());
                    optional(writer, "Username", install.username.as_ref());
                    optional(writer, "Password", install.password.as_ref());
                    optional(
                        writer,
                        "ExecutionEnvRef",
                        install.execution_env_ref.as_ref(),
                    );
                }
                Operation::Update(update) => {
                    writer.raw("<Operations xsi:type=\"cwmp:UpdateOpStruct\">");
                    optional(writer, "UUID", update.uuid.as_ref());
                    optional(writer, "Version", update.version.as_ref());
                    optional(writer, "URL", update.url.as_ref());
                    optional(writer, "Username", update.username.as_ref());
                    optional(writer, "Password", update.password.as_ref());
                }
                Operation::Uninstall(uninstall) => {
                    writer.raw("<Operations xsi:type=\"cwmp:UninstallOpStruct\">");
                    writer.leaf("UUID", &uninstall.uuid);
                    optional(writer, "Version", uninstall.version.as_ref());
                    optional(
                        writer,
                        "ExecutionEnvRef",
                        uninstall.execution_env_ref.as_ref(),
                    );
                }
            }
            writer.close("Operations");
        }
        if let Some(key) = &self.command_key {
            writer.leaf("CommandKey", key.as_str());
        }
    }
}

fn optional(writer: &mut XmlWriter, tag: &str, text: Option<&String>) {
    if let Some(text) = text {
        writer.leaf(tag, text);
    }
}

/// The arguments any operation may have, before its kind says which of them count.
#[derive(Default)]
struct Arguments {
    uuid: Option<String>,
    version: Option<String>,
    url: Option<String>,
    username: Option<String>,
    password: Option<String>,
    execution_env_ref: Option<String>,
}

fn read_operation(
    reader: &mut XmlReader<'_>,
    kind: &str,
    operations: &mut Vec<Operation>,
) -> Result<(), XmlError> {
    let mut found = Arguments::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "UUID" => found.uuid = Some(string(reader)?),
            "Version" => found.version = Some(string(reader)?),
            "URL" => found.url = Some(string(reader)?),
            "Username" => found.username = Some(string(reader)?),
            "Password" => found.password = Some(string(reader)?),
            "ExecutionEnvRef" => found.execution_env_ref = Some(string(reader)?),
            _ => reader.skip()?,
        }
    }
    let local = kind.rsplit(':').next().unwrap_or(kind);
    match local {
        "InstallOpStruct" => operations.push(Operation::Install(InstallOperation {
            url: required(reader, found.url, "URL"),
            uuid: found.uuid,
            username: found.username,
            password: found.password,
            execution_env_ref: found.execution_env_ref,
        })),
        "UpdateOpStruct" => operations.push(Operation::Update(UpdateOperation {
            uuid: found.uuid,
            version: found.version,
            url: found.url,
            username: found.username,
            password: found.password,
        })),
        "UninstallOpStruct" => operations.push(Operation::Uninstall(UninstallOperation {
            uuid: required(reader, found.uuid, "UUID"),
            version: found.version,
            execution_env_ref: found.execution_env_ref,
        })),
        _ => reader.complain(|| format!("Operations of the unknown kind `{kind}`")),
    }
    Ok(())
}

message_without_arguments! {
    /// The operations are queued.
    ChangeDUStateResponse
}
