//! Faults: the codes of both sides as types, and the SOAP fault that carries them.

use crate::limits::{LIST_ITEMS, PEER_TEXT_CHARS};
use crate::xml::{XmlError, XmlErrorKind, XmlReader, XmlWriter};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A fault code of CWMP (TR-069 A6, Tables 87 and 88), or a vendor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct FaultCode(u16);

macro_rules! fault_codes {
    ($($name:ident = $code:literal $blame:ident $text:literal;)*) => {
        impl FaultCode {
            $(#[doc = $text] pub const $name: FaultCode = FaultCode($code);)*

            /// Every code the standard defines.
            pub const ALL: &'static [FaultCode] = &[$(FaultCode::$name),*];

            /// The standard's text for the code; for others, which family it belongs to.
            pub const fn text(self) -> &'static str {
                match self.0 {
                    $($code => $text,)*
                    8800..=8899 | 9800..=9899 => "Vendor-defined fault",
                    _ => "Unknown fault",
                }
            }

            /// Whom the standard blames: decides the SOAP faultcode.
            pub const fn blame(self) -> Blame {
                match self.0 {
                    $($code => Blame::$blame,)*
                    _ => Blame::Server,
                }
            }
        }
    };
}

fault_codes! {
    ACS_METHOD_NOT_SUPPORTED = 8000 Server "Method not supported";
    ACS_REQUEST_DENIED = 8001 Server "Request denied (no reason specified)";
    ACS_INTERNAL_ERROR = 8002 Server "Internal error";
    ACS_INVALID_ARGUMENTS = 8003 Client "Invalid arguments";
    ACS_RESOURCES_EXCEEDED = 8004 Server "Resources exceeded";
    ACS_RETRY_REQUEST = 8005 Server "Retry request";
    ACS_VERSION_INCOMPATIBLE = 8006 Server "ACS version incompatible with CPE";
    METHOD_NOT_SUPPORTED = 9000 Server "Method not supported";
    REQUEST_DENIED = 9001 Server "Request denied (no reason specified)";
    INTERNAL_ERROR = 9002 Server "Internal error";
    INVALID_ARGUMENTS = 9003 Client "Invalid arguments";
    RESOURCES_EXCEEDED = 9004 Server "Resources exceeded";
    INVALID_PARAMETER_NAME = 9005 Client "Invalid parameter name";
    INVALID_PARAMETER_TYPE = 9006 Client "Invalid parameter type";
    INVALID_PARAMETER_VALUE = 9007 Client "Invalid parameter value";
    NOT_WRITABLE = 9008 Client "Attempt to set a non-writable parameter";
    NOTIFICATION_REJECTED = 9009 Server "Notification request rejected";
    TRANSFER_FAILURE = 9010 Server "File transfer failure";
    UPLOAD_FAILURE = 9011 Server "Upload failure";
    TRANSFER_AUTHENTICATION = 9012 Server "File transfer server authentication failure";
    UNSUPPORTED_PROTOCOL = 9013 Server "Unsupported protocol for file transfer";
    MULTICAST_JOIN = 9014 Server "File transfer failure: unable to join multicast group";
    CONTACT_FILE_SERVER = 9015 Server "File transfer failure: unable to contact file server";
    ACCESS_FILE = 9016 Server "File transfer failure: unable to access file";
    COMPLETE_DOWNLOAD = 9017 Server "File transfer failure: unable to complete download";
    FILE_CORRUPTED = 9018 Server "File transfer failure: file corrupted or otherwise unusable";
    FILE_AUTHENTICATION = 9019 Server "File transfer failure: file authentication failure";
    TIME_WINDOWS = 9020 Client "File transfer failure: unable to complete download within specified time windows";
    CANCEL_NOT_PERMITTED = 9021 Client "Cancelation of file transfer not permitted in current transfer state";
    INVALID_UUID = 9022 Server "Invalid UUID format";
    UNKNOWN_EXECUTION_ENVIRONMENT = 9023 Server "Unknown Execution Environment";
    DISABLED_EXECUTION_ENVIRONMENT = 9024 Server "Disabled Execution Environment";
    EXECUTION_ENVIRONMENT_MISMATCH = 9025 Server "Deployment Unit to Execution Environment mismatch";
    DUPLICATE_DEPLOYMENT_UNIT = 9026 Server "Duplicate Deployment Unit";
    SYSTEM_RESOURCES_EXCEEDED = 9027 Server "System resources exceeded";
    UNKNOWN_DEPLOYMENT_UNIT = 9028 Server "Unknown Deployment Unit";
    INVALID_DEPLOYMENT_UNIT_STATE = 9029 Server "Invalid Deployment Unit state";
    DOWNGRADE_NOT_PERMITTED = 9030 Server "Invalid Deployment Unit update: downgrade not permitted";
    VERSION_NOT_SPECIFIED = 9031 Server "Invalid Deployment Unit update: version not specified";
    VERSION_EXISTS = 9032 Server "Invalid Deployment Unit update: version already exists";
}

