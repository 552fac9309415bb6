//! Inform and Kicked: what a device says of its own accord about itself (TR-069 A.3.3.1, A.4.2.1).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::parameter_values::ParameterValueList;
use super::text::Number;
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct Inform {
    DeviceId: DeviceIdStruct,
    Event: EventList,
    MaxEnvelopes: Number,
    CurrentTime: String,
    RetryCount: Number,
    ParameterList: ParameterValueList,
}

#[derive(YaDeserialize, Serialize)]
struct DeviceIdStruct {
    Manufacturer: String,
    OUI: String,
    ProductClass: String,
    SerialNumber: String,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct EventList {
    EventStruct: Vec<EventStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct EventStruct {
    EventCode: String,
    CommandKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct InformResponse {
    MaxEnvelopes: Number,
}

#[derive(YaDeserialize, Serialize)]
pub struct Kicked {
    Command: String,
    Referer: String,
    Arg: String,
    Next: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct KickedResponse {
    NextURL: String,
}
