//! SetVouchers: hand a device signed options (TR-069 A.4.1.1, deprecated).

use super::{Rpc, list, message_without_arguments, name, required};
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// The vouchers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetVouchers {
    /// Signed documents, each in base64.
    pub voucher_list: Vec<String>,
}

impl Rpc for SetVouchers {
    const NAME: &'static str = "SetVouchers";

    fn read(reader: &mut XmlReader<'_>) -> Result<SetVouchers, XmlError> {
        let mut voucher_list = None;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "VoucherList" => voucher_list = Some(list(reader, "base64", name)?),
                _ => reader.skip()?,
            }
        }
        Ok(SetVouchers {
            voucher_list: required(reader, voucher_list, "VoucherList"),
        })
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.array("VoucherList", "soap-enc:base64", self.voucher_list.len());
        for voucher in &self.voucher_list {
            writer.leaf("base64", voucher);
        }
        writer.close("VoucherList");
    }
}

message_without_arguments! {
    /// The vouchers are accepted.
    SetVouchersResponse
}
