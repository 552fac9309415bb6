//! GetParameterValues: read parameters by name or by partial path (TR-069 A.3.2.2).

use super::{Rpc, names, parameter_values, required, write_parameter_values, write_strings};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::ParameterList;
use serde::{Deserialize, Serialize};

/// Which parameters to read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParameterValues {
    /// Full names, partial paths that end with a dot, or the empty text for everything.
    pub parameter_names: Vec<String>,
}

impl Rpc for GetParameterValues {
    const NAME: &'static str = "GetParameterValues";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetParameterValues, XmlError> {
        Ok(GetParameterValues {
            parameter_names: read_names(reader)?,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_strings(writer, "ParameterNames", &self.parameter_names);
    }
}

/// Reads a request that holds only ParameterNames, of which the schema wants at least one.
pub(super) fn read_names(reader: &mut XmlReader<'_>) -> Result<Vec<String>, XmlError> {
    let mut parameter_names = None;
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "ParameterNames" => parameter_names = Some(names(reader)?),
            _ => reader.skip()?,
        }
    }
    let parameter_names: Vec<String> = required(reader, parameter_names, "ParameterNames");
    if parameter_names.is_empty() {
        reader.complain(|| "ParameterNames is empty".into());
    }
    Ok(parameter_names)
}

/// The values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParameterValuesResponse {
    /// Full names with their values.
    pub parameter_list: ParameterList,
}

impl Rpc for GetParameterValuesResponse {
    const NAME: &'static str = "GetParameterValuesResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetParameterValuesResponse, XmlError> {
        let mut response = GetParameterValuesResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterList" => response.parameter_list = parameter_values(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_parameter_values(writer, &self.parameter_list);
    }
}
