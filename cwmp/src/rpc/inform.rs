//! Inform: the first message of every session, and its response (TR-069 A.3.3.1).

use super::{Rpc, list, name, number, parameter_values, required, write_parameter_values};
use crate::device_id::DeviceId;
use crate::event::{Event, EventCode};
use crate::keys::CommandKey;
use crate::xml::{XmlError, XmlReader, XmlWriter};
use data_model::{DateTime, ParameterList};
use serde::{Deserialize, Serialize};

/// A device says who it is, what has happened, and how its most important parameters stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Inform {
    /// Who the device is.
    pub device_id: DeviceId,
    /// What has happened; empty is legal for a retry whose events were all delivered.
    pub event: Vec<Event>,
    /// Always 1; other numbers are read and ignored.
    pub max_envelopes: u32,
    /// The device's local time with its offset.
    pub current_time: DateTime,
    /// How many sessions have failed since the last one that succeeded.
    pub retry_count: u32,
    /// Forced and changed parameters.
    pub parameter_list: ParameterList,
}

impl Inform {
    /// Whether one of the events has this code.
    pub fn has_event(&self, code: &EventCode) -> bool {
        self.event.iter().any(|event| event.event_code == *code)
    }
}

impl Rpc for Inform {
    const NAME: &'static str = "Inform";

    fn read(reader: &mut XmlReader<'_>) -> Result<Inform, XmlError> {
        let mut device_id = None;
        let mut inform = Inform {
            device_id: DeviceId::default(),
            event: Vec::new(),
            max_envelopes: 1,
            current_time: DateTime::unknown(),
            retry_count: 0,
            parameter_list: ParameterList::new(),
        };
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "DeviceId" => device_id = Some(read_device_id(reader)?),
                "Event" => inform.event = list(reader, "EventStruct", read_event)?,
                // A wrong number here must not cost a device its session; 1 is the only one there is.
                "MaxEnvelopes" => inform.max_envelopes = reader.text()?.trim().parse().unwrap_or(1),
                "CurrentTime" => inform.current_time = super::date_time(reader)?,
                "RetryCount" => inform.retry_count = reader.text()?.trim().parse().unwrap_or(0),
                "ParameterList" => inform.parameter_list = parameter_values(reader)?,
                _ => reader.skip()?,
            }
        }
        inform.device_id = required(reader, device_id, "DeviceId");
        Ok(inform)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.open("DeviceId");
        writer.leaf("Manufacturer", &self.device_id.manufacturer);
        writer.leaf("OUI", &self.device_id.oui);
        writer.leaf("ProductClass", &self.device_id.product_class);
        writer.leaf("SerialNumber", &self.device_id.serial_number);
        writer.close("DeviceId");
        writer.array("Event", "cwmp:EventStruct", self.event.len());
        for event in &self.event {
            writer.open("EventStruct");
            writer.leaf("EventCode", event.event_code.as_str());
            writer.leaf("CommandKey", event.command_key.as_str());
            writer.close("EventStruct");
        }
        writer.close("Event");
        writer.number("MaxEnvelopes", self.max_envelopes);
        writer.leaf("CurrentTime", self.current_time.as_str());
        writer.number("RetryCount", self.retry_count);
        write_parameter_values(writer, &self.parameter_list);
    }
}

fn read_device_id(reader: &mut XmlReader<'_>) -> Result<DeviceId, XmlError> {
    let mut id = DeviceId::default();
    while let Some(tag) = reader.child()? {
        match tag.local() {
            // Pretty-printed messages have blanks and line ends around it; they are nobody's identity.
            "Manufacturer" => id.manufacturer = name(reader)?,
            "OUI" => id.oui = name(reader)?,
            "ProductClass" => id.product_class = name(reader)?,
            "SerialNumber" => id.serial_number = name(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(id)
}

fn read_event(reader: &mut XmlReader<'_>) -> Result<Event, XmlError> {
    let mut event = Event::new(EventCode::Other("".into()));
    while let Some(tag) = reader.child()? {
        match tag.local() {
            "EventCode" => event.event_code = EventCode::from_text(&reader.text()?),
            "CommandKey" => event.command_key = CommandKey::from_peer(&reader.text()?),
            _ => reader.skip()?,
        }
    }
    Ok(event)
}

/// The ACS has taken note of an Inform; the session is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InformResponse {
    /// Always 1.
    pub max_envelopes: u32,
}

impl Default for InformResponse {
    fn default() -> InformResponse {
        InformResponse { max_envelopes: 1 }
    }
}

impl Rpc for InformResponse {
    const NAME: &'static str = "InformResponse";

    fn read(reader: &mut XmlReader<'_>) -> Result<InformResponse, XmlError> {
        let mut response = InformResponse::default();
        while let Some(tag) = reader.child()? {
            match tag.local() {
                "MaxEnvelopes" => response.max_envelopes = number(reader)?,
                _ => reader.skip()?,
            }
        }
        Ok(response)
    }

    fn write(&self, writer: &mut XmlWriter) {
        writer.number("MaxEnvelopes", self.max_envelopes);
    }
}
