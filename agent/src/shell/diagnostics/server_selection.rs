//! ServerSelectionDiagnostics: the nearest of several hosts, by the mean of its round trips.

use super::echo_client::EchoClient;
use super::ping;
use super::resolve::resolve;
use crate::diagnostics::findings::{Nearest, Pings};
use crate::diagnostics::test::{Probe, Protocol, Selection};
use crate::diagnostics::{Findings, Outcome, Trouble};
use crate::limits::PROBE_PAUSE_MS;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

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
            Protocol::Icmp => ping::probe(target, selection.repetitions, &selection.probe)
                .await
                .map(|(pings, _)| pings),
            Protocol::UdpEcho => echo(target, selection.repetitions, &selection.probe).await,
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

async fn echo(target: IpAddr, repetitions: u32, probe: &Probe) -> Result<Pings, Trouble> {
    let mut client = EchoClient::open(SocketAddr::new(target, ECHO_PORT), probe)
        .await
        .map_err(|_| Trouble::Internal)?;
    let mut pings = Pings::default();
    for number in 1..=repetitions {
        if number > 1 {
            tokio::time::sleep(Duration::from_millis(PROBE_PAUSE_MS)).await;
        }
        pings.sent += 1;
        if let Some(echo) = client.packet(number).await.echo {
            pings.round_trips_us.push(echo.round_trip_us);
        }
    }
    Ok(pings)
}
