//! Parameters in JSON as the API reads and writes them: a list of `{name, type, value}`.

use data_model::{ParameterList, XsdType};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One parameter with its value.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ParameterValue")]
pub struct Value {
    name: String,
    #[serde(rename = "type", default)]
    ty: XsdType,
    value: String,
}

fn values(list: &ParameterList) -> impl Iterator<Item = Value> {
    list.iter().map(|parameter| Value {
        name: parameter.name.to_owned(),
        ty: parameter.ty,
        value: parameter.value.to_owned(),
    })
}

/// For `#[serde(with)]`.
pub fn serialize<S: Serializer>(list: &ParameterList, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values(list))
}

/// For `#[serde(with)]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ParameterList, D::Error> {
    let values = Vec::<Value>::deserialize(deserializer)?;
    let mut list = ParameterList::with_capacity(values.len(), 0);
    for Value { name, ty, value } in values {
        list.push(&name, ty, &value);
    }
    Ok(list)
}

/// The list as a value.
pub fn to_json(list: &ParameterList) -> serde_json::Value {
    // A list of plain texts always has a form in JSON.
    serde_json::to_value(values(list).collect::<Vec<_>>()).unwrap_or_default()
}
