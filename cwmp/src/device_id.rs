//! Who a device says it is.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// The DeviceId of an Inform (`DeviceIdStruct`, TR-069 A.3.3.1). A claim, until credentials confirm it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct DeviceId {
    /// The manufacturer's name, for display only.
    #[serde(rename = "Manufacturer")]
    pub manufacturer: String,
    /// The manufacturer's organizationally unique identifier, six hexadecimal digits.
    #[serde(rename = "OUI")]
    pub oui: String,
    /// The class of products the serial number is unique in; may be empty.
    #[serde(rename = "ProductClass")]
    pub product_class: String,
    /// The serial number.
    #[serde(rename = "SerialNumber")]
    pub serial_number: String,
}

impl DeviceId {
    /// The username TR-069 3.4.4 gives a device: `OUI-ProductClass-SerialNumber`, or `OUI-SerialNumber` if
    /// the class is empty; in class and serial number all but `0-9 A-Z a-z _` is percent-encoded, so that
    /// the text is unique to the device. It also is our key of the device.
    pub fn username(&self) -> String {
        let mut name =
            String::with_capacity(8 + self.product_class.len() + self.serial_number.len());
        encode(&mut name, &self.oui.to_ascii_uppercase());
        name.push('-');
        if !self.product_class.is_empty() {
            encode(&mut name, &self.product_class);
            name.push('-');
        }
        encode(&mut name, &self.serial_number);
        name
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.username())
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(oui: &str, product_class: &str, serial_number: &str) -> DeviceId {
        DeviceId {
            manufacturer: "Example".into(),
            oui: oui.into(),
            product_class: product_class.into(),
            serial_number: serial_number.into(),
        }
    }

    ///
    #[test]
    fn usernames_follow_the_standard() {
        assert_eq!(
            id("012345", "Set-Top-Box", "0123456789").username(),
            "012345-Set%2DTop%2DBox-0123456789"
        );
        assert_eq!(
            id("012345", "", "0123456789").username(),
            "012345-0123456789"
        );
        assert_eq!(id("012345", "é", "1").username(), "012345-%C3%A9-1");
    }

    /// Covers C03.
    #[test]
    fn different_devices_never_share_a_key() {
        let pairs = [
            (id("012345", "A-B", "C"), id("012345", "A", "B-C")),
            (id("012345", "", "A-B"), id("012345", "A", "B")),
            (id("012345", "A", "%2D"), id("012345", "A", "-")),
            (id("012345", "a", "1"), id("012345", "A", "1")),
        ];
        for (one, other) in pairs {
            assert_ne!(one.username(), other.username());
        }
        assert_eq!(
            id("abcdef", "A", "1").username(),
            id("ABCDEF", "A", "1").username()
        );
    }
}
