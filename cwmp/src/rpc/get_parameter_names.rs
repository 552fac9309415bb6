//! GetParameterNames: what a device has, level by level or all at once (TR-069 A.3.2.3).

use super::{Rpc, boolean, list, name, required};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// Where to look and how deep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParameterNames {
    /// A full name, a partial path, or the empty text for the root.
    pub parameter_path: String,
    /// True for the children only, false for the object itself and everything below.
    pub next_level: bool,
}

impl Rpc for GetParameterNames {
    const NAME: &'static str = "GetParameterNames";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetParameterNames, XmlError> {
        let mut parameter_path = None;
        let mut next_level = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterPath" => parameter_path = Some(name(reader)?),
                "NextLevel" => next_level = Some(boolean(reader)?),
                _ => reader.skip()?,
            }
        }
        Ok(GetParameterNames {
            parameter_path: required(reader, parameter_path, "ParameterPath"),
            next_level: required(reader, next_level, "NextLevel"),
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("ParameterPath", &self.parameter_path);
        writer.boolean("NextLevel", self.next_level);
    }
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParameterNamesResponse {
    /// Parameters, and objects with a dot at their end.
    pub parameter_list: Vec<ParameterInfo>,
}

/// `ParameterInfoStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterInfo {
    /// The full name.
    pub name: String,
    /// A parameter can be set; a table takes AddObject; an instance takes DeleteObject.
    pub writable: bool,
}

impl Rpc for GetParameterNamesResponse {
    const NAME: &'static str = "GetParameterNamesResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetParameterNamesResponse, XmlError> {
        let mut response = GetParameterNamesResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterList" => {
                    response.parameter_list = list(reader, "ParameterInfoStruct", read_info)?;
                }
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.array(
            "ParameterList",
            "cwmp:ParameterInfoStruct",
            self.parameter_list.len(),
        );
        for info in &self.parameter_list {
            writer.open("ParameterInfoStruct");
            writer.leaf("Name", &info.name);
            writer.boolean("Writable", info.writable);
            writer.close("ParameterInfoStruct");
        }
        writer.close("ParameterList");
    }
}

fn read_info(reader: &mut XmlReader<'_>) -> Result<ParameterInfo, XmlError> {
    let mut info = ParameterInfo::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Name" | "name" => info.name = name(reader)?,
            "Writable" | "writable" => info.writable = boolean(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(info)
}
