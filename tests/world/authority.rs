//! An authority that makes the certificates of a test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::path::{Path, PathBuf};

/// An authority with what it has signed, as files.
pub struct Authority {
    folder: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// One with this name, in a folder of its own.
    pub fn new(folder: &Path, name: &str) -> Authority {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Another name than those of its certificates: openssl takes a certificate that names itself for self-signed.
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        std::fs::write(folder.join("ca.pem"), issuer.pem()).expect("a file");
        Authority { folder, issuer }
    }

    /// Its certificate, in PEM.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// A certificate for a name or an address, and its key.
    pub fn certificate(&self, subject: &str) -> (PathBuf, PathBuf) {
        let params = CertificateParams::new(vec![subject.to_owned()]).expect("a subject");
        self.sign(subject, params)
    }

    /// The certificate a device has from its maker: OU is the product, L the serial number, S the MAC address.
    pub fn device(&self, product: &str, serial: &str, mac: &str) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        let name = &mut params.distinguished_name;
        name.push(DnType::OrganizationalUnitName, product);
        name.push(DnType::LocalityName, serial);
        name.push(DnType::StateOrProvinceName, mac);
        self.sign(serial, params)
    }

    /// A certificate of a client with this common name.
    pub fn named(&self, name: &str) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, name);
        self.sign(name, params)
    }

    fn sign(&self, subject: &str, params: CertificateParams) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let paths = (
            self.folder.join(format!("{subject}.pem")),
            self.folder.join(format!("{subject}.key")),
        );
        std::fs::write(&paths.0, certificate.pem()).expect("a file");
        std::fs::write(&paths.1, key.serialize_pem()).expect("a file");
        paths
    }
}
