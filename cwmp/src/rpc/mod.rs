//! One file for each RPC of TR-069 Annex A: the shape of its request and its response, read and written.
//!
//! The fields have the names and the order of the standard. Text is kept as it came; what it means on a
//! device or for a server is decided in `agent/src/rpc` and `acs/src/sessions`, in files of the same names.
//!
//! To add an RPC: a file here, a line in [`crate::message`], fixtures in `soap-fixtures/messages/<Rpc>`.

mod add_object;
mod attributes;
mod autonomous_transfer_complete;
mod cancel_transfer;
mod change_du_state;
mod delete_object;
mod download;
mod du_state_change_complete;
mod factory_reset;
mod get_options;
mod get_parameter_names;
mod get_parameter_values;
mod get_rpc_methods;
mod inform;
mod kicked;
mod queued_transfers;
mod reboot;
mod request_download;
mod schedule_download;
mod schedule_inform;
mod set_parameter_values;
mod set_vouchers;
mod transfer_complete;
mod upload;

pub use add_object::{AddObject, AddObjectResponse};
pub use attributes::{
    GetParameterAttributes, GetParameterAttributesResponse, ParameterAttribute,
    SetParameterAttribute, SetParameterAttributes, SetParameterAttributesResponse,
};
pub use autonomous_transfer_complete::{
    AutonomousTransferComplete, AutonomousTransferCompleteResponse,
};
pub use cancel_transfer::{CancelTransfer, CancelTransferResponse};
pub use change_du_state::{
    ChangeDUState, ChangeDUStateResponse, InstallOperation, Operation, UninstallOperation,
    UpdateOperation,
};
pub use delete_object::{DeleteObject, DeleteObjectResponse};
pub use download::{Download, DownloadResponse};
pub use du_state_change_complete::{
    AutonomousDUStateChangeComplete, AutonomousDUStateChangeCompleteResponse,
    DUStateChangeComplete, DUStateChangeCompleteResponse, OperationResult,
};
pub use factory_reset::{FactoryReset, FactoryResetResponse};
pub use get_options::{DeviceOption, GetOptions, GetOptionsResponse};
pub use get_parameter_names::{GetParameterNames, GetParameterNamesResponse, ParameterInfo};
pub use get_parameter_values::{GetParameterValues, GetParameterValuesResponse};
pub use get_rpc_methods::{GetRPCMethods, GetRPCMethodsResponse};
pub use inform::{Inform, InformResponse};
pub use kicked::{Kicked, KickedResponse};
pub use queued_transfers::{
    GetAllQueuedTransfers, GetAllQueuedTransfersResponse, GetQueuedTransfers,
    GetQueuedTransfersResponse, QueuedTransfer, QueuedTransferState, TransferDescription,
};
pub use reboot::{Reboot, RebootResponse};
pub use request_download::{FileTypeArgument, RequestDownload, RequestDownloadResponse};
pub use schedule_download::{ScheduleDownload, ScheduleDownloadResponse, TimeWindow};
pub use schedule_inform::{ScheduleInform, ScheduleInformResponse};
pub use set_parameter_values::{SetParameterValues, SetParameterValuesResponse};
pub use set_vouchers::{SetVouchers, SetVouchersResponse};
pub use transfer_complete::{TransferComplete, TransferCompleteResponse, TransferFault};
pub use upload::{Upload, UploadResponse};

use crate::keys::CommandKey;
use crate::limits::LIST_ITEMS;
use crate::xml::{Tag, XmlError, XmlErrorKind, XmlReader, XmlWriter};
use data_model::{DateTime, ParameterList, XsdType};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// One message of an RPC: the element in the SOAP body.
pub trait Rpc: Sized {
    /// The element's local name.
    const NAME: &'static str;

    /// Reads the content of the element that has just been opened, up to and including its end.
    ///
    /// # Errors
    /// If the document breaks; wrong arguments are noted with [`XmlReader::complain`] instead.
    fn read(reader: &mut XmlReader<'_>) -> Result<Self, XmlError>;

    /// Writes the content of the element.
    fn write(&self, writer: &mut XmlWriter);
}

/// Whether a change took effect at once (TR-069 A.3.2.1: Status).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Status {
    /// 0: done and in effect.
    #[default]
    Applied,
    /// 1: accepted and kept, in effect later.
    Committed,
}

impl Status {
    fn read(reader: &mut XmlReader<'_>) -> Result<Status, XmlError> {
        let text = reader.text()?;
        match text.trim() {
            "0" => Ok(Status::Applied),
            "1" => Ok(Status::Committed),
            _ => {
                reader.complain(|| "Status is neither 0 nor 1".into());
                Ok(Status::Committed)
            }
        }
    }
}

impl From<Status> for u8 {
    fn from(status: Status) -> u8 {
        match status {
            Status::Applied => 0,
            Status::Committed => 1,
        }
    }
}

impl TryFrom<u8> for Status {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Status, &'static str> {
        match number {
            0 => Ok(Status::Applied),
            1 => Ok(Status::Committed),
            _ => Err("Status is 0 or 1"),
        }
    }
}

/// Declares a message without arguments.
macro_rules! message_without_arguments {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {}

        impl crate::rpc::Rpc for $name {
            const NAME: &'static str = stringify!($name);

            fn read(reader: &mut crate::xml::XmlReader<'_>) -> Result<$name, crate::xml::XmlError> {
                reader.skip()?;
                Ok($name {})
            }

            fn write(&self, _: &mut crate::xml::XmlWriter) {}
        }
    };
}
use message_without_arguments;

