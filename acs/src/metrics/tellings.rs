//! What is counted of telling others: followers of the event stream, and webhooks.

use super::{NameLabel, Register};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// The counters.
#[derive(Debug, Default)]
pub struct TellingMetrics {
    /// Attempts to tell a webhook, by what came of them: `arrived`, `failed`, `given_up`.
    pub deliveries: Family<NameLabel, Counter>,
    /// Times a follower of the stream was told that events are missing.
    pub missed: Counter,
    /// Those who follow the stream at this moment.
    pub followers: Gauge,
}

impl TellingMetrics {
    pub(super) fn register(&self, to: &mut Register<'_>) {
        let help = "Attempts to tell webhooks, by outcome";
        to.add("webhook_deliveries", help, &self.deliveries);
        let help = "Times a follower of the event stream came back too late for some events";
        to.add("events_missed", help, &self.missed);
        let help = "Those who follow the event stream";
        to.add("event_followers", help, &self.followers);
    }
}
