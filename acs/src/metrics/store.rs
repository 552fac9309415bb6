//! What the store counts of itself.

use super::Register;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use std::time::Duration;

/// The counters.
#[derive(Debug, Clone)]
pub struct StoreMetrics {
    /// Time of commits, from the first call of a batch to stable storage.
    pub commit_seconds: Histogram,
    /// Calls of one commit.
    pub batch_size: Histogram,
    /// Commits that failed; nothing of them was acknowledged.
    pub failed_commits: Counter,
}

impl Default for StoreMetrics {
    fn default() -> StoreMetrics {
        let times = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 0.5, 2.0];
        StoreMetrics {
            commit_seconds: Histogram::new(times),
            batch_size: Histogram::new([1.0, 2.0, 5.0, 10.0, 50.0, 200.0, 512.0]),
            failed_commits: Counter::default(),
        }
    }
}

impl StoreMetrics {
    pub(super) fn register(&self, to: &mut Register<'_>) {
        let help = "Time of commits to stable storage";
        to.add("store_commit_seconds", help, &self.commit_seconds);
        to.add("store_batch_size", "Calls of one commit", &self.batch_size);
        let help = "Commits that failed; nothing of them was acknowledged";
        to.add("store_failed_commits", help, &self.failed_commits);
    }

    /// Counts a batch that took so long.
    pub fn batch(&self, calls: usize, time: Duration) {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        self.batch_size.observe(f64::from(calls));
        self.commit_seconds.observe(time.as_secs_f64());
    }
}
