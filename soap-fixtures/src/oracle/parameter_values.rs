//! SetParameterValues and GetParameterValues, with the list of typed values they share (TR-069 A.3.2.1, A.3.2.2).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::{Number, Strings};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct SetParameterValues {
    ParameterList: ParameterValueList,
    ParameterKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct SetParameterValuesResponse {
    Status: Number,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetParameterValues {
    ParameterNames: Strings,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetParameterValuesResponse {
    ParameterList: ParameterValueList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
pub struct ParameterValueList {
    ParameterValueStruct: Vec<ParameterValueStruct>,
}

/// A device may leave out `Value` (spec W-08): the value is empty then.
#[derive(YaDeserialize)]
struct ParameterValueStruct {
    Name: String,
    Value: Option<AnySimpleType>,
}

#[derive(YaDeserialize, Default)]
#[yaserde(namespaces = { "xsi" = "http://www.w3.org/2001/XMLSchema-instance" })]
struct AnySimpleType {
    #[yaserde(attribute = true, rename = "type", prefix = "xsi")]
    ty: Option<String>,
    // Without a default yaserde calls an empty element an error.
    #[yaserde(text = true, default = "empty")]
    text: String,
}

fn empty() -> String {
    String::new()
}

impl Serialize for ParameterValueStruct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let absent = AnySimpleType::default();
        let value = self.Value.as_ref().unwrap_or(&absent);
        let mut parameter = serializer.serialize_struct("ParameterValueStruct", 3)?;
        parameter.serialize_field("Name", self.Name.trim())?;
        parameter.serialize_field("Type", type_name(value.ty.as_deref()))?;
        parameter.serialize_field("Value", &value.text)?;
        parameter.end()
    }
}

/// The type as CWMP spells it; its neighbours in XML Schema count as the type with the same values (spec W-09).
fn type_name(qualified: Option<&str>) -> &'static str {
    let local = qualified
        .unwrap_or("")
        .rsplit(':')
        .next()
        .unwrap_or("")
        .trim();
    match local {
        "int" | "short" | "byte" => "xsd:int",
        "unsignedInt" | "unsignedShort" | "unsignedByte" => "xsd:unsignedInt",
        "long" | "integer" => "xsd:long",
        "unsignedLong" | "nonNegativeInteger" | "positiveInteger" => "xsd:unsignedLong",
        "boolean" => "xsd:boolean",
        "dateTime" => "xsd:dateTime",
        "base64" | "base64Binary" => "xsd:base64",
        "hexBinary" => "xsd:hexBinary",
        _ => "xsd:string",
    }
}
