//! IPPing: echo requests to one host, one after the other.

use super::icmp::Pinger;
use super::resolve::resolve;
use super::us;
use crate::diagnostics::findings::{Pings, ProbedBy};
use crate::diagnostics::test::{Ping, Probe};
use crate::diagnostics::{Findings, Outcome, Trouble};
use crate::limits::PROBE_PAUSE_MS;
use std::net::IpAddr;
use std::time::Duration;

pub(super) async fn run(ping: &Ping) -> Outcome {
    let target = match resolve(&ping.host, ping.probe.version).await {
        Ok(target) => target,
        Err(trouble) => return Outcome::failed(trouble),
    };
    match probe(target, ping.repetitions, &ping.probe).await {
        Ok((pings, means)) => Outcome::complete(Findings::Ping(pings, means)),
        Err(trouble) => Outcome::failed(trouble),
    }
}

/// Probes one host so many times; tells what it was probed by.
pub(super) async fn probe(
    target: IpAddr,
    repetitions: u32,
    probe: &Probe,
) -> Result<(Pings, ProbedBy), Trouble> {
    let mut pinger = Pinger::open(target, probe).map_err(|error| {
        tracing::warn!(%error, "a host cannot be probed");
        Trouble::Internal
    })?;
    tracing::debug!(%target, means = pinger.means.as_str(), "probing");
    let timeout = Duration::from_millis(probe.timeout_ms.into());
    let mut pings = Pings::default();
    let mut refused = 0;
    for sequence in 1..=repetitions {
        if sequence > 1 {
            tokio::time::sleep(Duration::from_millis(PROBE_PAUSE_MS)).await;
        }
        pings.sent += 1;
        match pinger.probe(sequence as u16, timeout).await {
            Ok(Some(round_trip)) => pings.round_trips_us.push(us(round_trip)),
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(%target, %error, "a probe failed");
                refused += 1;
            }
        }
    }
    if refused == pings.sent {
        // Not one of them has left: there is no way to the host at all.
        return Err(Trouble::Other);
    }
    Ok((pings, pinger.means.probes_by()))
}
