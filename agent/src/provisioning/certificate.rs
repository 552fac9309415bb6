//! Whom a certificate names: enough of X.509 (RFC 5280 4.1) to read its subject, and of PEM to find it.

use crate::limits::CUSTOM_CAS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Object identifiers of the attributes that are told apart by name (X.520), as DER has them.
const ATTRIBUTES: [(&[u8], &str); 7] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 5], "SERIALNUMBER"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "S"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
];

/// DER tags.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The subject of a certificate: names of attributes and their values, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(Vec<(&'static str, String)>);

impl Subject {
    /// Reads that of a certificate in DER; `None` if it is none.
    pub fn of_der(der: &[u8]) -> Option<Subject> {
        let (certificate, _) = element(der, SEQUENCE)?;
        let (mut fields, _) = element(certificate, SEQUENCE)?;
        if fields.first() == Some(&VERSION) {
            fields = any(fields)?.2;
        }
        // Serial number, algorithm, issuer, validity.
        for _ in 0..4 {
            fields = any(fields)?.2;
        }
        let (mut names, _) = element(fields, SEQUENCE)?;
        let mut found = Vec::new();
        while !names.is_empty() {
            let (_, mut set, rest) = any(names)?;
            names = rest;
            while !set.is_empty() {
                let (pair, rest) = element(set, SEQUENCE)?;
                set = rest;
                let (_, oid, value) = any(pair)?;
                let (_, text, _) = any(value)?;
                let known = ATTRIBUTES.iter().find(|(bytes, _)| *bytes == oid);
                if let Some((_, name)) = known {
                    let text = String::from_utf8_lossy(text);
                    let text = text.chars().filter(|c| !c.is_control()).take(64);
                    found.push((*name, text.collect()));
                }
            }
        }
        Some(Subject(found))
    }

    /// The first value of an attribute.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter();
        let found = values.find(|(known, _)| *known == name)?;
        Some(&found.1)
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, (name, value)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}

/// The certificates of a PEM text (RFC 7468), in DER; what is around them is skipped.
///
/// # Errors
/// In words, if there is none, there are too many, or one cannot be read.
pub fn of_pem(text: &str) -> Result<Vec<Vec<u8>>, String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut found = Vec::new();
    for part in text.split(BEGIN).skip(1) {
        let (inside, _) = part
            .split_once(END)
            .ok_or("a certificate in PEM has no end")?;
        let digits: String = inside.split_whitespace().collect();
        let der = STANDARD.decode(digits);
        found.push(der.map_err(|_| "a certificate in PEM is not base64")?);
        if found.len() > CUSTOM_CAS {
            return Err(format!("there are more than {CUSTOM_CAS} certificates"));
        }
    }
    match found.is_empty() {
        true => Err("there is no certificate in PEM in it".into()),
        false => Ok(found),
    }
}

/// An element with this tag: what is in it, and what is behind it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, inside, behind) = any(bytes)?;
    (found == tag).then_some((inside, behind))
}

/// Any element: tag, what is in it, what is behind it.
fn any(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let octets = usize::from(first & 0x7f);
        // Nothing a device reads here has more than 64 KiB.
        if octets == 0 || octets > 2 {
            return None;
        }
        let (size, behind) = rest.split_at_checked(octets)?;
        length = size.iter().fold(0, |sum, it| sum << 8 | usize::from(*it));
        rest = behind;
    }
    let (inside, behind) = rest.split_at_checked(length)?;
    Some((tag, inside, behind))
}
