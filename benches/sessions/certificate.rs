//! A certificate for the loopback address, as files; who shows it, and who believes it.

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Sessions of TLS a client remembers, enough for all that are open at one time.
const REMEMBERED: usize = 256;

/// A certificate and its key, P-256, in a folder.
pub struct Certificate(PathBuf);

impl Certificate {
    /// Makes one.
    pub fn make(folder: &Path) -> Certificate {
        // It may be there already.
        let _ = std::fs::create_dir_all(folder);
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]);
        let made = made.expect("a certificate");
        let certificate = Certificate::of(folder);
        std::fs::write(certificate.chain_file(), made.cert.pem()).expect("a file");
        std::fs::write(certificate.key_file(), made.signing_key.serialize_pem()).expect("a file");
        certificate
    }

    /// The one in a folder.
    pub fn of(folder: &Path) -> Certificate {
        Certificate(folder.to_owned())
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The certificate, in PEM.
    pub fn chain_file(&self) -> PathBuf {
        self.0.join("server.pem")
    }

    /// Its key, in PEM.
    pub fn key_file(&self) -> PathBuf {
        self.0.join("server.key")
    }

    fn chain(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.chain_file()).expect("a certificate")
    }

    /// rustls as it comes, with this certificate.
    pub fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::from_pem_file(self.key_file()).expect("a key");
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.chain()], key);
        TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")))
    }

    /// A client that believes this certificate; with `resuming` it comes back to sessions of TLS it had, without, each
    /// connection has a whole handshake.
    pub fn connector(&self, resuming: bool) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.chain()).expect("a certificate");
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = match resuming {
            true => Resumption::in_memory_sessions(REMEMBERED),
            false => Resumption::disabled(),
        };
        TlsConnector::from(Arc::new(config))
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
