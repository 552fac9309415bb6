//! Whom a device believes: the certificate of its ACS against name, address, time and authority.

use super::server::{Server, eventually};
use super::{session_ends, trusting_device};
use crate::authority::{Authority, trusting};
use std::sync::atomic::Ordering::Relaxed;

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
