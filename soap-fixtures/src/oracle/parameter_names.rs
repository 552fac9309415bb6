//! GetParameterNames and GetRPCMethods: what a device has and can do (TR-069 A.3.2.3, A.3.1.1).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::{Flag, Strings};
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct GetParameterNames {
    ParameterPath: String,
    NextLevel: Flag,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetParameterNamesResponse {
    ParameterList: ParameterInfoList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct ParameterInfoList {
    ParameterInfoStruct: Vec<ParameterInfoStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct ParameterInfoStruct {
    Name: String,
    Writable: Flag,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetRPCMethods {}

#[derive(YaDeserialize, Serialize)]
pub struct GetRPCMethodsResponse {
    MethodList: Strings,
}
