//! The demo's own authority: a certificate for the server, and one for each device as its maker would have put it in.

use data_model::OperatorError;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use std::path::{Path, PathBuf};

/// A certificate and its key, as files in PEM.
pub struct Pair {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Who issues the certificates of one run.
pub struct Authority {
    folder: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// One that nobody has heard of, with its files in this folder.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn new(folder: &Path) -> Result<Authority, OperatorError> {
        std::fs::create_dir_all(folder).map_err(|error| super::trouble(folder, &error))?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "Dialtone demo authority");
        let key = KeyPair::generate().map_err(|error| super::trouble(folder, &error))?;
        let issuer = CertifiedIssuer::self_signed(params, key);
        let issuer = issuer.map_err(|error| super::trouble(folder, &error))?;
        let authority = Authority {
            folder: folder.to_owned(),
            issuer,
        };
        let path = authority.file();
        std::fs::write(&path, authority.issuer.pem())
            .map_err(|error| super::trouble(&path, &error))?;
        Ok(authority)
    }

    /// The authority's certificate, in PEM.
    pub fn file(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// A certificate for a server at this address.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn server(&self, address: &str) -> Result<Pair, OperatorError> {
        let params = CertificateParams::new(vec![address.to_owned()]);
        self.issue(
            "server",
            params.map_err(|error| super::trouble(&self.folder, &error))?,
        )
    }

    /// The certificate a device leaves its factory with: OU is the product, L the serial number, S the MAC address.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn device(&self, product: &str, serial: &str, mac: &str) -> Result<Pair, OperatorError> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::OrganizationalUnitName, product);
        params.distinguished_name.push(DnType::LocalityName, serial);
        params
            .distinguished_name
            .push(DnType::StateOrProvinceName, mac);
        self.issue(serial, params)
    }

    fn issue(&self, name: &str, params: CertificateParams) -> Result<Pair, OperatorError> {
        let pair = Pair {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        };
        let key = KeyPair::generate().map_err(|error| super::trouble(&self.folder, &error))?;
        let certificate = params.signed_by(&key, &self.issuer);
        let certificate = certificate.map_err(|error| super::trouble(&self.folder, &error))?;
        std::fs::write(&pair.certificate, certificate.pem())
            .map_err(|error| super::trouble(&pair.certificate, &error))?;
        super::write_private(&pair.key, key.serialize_pem().trim_end())?;
        Ok(pair)
    }
}
