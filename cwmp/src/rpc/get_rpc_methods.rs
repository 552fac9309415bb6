//! GetRPCMethods: what the other side answers to; asked by both (TR-069 A.3.1.1).

use super::{Rpc, message_without_arguments, names, write_strings};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

message_without_arguments! {
    /// The question.
    GetRPCMethods
}

/// The names of all methods, vendor ones included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetRPCMethodsResponse {
    /// Method names; a reader ignores those it does not know.
    pub method_list: Vec<String>,
}

impl Rpc for GetRPCMethodsResponse {
    const NAME: &'static str = "GetRPCMethodsResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetRPCMethodsResponse, XmlError> {
        let mut response = GetRPCMethodsResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "MethodList" => response.method_list = names(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        write_strings(writer, "MethodList", &self.method_list);
    }
}
