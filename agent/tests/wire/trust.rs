//! Whom a device believes: the certificate of its ACS against name, address, time and authority.

use super::server::{Server, eventually};
use super::{session_ends, trusting_device};
use agent::shell::tls::TlsConfig;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

struct Authority {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).expect("a file");
        Authority { folder, issuer }
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server's set-up with a certificate for this name or address.
    fn server(&self, subject: &str, years: Option<(i32, i32)>) -> ServerConfig {
        let mut params = CertificateParams::new(vec![subject.to_owned()]).expect("a subject");
        if let Some((from, to)) = years {
            params.not_before = date_time_ymd(from, 1, 1);
            params.not_after = date_time_ymd(to, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("certificate and key fit")
    }
}

fn trusting(authority: &Authority) -> TlsConfig {
    TlsConfig {
        ca_file: Some(authority.ca_file()),
        ..TlsConfig::default()
    }
}

///
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_the_name_or_the_exact_address_is_believed() {
    let authority = Authority::new();
    for host in ["127.0.0.1", "localhost"] {
        let server = Server::with_tls(authority.server(host, None), host);
        let handle = trusting_device(&server, &[], trusting(&authority)).await;
        session_ends(&handle).await;
        let seen = server.seen();
        assert_eq!(seen[0].message, "Inform");
        let head = seen[0].head.to_ascii_lowercase();
        assert!(head.contains("\r\nauthorization: basic "), "A-07 over TLS");
        handle.stop();
    }
}

/// Covers A-03, T02.
#[tokio::test(flavor = "multi_thread")]
async fn any_other_certificate_ends_the_session_before_a_word_is_said() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (why, config, host) in [
        (
            "name for an address",
            authority.server("localhost", None),
            "127.0.0.1",
        ),
        (
            "address for a name",
            authority.server("127.0.0.1", None),
            "localhost",
        ),
        (
            "another name",
            authority.server("acs.example.net", None),
            "localhost",
        ),
        (
            "another address",
            authority.server("127.0.0.2", None),
            "127.0.0.1",
        ),
        (
            "expired",
            authority.server("localhost", Some((2010, 2020))),
            "localhost",
        ),
        (
            "not yet",
            authority.server("localhost", Some((3000, 3010))),
            "localhost",
        ),
        ("stranger", stranger.server("localhost", None), "localhost"),
    ] {
        let server = Server::with_tls(config, host);
        let handle = trusting_device(&server, &[], trusting(&authority)).await;
        eventually("the session fails", || {
            let failed = handle.counters.failed_sessions.load(Relaxed) > 0;
            failed.then_some(())
        })
        .await;
        assert!(server.seen().is_empty(), "{why}");
        // It waits for its retry, with the same URL.
        let waits = handle.look(0, |device| {
            let url = device.core().value_of("Device.ManagementServer.URL");
            let wait_ms = device
                .deadline()
                .map(|due| due.since_ms(device.core().facts.now));
            (url, wait_ms.unwrap_or_default())
        });
        let (url, wait_ms) = waits.await.expect("the device is there");
        assert_eq!(url.as_deref(), Some(server.url.as_str()));
        assert!((4_000..=10_000).contains(&wait_ms), "{why}: {wait_ms} ms");
        handle.stop();
    }
}
