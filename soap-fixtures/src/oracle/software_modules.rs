//! ChangeDUState and the two messages that report its outcome (TR-069 A.4.1.10, A.4.2.3, A.4.2.4).
//!
//! The schema makes the operations three types derived from an abstract one, told apart by `xsi:type`. yaserde
//! has no such thing: one struct holds whatever any of them may have, and its type decides the name in JSON.

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::faults::FaultStruct;
use super::text::Flag;
use serde::Serialize;
use serde::ser::{Error, SerializeMap, Serializer};
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct ChangeDUState {
    Operations: Vec<Operation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    CommandKey: Option<String>,
}

#[derive(YaDeserialize)]
#[yaserde(namespaces = { "xsi" = "http://www.w3.org/2001/XMLSchema-instance" })]
struct Operation {
    #[yaserde(attribute = true, rename = "type", prefix = "xsi")]
    ty: Option<String>,
    URL: Option<String>,
    UUID: Option<String>,
    Version: Option<String>,
    Username: Option<String>,
    Password: Option<String>,
    ExecutionEnvRef: Option<String>,
}

/// The arguments that are there, under their own names.
#[derive(Serialize)]
struct Arguments<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    URL: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    UUID: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    Version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    Username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    Password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ExecutionEnvRef: Option<&'a str>,
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let qualified = self.ty.as_deref().unwrap_or("");
        let kind = match qualified.rsplit(':').next() {
            Some("InstallOpStruct") if self.URL.is_some() => "Install",
            Some("UpdateOpStruct") => "Update",
            Some("UninstallOpStruct") if self.UUID.is_some() => "Uninstall",
            _ => {
                return Err(S::Error::custom(format!(
                    "an unusable operation of type `{qualified}`"
                )));
            }
        };
        let arguments = Arguments {
            URL: self.URL.as_deref(),
            UUID: self.UUID.as_deref(),
            Version: self.Version.as_deref(),
            Username: self.Username.as_deref(),
            Password: self.Password.as_deref(),
            ExecutionEnvRef: self.ExecutionEnvRef.as_deref(),
        };
        let mut operation = serializer.serialize_map(Some(1))?;
        operation.serialize_entry(kind, &arguments)?;
        operation.end()
    }
}

#[derive(YaDeserialize, Serialize)]
pub struct ChangeDUStateResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct DUStateChangeComplete {
    Results: Vec<OpResultStruct>,
    #[serde(skip_serializing_if = "Option::is_none")]
    CommandKey: Option<String>,
}

#[derive(YaDeserialize, Serialize)]
struct OpResultStruct {
    UUID: String,
    DeploymentUnitRef: String,
    Version: String,
    CurrentState: String,
    Resolved: Flag,
    ExecutionUnitRefList: String,
    StartTime: String,
    CompleteTime: String,
    Fault: FaultStruct,
}

#[derive(YaDeserialize, Serialize)]
pub struct DUStateChangeCompleteResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct AutonomousDUStateChangeComplete {
    Results: Vec<AutonOpResultStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct AutonOpResultStruct {
    UUID: String,
    DeploymentUnitRef: String,
    Version: String,
    CurrentState: String,
    Resolved: Flag,
    ExecutionUnitRefList: String,
    StartTime: String,
    CompleteTime: String,
    Fault: FaultStruct,
    OperationPerformed: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct AutonomousDUStateChangeCompleteResponse {}
