//! The lightweight notification: a signed POST in one datagram that nobody answers (TR-069 Annex M).

use crate::device_id::DeviceId;
use crate::xml::XmlWriter;
use data_model::{ParameterList, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use std::fmt::Write as _;

/// The port of the ACS, unless the device is told another.
pub const DEFAULT_PORT: u16 = 7547;

/// What one datagram tells.
#[derive(Debug)]
pub struct LightweightNotification<'a> {
    /// Seconds since the epoch; an ACS takes none that is older than the last.
    pub timestamp_secs: i64,
    /// The user the device has at its ACS.
    pub username: &'a str,
    /// A random text.
    pub cnonce: &'a str,
    /// Who tells it; the manufacturer's name is not told.
    pub device_id: &'a DeviceId,
    /// What has changed; at least one.
    pub parameters: &'a ParameterList,
}

impl LightweightNotification<'_> {
    /// The datagram for a receiver `host:port`, signed with the device's password at its ACS.
    pub fn datagram(&self, to: &str, password: &Secret) -> Vec<u8> {
        let body = self.body();
        let signature = sign(body.as_bytes(), password);
        let length = body.len();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {to}\r\nContent-Type: text/xml; charset=utf-8\r\n\
             Content-Length: {length}\r\nSignature: {signature}\r\n\r\n"
        );
        let mut datagram = head.into_bytes();
        datagram.extend_from_slice(body.as_bytes());
        datagram
    }

    fn body(&self) -> String {
        let mut writer = XmlWriter::with_capacity(512 + 128 * self.parameters.len());
        writer.raw(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <Notification xmlns=\"urn:broadband-forum-org:cwmp:lwnotif-1-0\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">",
        );
        writer.number("TS", self.timestamp_secs);
        writer.leaf("UN", self.username);
        writer.leaf("CN", self.cnonce);
        writer.leaf("OUI", &self.device_id.oui);
        writer.leaf("ProductClass", &self.device_id.product_class);
        writer.leaf("SerialNumber", &self.device_id.serial_number);
        for parameter in self.parameters.iter() {
            writer.open("Param");
            writer.leaf("Name", parameter.name);
            writer.value("Value", parameter.ty, parameter.value);
            writer.close("Param");
        }
        writer.close("Notification");
        writer.into_string()
    }
}

/// The signature of a body: HMAC-SHA1 under the device's password, in hexadecimal digits.
pub fn sign(body: &[u8], password: &Secret) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(password.reveal().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(body);
    let mut hex = String::with_capacity(40);
    for byte in mac.finalize().into_bytes() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::XsdType;

    /// RFC 2202, case 2.
    #[test]
    fn the_signature_is_hmac_sha1() {
        let signature = sign(b"what do ya want for nothing?", &Secret::new("Jefe"));
        assert_eq!(signature, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn a_datagram_is_a_whole_post_with_its_length_and_signature() {
        let parameters: ParameterList =
            [("Device.A", XsdType::String, "a<b")].into_iter().collect();
        let device_id = DeviceId {
            manufacturer: "Cisco".into(),
            oui: "00562B".into(),
            product_class: "ATA192".into(),
            serial_number: "FCH26480QXA".into(),
        };
        let notification = LightweightNotification {
            timestamp_secs: 1_772_439_300,
            username: "user",
            cnonce: "0123",
            device_id: &device_id,
            parameters: &parameters,
        };
        let password = Secret::new("secret");
        let datagram = notification.datagram("acs.example.net:7547", &password);
        let text = String::from_utf8(datagram).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let lines: Vec<&str> = head.split("\r\n").collect();
        assert_eq!(
            lines,
            [
                "POST / HTTP/1.1",
                "Host: acs.example.net:7547",
                "Content-Type: text/xml; charset=utf-8",
                &format!("Content-Length: {}", body.len()),
                &format!("Signature: {}", sign(body.as_bytes(), &password)),
            ]
        );
        assert!(body.ends_with(
            "<TS>1772439300</TS><UN>user</UN><CN>0123</CN><OUI>00562B</OUI>\
             <ProductClass>ATA192</ProductClass><SerialNumber>FCH26480QXA</SerialNumber>\
             <Param><Name>Device.A</Name><Value xsi:type=\"xsd:string\">a&lt;b</Value></Param></Notification>"
        ));
    }
}
