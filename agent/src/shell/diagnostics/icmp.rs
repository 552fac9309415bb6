//! Echo requests: by a socket that every user may open where the system allows it, else by a raw one, else by datagrams to
//! a port where nobody listens, which a host answers just as well.

use crate::diagnostics::findings::ProbedBy;
use crate::diagnostics::test::Probe;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// Bytes of the header of an echo request.
const HEADER_BYTES: usize = 8;
/// Bytes of an answer that are looked at: IP header with options, header of the echo reply.
const LOOK_BYTES: usize = 128;
/// The first of the ports probed where nobody is expected to listen, as of old.
pub(super) const PROBE_PORT: u16 = 33_434;

/// How a host is probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// Echo requests, by a socket for users.
    Datagram,
    /// Echo requests, by a raw socket.
    Raw,
    /// Datagrams to a closed port.
    ClosedPort,
}

impl Means {
    /// For the results of a test.
    pub(super) const fn probes_by(self) -> ProbedBy {
        match self {
            Means::Datagram | Means::Raw => ProbedBy::Icmp,
            Means::ClosedPort => ProbedBy::Udp,
        }
    }

    /// For people.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Means::Datagram => "ICMP echo by a datagram socket",
            Means::Raw => "ICMP echo by a raw socket",
            Means::ClosedPort => "UDP to a closed port, since ICMP is not allowed",
        }
    }
}

/// A socket to probe one host with.
pub(super) struct Pinger {
    pub(super) means: Means,
    socket: UdpSocket,
    target: IpAddr,
    identifier: u16,
    packet: Vec<u8>,
}

impl Pinger {
    /// Opens the best socket there is.
    pub(super) fn open(target: IpAddr, probe: &Probe) -> io::Result<Pinger> {
        let means = [Means::Datagram, Means::Raw, Means::ClosedPort];
        let opened = means
            .into_iter()
            .find_map(|means| Pinger::by(means, target, probe).ok());
        opened.ok_or_else(|| io::Error::other("no socket to probe a host with"))
    }

    fn by(means: Means, target: IpAddr, probe: &Probe) -> io::Result<Pinger> {
        let socket = open(means, target, probe)?;
        let header = match means {
            Means::Datagram | Means::Raw => HEADER_BYTES,
            Means::ClosedPort => 0,
        };
        let mut packet = vec![0; header];
        packet.extend((0..probe.block_bytes).map(|at| at as u8));
        Ok(Pinger {
            means,
            socket,
            target,
            identifier: rand::random(),
            packet,
        })
    }

    /// One probe; `None` if it is not answered in time.
    pub(super) async fn probe(
        &mut self,
        sequence: u16,
        timeout: Duration,
    ) -> io::Result<Option<Duration>> {
        let begin = Instant::now();
        if self.means == Means::ClosedPort {
            let port = PROBE_PORT + sequence % 1000;
            self.socket
                .connect(SocketAddr::new(self.target, port))
                .await?;
        } else {
            write_request(&mut self.packet, self.target, self.identifier, sequence);
        }
        self.socket.send(&self.packet).await?;
        match tokio::time::timeout(timeout, self.answer(sequence)).await {
            Ok(answered) => answered.map(|()| Some(begin.elapsed())),
            Err(_) => Ok(None),
        }
    }