impl FaultCode {
    /// A code by its number. Zero is not a fault.
    pub const fn new(code: u16) -> FaultCode {
        FaultCode(code)
    }

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The code an ACS acts on: unknown ones of the CPE's range count as 9001 (TR-069 3.7.2.4).
    pub fn as_acs_understands_it(self) -> FaultCode {
        let unknown = !FaultCode::ALL.contains(&self);
        if unknown && (9000..=9799).contains(&self.0) {
            FaultCode::REQUEST_DENIED
        } else {
            self
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.text())
    }
}

/// Who is to blame for a fault, as SOAP 1.1 puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Blame {
    /// Whoever sent the request.
    Client,
    /// Whoever was asked.
    Server,
}

/// The CWMP fault of a SOAP fault (TR-069 3.5).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fault {code}: {text}")]
pub struct Fault {
    /// What is wrong.
    pub code: FaultCode,
    /// What is wrong, in words: the standard's, or more of them.
    pub text: String,
    /// For SetParameterValues: every parameter that was refused.
    pub parameters: Vec<ParameterFault>,
}

/// One refused parameter (`SetParameterValuesFault`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ParameterFault {
    /// The parameter's name as it was asked for.
    pub parameter_name: String,
    /// Why it was refused.
    pub fault_code: FaultCode,
    /// Why it was refused, in words.
    pub fault_string: String,
}

impl From<FaultCode> for Fault {
    fn from(code: FaultCode) -> Fault {
        Fault {
            code,
            text: code.text().to_owned(),
            parameters: Vec::new(),
        }
    }
}

impl Fault {
    /// A fault with a text that says more than the standard's.
    pub fn new(code: FaultCode, text: impl Into<String>) -> Fault {
        Fault {
            code,
            text: text.into(),
            parameters: Vec::new(),
        }
    }

    /// The fault of a SetParameterValues: 9003 with each parameter's own reason (TR-069 A.3.2.1).
    pub fn of_parameters(parameters: Vec<ParameterFault>) -> Fault {
        Fault {
            parameters,
            ..Fault::from(FaultCode::INVALID_ARGUMENTS)
        }
    }

    /// Reads the content of `<soap:Fault>`, whatever of it is there (spec W-22).
    pub(crate) fn read(reader: &mut XmlReader<'_>) -> Result<Fault, XmlError> {
        let mut fault = Fault::new(FaultCode(0), String::new());
        let mut fault_string = String::new();
        let mut found = Found::No;
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "faultstring" => fault_string = clip(&reader.text()?),
                "detail" => {
                    while let Some(inner) = reader.child()? {
                        match inner.local() {
                            "Fault" => {
                                fault.read_detail(reader)?;
                                found = Found::Yes;
                            }
                            _ => reader.skip()?,
                        }
                    }
                }
                _ => reader.skip()?,
            }
        }
        match found {
            Found::Yes if fault.code.0 != 0 => Ok(fault),
            // TR-069 3.7.2.4 speaks of malformed faults: without a code nothing can be decided.
            Found::Yes | Found::No => {
                let why = format!("a fault without a CWMP fault code ({fault_string})");
                Err(reader.error(XmlErrorKind::NotSoap(why)))
            }
        }
    }

    fn read_detail(&mut self, reader: &mut XmlReader<'_>) -> Result<(), XmlError> {
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "FaultCode" => self.code = read_code(reader)?,
                "FaultString" => self.text = clip(&reader.text()?),
                "SetParameterValuesFault" => {
                    if self.parameters.len() == LIST_ITEMS {
                        return Err(reader.error(XmlErrorKind::ListTooLong));
                    }
                    self.parameters.push(ParameterFault::read(reader)?);
                }
                _ => reader.skip()?,
            }
        }
        Ok(())
    }

    /// Writes `<soap:Fault>` in full (TR-069 3.5, spec W-22).
    pub(crate) fn write(&self, writer: &mut XmlWriter) {
        let blame = match self.code.blame() {
            Blame::Client => "Client",
            Blame::Server => "Server",
        };
        writer.raw("<soap-env:Fault>");
        writer.leaf("faultcode", blame);
        writer.leaf("faultstring", "CWMP fault");
        writer.raw("<detail><cwmp:Fault>");
        writer.number("FaultCode", self.code.0);
        writer.leaf("FaultString", &self.text);
        for parameter in &self.parameters {
            writer.open("SetParameterValuesFault");
            writer.leaf("ParameterName", &parameter.parameter_name);
            writer.number("FaultCode", parameter.fault_code.0);
            writer.leaf("FaultString", &parameter.fault_string);
            writer.close("SetParameterValuesFault");
        }
        writer.raw("</cwmp:Fault></detail></soap-env:Fault>");
    }
}

