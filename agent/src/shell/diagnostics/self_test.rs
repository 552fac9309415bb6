//! SelfTestDiagnostics: what this host lets the agent measure, in words.

use super::icmp::Pinger;
use crate::diagnostics::test::{Probe, Version};
use crate::diagnostics::{Findings, Outcome};
use crate::shell::dns::system_servers;
use std::net::{IpAddr, Ipv4Addr};

pub(super) fn run() -> Outcome {
    let probe = Probe {
        version: Version::Any,
        timeout_ms: 1000,
        block_bytes: 56,
        dscp: 0,
    };
    let ping = match Pinger::open(IpAddr::V4(Ipv4Addr::LOCALHOST), &probe) {
        Ok(pinger) => pinger.means.as_str().to_owned(),
        Err(error) => format!("none: {error}"),
    };
    let servers: Vec<String> = system_servers()
        .iter()
        .map(|server| server.ip().to_string())
        .collect();
    let lines = vec![
        format!("version {}", env!("CARGO_PKG_VERSION")),
        format!("hosts are probed by {ping}"),
        format!(
            "name servers: {}",
            if servers.is_empty() {
                "none".into()
            } else {
                servers.join(" ")
            }
        ),
    ];
    Outcome::complete(Findings::SelfTest(lines))
}
