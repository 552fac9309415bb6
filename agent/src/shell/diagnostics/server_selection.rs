//! ServerSelectionDiagnostics: the nearest of several hosts, by the mean of its round trips.

use super::resolve::resolve;
use super::{icmp, ping, us};
use crate::diagnostics::findings::{Nearest, Pings};
use crate::diagnostics::test::{Probe, Protocol, Selection};
use crate::diagnostics::{Findings, Outcome, Trouble};
use crate::limits::PROBE_PAUSE_MS;
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// The port of the echo service (RFC 862).
const ECHO_PORT: u16 = 7;

pub(super) async fn run(selection: &Selection) -> Outcome {
    let mut nearest: Option<Nearest> = None;
    let mut resolved = false;
    for host in &selection.hosts {
        let Ok(target) = resolve(host, selection.probe.version).await else {
            continue;
        };
        resolved = true;
        let pings = match selection.protocol {
            Protocol::Icmp => ping::probe(target, selection.repetitions, &selection.probe).await,
            Protocol::UdpEcho => Ok(echo(target, selection.repetitions, &selection.probe).await),
        };
        let Ok(pings) = pings else {
            continue;
        };
        let mean = |pings: &Pings| pings.spread_us().1;
        let nearer = nearest
            .as_ref()
            .is_none_or(|best| mean(&pings) < mean(&best.pings));
        if !pings.round_trips_us.is_empty() && nearer {
            nearest = Some(Nearest {
                host: host.to_string(),
                address: Some(target),
                pings,
            });
        }
    }
    match nearest {
        Some(nearest) => Outcome::complete(Findings::Selection(nearest)),
        // TR-181: without any response the times are zero.
        None if resolved => Outcome::complete(Findings::Selection(Nearest::default())),
        None => Outcome::failed(Trouble::CannotResolveHostName),
    }
}

async fn echo(target: IpAddr, repetitions: u32, probe: &Probe) -> Pings {
    let mut pings = Pings::default();
    for number in 1..=repetitions {
        if number > 1 {
            tokio::time::sleep(Duration::from_millis(PROBE_PAUSE_MS)).await;
        }
        pings.sent += 1;
        let timeout = Duration::from_millis(probe.timeout_ms.into());
        let answered = tokio::time::timeout(timeout, one_echo(target, number, probe)).await;
        if let Ok(Ok(round_trip)) = answered {
            pings.round_trips_us.push(us(round_trip));
        }
    }
    pings
}

async fn one_echo(target: IpAddr, number: u32, probe: &Probe) -> io::Result<Duration> {
    let domain = if target.is_ipv4() {
        Domain::IPV4
    } else {
        Domain::IPV6
    };
    let socket = Socket::new(domain, Type::DGRAM, None)?;
    icmp::mark(&socket, target, probe.dscp)?;
    socket.set_nonblocking(true)?;
    let socket = UdpSocket::from_std(socket.into())?;
    socket.connect(SocketAddr::new(target, ECHO_PORT)).await?;
    let mut request = [0; 24];
    request[..4].copy_from_slice(&number.to_be_bytes());
    let begin = Instant::now();
    socket.send(&request).await?;
    let mut answer = [0; 64];
    loop {
        let bytes = socket.recv(&mut answer).await?;
        if bytes == request.len() && answer[..4] == request[..4] {
            return Ok(begin.elapsed());
        }
    }
}
