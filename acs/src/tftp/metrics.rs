//! What is counted of the TFTP server.

use crate::metrics::NameLabel;
use cwmp::side::tftp::transfer::End;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The counters.
#[derive(Debug, Clone, Default)]
pub struct TftpMetrics {
    /// Transfers under way at this moment.
    pub open: Gauge,
    /// Transfers that have ended, by how.
    pub ended: Family<NameLabel, Counter>,
    /// Requests that led to no transfer, by reason.
    pub refused: Family<NameLabel, Counter>,
    /// Bytes of files that were read whole.
    pub bytes_sent: Counter,
    /// Bytes of files that were written whole.
    pub bytes_received: Counter,
}

impl TftpMetrics {
    /// Has them printed with the others.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("tftp_open", "TFTP transfers under way", self.open.clone());
        registry.register("tftp_ended", "TFTP transfers ended", self.ended.clone());
        registry.register(
            "tftp_refused",
            "TFTP requests that led to no transfer",
            self.refused.clone(),
        );
        registry.register(
            "tftp_sent_bytes",
            "Bytes of files read whole by TFTP",
            self.bytes_sent.clone(),
        );
        registry.register(
            "tftp_received_bytes",
            "Bytes of files written whole by TFTP",
            self.bytes_received.clone(),
        );
    }
}

/// A short name for how a transfer has ended.
pub(super) fn label(end: &End) -> &'static str {
    match end {
        End::Complete => "complete",
        End::ByPeer(..) => "by_peer",
        End::Refused(_) => "refused",
        End::Unproved => "unproved",
        End::Silent => "silent",
        End::Slow => "slow",
    }
}
