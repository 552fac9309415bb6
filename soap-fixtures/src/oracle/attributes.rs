//! SetParameterAttributes and GetParameterAttributes (TR-069 A.3.2.4, A.3.2.5).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::{Flag, Number, Strings};
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct SetParameterAttributes {
    ParameterList: SetParameterAttributesList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct SetParameterAttributesList {
    SetParameterAttributesStruct: Vec<SetParameterAttributesStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct SetParameterAttributesStruct {
    Name: String,
    NotificationChange: Flag,
    Notification: Number,
    AccessListChange: Flag,
    AccessList: Strings,
}

#[derive(YaDeserialize, Serialize)]
pub struct SetParameterAttributesResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct GetParameterAttributes {
    ParameterNames: Strings,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetParameterAttributesResponse {
    ParameterList: ParameterAttributeList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct ParameterAttributeList {
    ParameterAttributeStruct: Vec<ParameterAttributeStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct ParameterAttributeStruct {
    Name: String,
    Notification: Number,
    AccessList: Strings,
}
