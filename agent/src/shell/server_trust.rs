//! Which servers a device believes while it does not know the time (TR-069 3.3).

use crate::provisioning::sources::Names;
use data_model::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;

/// How many certificates of one chain may lie outside the time they are valid in; longer chains are not taken.
const CHAIN: usize = 8;

/// Checks certificates as usual, but not their dates as long as the clock was never set.
#[derive(Debug)]
pub struct ServerTrust {
    usual: Arc<WebPkiServerVerifier>,
    /// A clock that shows less was never set.
    clock_floor: Timestamp,
    names: Names,
}

impl ServerTrust {
    /// Trusts what the usual verifier trusts, but for dates while the clock shows less than this.
    pub fn new(usual: Arc<WebPkiServerVerifier>, clock_floor: Timestamp) -> ServerTrust {
        ServerTrust {
            usual,
            clock_floor,
            names: Names::Checked,
        }
    }

    /// The same, but for the names of servers.
    pub fn with_names(self, names: Names) -> ServerTrust {
        ServerTrust { names, ..self }
    }
}

impl ServerCertVerifier for ServerTrust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = |at| {
            let usual = &self.usual;
            let verdict =
                usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at);
            // The name is the last thing the usual verifier looks at: everything else was good.
            let name = CertificateError::NotValidForName;
            match verdict {
                Err(Error::InvalidCertificate(why))
                    if self.names == Names::Any
                        && (why == name
                            || matches!(why, CertificateError::NotValidForNameContext { .. })) =>
                {
                    Ok(ServerCertVerified::assertion())
                }
                other => other,
            }
        };
        let floor = UnixTime::since_unix_epoch(std::time::Duration::from_millis(
            self.clock_floor.as_millis().unsigned_abs(),
        ));
        if now >= floor {
            return verify(now);
        }
        // Some moment at which every date is good; where there is none the certificates never fitted together.
        let mut at = floor;
        for _ in 0..CHAIN {
            at = match verify(at) {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                    not_before,
                    ..
                })) => not_before,
                Err(Error::InvalidCertificate(CertificateError::ExpiredContext {
                    not_after,
                    ..
                })) => not_after,
                settled => return settled,
            };
        }
        verify(at)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::RootCertStore;
    use std::time::Duration;

    fn issuer() -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn certificate(
        issuer: &CertifiedIssuer<'static, KeyPair>,
        from: i32,
        to: i32,
    ) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["acs.example.net".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().unwrap();
        params.signed_by(&key, issuer).unwrap().der().clone()
    }

    fn verdict(
        trusted: &CertifiedIssuer<'static, KeyPair>,
        certificate: &CertificateDer<'_>,
        host: &str,
        now_secs: u64,
    ) -> Result<ServerCertVerified, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let floor = Timestamp::from_secs(1_704_067_200);
        let trust = ServerTrust::new(usual.build().unwrap(), floor);
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now_secs));
        trust.verify_server_cert(certificate, &[], &name, &[], now)
    }

    const HOST: &str = "acs.example.net";
    /// 1970, and 2026.
    const UNSET: u64 = 5_000;
    const SET: u64 = 1_772_439_300;

    /// Covers A-04, T03.
    #[test]
    fn dates_count_only_once_the_clock_is_set() {
        let issuer = issuer();
        for (from, to, good_when_set) in
            [(2020, 2040, true), (2010, 2020, false), (2050, 2060, false)]
        {
            let certificate = certificate(&issuer, from, to);
            assert!(
                verdict(&issuer, &certificate, HOST, UNSET).is_ok(),
                "{from}"
            );
            let set = verdict(&issuer, &certificate, HOST, SET);
            assert_eq!(set.is_ok(), good_when_set, "{from} to {to}");
        }
    }

    ///
    #[test]
    fn names_and_authorities_count_whatever_the_clock_shows() {
        let (trusted, stranger) = (issuer(), issuer());
        let good = certificate(&trusted, 2010, 2020);
        assert!(verdict(&trusted, &good, "other.example.net", UNSET).is_err());
        let foreign = certificate(&stranger, 2010, 2020);
        assert!(verdict(&trusted, &foreign, HOST, UNSET).is_err());
    }
}
