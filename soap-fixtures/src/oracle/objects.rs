//! AddObject and DeleteObject (TR-069 A.3.2.6, A.3.2.7).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::Number;
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct AddObject {
    ObjectName: String,
    ParameterKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct AddObjectResponse {
    InstanceNumber: Number,
    Status: Number,
}

#[derive(YaDeserialize, Serialize)]
pub struct DeleteObject {
    ObjectName: String,
    ParameterKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct DeleteObjectResponse {
    Status: Number,
}
