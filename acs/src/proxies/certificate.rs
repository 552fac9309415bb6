//! Certificates of clients in a header, by a proxy that has ended their TLS: `Client-Cert` (RFC 9440), and the PEM or
//! DER that proxies from before it write. What is in it is checked against the operator's authorities all the same.

use crate::config::proxies::ProxiesConfig;
use crate::tls;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_model::OperatorError;
use http::{HeaderMap, HeaderName};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use std::sync::Arc;

/// Reads certificates from a header, and checks whose they are.
#[derive(Debug)]
pub struct Checked {
    /// The header.
    pub header: HeaderName,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Checked {
    /// By the settings; `None` if no header is to be read.
    ///
    /// # Errors
    /// If the authorities cannot be used.
    pub fn new(config: &ProxiesConfig) -> Result<Option<Checked>, OperatorError> {
        let header = config.client_certificate_header.as_ref();
        let header = header.and_then(|name| name.parse::<HeaderName>().ok());
        let (Some(header), Some(file)) = (header, &config.client_ca_file) else {
            return Ok(None);
        };
        let what = "the authorities of `proxies.client_ca_file`";
        let mut roots = RootCertStore::empty();
        for certificate in tls::certificates(file)? {
            let added = roots.add(certificate);
            added.map_err(|error| tls::unusable(what, &error))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier
            .build()
            .map_err(|error| tls::unusable(what, &error))?;
        Ok(Some(Checked { header, verifier }))
    }

    /// The certificate of a request, if it has a good one. One that is not is as good as none: the proxy was to refuse it.
    pub fn read(&self, headers: &HeaderMap, now: UnixTime) -> Option<CertificateDer<'static>> {
        let mut values = headers.get_all(&self.header).iter();
        // Of two the proxy has written one at most.
        let (Some(value), None) = (values.next(), values.next()) else {
            return None;
        };
        let certificate = decode(value.to_str().ok()?)?;
        match self.verifier.verify_client_cert(&certificate, &[], now) {
            Ok(_) => Some(certificate),
            Err(why) => {
                tracing::warn!(%why, "the certificate a proxy has passed on is not good");
                None
            }
        }
    }
}

/// `:BASE64:`, base64 alone, or PEM with its line ends escaped by percent signs or replaced by blanks.
fn decode(text: &str) -> Option<CertificateDer<'static>> {
    let text = text.trim();
    if !text.starts_with("-----BEGIN") {
        let colons = text
            .strip_prefix(':')
            .and_then(|rest| rest.strip_suffix(':'));
        let der = STANDARD.decode(colons.unwrap_or(text)).ok()?;
        return Some(CertificateDer::from(der));
    }
    let pem = unescaped(text)?;
    let pem = String::from_utf8(pem).ok()?;
    if let Ok(certificate) = CertificateDer::from_pem_slice(pem.as_bytes()) {
        return Some(certificate);
    }
    let inner = pem.split("-----").nth(2)?;
    let inner: String = inner.split_whitespace().collect();
    STANDARD.decode(inner).ok().map(CertificateDer::from)
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, more) = rest.split_first_chunk::<2>()?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = more;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_proxies_write_is_read_and_nothing_else() {
        let der = b"what a certificate is made of";
        let base64 = STANDARD.encode(der);
        let pem = |end: &str| {
            format!("-----BEGIN CERTIFICATE-----{end}{base64}{end}-----END CERTIFICATE-----{end}")
        };
        for text in [
            format!(":{base64}:"),
            base64.clone(),
            pem("%0A"),
            pem(" "),
            pem("%0a").replace('+', "%2B").replace('=', "%3D"),
        ] {
            assert_eq!(decode(&text).as_deref(), Some(&der[..]), "{text}");
        }
        for text in [
            "",
            ":",
            "::=",
            "no certificate",
            "-----BEGIN",
            "-----BEGIN%",
            "-----BEGIN%zz",
        ] {
            assert!(decode(text).is_none_or(|it| it.is_empty()), "{text}");
        }
    }
}
