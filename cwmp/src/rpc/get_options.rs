//! GetOptions: which options vouchers have enabled (TR-069 A.4.1.3, deprecated).

use super::{Rpc, date_time, list, number, string};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::DateTime;
use serde::{Deserialize, Serialize};

/// Which option to ask about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetOptions {
    /// Its name; empty for all.
    #[serde(default)]
    pub option_name: String,
}

impl Rpc for GetOptions {
    const NAME: &'static str = "GetOptions";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetOptions, XmlError> {
        let mut question = GetOptions::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "OptionName" => question.option_name = string(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(question)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.leaf("OptionName", &self.option_name);
    }
}

/// The options.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetOptionsResponse {
    /// One entry for each option.
    pub option_list: Vec<DeviceOption>,
}

/// `OptionStruct`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeviceOption {
    /// The option's name.
    pub option_name: String,
    /// Serial number of its voucher.
    #[serde(rename = "VoucherSN")]
    pub voucher_sn: u32,
    /// Whether it is set up and enabled, as two bits.
    pub state: u32,
    /// How long it is enabled for: 0 disabled, 1 with an expiration, 2 without.
    pub mode: u32,
    /// From when.
    pub start_date: DateTime,
    /// Until when, if it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<DateTime>,
    /// Whether it may move to another device: 0 no, 1 yes.
    pub is_transferable: u32,
}

impl Rpc for GetOptionsResponse {
    const NAME: &'static str = "GetOptionsResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<GetOptionsResponse, XmlError> {
        let mut response = GetOptionsResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "OptionList" => response.option_list = list(reader, "OptionStruct", read_option)?,
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.array("OptionList", "cwmp:OptionStruct", self.option_list.len());
        for option in &self.option_list {
            writer.open("OptionStruct");
            writer.leaf("OptionName", &option.option_name);
            writer.number("VoucherSN", option.voucher_sn);
            writer.number("State", option.state);
            writer.number("Mode", option.mode);
            writer.leaf("StartDate", option.start_date.as_str());
            if let Some(date) = &option.expiration_date {
                writer.leaf("ExpirationDate", date.as_str());
            }
            writer.number("IsTransferable", option.is_transferable);
            writer.close("OptionStruct");
        }
        writer.close("OptionList");
    }
}

fn read_option(reader: &mut XmlReader<'_>) -> Result<DeviceOption, XmlError> {
    let mut option = DeviceOption::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "OptionName" => option.option_name = string(reader)?,
            "VoucherSN" => option.voucher_sn = number(reader)?,
            "State" => option.state = number(reader)?,
            "Mode" => option.mode = number(reader)?,
            "StartDate" => option.start_date = date_time(reader)?,
            "ExpirationDate" => option.expiration_date = Some(date_time(reader)?),
            "IsTransferable" => option.is_transferable = number(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(option)
}
