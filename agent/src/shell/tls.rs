//! TLS of the device: which servers it trusts, and how it proves who it is.

use super::server_trust::ServerTrust;
use crate::device::facts::CLOCK_FLOOR;
use crate::provisioning::sources::{DeviceCertificate, Names, Trust};
use data_model::OperatorError;
use rustls::client::{Resumption, VerifierBuilderError, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
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
    pub fn load(&self) -> Result<Arc<Tls>, OperatorError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = Arc::new(self.roots()?);
        let trust = trust(Arc::clone(&roots), Names::Checked);
        let trust = trust.map_err(|error| unusable("TLS", &error))?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("TLS", &error))?
            .dangerous()
            .with_custom_certificate_verifier(trust);
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
        Ok(Arc::new(Tls {
            client: Arc::new(config),
            roots,
        }))
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

/// Connections by TLS, prepared.
#[derive(Debug)]
pub struct Tls {
    /// How they are made for everything but provisioning.
    pub client: Arc<ClientConfig>,
    roots: Arc<RootCertStore>,
}

impl Tls {
    /// The same for files of the vendor's own provisioning. Nothing is resumed: a connection that was made with another
    /// trust proves nothing.
    ///
    /// # Errors
    /// In words, if the device's certificate cannot be used.
    pub(super) fn trusting(&self, trust: &Trust) -> Result<Tls, String> {
        let mut roots = Arc::clone(&self.roots);
        if let Some(pem) = &trust.custom_ca {
            let added = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok);
            let (_, ignored) = Arc::make_mut(&mut roots).add_parsable_certificates(added);
            if ignored > 0 {
                tracing::warn!(
                    ignored,
                    "custom CA: certificates that cannot be trust anchors"
                );
            }
        }
        let mut client = (*self.client).clone();
        let verifier = self::trust(Arc::clone(&roots), trust.names);
        let verifier = verifier.map_err(|error| error.to_string())?;
        client.dangerous().set_certificate_verifier(verifier);
        client.resumption = Resumption::disabled();
        if let Some(own) = &trust.certificate {
            client.client_auth_cert_resolver = Arc::new(own_certificate(own)?);
        }
        Ok(Tls {
            client: Arc::new(client),
            roots,
        })
    }
}

/// Trusts these authorities as everybody does, and differs only while there is no time to judge dates by, and in names.
fn trust(
    roots: Arc<RootCertStore>,
    names: Names,
) -> Result<Arc<ServerTrust>, VerifierBuilderError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let usual = WebPkiServerVerifier::builder_with_provider(roots, provider).build()?;
    Ok(Arc::new(
        ServerTrust::new(usual, CLOCK_FLOOR).with_names(names),
    ))
}

/// The device's certificate and its key, which have to belong together.
///
/// # Errors
/// In words.
pub fn own_certificate(own: &DeviceCertificate) -> Result<SingleCertAndKey, String> {
    let chain = CertificateDer::pem_slice_iter(own.chain.as_bytes());
    let chain: Vec<_> = chain
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the device's certificate: {error}"))?;
    let key = PrivateKeyDer::from_pem_slice(own.key.reveal().as_bytes())
        .map_err(|error| format!("the key of the device's certificate: {error}"))?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider)
        .map(SingleCertAndKey::from)
        .map_err(|error| format!("the device's certificate and its key: {error}"))
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
