//! The SOAP fault with CWMP's own fault inside, and the smaller fault of the completion messages (TR-069 3.5).

#![expect(
    non_snake_case,
    reason = "fields are named as the elements on the wire"
)]

use super::text::Number;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use yaserde::YaDeserialize;

#[derive(YaDeserialize)]
pub struct SoapFault {
    faultcode: String,
    faultstring: String,
    detail: Detail,
}

#[derive(YaDeserialize)]
#[yaserde(namespaces = { "cwmp" = "urn:dslforum-org:cwmp-1-0" })]
struct Detail {
    #[yaserde(prefix = "cwmp")]
    Fault: CwmpFault,
}

#[derive(YaDeserialize)]
struct CwmpFault {
    FaultCode: Number,
    FaultString: Option<String>,
    SetParameterValuesFault: Vec<SetParameterValuesFault>,
}

#[derive(YaDeserialize, Serialize)]
struct SetParameterValuesFault {
    ParameterName: String,
    FaultCode: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    FaultString: Option<String>,
}

/// How a transfer or an operation on a deployment unit ended.
#[derive(YaDeserialize, Serialize)]
pub struct FaultStruct {
    FaultCode: Number,
    FaultString: String,
}

impl Serialize for SoapFault {
    /// Both levels in one object; the prefix of `faultcode` says nothing and is left out.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner = &self.detail.Fault;
        let blame = self.faultcode.rsplit(':').next().unwrap_or("").trim();
        let mut fault = serializer.serialize_map(None)?;
        fault.serialize_entry("faultcode", blame)?;
        fault.serialize_entry("faultstring", &self.faultstring)?;
        fault.serialize_entry("FaultCode", &inner.FaultCode)?;
        if let Some(text) = &inner.FaultString {
            fault.serialize_entry("FaultString", text)?;
        }
        if !inner.SetParameterValuesFault.is_empty() {
            fault.serialize_entry("SetParameterValuesFault", &inner.SetParameterValuesFault)?;
        }
        fault.end()
    }
}
