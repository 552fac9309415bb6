//! What the store counts of itself, and of what only it sees whole: tasks that end, events that happen.

use super::Register;
use crate::store::TaskState;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use std::time::Duration;

/// A label set with the kind of a task and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TaskLabel {
    kind: &'static str,
    outcome: &'static str,
}

/// A task that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its kind.
    pub kind: &'static str,
    /// How.
    pub outcome: TaskState,
    /// Milliseconds since it was queued.
    pub since_queued: u64,
    /// Milliseconds since its transfer began, if it waited for one.
    pub in_transfer: Option<u64>,
}

/// The counters.
#[derive(Debug, Clone)]
pub struct StoreMetrics {
    /// Time of commits, from the first call of a batch to stable storage.
    pub commit_seconds: Histogram,
    /// Time of the COMMIT of each batch alone: its fsync, and at times a checkpoint of the log.
    pub fsync_seconds: Histogram,
    /// Calls of one commit.
    pub batch_size: Histogram,
    /// Commits that failed; nothing of them was acknowledged.
    pub failed_commits: Counter,
    /// Writing calls that wait for the writer.
    pub queue: Gauge,
    /// Events that are on stable storage.
    pub events: Counter,
    tasks_ended: Family<TaskLabel, Counter>,
    effect_seconds: Histogram,
    transfer_seconds: Histogram,
}

impl Default for StoreMetrics {
    fn default() -> StoreMetrics {
        let times = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 0.5, 2.0];
        let waits = [1.0, 5.0, 30.0, 120.0, 900.0, 3600.0, 21600.0, 86400.0];
        StoreMetrics {
            commit_seconds: Histogram::new(times),
            fsync_seconds: Histogram::new(times),
            batch_size: Histogram::new([1.0, 2.0, 5.0, 10.0, 50.0, 200.0, 512.0]),
            failed_commits: Counter::default(),
            queue: Gauge::default(),
            events: Counter::default(),
            tasks_ended: Family::default(),
            effect_seconds: Histogram::new(waits),
            transfer_seconds: Histogram::new(waits),
        }
    }
}

impl StoreMetrics {
    pub(super) fn register(&self, to: &mut Register<'_>) {
        let help = "Time of commits to stable storage";
        to.add("store_commit_seconds", help, &self.commit_seconds);
        let help = "Time of the COMMIT alone, which waits for the disk";
        to.add("store_fsync_seconds", help, &self.fsync_seconds);
        to.add("store_batch_size", "Calls of one commit", &self.batch_size);
        let help = "Commits that failed; nothing of them was acknowledged";
        to.add("store_failed_commits", help, &self.failed_commits);
        let help = "Writing calls that wait for the writer of the store";
        to.add("store_queue", help, &self.queue);
        to.add("events", "Events that have happened", &self.events);
        let help = "Tasks ended, by kind and outcome";
        to.add("tasks_ended", help, &self.tasks_ended);
        let help = "Time from queueing a task to its effect on the device";
        to.add("task_effect_seconds", help, &self.effect_seconds);
        let help = "Time from asking for a transfer to its end";
        to.add("transfer_seconds", help, &self.transfer_seconds);
    }

    /// Counts a batch that took so long.
    pub fn batch(&self, calls: usize, time: Duration) {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        self.batch_size.observe(f64::from(calls));
        self.commit_seconds.observe(time.as_secs_f64());
    }

    /// Counts tasks whose end is on stable storage.
    pub fn tasks_ended(&self, ended: &[Ended]) {
        let secs = |ms| Duration::from_millis(ms).as_secs_f64();
        for task in ended {
            let label = TaskLabel {
                kind: task.kind,
                outcome: task.outcome.as_str(),
            };
            self.tasks_ended.get_or_create(&label).inc();
            if task.outcome == TaskState::Done {
                self.effect_seconds.observe(secs(task.since_queued));
            }
            if let Some(ms) = task.in_transfer {
                self.transfer_seconds.observe(secs(ms));
            }
        }
    }
}
