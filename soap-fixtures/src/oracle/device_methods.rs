//! Reboot, FactoryReset and ScheduleInform (TR-069 A.3.2.9, A.4.1.6, A.4.1.2).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::Number;
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct Reboot {
    CommandKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct RebootResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct FactoryReset {}

#[derive(YaDeserialize, Serialize)]
pub struct FactoryResetResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct ScheduleInform {
    DelaySeconds: Number,
    CommandKey: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct ScheduleInformResponse {}
