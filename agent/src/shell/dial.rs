//! From a host to a TCP connection: which of its addresses, and from which port of ours (TR-069 3.1, 3.2.1.2).

use crate::device::io::{HttpFailure, Reached};
use crate::limits::{ADDRESS_SECS, ADDRESSES, PORT_DRAWS};
use rand::seq::SliceRandom as _;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// The ports nobody has registered (RFC 6335 6).
const FREE_PORTS: std::ops::RangeInclusive<u16> = 49_152..=65_535;

/// How the port of our side is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourcePort {
    /// As the system likes.
    System,
    /// Drawn: one that a device used before its restart may still be known to whatever stands in between, or be
    /// guessed (TR-069 3.2.1.2).
    Drawn,
}

/// Where our side of a connection is.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Its address, if it matters.
    pub ip: Option<IpAddr>,
    /// Its port.
    pub port: SourcePort,
}

/// Connects to a host by its name or address. If its name has several addresses, they are tried in an order that is
/// drawn, but for the one that was reached before, if they are still the same (TR-069 3.1): that comes first.
///
/// # Errors
/// If it has no address, or none that takes the connection.
pub async fn dial(
    source: Source,
    host: &str,
    port: u16,
    before: Option<&Reached>,
) -> Result<(TcpStream, Option<Reached>), HttpFailure> {
    let found = lookup_host((host, port)).await;
    let found = found.map_err(|error| HttpFailure::Connect(error.to_string()))?;
    reach(source, host, found.collect(), before).await
}

/// [`dial`] when the addresses are known.
///
/// # Errors
/// As [`dial`].
pub async fn reach(
    source: Source,
    host: &str,
    mut addresses: Vec<SocketAddr>,
    before: Option<&Reached>,
) -> Result<(TcpStream, Option<Reached>), HttpFailure> {
    let mut among: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
    among.sort();
    among.dedup();
    among.truncate(ADDRESSES);
    addresses.retain(|address| among.contains(&address.ip()));
    addresses.shuffle(&mut rand::rng());
    if let Some(before) = before.filter(|before| before.host == host && before.among == among) {
        addresses.sort_by_key(|address| address.ip() != before.address);
    }
    let mut last = "the name has no address".to_owned();
    let mut rest = addresses.len();
    for address in addresses {
        rest -= 1;
        match one(source, address, rest).await {
            Ok(stream) => {
                let reached = (among.len() > 1).then(|| Reached {
                    host: host.to_owned(),
                    among,
                    address: address.ip(),
                });
                return Ok((stream, reached));
            }
            Err(error) => last = format!("{address}: {error}"),
        }
    }
    Err(HttpFailure::Connect(last))
}

/// Connects to one address; if others are to be tried after it, not for ever.
async fn one(source: Source, address: SocketAddr, rest: usize) -> io::Result<TcpStream> {
    let connecting = from(source, address);
    if rest == 0 {
        return connecting.await;
    }
    let patience = Duration::from_secs(ADDRESS_SECS);
    let connected = tokio::time::timeout(patience, connecting).await;
    connected.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

async fn from(source: Source, address: SocketAddr) -> io::Result<TcpStream> {
    let ip = source.ip.filter(|ip| ip.is_ipv4() == address.is_ipv4());
    if source.port == SourcePort::Drawn {
        for _ in 0..PORT_DRAWS {
            match bound(ip, rand::random_range(FREE_PORTS), address).await {
                // Somebody else has this one, or had it with the same peer a moment ago.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::AddrInUse
                            | ErrorKind::AddrNotAvailable
                            | ErrorKind::PermissionDenied
                    ) => {}
                other => return other,
            }
        }
    }
    match ip {
        None => TcpStream::connect(address).await,
        Some(_) => bound(ip, 0, address).await,
    }
}

async fn bound(ip: Option<IpAddr>, port: u16, address: SocketAddr) -> io::Result<TcpStream> {
    let (socket, any) = if address.is_ipv4() {
        (TcpSocket::new_v4()?, IpAddr::from(Ipv4Addr::UNSPECIFIED))
    } else {
        (TcpSocket::new_v6()?, IpAddr::from(Ipv6Addr::UNSPECIFIED))
    };
    socket.bind(SocketAddr::new(ip.unwrap_or(any), port))?;
    socket.connect(address).await
}
