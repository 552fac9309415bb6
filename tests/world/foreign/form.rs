//! How a foreign CPE writes its messages: none of it by our own writer.

use super::{Access, Foreign, Parameter};
use cwmp::EventCode;
use serde::Deserialize;
use std::fmt::Write as _;

/// The form of its messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    namespace: String,
    soap: String,
    #[serde(default)]
    pretty: bool,
    #[serde(default)]
    cdata: bool,
    types: Types,
    header_id: bool,
    #[serde(default)]
    valueless: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Types {
    /// As the schema has them.
    Xsd,
    /// No types at all.
    None,
    /// Prefixes and names of other schemas.
    Odd,
}

impl Form {
    /// A text as it stands in an element.
    fn text(&self, text: &str) -> String {
        let escaped = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        if self.cdata && !text.is_empty() {
            return format!("<![CDATA[{text}]]>");
        }
        escaped
    }

    /// A name in a list.
    pub(super) fn shown(&self, text: &str) -> String {
        self.name(text)
    }

    /// A name or an identity, with the blanks of pretty-printed documents around it.
    fn name(&self, text: &str) -> String {
        if self.pretty {
            return format!("\n      {}\n    ", self.text(text));
        }
        self.text(text)
    }

    fn envelope(&self, id: &str, body: &str) -> String {
        let soap = &self.soap;
        let header = match self.header_id {
            true => format!(
                "<{soap}:Header><cwmp:ID {soap}:mustUnderstand=\"1\">{id}</cwmp:ID></{soap}:Header>"
            ),
            false => String::new(),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{soap}:Envelope \
             xmlns:{soap}=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xmlns:cwmp=\"{}\">{header}<{soap}:Body>{body}</{soap}:Body></{soap}:Envelope>\n",
            self.namespace
        )
    }
}

impl Foreign {
    /// A message around a body.
    pub(super) fn message(&self, id: &str, body: &str) -> String {
        self.description.form.envelope(id, body)
    }

    /// A fault, as SOAP 1.1 has it.
    pub(super) fn fault(&self, id: &str, code: u16, parameters: &[(String, u16)]) -> String {
        let soap = &self.description.form.soap;
        let mut refused = String::new();
        for (name, code) in parameters {
            let _ = write!(
                refused,
                "<SetParameterValuesFault><ParameterName>{name}</ParameterName><FaultCode>{code}</FaultCode>\
                 <FaultString>no</FaultString></SetParameterValuesFault>"
            );
        }
        let fault = format!(
            "<{soap}:Fault><faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail>\
             <cwmp:Fault><FaultCode>{code}</FaultCode><FaultString>no</FaultString>{refused}</cwmp:Fault>\
             </detail></{soap}:Fault>"
        );
        self.message(id, &fault)
    }

    /// An Inform with these events.
    pub(super) fn inform(&self, events: &[(EventCode, String)]) -> String {
        let form = &self.description.form;
        let identity = &self.identity;
        let mut list = String::new();
        for (code, key) in events {
            let _ = write!(
                list,
                "<EventStruct><EventCode>{}</EventCode><CommandKey>{key}</CommandKey></EventStruct>",
                code.as_str()
            );
        }
        let names = [
            "DeviceInfo.HardwareVersion",
            "DeviceInfo.SoftwareVersion",
            "ManagementServer.ConnectionRequestURL",
            "ManagementServer.ParameterKey",
        ];
        let names = names.map(|name| self.name(name));
        let values: String = names.iter().map(|name| self.value_struct(name)).collect();
        let body = format!(
            "<cwmp:Inform><DeviceId><Manufacturer>{}</Manufacturer><OUI>{}</OUI><ProductClass>{}</ProductClass>\
             <SerialNumber>{}</SerialNumber></DeviceId><Event SOAP-ENC:arrayType=\"cwmp:EventStruct[{:04}]\">{list}\
             </Event><MaxEnvelopes>1</MaxEnvelopes><CurrentTime>1970-01-01T00:00:17</CurrentTime>\
             <RetryCount>0</RetryCount><ParameterList>{values}</ParameterList></cwmp:Inform>",
            form.name(&identity.manufacturer),
            form.name(&identity.oui),
            form.name(&identity.product_class),
            form.name(&identity.serial_number),
            events.len()
        );
        self.message("1", &body)
    }

    /// A TransferComplete.
    pub(super) fn transfer_complete(&self, key: &str, code: u16) -> String {
        let text = if code == 0 { "" } else { "Download failure" };
        let body = format!(
            "<cwmp:TransferComplete><CommandKey>{key}</CommandKey><FaultStruct><FaultCode>{code}</FaultCode>\
             <FaultString>{text}</FaultString></FaultStruct><StartTime>0001-01-01T00:00:00Z</StartTime>\
             <CompleteTime>0001-01-01T00:00:00Z</CompleteTime></cwmp:TransferComplete>"
        );
        self.message("2", &body)
    }

    /// A parameter with its value.
    pub(super) fn value_struct(&self, name: &str) -> String {
        let form = &self.description.form;
        let parameter = &self.tree[name];
        let shown = form.name(name);
        if form.valueless.iter().any(|known| known == name) {
            return format!("<ParameterValueStruct><Name>{shown}</Name></ParameterValueStruct>");
        }
        let ty = match form.types {
            Types::None => String::new(),
            Types::Xsd => format!(" xsi:type=\"xsd:{}\"", parameter.ty),
            Types::Odd if parameter.ty == "string" => " xsi:type=\"SOAP-ENC:string\"".into(),
            Types::Odd => format!(" xsi:type=\"xs:{}\"", parameter.ty),
        };
        let value = form.text(&self.echoed(parameter));
        format!(
            "<ParameterValueStruct><Name>{shown}</Name><Value{ty}>{value}</Value></ParameterValueStruct>"
        )
    }

    /// A value as the device tells it.
    fn echoed(&self, parameter: &Parameter) -> String {
        let habits = &self.description.habits;
        let value = parameter.value.as_str();
        if parameter.access == Access::Secret {
            return String::new();
        }
        match parameter.ty.as_str() {
            "boolean" => {
                let on = matches!(value, "1" | "true" | "True");
                let (yes, no) = habits.booleans.split_once('/').expect("two words");
                if on { yes } else { no }.to_owned()
            }
            "dateTime" if habits.dates.as_deref() == Some("offset") => value.replace('Z', "+00:00"),
            _ => value.to_owned(),
        }
    }
}
