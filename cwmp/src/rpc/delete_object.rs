//! DeleteObject: remove one instance with everything in it (TR-069 A.3.2.7).

use super::add_object::read_object;
use super::set_parameter_values::read_status;
use super::{Rpc, Status};
use crate::keys::ParameterKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// Which instance to remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObject {
    /// The path of exactly one instance, with a dot at its end.
    pub object_name: String,
    /// What ManagementServer.ParameterKey becomes on success.
    #[serde(default)]
    pub parameter_key: ParameterKey,
}

impl Rpc for DeleteObject {
    const NAME: &'static str = "DeleteObject";

    fn read(reader: &mut XmlReader<'_>) -> Result<DeleteObject, XmlError> {
        let (object_name, parameter_key) = read_object(reader)?;
        Ok(DeleteObject {
            object_name,
            parameter_key,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("ObjectName", &self.object_name);
        writer.leaf("ParameterKey", self.parameter_key.as_str());
    }
}

/// The instance is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObjectResponse {
    /// Whether that is in effect already.
    pub status: Status,
}

impl Rpc for DeleteObjectResponse {
    const NAME: &'static str = "DeleteObjectResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<DeleteObjectResponse, XmlError> {
        Ok(DeleteObjectResponse {
            status: read_status(reader)?,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("Status", u8::from(self.status));
    }
}
