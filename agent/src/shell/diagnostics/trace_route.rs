//! TraceRoute: datagrams that may go so many hops and no farther, and who says that they were too few.
//!
//! What routers answer is read from the error queue of the socket (ip(7), IP_RECVERR), which every user may do.

use super::icmp::{PROBE_PORT, mark};
use super::resolve::resolve;
use super::us;
use crate::diagnostics::findings::{Hop, Way};
use crate::diagnostics::test::{Probe, Route};
use crate::diagnostics::{Findings, Outcome, Trouble};
use crate::limits::PROBE_PAUSE_MS;
use nix::sys::socket::sockopt::{Ipv4RecvErr, Ipv6RecvErr};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Bytes of the control messages of one error: the error and who has sent it, for either version.
const CONTROL_BYTES: usize = 256;

/// What somebody on the way has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    /// Who.
    by: IpAddr,
    /// The code of the ICMP message.
    code: u8,
    /// What it means.
    meaning: Meaning,
    /// The port of the probe it is about.
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The probe was to go on.
    Passed,
    /// The probe has come to its host.
    Arrived,
    /// There is no way on from there.
    Ended,
}

pub(super) async fn run(route: &Route) -> Outcome {
    let target = match resolve(&route.host, route.probe.version).await {
        Ok(target) => target,
        Err(trouble) => return Outcome::failed(trouble),
    };
    match trace(target, route).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::warn!(%target, %error, "the route cannot be traced");
            Outcome::failed(Trouble::Internal)
        }
    }
}

async fn trace(target: IpAddr, route: &Route) -> io::Result<Outcome> {
    let socket = open(target, &route.probe)?;
    let payload: Vec<u8> = (0..route.probe.block_bytes).map(|at| at as u8).collect();
    let timeout = Duration::from_millis(route.probe.timeout_ms.into());
    let mut way = Way::default();
    let mut port = PROBE_PORT;
    for distance in 1..=route.max_hops {
        set_hops(&socket, target, distance)?;
        let mut hop = Hop::default();
        let mut last = None;
        for _ in 0..route.tries {
            let begin = Instant::now();
            // What routers say late about an earlier probe is told by its port.
            port = port.checked_add(1).unwrap_or(PROBE_PORT);
            let to = SocketAddr::new(target, port);
            if let Err(error) = socket.send_to(&payload, to).await {
                tracing::debug!(%target, %error, "a probe cannot leave");
            }
            let said = tokio::time::timeout(timeout, answer(&socket, target, port)).await;
            if let Ok(said) = said {
                let said = said?;
                hop.address = Some(said.by);
                hop.code = said.code;
                hop.round_trips_us.push(us(begin.elapsed()));
                last = Some(said.meaning);
            }
            tokio::time::sleep(Duration::from_millis(PROBE_PAUSE_MS)).await;
        }
        let round_trips = &hop.round_trips_us;
        let mean = round_trips.iter().map(|us| u64::from(*us)).sum::<u64>()
            / (round_trips.len() as u64).max(1);
        way.hops.push(hop);
        match last {
            Some(Meaning::Arrived) => {
                way.response_us = mean as u32;
                return Ok(Outcome::complete(Findings::Route(way)));
            }
            Some(Meaning::Ended) => {
                return Ok(Outcome {
                    verdict: Err(Trouble::Other),
                    findings: Findings::Route(way),
                });
            }
            Some(Meaning::Passed) | None => {}
        }
    }
    Ok(Outcome {
        verdict: Err(Trouble::MaxHopCountExceeded),
        findings: Findings::Route(way),
    })
}

fn open(target: IpAddr, probe: &Probe) -> io::Result<UdpSocket> {
    let (domain, any) = match target {
        IpAddr::V4(_) => (Domain::IPV4, IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        IpAddr::V6(_) => (Domain::IPV6, IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
    };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    match target {
        IpAddr::V4(_) => setsockopt(&socket, Ipv4RecvErr, &true)?,
        IpAddr::V6(_) => setsockopt(&socket, Ipv6RecvErr, &true)?,
    }
    mark(&socket, target, probe.dscp)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::new(any, 0).into())?;
    UdpSocket::from_std(socket.into())
}

fn set_hops(socket: &UdpSocket, target: IpAddr, hops: u32) -> io::Result<()> {
    match target {
        IpAddr::V4(_) => SockRef::from(socket).set_ttl_v4(hops),
        IpAddr::V6(_) => SockRef::from(socket).set_unicast_hops_v6(hops),
    }
}

/// Waits for what is said about the probe to this port.
async fn answer(socket: &UdpSocket, target: IpAddr, port: u16) -> io::Result<Said> {
    loop {
        let said = socket
            .async_io(Interest::ERROR, || read_error(socket, target))
            .await?;
        if let Some(said) = said.filter(|said| said.port == port) {
            return Ok(said);
        }
    }
}

/// The next entry of the error queue; `None` if it is of no interest.
fn read_error(socket: &UdpSocket, target: IpAddr) -> io::Result<Option<Said>> {
    let mut payload = [0; 8];
    let mut parts = [IoSliceMut::new(&mut payload)];
    let mut control = [0u8; CONTROL_BYTES];
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(&mut control), flags)?;
    let to = message.address;
    let port = to.and_then(|to| {
        let v4 = to.as_sockaddr_in().map(|v4| v4.port());
        v4.or_else(|| to.as_sockaddr_in6().map(|v6| v6.port()))
    });
    let Some(port) = port else {
        return Ok(None);
    };
    let mut controls = message.cmsgs()?;
    let said = controls.find_map(|control| match control {
        ControlMessageOwned::Ipv4RecvErr(error, Some(by)) => {
            let by = IpAddr::V4(Ipv4Addr::from(u32::from_be(by.sin_addr.s_addr)));
            Some((
                by,
                error.ee_code,
                v4_meaning(error.ee_type, error.ee_code, by == target)?,
            ))
        }
        ControlMessageOwned::Ipv6RecvErr(error, Some(by)) => {
            let by = IpAddr::V6(Ipv6Addr::from(by.sin6_addr.s6_addr));
            Some((
                by,
                error.ee_code,
                v6_meaning(error.ee_type, error.ee_code, by == target)?,
            ))
        }
        _ => None,
    });
    Ok(said.map(|(by, code, meaning)| Said {
        by,
        code,
        meaning,
        port,
    }))
}

/// RFC 792: 11 is time exceeded; 3 is unreachable, and 3 in it the port.
fn v4_meaning(kind: u8, code: u8, by_target: bool) -> Option<Meaning> {
    match (kind, code) {
        (11, _) => Some(Meaning::Passed),
        (3, 3) => Some(Meaning::Arrived),
        (3, _) if by_target => Some(Meaning::Arrived),
        (3, _) => Some(Meaning::Ended),
        (_, _) => None,
    }
}

/// RFC 4443: 3 is time exceeded; 1 is unreachable, and 4 in it the port.
fn v6_meaning(kind: u8, code: u8, by_target: bool) -> Option<Meaning> {
    match (kind, code) {
        (3, _) => Some(Meaning::Passed),
        (1, 4) => Some(Meaning::Arrived),
        (1, _) if by_target => Some(Meaning::Arrived),
        (1, _) => Some(Meaning::Ended),
        (_, _) => None,
    }
}
