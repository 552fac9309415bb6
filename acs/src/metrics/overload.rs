//! How the port for devices does when many come.

use super::state::Fraction;
use super::{Register, seconds};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// The counters; gauges are set when somebody looks.
#[derive(Debug, Clone)]
pub struct OverloadMetrics {
    /// How long Informs waited to be on stable storage.
    pub inform_wait_seconds: Histogram,
    /// Requests of devices in work.
    pub in_work: Gauge,
    /// How many there may be.
    pub places: Gauge,
    /// How long it takes to serve all that have been turned away.
    pub behind_seconds: Fraction,
    /// Bytes of messages in memory.
    pub body_bytes: Gauge,
    /// Times a connection had to wait to be taken.
    pub pauses: Counter,
}

impl Default for OverloadMetrics {
    fn default() -> OverloadMetrics {
        OverloadMetrics {
            inform_wait_seconds: seconds(),
            in_work: Gauge::default(),
            places: Gauge::default(),
            behind_seconds: Fraction::default(),
            body_bytes: Gauge::default(),
            pauses: Counter::default(),
        }
    }
}

impl OverloadMetrics {
    pub(super) fn register(&self, to: &mut Register<'_>) {
        let help = "Time Informs waited to be on stable storage";
        to.add("inform_wait_seconds", help, &self.inform_wait_seconds);
        let help = "Requests of devices in work";
        to.add("requests_in_work", help, &self.in_work);
        let help = "Requests of devices that may be in work at this moment";
        to.add("requests_places", help, &self.places);
        let help = "Time it takes to serve all devices that have been turned away";
        to.add("behind_seconds", help, &self.behind_seconds);
        let help = "Bytes of messages of devices in memory";
        to.add("bodies_held_bytes", help, &self.body_bytes);
        let help = "Times a connection of a device had to wait to be taken";
        to.add("accept_pauses", help, &self.pauses);
    }
}
