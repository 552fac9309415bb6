//! An authority for the servers of profiles and for the devices that fetch them.

use agent::provisioning::sources::{DeviceCertificate, Sources};
use agent::shell::tls::TlsConfig;
use data_model::{OperatorError, Secret};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;

/// Serial number and address of the device of these tests.
pub const SERIAL: &str = "FCH26480QXA";
pub const MAC: [u8; 6] = [0, 0, 0x5e, 0, 0x53, 1];

/// An authority.
pub struct Authority {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// One with this name.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).expect("a file");
        Authority { folder, issuer }
    }

    /// Its certificate, in PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The settings of a device that trusts it and no other.
    pub fn trusted(&self) -> TlsConfig {
        TlsConfig {
            ca_file: Some(self.folder.path().join("ca.pem")),
            ..TlsConfig::default()
        }
    }

    /// A server with a certificate for this name, which lets in whom `clients` has given a certificate, or anybody.
    pub fn server(&self, name: &str, clients: Option<&Authority>) -> ServerConfig {
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let own = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(clients.issuer.der().clone()).expect("a root");
                let roots = Arc::new(roots);
                let demanding = WebPkiClientVerifier::builder_with_provider(roots, provider);
                builder.with_client_cert_verifier(demanding.build().expect("it has a root"))
            }
        };
        let chain = vec![own.der().clone()];
        builder.with_single_cert(chain, key).expect("they fit")
    }

    /// A device's certificate with this serial number and address in it, given to the device of these tests.
    pub fn device(&self, serial: &str, mac: &str) -> Result<DeviceCertificate, OperatorError> {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        let mut subject = DistinguishedName::new();
        subject.push(DnType::OrganizationalUnitName, "ATA192-MPP");
        subject.push(DnType::LocalityName, serial);
        subject.push(DnType::StateOrProvinceName, mac);
        params.distinguished_name = subject;
        let key = KeyPair::generate().expect("a key");
        let own = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = Secret::new(key.serialize_pem());
        DeviceCertificate::checked(own.pem(), key, SERIAL, &MAC)
    }

    /// The same, as the device is given it.
    pub fn given(&self) -> Sources {
        let own = self.device(SERIAL, "00005e005301").expect("it fits");
        Sources {
            certificate: Some(Arc::new(own)),
            ..Sources::default()
        }
    }
}
