//! What a run of a fleet has shown: for programs as JSON, for people as a page that needs nothing else.

mod chart;
mod html;

pub use html::page;

use super::figures::{Interval, Sample, Times};
use super::ledger::{Difference, by_kind};
use crate::limits::FLEET_DIFFERENCES;
use data_model::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// Points of a chart, at most; when there are more, two become one.
const MOST_SAMPLES: usize = 1_200;

/// A run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The scenario's name for people.
    pub title: String,
    /// What happens in it.
    pub about: String,
    /// Decided everything.
    pub seed: u64,
    /// Devices.
    pub devices: usize,
    /// Loops.
    pub loops: usize,
    /// Their ACS.
    pub acs_url: String,
    /// When it began.
    pub began: Timestamp,
    /// How long it took.
    pub took_secs: f64,
    /// When the last device that had booted had told it; `None` if some have not.
    pub drained_secs: Option<f64>,
    /// Counts of all of it.
    pub totals: Totals,
    /// How long answers of the ACS took.
    pub answers: Times,
    /// How long sessions took.
    pub lengths: Times,
    /// Second by second, or more coarsely when it was long.
    pub samples: Vec<Sample>,
    /// What the fleet used.
    pub fleet: Used,
    /// What the ACS used, if it said so.
    pub acs: Option<Used>,
    /// What the devices believe against what the ACS says, if that was asked.
    pub ledger: Option<Checked>,
}

/// Counts of a run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Totals {
    /// Sessions that ended well.
    pub sessions: u64,
    /// Sessions that failed.
    pub failed: u64,
    /// Sessions that were another try.
    pub retries: u64,
    /// Boots.
    pub boots: u64,
    /// Devices the ACS has answered.
    pub registered: usize,
    /// Devices that have booted and could not tell it.
    pub waiting: usize,
    /// Tricks of hostile peers.
    pub tricks: u64,
    /// Answers of the ACS that were no success, by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Failed sessions, by reason.
    pub reasons: BTreeMap<String, u64>,
}

/// What a process used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Used {
    /// Memory, at the most.
    pub peak_resident_bytes: u64,
    /// Time of processors.
    pub cpu_secs: f64,
}

/// What the devices believe against what the ACS says.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Checked {
    /// Devices that were compared.
    pub devices: usize,
    /// Differences.
    pub differences: usize,
    /// Differences by what they are about.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// The first of them.
    pub listed: Vec<Difference>,
}

impl Checked {
    /// Of so many devices with these differences.
    pub fn new(devices: usize, mut differences: Vec<Difference>) -> Checked {
        let (number, by_kind) = (differences.len(), by_kind(&differences));
        differences.truncate(FLEET_DIFFERENCES);
        Checked {
            devices,
            differences: number,
            by_kind,
            listed: differences,
        }
    }
}

/// Gathers what happens in a run.
#[derive(Debug, Default)]
pub struct Gathered {
    all: Interval,
    samples: Vec<Sample>,
    /// What has happened since the last sample.
    open: Interval,
    since_secs: f64,
    /// From one sample to the next, at least.
    step_secs: f64,
    /// When some waited last.
    waited_secs: f64,
}

impl Gathered {
    /// Takes what has happened up to a moment.
    pub fn take(&mut self, interval: &Interval, at_secs: f64, waiting: usize) {
        self.all.add(interval);
        self.open.add(interval);
        if waiting > 0 {
            self.waited_secs = at_secs;
        }
        let secs = at_secs - self.since_secs;
        if secs <= 0.0 || secs < self.step_secs {
            return;
        }
        let open = std::mem::take(&mut self.open);
        self.since_secs = at_secs;
        self.samples.push(Sample {
            at_secs,
            sessions_per_sec: open.sessions as f64 / secs,
            failed_per_sec: open.failed as f64 / secs,
            retries_per_sec: open.retries as f64 / secs,
            waiting,
            answers: Times::of(&open.answers),
        });
        if self.samples.len() >= MOST_SAMPLES {
            self.step_secs = (self.step_secs * 2.0).max(2.0);
            self.samples = self.samples.chunks(2).map(joined).collect();
        }
    }

    /// Counts of everything so far.
    pub fn all(&self) -> &Interval {
        &self.all
    }

    /// When some waited last.
    pub fn waited_secs(&self) -> f64 {
        self.waited_secs
    }

    /// The samples.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }
}

/// Two neighbours as one: rates in between, times and those that wait as the worse of both.
fn joined(both: &[Sample]) -> Sample {
    let [first, second] = both else {
        return both.first().copied().unwrap_or(EMPTY);
    };
    let mean = |one: f64, other: f64| f64::midpoint(one, other);
    Sample {
        at_secs: second.at_secs,
        sessions_per_sec: mean(first.sessions_per_sec, second.sessions_per_sec),
        failed_per_sec: mean(first.failed_per_sec, second.failed_per_sec),
        retries_per_sec: mean(first.retries_per_sec, second.retries_per_sec),
        waiting: first.waiting.max(second.waiting),
        answers: Times {
            p50_ms: first.answers.p50_ms.max(second.answers.p50_ms),
            p95_ms: first.answers.p95_ms.max(second.answers.p95_ms),
            p99_ms: first.answers.p99_ms.max(second.answers.p99_ms),
            max_ms: first.answers.max_ms.max(second.answers.max_ms),
        },
    }
}

const EMPTY: Sample = Sample {
    at_secs: 0.0,
    sessions_per_sec: 0.0,
    failed_per_sec: 0.0,
    retries_per_sec: 0.0,
    waiting: 0,
    answers: Times {
        p50_ms: 0.0,
        p95_ms: 0.0,
        p99_ms: 0.0,
        max_ms: 0.0,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_has_no_more_points_than_a_chart_can_show_and_loses_no_session() {
        let mut gathered = Gathered::default();
        for second in 1..=10_000u32 {
            let interval = Interval {
                sessions: 3,
                ..Interval::default()
            };
            let waiting = usize::from(second < 5_000);
            gathered.take(&interval, f64::from(second), waiting);
        }
        assert!(gathered.samples().len() <= MOST_SAMPLES);
        assert_eq!(gathered.all().sessions, 30_000);
        assert!((gathered.waited_secs() - 4_999.0).abs() < 0.1);
        let rates = gathered
            .samples()
            .iter()
            .map(|sample| sample.sessions_per_sec);
        for rate in rates {
            assert!((rate - 3.0).abs() < 1e-6, "{rate}");
        }
    }
}