/// The text of an element, to the letter.
fn string(reader: &mut XmlReader<'_>) -> Result<String, XmlError> {
    Ok(reader.text()?.into_owned())
}

/// The text of an element that is a name: blanks around it mean nothing.
fn name(reader: &mut XmlReader<'_>) -> Result<String, XmlError> {
    Ok(reader.text()?.trim().to_owned())
}

/// A time, kept as text.
fn date_time(reader: &mut XmlReader<'_>) -> Result<DateTime, XmlError> {
    Ok(DateTime::from_text(reader.text()?.trim()))
}

/// A number. Text that is none is complained about and read as zero.
fn number<T: FromStr + Default>(reader: &mut XmlReader<'_>) -> Result<T, XmlError> {
    let text = reader.text()?;
    match text.trim().parse() {
        Ok(number) => Ok(number),
        Err(_) => {
            reader.complain(|| format!("`{}` is not a number in range", text.trim()));
            Ok(T::default())
        }
    }
}

/// A boolean. Text that is none is complained about and read as false.
fn boolean(reader: &mut XmlReader<'_>) -> Result<bool, XmlError> {
    let text = reader.text()?;
    match data_model::value::parse_boolean(text.trim()) {
        Some(value) => Ok(value),
        None => {
            reader.complain(|| format!("`{}` is not a boolean", text.trim()));
            Ok(false)
        }
    }
}

/// A CommandKey; one that is too long is complained about, as nobody could give it back.
fn command_key(reader: &mut XmlReader<'_>) -> Result<CommandKey, XmlError> {
    let text = reader.text()?;
    CommandKey::new(&text).or_else(|error| {
        reader.complain(|| format!("CommandKey: {error}"));
        Ok(CommandKey::from_peer(&text))
    })
}

/// The value of an argument that must be there.
fn required<T: Default>(reader: &mut XmlReader<'_>, value: Option<T>, argument: &str) -> T {
    value.unwrap_or_else(|| {
        reader.complain(|| format!("{argument} is missing"));
        T::default()
    })
}

/// The elements of an array. Children of another name are left out, whatever `arrayType` says is not
/// believed (spec W-06, X14).
fn list<'a, T>(
    reader: &mut XmlReader<'a>,
    item: &str,
    mut read: impl FnMut(&mut XmlReader<'a>) -> Result<T, XmlError>,
) -> Result<Vec<T>, XmlError> {
    let mut items = Vec::new();
    while let Some(tag) = reader.child()? {
        if tag.local() != item {
            reader.skip()?;
            continue;
        }
        if items.len() == LIST_ITEMS {
            return Err(reader.error(XmlErrorKind::ListTooLong));
        }
        items.push(read(reader)?);
    }
    Ok(items)
}

/// An array of `<string>` elements that are names.
fn names(reader: &mut XmlReader<'_>) -> Result<Vec<String>, XmlError> {
    list(reader, "string", name)
}

/// An array of ParameterValueStruct.
fn parameter_values(reader: &mut XmlReader<'_>) -> Result<ParameterList, XmlError> {
    // As much as an Inform brings; longer lists double it.
    let mut values = ParameterList::with_capacity(16, 1024);
    while let Some(tag) = reader.child()? {
        if tag.local() != "ParameterValueStruct" {
            reader.skip()?;
            continue;
        }
        if values.len() == LIST_ITEMS {
            return Err(reader.error(XmlErrorKind::ListTooLong));
        }
        parameter_value(reader, &mut values)?;
    }
    Ok(values)
}

fn parameter_value(reader: &mut XmlReader<'_>, values: &mut ParameterList) -> Result<(), XmlError> {
    let mut name = None;
    let mut value = None;
    let mut ty = XsdType::String;
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "Name" | "name" => name = Some(reader.text()?),
            "Value" | "value" => {
                ty = value_type(reader, &tag);
                value = Some(reader.text()?);
            }
            _ => reader.skip()?,
        }
    }
    let Some(name) = name else {
        reader.complain(|| "a ParameterValueStruct without a Name".into());
        return Ok(());
    };
    if value.is_none() {
        // Seen from real devices (spec W-08): a name alone stands for an empty value.
        reader.oddities().missing_values += 1;
    }
    values.push(name.trim(), ty, value.as_deref().unwrap_or(""));
    Ok(())
}

fn value_type(reader: &mut XmlReader<'_>, tag: &Tag<'_>) -> XsdType {
    let named = tag.attribute("type").and_then(XsdType::from_name);
    named.unwrap_or_else(|| {
        reader.oddities().missing_types += 1;
        XsdType::String
    })
}

/// Writes an array of ParameterValueStruct.
fn write_parameter_values(writer: &mut XmlWriter, values: &ParameterList) {
    writer.array("ParameterList", "cwmp:ParameterValueStruct", values.len());
    for parameter in values.iter() {
        writer.open("ParameterValueStruct");
        writer.leaf("Name", parameter.name);
        writer.value("Value", parameter.ty, parameter.value);
        writer.close("ParameterValueStruct");
    }
    writer.close("ParameterList");
}

/// Writes an array of strings.
fn write_strings(writer: &mut XmlWriter, tag: &str, strings: &[String]) {
    writer.array(tag, "xsd:string", strings.len());
    for text in strings {
        writer.leaf("string", text);
    }
    writer.close(tag);
}
