//! The SOAP envelope with every message CWMP knows, and the way from bytes to JSON.

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::attributes::*;
use super::device_methods::*;
use super::faults::SoapFault;
use super::inform::*;
use super::objects::*;
use super::options::*;
use super::parameter_names::*;
use super::parameter_values::*;
use super::schedule_download::*;
use super::software_modules::*;
use super::text::{Flag, Number};
use super::transfer_complete::*;
use super::transfers::*;
use serde::Serialize;
use serde_json::{Value, json};
use xml::reader::{EventReader, ParserConfig};
use yaserde::YaDeserialize;
use yaserde::de::Deserializer;

/// What every CWMP namespace begins with; the digit of the version follows.
const CWMP_NAMESPACE: &[u8] = b"urn:dslforum-org:cwmp-1-";

/// Reads one message and gives its meaning as JSON: `Header` with the elements that are there, and `Body` with
/// one member named as the message.
///
/// Arrays lose the names of their items, numbers and booleans are JSON's own, times and values stay text to the
/// letter, and an absent `xsi:type` counts as `xsd:string`.
///
/// # Errors
/// If the document is not well-formed, an element the schema wants is missing, or the body does not hold exactly
/// one message of CWMP.
pub fn read(xml: &[u8]) -> Result<Value, String> {
    let xml = with_oldest_namespace(xml);
    let config = ParserConfig::new()
        .trim_whitespace(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(true)
        .ignore_comments(true)
        .coalesce_characters(true);
    let mut reader = Deserializer::new(EventReader::new_with_config(xml.as_slice(), config));
    let envelope = Envelope::deserialize(&mut reader).map_err(|error| error.to_string())?;
    let body = serde_json::to_value(&envelope.Body).map_err(|error| error.to_string())?;
    match body.as_object().map(serde_json::Map::len) {
        Some(1) => Ok(json!({ "Header": envelope.Header.unwrap_or_default(), "Body": body })),
        Some(count) => Err(format!("{count} messages of CWMP in the Body")),
        None => Err("a Body that is no object".into()),
    }
}

/// The same bytes with every CWMP namespace written as that of version 1.0: a prefix of yaserde stands for
/// exactly one namespace.
fn with_oldest_namespace(xml: &[u8]) -> Vec<u8> {
    let mut xml = xml.to_vec();
    let digit_at = CWMP_NAMESPACE.len();
    for start in 0..xml.len().saturating_sub(digit_at) {
        if xml[start..].starts_with(CWMP_NAMESPACE)
            && (b'1'..=b'4').contains(&xml[start + digit_at])
        {
            xml[start + digit_at] = b'0';
        }
    }
    xml
}

#[derive(YaDeserialize)]
#[yaserde(prefix = "soapenv", namespaces = {
    "soapenv" = "http://schemas.xmlsoap.org/soap/envelope/",
    "cwmp" = "urn:dslforum-org:cwmp-1-0"
})]
struct Envelope {
    #[yaserde(prefix = "soapenv")]
    Header: Option<Header>,
    #[yaserde(prefix = "soapenv")]
    Body: Body,
}

#[derive(YaDeserialize, Serialize, Default)]
#[yaserde(namespaces = { "cwmp" = "urn:dslforum-org:cwmp-1-0" })]
struct Header {
    #[yaserde(prefix = "cwmp")]
    #[serde(skip_serializing_if = "Option::is_none")]
    ID: Option<String>,
    #[yaserde(prefix = "cwmp")]
    #[serde(skip_serializing_if = "Option::is_none")]
    HoldRequests: Option<Flag>,
    #[yaserde(prefix = "cwmp")]
    #[serde(skip_serializing_if = "Option::is_none")]
    SessionTimeout: Option<Number>,
    #[yaserde(prefix = "cwmp")]
    #[serde(skip_serializing_if = "Option::is_none")]
    SupportedCWMPVersions: Option<String>,
    #[yaserde(prefix = "cwmp")]
    #[serde(skip_serializing_if = "Option::is_none")]
    UseCWMPVersion: Option<String>,
}

/// Declares the body with one optional field for each message.
macro_rules! body {
    ($($message:ident)*) => {
        #[derive(YaDeserialize, Serialize)]
        #[yaserde(namespaces = {
            "soapenv" = "http://schemas.xmlsoap.org/soap/envelope/",
            "cwmp" = "urn:dslforum-org:cwmp-1-0"
        })]
        struct Body {
            $(
                #[yaserde(prefix = "cwmp")]
                #[serde(skip_serializing_if = "Option::is_none")]
                $message: Option<$message>,
            )*
            #[yaserde(prefix = "soapenv")]
            #[serde(skip_serializing_if = "Option::is_none")]
            Fault: Option<SoapFault>,
        }
    };
}

body! {
    GetRPCMethods GetRPCMethodsResponse
    SetParameterValues SetParameterValuesResponse
    GetParameterValues GetParameterValuesResponse
    GetParameterNames GetParameterNamesResponse
    SetParameterAttributes SetParameterAttributesResponse
    GetParameterAttributes GetParameterAttributesResponse
    AddObject AddObjectResponse
    DeleteObject DeleteObjectResponse
    Reboot RebootResponse
    FactoryReset FactoryResetResponse
    ScheduleInform ScheduleInformResponse
    Download DownloadResponse
    Upload UploadResponse
    ScheduleDownload ScheduleDownloadResponse
    CancelTransfer CancelTransferResponse
    GetQueuedTransfers GetQueuedTransfersResponse
    GetAllQueuedTransfers GetAllQueuedTransfersResponse
    ChangeDUState ChangeDUStateResponse
    SetVouchers SetVouchersResponse
    GetOptions GetOptionsResponse
    Inform InformResponse
    TransferComplete TransferCompleteResponse
    AutonomousTransferComplete AutonomousTransferCompleteResponse
    DUStateChangeComplete DUStateChangeCompleteResponse
    AutonomousDUStateChangeComplete AutonomousDUStateChangeCompleteResponse
    RequestDownload RequestDownloadResponse
    Kicked KickedResponse
}
