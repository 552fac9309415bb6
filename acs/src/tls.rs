//! TLS of the server: 1.2 and 1.3 through rustls; devices that only know older versions need a terminator in front.

use crate::app::App;
use crate::config::{Config, TlsConfig};
use crate::live::Live;
use data_model::{OperatorError, Timestamp};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{CipherSuite, RootCertStore, ServerConfig};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// What is asked of clients where authorities of their certificates are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// They must have a certificate.
    Must,
    /// They may have one; one that is not good ends the handshake.
    May,
}

/// Takes TLS connections with a certificate.
///
/// # Errors
/// If a file cannot be read or does not hold what it should.
pub fn acceptor(config: &TlsConfig, clients: Clients) -> Result<TlsAcceptor, OperatorError> {
    let provider = Arc::new(provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("TLS", &error))?;
    let builder = match &config.client_ca_file {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| unusable("a CA certificate", &error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = match clients {
                Clients::Must => verifier,
                Clients::May => verifier.allow_unauthenticated(),
            };
            let verifier = verifier
                .build()
                .map_err(|error| unusable("the authorities of device certificates", &error))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_file(&config.key_file)
        .map_err(|error| bad_file(&config.key_file, &error))?;
    let chain = certificates(&config.certificate_file)?;
    // A key that does not belong to the certificate is found here.
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| unusable("the server's certificate", &error))?;
    config.ignore_client_order = true;
    // What a device needs to resume is in its ticket: a fleet is larger than any table of sessions here would be.
    config.ticketer =
        rustls::crypto::ring::Ticketer::new().map_err(|error| unusable("TLS", &error))?;
    // A device has one connection at a time, and gets another ticket with each: a second one would be made, encrypted and
    // sent for nothing.
    config.send_tls13_tickets = 1;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The cipher suites in the order of the server's choice. Those with SHA-256 come first, for which processors have
/// instructions: SHA-384 without them was a twentieth of a session, and a device makes a handshake in minutes, a server
/// a thousand in a second.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| {
        !matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        )
    });
    provider
}

/// What a listener takes TLS connections with; it can be replaced while the listener is in use.
pub type Current = Arc<Live<TlsAcceptor>>;

/// What is asked of the clients of a listener.
pub fn clients(name: &str) -> Clients {
    match name {
        "provisioning" => Clients::May,
        _ => Clients::Must,
    }
}

/// The certificates of all listeners that speak TLS.
#[derive(Default)]
pub struct Certificates(Mutex<Vec<(&'static str, Current)>>);

/// Certificates and authorities that were read and are still to be put in force, with when the former end.
pub struct Fresh(Vec<(&'static str, TlsAcceptor, Option<Timestamp>)>);

/// The listeners that may speak TLS, and their settings.
pub fn listeners(config: &Config) -> [(&'static str, Option<&TlsConfig>); 4] {
    [
        ("cwmp", config.cwmp.tls.as_ref()),
        ("api", config.api.tls.as_ref()),
        ("files", config.files.tls.as_ref()),
        ("provisioning", config.provisioning.tls.as_ref()),
    ]
}

impl Certificates {
    /// Takes TLS connections for a listener of this name.
    ///
    /// # Errors
    /// If a file cannot be read or does not hold what it should.
    pub fn acceptor(
        &self,
        name: &'static str,
        config: &TlsConfig,
    ) -> Result<Current, OperatorError> {
        let current = Arc::new(Live::new(acceptor(config, clients(name))?));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.push((name, Arc::clone(&current)));
        Ok(current)
    }

    /// Reads the certificates and authorities of listeners.
    ///
    /// # Errors
    /// Everything that is wrong with one of them.
    pub fn read(&self, config: &Config) -> Result<Fresh, Vec<OperatorError>> {
        let (mut fresh, mut wrong) = (Vec::new(), Vec::new());
        for (name, tls) in listeners(config) {
            let Some(tls) = tls else { continue };
            match acceptor(tls, clients(name)) {
                Ok(acceptor) => fresh.push((name, acceptor, ends(tls))),
                Err(error) => wrong.push(error),
            }
        }
        if wrong.is_empty() {
            return Ok(Fresh(fresh));
        }
        Err(wrong)
    }
}

impl Fresh {
    /// Puts them in force: handshakes from here on show them, connections that are open stay.
    pub fn put(self, app: &App) {
        let known = app
            .certificates
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (name, acceptor, ends) in self.0 {
            for (_, current) in known.iter().filter(|(known, _)| *known == name) {
                current.put(acceptor.clone());
            }
            if let Some(at) = ends {
                app.metrics.state.certificate_ends(name, at);
            }
        }
    }
}

/// When the server's own certificate ends; `None` if it cannot be read.
pub fn ends(config: &TlsConfig) -> Option<Timestamp> {
    let chain = certificates(&config.certificate_file).ok()?;
    let (_, certificate) = X509Certificate::from_der(chain.first()?).ok()?;
    let seconds = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
    Some(Timestamp::from_millis(0).plus_secs(seconds))
}

/// The certificates of a file in PEM.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OperatorError> {
    let pems = CertificateDer::pem_file_iter(path).map_err(|error| bad_file(path, &error))?;
    let found: Vec<_> = pems
        .collect::<Result<_, _>>()
        .map_err(|error| bad_file(path, &error))?;
    if found.is_empty() {
        return Err(bad_file(path, &"there is no certificate in it"));
    }
    Ok(found)
}

fn bad_file(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use the file {}", path.display());
    OperatorError::new(what, error, "give a readable file in PEM format")
}

/// What an operator is told of a file that cannot be used.
pub fn unusable(what: &str, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("{what} cannot be used");
    OperatorError::new(
        what,
        error,
        "check the files named under `tls` in the configuration",
    )
}
