//! Which device a client certificate is for: its common name has the form of a device's user name (spec A-05).

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Characters of an OUI.
const OUI: usize = 6;

/// The identity in the common name, `OUI-serial` or `OUI-class-serial`; `None` if the certificate is one that many
/// devices share, or was made for something else.
pub fn identity(certificate: &CertificateDer<'static>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let name = certificate.subject().iter_common_name().next()?;
    let name = name.as_str().ok()?;
    let (oui, rest) = name.split_once('-')?;
    let is_oui = oui.len() == OUI && oui.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_oui && !rest.is_empty()).then(|| name.to_owned())
}
