//! Set- and GetParameterAttributes: notification levels and access lists (TR-069 A.3.2.4, A.3.2.5).

use super::get_parameter_values::read_names;
use super::{
    Rpc, boolean, list, message_without_arguments, name, names, number, required, write_strings,
};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// Changes of attributes; all or none, in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetParameterAttributes {
    /// What to change.
    pub parameter_list: Vec<SetParameterAttribute>,
}

/// `SetParameterAttributesStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetParameterAttribute {
    /// A full name or a partial path.
    pub name: String,
    /// Whether `notification` counts.
    pub notification_change: bool,
    /// The notification level, 0 to 6.
    pub notification: u8,
    /// Whether `access_list` counts.
    pub access_list_change: bool,
    /// Who besides the ACS may write: `Subscriber` or vendor entities.
    pub access_list: Vec<String>,
}

impl Rpc for SetParameterAttributes {
    const NAME: &'static str = "SetParameterAttributes";

    fn read(reader: &mut XmlReader<'_>) -> Result<SetParameterAttributes, XmlError> {
        let mut parameter_list = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterList" => {
                    let items = list(reader, "SetParameterAttributesStruct", read_change)?;
                    parameter_list = Some(items);
                }
                _ => reader.skip()?,
            }
        }
        let parameter_list: Vec<_> = required(reader, parameter_list, "ParameterList");
        if parameter_list.is_empty() {
            reader.complain(|| "ParameterList is empty".into());
        }
        Ok(SetParameterAttributes { parameter_list })
    }

    fn write(&self, writer: &mut XmlWriter) {
        let count = self.parameter_list.len();
        writer.array("ParameterList", "cwmp:SetParameterAttributesStruct", count);
        for change in &self.parameter_list {
            writer.open("SetParameterAttributesStruct");
            writer.leaf("Name", &change.name);
            writer.boolean("NotificationChange", change.notification_change);
            writer.number("Notification", change.notification);
            writer.boolean("AccessListChange", change.access_list_change);
            write_strings(writer, "AccessList", &change.access_list);
            writer.close("SetParameterAttributesStruct");
        }
        writer.close("ParameterList");
    }
}

fn read_change(reader: &mut XmlReader<'_>) -> Result<SetParameterAttribute, XmlError> {
    let mut change = SetParameterAttribute::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Name" => change.name = name(reader)?,
            "NotificationChange" => change.notification_change = boolean(reader)?,
            "Notification" => change.notification = number(reader)?,
            "AccessListChange" => change.access_list_change = boolean(reader)?,
            "AccessList" => change.access_list = names(reader)?,
            _ => reader.skip()?,
        }
    }
    if change.notification_change && change.notification > 6 {
        reader.complain(|| "Notification is above 6".into());
    }
    Ok(change)
}

message_without_arguments! {
    /// The attributes are set.
    SetParameterAttributesResponse
}

/// Which parameters' attributes to read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParameterAttributes {
    /// Full names or partial paths.
    pub parameter_names: Vec<String>,
}

impl Rpc for GetParameterAttributes {
    const NAME: &'static str = "GetParameterAttributes";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetParameterAttributes, XmlError> {
        Ok(GetParameterAttributes {
            parameter_names: read_names(reader)?,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_strings(writer, "ParameterNames", &self.parameter_names);
    }
}

/// The attributes of each parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParameterAttributesResponse {
    /// One entry for each parameter.
    pub parameter_list: Vec<ParameterAttribute>,
}

/// `ParameterAttributeStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterAttribute {
    /// The full name.
    pub name: String,
    /// The notification level, 0 to 6.
    pub notification: u8,
    /// Who besides the ACS may write.
    pub access_list: Vec<String>,
}

impl Rpc for GetParameterAttributesResponse {
    const NAME: &'static str = "GetParameterAttributesResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetParameterAttributesResponse, XmlError> {
        let mut response = GetParameterAttributesResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterList" => {
                    response.parameter_list =
                        list(reader, "ParameterAttributeStruct", read_attribute)?;
                }
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.array(
            "ParameterList",
            "cwmp:ParameterAttributeStruct",
            self.parameter_list.len(),
        );
        for attribute in &self.parameter_list {
            writer.open("ParameterAttributeStruct");
            writer.leaf("Name", &attribute.name);
            writer.number("Notification", attribute.notification);
            write_strings(writer, "AccessList", &attribute.access_list);
            writer.close("ParameterAttributeStruct");
        }
        writer.close("ParameterList");
    }
}

fn read_attribute(reader: &mut XmlReader<'_>) -> Result<ParameterAttribute, XmlError> {
    let mut attribute = ParameterAttribute::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Name" => attribute.name = name(reader)?,
            "Notification" => attribute.notification = number(reader)?,
            "AccessList" => attribute.access_list = names(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(attribute)
}
