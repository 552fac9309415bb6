//! RequestDownload: a device asks to be sent a file (TR-069 A.4.2.2, deprecated).

use super::{Rpc, list, message_without_arguments, required, string};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// A request for a file; the ACS may answer it later with a Download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RequestDownload {
    /// The kind of file.
    pub file_type: String,
    /// Which one of its kind.
    pub file_type_arg: Vec<FileTypeArgument>,
}

/// `ArgStruct`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FileTypeArgument {
    /// `Instance` or `Version`, by file type.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Rpc for RequestDownload {
    const NAME: &'static str = "RequestDownload";

    fn read(reader: &mut XmlReader<'_>) -> Result<RequestDownload, XmlError> {
        let mut file_type = None;
        let mut file_type_arg = Vec::new();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "FileType" => file_type = Some(string(reader)?),
                "FileTypeArg" => file_type_arg = list(reader, "ArgStruct", read_argument)?,
                _ => reader.skip()?,
            }
        }
        Ok(RequestDownload {
            file_type: required(reader, file_type, "FileType"),
            file_type_arg,
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("FileType", &self.file_type);
        writer.array("FileTypeArg", "cwmp:ArgStruct", self.file_type_arg.len());
        for argument in &self.file_type_arg {
            writer.open("ArgStruct");
            writer.leaf("Name", &argument.name);
            writer.leaf("Value", &argument.value);
            writer.close("ArgStruct");
        }
        writer.close("FileTypeArg");
    }
}

fn read_argument(reader: &mut XmlReader<'_>) -> Result<FileTypeArgument, XmlError> {
    let mut argument = FileTypeArgument {
        name: String::new(),
        value: String::new(),
    };
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Name" => argument.name = string(reader)?,
            "Value" => argument.value = string(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(argument)
}

message_without_arguments! {
    /// The ACS has taken note of a RequestDownload.
    RequestDownloadResponse
}
