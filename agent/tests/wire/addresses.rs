//! Which address of a host a device connects to, and from which port.

use super::server::{After, Server};
use super::{device, session_ends};
use agent::device::io::Reached;
use agent::shell::dial::{Source, SourcePort, reach};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpListener;

const HOST: &str = "acs.example.net";
const SOURCE: Source = Source {
    ip: None,
    port: SourcePort::System,
};

/// An address of loopback, and its listener.
async fn bound(last: u8) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((IpAddr::from([127, 0, 7, last]), 0)).await;
    let listener = listener.expect("loopback has many addresses");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// Where somebody takes every connection.
async fn living(last: u8) -> SocketAddr {
    let (listener, address) = bound(last).await;
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    address
}

/// Where somebody listened once.
async fn deserted(last: u8) -> SocketAddr {
    bound(last).await.1
}

async fn reached(addresses: &[SocketAddr], before: Option<&Reached>) -> Option<Reached> {
    let (_, reached) = reach(SOURCE, HOST, addresses.to_vec(), before)
        .await
        .expect("somebody listens");
    reached
}

/// Covers D-11.
#[tokio::test]
async fn devices_spread_over_the_addresses_of_a_name_and_each_stays_where_it_was() {
    let mut addresses = [living(1).await, living(2).await, living(3).await];
    let mut all = BTreeSet::new();
    for _ in 0..60 {
        let first = reached(&addresses, None).await.expect("there are several");
        for _ in 0..5 {
            // A resolver tells them in another order each time.
            addresses.rotate_left(1);
            assert_eq!(
                reached(&addresses, Some(&first)).await.as_ref(),
                Some(&first)
            );
        }
        all.insert(first.address);
    }
    assert_eq!(all.len(), 3);
    // Another set, or another host: it is drawn anew.
    let stays = reached(&addresses, None).await.expect("there are several");
    let other_host = Reached {
        host: "other.example.net".into(),
        ..stays.clone()
    };
    let other_set = Reached {
        among: stays.among[..2].to_vec(),
        ..stays
    };
    for before in [other_host, other_set] {
        let mut all = BTreeSet::new();
        for _ in 0..60 {
            let found = reached(&addresses, Some(&before)).await;
            all.insert(found.expect("there are several").address);
        }
        assert_eq!(all.len(), 3);
    }
}

/// Covers D-11.
#[tokio::test]
async fn an_address_nobody_listens_at_is_left_for_another() {
    let living = living(1).await;
    let addresses = [living, deserted(2).await, deserted(3).await];
    for _ in 0..20 {
        let found = reached(&addresses, None).await.expect("there are several");
        assert_eq!(found.address, living.ip());
        let was_there = Reached {
            address: addresses[1].ip(),
            ..found
        };
        let found = reached(&addresses, Some(&was_there)).await;
        assert_eq!(found.map(|found| found.address), Some(living.ip()));
    }
    let nobody = reach(SOURCE, HOST, addresses[1..].to_vec(), None).await;
    assert!(nobody.is_err());
}

/// One address is nothing to remember. Covers D-11.
#[tokio::test]
async fn a_host_with_one_address_is_just_reached() {
    assert_eq!(reached(&[living(1).await], None).await, None);
}

/// Covers S-11.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_connection_after_a_boot_comes_from_a_port_that_is_drawn() {
    let mut first = BTreeSet::new();
    for _ in 0..8 {
        let server = Server::start(After::CloseTold, |_| Vec::new());
        let handle = device(&server, &[]).await;
        session_ends(&handle).await;
        let ports = server.ports();
        assert!(ports[0] >= 49_152, "{ports:?}");
        first.insert(ports[0]);
        handle.stop();
    }
    // The system chooses from a range that begins lower, and often the next one.
    assert!(first.len() > 6, "{first:?}");
    let sorted: Vec<u16> = first.into_iter().collect();
    let apart = sorted.windows(2).filter(|two| two[1] - two[0] > 16);
    assert!(apart.count() > 4, "{sorted:?}");
}