enum Found {
    Yes,
    No,
}

impl ParameterFault {
    /// A refused parameter with words that say more than the standard's.
    pub fn new(name: impl Into<String>, code: FaultCode, why: impl Into<String>) -> ParameterFault {
        ParameterFault {
            parameter_name: name.into(),
            fault_code: code,
            fault_string: why.into(),
        }
    }

    fn read(reader: &mut XmlReader<'_>) -> Result<ParameterFault, XmlError> {
        let mut fault = ParameterFault::new("", FaultCode(0), "");
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "ParameterName" => fault.parameter_name = clip(reader.text()?.trim()),
                "FaultCode" => fault.fault_code = read_code(reader)?,
                "FaultString" => fault.fault_string = clip(&reader.text()?),
                _ => reader.skip()?,
            }
        }
        Ok(fault)
    }
}

fn read_code(reader: &mut XmlReader<'_>) -> Result<FaultCode, XmlError> {
    let text = reader.text()?;
    // A code that is no number decides nothing; zero says so and is sorted out by the caller.
    Ok(FaultCode(text.trim().parse().unwrap_or(0)))
}

/// What a peer says is kept in part: it ends in records and on pages (case C15).
fn clip(text: &str) -> String {
    text.chars().take(PEER_TEXT_CHARS).collect()
}

impl Serialize for Fault {
    /// In the shape the message has: `faultcode`, `faultstring`, and the CWMP detail beside them.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FaultJson {
            faultcode: match self.code.blame() {
                Blame::Client => "Client".into(),
                Blame::Server => "Server".into(),
            },
            faultstring: "CWMP fault".into(),
            fault_code: self.code,
            fault_string: self.text.as_str().into(),
            parameters: self.parameters.as_slice().into(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Fault, D::Error> {
        let json = FaultJson::deserialize(deserializer)?;
        Ok(Fault {
            code: json.fault_code,
            text: json.fault_string.into_owned(),
            parameters: json.parameters.into_owned(),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct FaultJson<'a> {
    #[serde(default)]
    faultcode: std::borrow::Cow<'a, str>,
    #[serde(default)]
    faultstring: std::borrow::Cow<'a, str>,
    #[serde(rename = "FaultCode")]
    fault_code: FaultCode,
    #[serde(rename = "FaultString", default)]
    fault_string: std::borrow::Cow<'a, str>,
    #[serde(
        rename = "SetParameterValuesFault",
        default,
        skip_serializing_if = "<[_]>::is_empty"
    )]
    parameters: std::borrow::Cow<'a, [ParameterFault]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_standard_is_a_type() {
        let numbers: Vec<u16> = FaultCode::ALL.iter().map(|code| code.number()).collect();
        let expected: Vec<u16> = (8000..=8006).chain(9000..=9032).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn blame_follows_the_table_of_the_standard() {
        let client: Vec<u16> = FaultCode::ALL
            .iter()
            .filter(|code| code.blame() == Blame::Client)
            .map(|code| code.number())
            .collect();
        assert_eq!(client, [8003, 9003, 9005, 9006, 9007, 9008, 9020, 9021]);
    }

    ///
    #[test]
    fn unknown_codes_of_a_device_count_as_denied() {
        let understood = |code| FaultCode::new(code).as_acs_understands_it().number();
        assert_eq!(understood(9555), 9001);
        assert_eq!(understood(9005), 9005);
        assert_eq!(understood(9850), 9850);
    }
}
