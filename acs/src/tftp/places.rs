//! How many TFTP transfers there may be at one time: altogether, from one network, from addresses that have not yet
//! answered, and in bytes.

use crate::limits::{
    TFTP_BYTES, TFTP_PER_NETWORK, TFTP_TRANSFERS, TFTP_UNPROVED_PER_NETWORK, TFTP_WRITES,
};
use crate::networks::network_of;
use cwmp::side::tftp::packet::Wish;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// The same request is being answered.
    Repeated,
    /// There are as many as there may be.
    Crowded,
}

/// Why a transfer is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The peer has asked for something else from the same port.
    Superseded,
    /// The server stops.
    Stopping,
}

/// All places.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    by_peer: HashMap<SocketAddr, Entry>,
    by_network: HashMap<IpAddr, Crowd>,
    taken: usize,
    writes: usize,
    bytes: usize,
    last_number: u64,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    request: Vec<u8>,
    cut: oneshot::Sender<Cut>,
}

#[derive(Debug, Default)]
struct Crowd {
    taken: usize,
    unproved: usize,
}

/// One place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    peer: SocketAddr,
    number: u64,
    wish: Wish,
    unproved: bool,
    bytes: usize,
}

impl Places {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a request, and what will be told if it has to end.
    pub(super) fn take(
        &self,
        peer: SocketAddr,
        wish: Wish,
        request: &[u8],
    ) -> Result<(Place, oneshot::Receiver<Cut>), NoPlace> {
        let mut table = self.table();
        let earlier = table.by_peer.get(&peer);
        if earlier.is_some_and(|entry| entry.request == request) {
            return Err(NoPlace::Repeated);
        }
        let crowd = table.by_network.get(&network_of(peer.ip()));
        let crowded = crowd.is_some_and(|crowd| {
            crowd.taken >= TFTP_PER_NETWORK || crowd.unproved >= TFTP_UNPROVED_PER_NETWORK
        });
        let writes = wish == Wish::Write && table.writes >= TFTP_WRITES;
        if crowded || writes || table.taken >= TFTP_TRANSFERS {
            return Err(NoPlace::Crowded);
        }
        table.last_number += 1;
        let number = table.last_number;
        let (cut, told) = oneshot::channel();
        let entry = Entry {
            number,
            request: request.to_vec(),
            cut,
        };
        if let Some(earlier) = table.by_peer.insert(peer, entry) {
            // It may have ended by itself.
            let _ = earlier.cut.send(Cut::Superseded);
        }
        let crowd = table.by_network.entry(network_of(peer.ip())).or_default();
        crowd.taken += 1;
        crowd.unproved += 1;
        table.taken += 1;
        table.writes += usize::from(wish == Wish::Write);
        let place = Place {
            places: self.clone(),
            peer,
            number,
            wish,
            unproved: true,
            bytes: 0,
        };
        Ok((place, told))
    }

    /// Has every transfer end.
    pub(super) fn cut_all(&self) {
        for (_, entry) in self.table().by_peer.drain() {
            let _ = entry.cut.send(Cut::Stopping);
        }
    }
}

impl Place {
    /// The peer has answered: the address is its own.
    pub(super) fn proved(&mut self) {
        if std::mem::replace(&mut self.unproved, false) {
            let mut table = self.places.table();
            if let Some(crowd) = table.by_network.get_mut(&network_of(self.peer.ip())) {
                crowd.unproved -= 1;
            }
        }
    }

    /// Room for a file, or none.
    pub(super) fn hold(&mut self, bytes: usize) -> bool {
        let mut table = self.places.table();
        let fits = table.bytes + bytes <= TFTP_BYTES;
        if fits {
            table.bytes += bytes;
            self.bytes += bytes;
        }
        fits
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.places.table();
        let entry = table.by_peer.get(&self.peer);
        if entry.is_some_and(|entry| entry.number == self.number) {
            table.by_peer.remove(&self.peer);
        }
        let network = network_of(self.peer.ip());
        if let Some(crowd) = table.by_network.get_mut(&network) {
            crowd.taken -= 1;
            crowd.unproved -= usize::from(self.unproved);
            if crowd.taken == 0 {
                table.by_network.remove(&network);
            }
        }
        table.taken -= 1;
        table.writes -= usize::from(self.wish == Wish::Write);
        table.bytes -= self.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str, port: u16) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), port)
    }

    /// Covers F02, F07.
    #[test]
    fn who_never_answers_takes_few_places_and_other_networks_none_the_less() {
        let places = Places::default();
        let mut held = Vec::new();
        for port in 1..=TFTP_UNPROVED_PER_NETWORK as u16 {
            let at = peer(&format!("2001:db8::{port:x}"), port);
            held.push(places.take(at, Wish::Read, b"x").unwrap());
        }
        let next = peer("2001:db8::ffff", 1);
        let refused = places.take(next, Wish::Read, b"x").unwrap_err();
        assert_eq!(refused, NoPlace::Crowded);
        let other = peer("192.0.2.1", 1);
        assert!(places.take(other, Wish::Read, b"x").is_ok());
        held[0].0.proved();
        held[0].0.proved();
        assert!(places.take(next, Wish::Read, b"x").is_ok());
        held.clear();
        let table = places.table();
        assert_eq!((table.taken, table.writes, table.bytes), (0, 0, 0));
        assert!(table.by_network.is_empty() && table.by_peer.is_empty());
    }

    /// Covers F07.
    #[test]
    fn transfers_writes_and_bytes_have_their_limits() {
        let places = Places::default();
        let mut held = Vec::new();
        for port in 0..TFTP_TRANSFERS as u16 {
            let at = peer(&format!("10.0.{}.1", port / 16), port);
            held.push(places.take(at, Wish::Read, b"x").unwrap());
        }
        let at = peer("10.1.0.1", 1);
        let refused = places.take(at, Wish::Read, b"x").unwrap_err();
        assert_eq!(refused, NoPlace::Crowded);
        held.clear();
        for port in 1..=TFTP_WRITES as u16 {
            held.push(
                places
                    .take(peer("10.0.0.1", port), Wish::Write, b"x")
                    .unwrap(),
            );
        }
        let refused = places.take(at, Wish::Write, b"x").unwrap_err();
        assert_eq!(refused, NoPlace::Crowded);
        let (mut reader, _told) = places.take(at, Wish::Read, b"x").unwrap();
        assert!(reader.hold(TFTP_BYTES));
        assert!(!held[0].0.hold(1));
        drop(reader);
        assert!(held[0].0.hold(1));
    }

    #[test]
    fn another_request_from_the_same_port_takes_the_place_of_the_first() {
        let places = Places::default();
        let at = peer("192.0.2.1", 1);
        let (first, mut told) = places.take(at, Wish::Read, b"one").unwrap();
        let repeated = places.take(at, Wish::Read, b"one").unwrap_err();
        assert_eq!(repeated, NoPlace::Repeated);
        let (_second, mut second_told) = places.take(at, Wish::Read, b"two").unwrap();
        assert_eq!(told.try_recv(), Ok(Cut::Superseded));
        drop(first);
        let repeated = places.take(at, Wish::Read, b"two").unwrap_err();
        assert_eq!(repeated, NoPlace::Repeated);
        places.cut_all();
        assert_eq!(second_told.try_recv(), Ok(Cut::Stopping));
    }
}
