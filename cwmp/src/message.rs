//! Every message of the protocol, by who sends it: the table that ties names on the wire to types.

use crate::fault::Fault;
use crate::rpc::*;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};

/// Declares one direction's requests or responses: an enum with a variant for each RPC type.
macro_rules! messages {
    ($(#[$doc:meta])* $set:ident: $($name:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $set {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                $name($name),
            )*
        }

        impl $set {
            /// The names of all messages of this kind.
            pub const NAMES: &'static [&'static str] = &[$(<$name as Rpc>::NAME),*];

            /// The name of this message.
            pub const fn name(&self) -> &'static str {
                match self {
                    $($set::$name(_) => <$name as Rpc>::NAME,)*
                }
            }

            /// Reads the element that has just been opened, if its name is one of ours.
            fn read(name: &str, reader: &mut XmlReader<'_>) -> Result<Option<$set>, XmlError> {
                Ok(match name {
                    $(<$name as Rpc>::NAME => Some($set::$name(<$name as Rpc>::read(reader)?)),)*
                    _ => None,
                })
            }

            fn write(&self, writer: &mut XmlWriter) {
                match self {
                    $($set::$name(message) => message.write(writer),)*
                }
            }
        }

        $(
            impl From<$name> for $set {
                fn from(message: $name) -> $set {
                    $set::$name(message)
                }
            }
        )*
    };
}

messages! {
    /// What a device asks the ACS.
    CpeRequest:
    Inform TransferComplete AutonomousTransferComplete DUStateChangeComplete
    AutonomousDUStateChangeComplete RequestDownload Kicked GetRPCMethods
}

messages! {
    /// What the ACS answers a device.
    AcsResponse:
    InformResponse TransferCompleteResponse AutonomousTransferCompleteResponse
    DUStateChangeCompleteResponse AutonomousDUStateChangeCompleteResponse RequestDownloadResponse
    KickedResponse GetRPCMethodsResponse
}

messages! {
    /// What the ACS asks a device.
    AcsRequest:
    GetRPCMethods SetParameterValues GetParameterValues GetParameterNames SetParameterAttributes
    GetParameterAttributes AddObject DeleteObject Reboot Download ScheduleDownload Upload FactoryReset
    GetQueuedTransfers GetAllQueuedTransfers CancelTransfer ScheduleInform ChangeDUState SetVouchers
    GetOptions
}

messages! {
    /// What a device answers the ACS.
    CpeResponse:
    GetRPCMethodsResponse SetParameterValuesResponse GetParameterValuesResponse
    GetParameterNamesResponse SetParameterAttributesResponse GetParameterAttributesResponse
    AddObjectResponse DeleteObjectResponse RebootResponse DownloadResponse ScheduleDownloadResponse
    UploadResponse FactoryResetResponse GetQueuedTransfersResponse GetAllQueuedTransfersResponse
    CancelTransferResponse ScheduleInformResponse ChangeDUStateResponse SetVouchersResponse
    GetOptionsResponse
}

impl AcsRequest {
    /// The name of the response to this request (TR-069 3.5: the method's name and `Response`).
    pub fn response_name(&self) -> &'static str {
        let name = self.name();
        let found = CpeResponse::NAMES.iter().find(|response| {
            response
                .strip_suffix("Response")
                .is_some_and(|method| method == name)
        });
        found.expect("each request of the ACS has its response in the table")
    }
}

/// What the body of an envelope may hold when it comes from one side.
pub trait Body: Sized {
    /// Reads the element that has just been opened; `None` if its name is not one of this side's.
    ///
    /// # Errors
    /// If the document breaks.
    fn read(name: &str, reader: &mut XmlReader<'_>) -> Result<Option<Self>, XmlError>;

    /// Writes the element.
    fn write(&self, writer: &mut XmlWriter);

    /// Whether this is an answer rather than a question.
    fn is_answer(&self) -> bool;

    /// The message's name on the wire.
    fn name(&self) -> &'static str;
}

/// A message from a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FromCpe {
    /// A question to the ACS.
    Request(CpeRequest),
    /// The answer to a question of the ACS.
    Response(CpeResponse),
    /// The refusal of a question of the ACS.
    Fault(FaultBody),
}

/// A message from an ACS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FromAcs {
    /// A question to the device.
    Request(AcsRequest),
    /// The answer to a question of the device.
    Response(AcsResponse),
    /// The refusal of a question of the device.
    Fault(FaultBody),
}

/// A SOAP fault as a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultBody {
    /// The CWMP fault in it.
    #[serde(rename = "Fault")]
    pub fault: Fault,
}

impl From<Fault> for FaultBody {
    fn from(fault: Fault) -> FaultBody {
        FaultBody { fault }
    }
}

macro_rules! body {
    ($body:ident: $request:ident $response:ident) => {
        impl Body for $body {
            fn read(name: &str, reader: &mut XmlReader<'_>) -> Result<Option<$body>, XmlError> {
                if let Some(request) = $request::read(name, reader)? {
                    return Ok(Some($body::Request(request)));
                }
                if let Some(response) = $response::read(name, reader)? {
                    return Ok(Some($body::Response(response)));
                }
                match name {
                    "Fault" => Ok(Some($body::Fault(Fault::read(reader)?.into()))),
                    _ => Ok(None),
                }
            }

            fn write(&self, writer: &mut XmlWriter) {
                let name = match self {
                    $body::Fault(body) => return body.fault.write(writer),
                    $body::Request(request) => request.name(),
                    $body::Response(response) => response.name(),
                };
                writer.raw("<cwmp:");
                writer.raw(name);
                writer.raw(">");
                match self {
                    $body::Request(request) => request.write(writer),
                    $body::Response(response) => response.write(writer),
                    $body::Fault(_) => {}
                }
                writer.raw("</cwmp:");
                writer.raw(name);
                writer.raw(">");
            }

            fn is_answer(&self) -> bool {
                match self {
                    $body::Request(_) => false,
                    $body::Response(_) | $body::Fault(_) => true,
                }
            }

            fn name(&self) -> &'static str {
                match self {
                    $body::Request(request) => request.name(),
                    $body::Response(response) => response.name(),
                    $body::Fault(_) => "Fault",
                }
            }
        }

        impl From<$request> for $body {
            fn from(request: $request) -> $body {
                $body::Request(request)
            }
        }

        impl From<$response> for $body {
            fn from(response: $response) -> $body {
                $body::Response(response)
            }
        }

        impl From<Fault> for $body {
            fn from(fault: Fault) -> $body {
                $body::Fault(fault.into())
            }
        }
    };
}

body! { FromCpe: CpeRequest CpeResponse }
body! { FromAcs: AcsRequest AcsResponse }

#[cfg(test)]
mod tests {
    use super::*;

    ///
    #[test]
    fn every_request_has_its_response() {
        for (requests, responses) in [
            (CpeRequest::NAMES, AcsResponse::NAMES),
            (AcsRequest::NAMES, CpeResponse::NAMES),
        ] {
            assert_eq!(requests.len(), responses.len());
            for name in requests {
                assert!(
                    responses.contains(&format!("{name}Response").as_str()),
                    "{name}"
                );
            }
        }
        assert_eq!(
            AcsRequest::from(FactoryReset {}).response_name(),
            "FactoryResetResponse"
        );
    }
}
