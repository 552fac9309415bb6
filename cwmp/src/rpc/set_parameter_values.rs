//! SetParameterValues: change parameters, all or none (TR-069 A.3.2.1).

use super::{Rpc, Status, parameter_values, required, write_parameter_values};
use crate::keys::ParameterKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::ParameterList;
use serde::{Deserialize, Serialize};

/// New values. Their order has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetParameterValues {
    /// What to set; empty only sets the key.
    pub parameter_list: ParameterList,
    /// What ManagementServer.ParameterKey becomes, if and only if the call succeeds.
    #[serde(default)]
    pub parameter_key: ParameterKey,
}

impl Rpc for SetParameterValues {
    const NAME: &'static str = "SetParameterValues";

    fn read(reader: &mut XmlReader<'_>) -> Result<SetParameterValues, XmlError> {
        let mut parameter_list = None;
        let mut parameter_key = ParameterKey::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterList" => parameter_list = Some(parameter_values(reader)?),
                "ParameterKey" => parameter_key = read_parameter_key(reader)?,
                _ => reader.skip()?,
            }
        }
        let parameter_list = required(reader, parameter_list, "ParameterList");
        Ok(SetParameterValues {
            parameter_list,
            parameter_key,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_parameter_values(writer, &self.parameter_list);
        writer.leaf("ParameterKey", self.parameter_key.as_str());
    }
}

/// A ParameterKey; one that is too long is complained about.
pub(super) fn read_parameter_key(reader: &mut XmlReader<'_>) -> Result<ParameterKey, XmlError> {
    let text = reader.text()?;
    ParameterKey::new(&text).or_else(|error| {
        reader.complain(|| format!("ParameterKey: {error}"));
        Ok(ParameterKey::default())
    })
}

/// The values are set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetParameterValuesResponse {
    /// Whether they are in effect already.
    pub status: Status,
}

impl Rpc for SetParameterValuesResponse {
    const NAME: &'static str = "SetParameterValuesResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<SetParameterValuesResponse, XmlError> {
        Ok(SetParameterValuesResponse {
            status: read_status(reader)?,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("Status", u8::from(self.status));
    }
}

/// Reads a response that holds only a Status.
pub(super) fn read_status(reader: &mut XmlReader<'_>) -> Result<Status, XmlError> {
    let mut status = None;
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Status" => status = Some(Status::read(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(required(reader, status, "Status"))
}
