//! AddObject: a new instance of a table (TR-069 A.3.2.6).

use super::set_parameter_values::read_parameter_key;
use super::{Rpc, Status, name, number, required};
use crate::keys::ParameterKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// Which table to extend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddObject {
    /// The table's path with a dot at its end, or with `[alias].` behind it.
    pub object_name: String,
    /// What ManagementServer.ParameterKey becomes on success.
    #[serde(default)]
    pub parameter_key: ParameterKey,
}

impl Rpc for AddObject {
    const NAME: &'static str = "AddObject";

    fn read(reader: &mut XmlReader<'_>) -> Result<AddObject, XmlError> {
        let (object_name, parameter_key) = read_object(reader)?;
        Ok(AddObject {
            object_name,
            parameter_key,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("ObjectName", &self.object_name);
        writer.leaf("ParameterKey", self.parameter_key.as_str());
    }
}

/// Reads the arguments AddObject and DeleteObject share.
pub(super) fn read_object(reader: &mut XmlReader<'_>) -> Result<(String, ParameterKey), XmlError> {
    let mut object_name = None;
    let mut parameter_key = ParameterKey::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "ObjectName" => object_name = Some(name(reader)?),
            "ParameterKey" => parameter_key = read_parameter_key(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok((required(reader, object_name, "ObjectName"), parameter_key))
}

/// The instance exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddObjectResponse {
    /// Its number, at least 1.
    pub instance_number: u32,
    /// Whether it is in effect already.
    pub status: Status,
}

impl Rpc for AddObjectResponse {
    const NAME: &'static str = "AddObjectResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<AddObjectResponse, XmlError> {
        let mut instance_number = None;
        let mut status = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "InstanceNumber" => instance_number = Some(number(reader)?),
                "Status" => status = Some(Status::read(reader)?),
                _ => reader.skip()?,
            }
        }
        let response = AddObjectResponse {
            instance_number: required(reader, instance_number, "InstanceNumber"),
            status: required(reader, status, "Status"),
        };
        if response.instance_number == 0 {
            reader.complain(|| "InstanceNumber is 0".into());
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("InstanceNumber", self.instance_number);
        writer.number("Status", u8::from(self.status));
    }
}
