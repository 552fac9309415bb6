//! TLS of the device: which servers it trusts, and how it proves who it is.

use super::server_trust::ServerTrust;
use crate::device::facts::CLOCK_FLOOR;
use data_model::OperatorError;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The TLS part of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificates of authorities to trust, in PEM; without one those of the public web are trusted.
    pub ca_file: Option<PathBuf>,
    /// The device's certificate chain, in PEM.
    pub certificate_file: Option<PathBuf>,
    /// The private key of the device's certificate, in PEM.
    pub key_file: Option<PathBuf>,
}

impl TlsConfig {
    /// Prepares connections.
    ///
    /// # Errors
    /// If a file cannot be read or does not hold what it should.
    pub fn load(&self) -> Result<Arc<ClientConfig>, OperatorError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let usual = WebPkiServerVerifier::builder_with_provider(
            Arc::new(self.roots()?),
            Arc::clone(&provider),
        );
        let usual = usual.build().map_err(|error| unusable("TLS", &error))?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("TLS", &error))?
            // It trusts whom the usual one trusts, and differs only while there is no time to judge dates by.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(ServerTrust::new(usual, CLOCK_FLOOR)));
        let config = match (&self.certificate_file, &self.key_file) {
            (Some(certificate), Some(key)) => builder
                .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
                .map_err(|error| unusable("the device's certificate", &error))?,
            (None, None) => builder.with_no_client_auth(),
            (Some(_), None) | (None, Some(_)) => {
                return Err(OperatorError::new(
                    "the device's certificate cannot be used",
                    "certificate and key come together, and only one of them is set",
                    "set both `certificate_file` and `key_file`, or neither",
                ));
            }
        };
        Ok(Arc::new(config))
    }

    fn roots(&self) -> Result<RootCertStore, OperatorError> {
        let mut roots = RootCertStore::empty();
        match &self.ca_file {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(path) => {
                for certificate in certificates(path)? {
                    roots
                        .add(certificate)
                        .map_err(|error| unusable("a CA certificate", &error))?;
                }
            }
        }
        Ok(roots)
    }
}

/// The certificates in a PEM file.
///
/// # Errors
/// If the file cannot be read or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OperatorError> {
    let trouble = |error: &dyn std::fmt::Display| bad_file(path, error);
    let pems = CertificateDer::pem_file_iter(path).map_err(|error| trouble(&error))?;
    let found: Vec<_> = pems
        .collect::<Result<_, _>>()
        .map_err(|error| trouble(&error))?;
    if found.is_empty() {
        return Err(trouble(&"there is no certificate in it"));
    }
    Ok(found)
}

/// The private key in a PEM file.
///
/// # Errors
/// If the file cannot be read or holds none.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, OperatorError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| bad_file(path, &error))
}

fn bad_file(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use the file {}", path.display());
    OperatorError::new(what, error, "give a readable file in PEM format")
}

fn unusable(what: &str, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("{what} cannot be used");
    OperatorError::new(
        what,
        error,
        "check the files named in the TLS part of the configuration",
    )
}
