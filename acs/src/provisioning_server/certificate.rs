//! Who a device's certificate says it is: OU is the product, L the serial number, S the MAC address.

use crate::provisioning::request_path::mac;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::AttributeTypeAndValue;

/// What a certificate the TLS stack has checked says of its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The product.
    pub product: String,
    /// The serial number.
    pub serial_number: String,
    /// The MAC address, twelve digits in small letters.
    pub mac: Option<String>,
}

/// Reads the subject; `None` if it names no serial number, as a certificate of a device does.
pub fn holder(certificate: &CertificateDer<'_>) -> Option<Holder> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let subject = certificate.subject();
    let text = |part: Option<&AttributeTypeAndValue<'_>>| {
        let text = part.and_then(|part| part.as_str().ok());
        text.map(str::to_owned)
    };
    let serial_number = text(subject.iter_locality().next()).filter(|text| !text.is_empty())?;
    Some(Holder {
        product: text(subject.iter_organizational_unit().next()).unwrap_or_default(),
        serial_number,
        mac: text(subject.iter_state_or_province().next()).and_then(|text| mac(&text)),
    })
}