    async fn answer(&self, sequence: u16) -> io::Result<()> {
        let mut buffer = [0; LOOK_BYTES];
        loop {
            match self.socket.recv(&mut buffer).await {
                Ok(bytes) if self.is_answer(&buffer[..bytes], sequence) => return Ok(()),
                Ok(_) => {}
                Err(error)
                    if error.kind() == io::ErrorKind::ConnectionRefused
                        && self.means == Means::ClosedPort =>
                {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_answer(&self, packet: &[u8], sequence: u16) -> bool {
        let header = match (self.means, self.target) {
            (Means::ClosedPort, _) => return true,
            (Means::Raw, IpAddr::V4(_)) => behind_ip(packet),
            (Means::Raw, IpAddr::V6(_)) | (Means::Datagram, _) => Some(packet),
        };
        let reply = if self.target.is_ipv4() { 0 } else { 129 };
        let Some([kind, _, _, _, id1, id2, seq1, seq2, ..]) = header else {
            return false;
        };
        // The system gives datagram sockets an identifier of its own, and sorts by it.
        let ours =
            self.means == Means::Datagram || u16::from_be_bytes([*id1, *id2]) == self.identifier;
        *kind == reply && ours && u16::from_be_bytes([*seq1, *seq2]) == sequence
    }
}

fn open(means: Means, target: IpAddr, probe: &Probe) -> io::Result<UdpSocket> {
    let (domain, icmp, any) = match target {
        IpAddr::V4(_) => (
            Domain::IPV4,
            Protocol::ICMPV4,
            IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        ),
        IpAddr::V6(_) => (
            Domain::IPV6,
            Protocol::ICMPV6,
            IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        ),
    };
    let socket = match means {
        Means::Datagram => Socket::new(domain, Type::DGRAM, Some(icmp))?,
        Means::Raw => Socket::new(domain, Type::RAW, Some(icmp))?,
        Means::ClosedPort => Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?,
    };
    mark(&socket, target, probe.dscp)?;
    socket.set_nonblocking(true)?;
    if means == Means::ClosedPort {
        socket.bind(&SockAddr::from(SocketAddr::new(any, 0)))?;
    } else {
        // Only answers of the host itself are of interest.
        socket.connect(&SockAddr::from(SocketAddr::new(target, 0)))?;
    }
    UdpSocket::from_std(socket.into())
}

/// Sets the DiffServ code point of what leaves a socket.
pub(super) fn mark(socket: &Socket, target: IpAddr, dscp: u32) -> io::Result<()> {
    if dscp == 0 {
        return Ok(());
    }
    match target {
        IpAddr::V4(_) => socket.set_tos_v4(dscp << 2),
        IpAddr::V6(_) => socket.set_tclass_v6(dscp << 2),
    }
}

/// RFC 792, RFC 4443 4.1.
fn write_request(packet: &mut [u8], target: IpAddr, identifier: u16, sequence: u16) {
    let kind = if target.is_ipv4() { 8 } else { 128 };
    let ([id1, id2], [seq1, seq2]) = (identifier.to_be_bytes(), sequence.to_be_bytes());
    packet[..HEADER_BYTES].copy_from_slice(&[kind, 0, 0, 0, id1, id2, seq1, seq2]);
    // Over IPv6 the system does it, who knows the addresses that count too.
    let sum = checksum(packet).to_be_bytes();
    packet[2..4].copy_from_slice(&sum);
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match pair {
        [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        [high] => u32::from(*high) << 8,
        _ => 0,
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    !(sum as u16)
}

/// What stands behind the IPv4 header.
fn behind_ip(packet: &[u8]) -> Option<&[u8]> {
    let words = packet.first()? & 0x0f;
    packet.get(usize::from(words) * 4..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_adds_up_to_nothing() {
        let target = IpAddr::V4(Ipv4Addr::LOCALHOST);
        for length in [8, 9, 64, 1001] {
            let mut packet: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            write_request(&mut packet, target, 77, 1);
            assert_eq!(packet[0], 8);
            assert_eq!(checksum(&packet), 0, "{length}");
        }
    }

    /// What the system allows depends on the system; datagrams it always does.
    #[tokio::test]
    async fn by_whatever_means_this_host_answers() {
        let probe = Probe {
            version: crate::diagnostics::test::Version::Any,
            timeout_ms: 5_000,
            block_bytes: 333,
            dscp: 8,
        };
        let timeout = Duration::from_secs(5);
        for target in [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::from(Ipv6Addr::LOCALHOST),
        ] {
            let Ok(mut pinger) = Pinger::by(Means::ClosedPort, target, &probe) else {
                assert!(target.is_ipv6(), "every host has IPv4");
                continue;
            };
            assert!(
                pinger.probe(1, timeout).await.unwrap().is_some(),
                "{target}"
            );
            for means in [Means::Datagram, Means::Raw] {
                let Ok(mut pinger) = Pinger::by(means, target, &probe) else {
                    continue;
                };
                for sequence in 1..4 {
                    let answered = pinger.probe(sequence, timeout).await.unwrap();
                    assert!(answered.is_some(), "{target} by {means:?}");
                }
            }
        }
    }

    #[test]
    fn a_cut_off_packet_is_no_answer() {
        assert_eq!(behind_ip(&[]), None);
        assert_eq!(behind_ip(&[0x4f; 20]), None);
        assert_eq!(behind_ip(&[0x45; 20]), Some(&[][..]));
    }
}
