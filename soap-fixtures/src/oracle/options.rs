//! SetVouchers and GetOptions (TR-069 A.4.1.1, A.4.1.3, deprecated).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::Number;
use serde::Serialize;
use yaserde::YaDeserialize;

#[derive(YaDeserialize, Serialize)]
pub struct SetVouchers {
    VoucherList: VoucherList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct VoucherList {
    base64: Vec<String>,
}

#[derive(YaDeserialize, Serialize)]
pub struct SetVouchersResponse {}

#[derive(YaDeserialize, Serialize)]
pub struct GetOptions {
    OptionName: String,
}

#[derive(YaDeserialize, Serialize)]
pub struct GetOptionsResponse {
    OptionList: OptionList,
}

#[derive(YaDeserialize, Serialize)]
#[serde(transparent)]
struct OptionList {
    OptionStruct: Vec<OptionStruct>,
}

#[derive(YaDeserialize, Serialize)]
struct OptionStruct {
    OptionName: String,
    VoucherSN: Number,
    State: Number,
    Mode: Number,
    StartDate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ExpirationDate: Option<String>,
    // The schema calls it an int of 0 or 1, not a boolean.
    IsTransferable: Number,
}
