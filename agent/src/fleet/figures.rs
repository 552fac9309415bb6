//! Counts and times of a run, second by second.

use crate::limits::FLEET_REASONS;
use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest time that is told apart, in microseconds: ten minutes.
const LONGEST_US: u64 = 600_000_000;

/// What has happened since it was last taken.
#[derive(Debug)]
pub struct Interval {
    /// Sessions that ended well.
    pub sessions: u64,
    /// Sessions that failed.
    pub failed: u64,
    /// Of them those that were not the first try.
    pub retries: u64,
    /// Boots.
    pub boots: u64,
    /// Exchanges with the ACS that were answered, and their times in microseconds.
    pub answers: Histogram<u32>,
    /// Sessions that ended well, and their times in microseconds.
    pub lengths: Histogram<u32>,
    /// Answers by their status, of those that are no success.
    pub statuses: BTreeMap<u16, u64>,
    /// Failed sessions by the reason.
    pub reasons: BTreeMap<String, u64>,
}

impl Default for Interval {
    fn default() -> Interval {
        Interval {
            sessions: 0,
            failed: 0,
            retries: 0,
            boots: 0,
            answers: histogram(),
            lengths: histogram(),
            statuses: BTreeMap::new(),
            reasons: BTreeMap::new(),
        }
    }
}

/// Two digits are enough to read a chart.
fn histogram() -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST_US, 2).expect("bounds that are apart, and few digits")
}

/// Counts a time; one that is too long counts as the longest.
pub fn note(times: &mut Histogram<u32>, took: Duration) {
    let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
    times.saturating_record(us.clamp(1, LONGEST_US));
}

impl Interval {
    /// Counts a failed session by its reason: without what differs from one to the next.
    pub fn failed_for(&mut self, reason: &str) {
        self.failed += 1;
        let reason = general(reason);
        if self.reasons.len() >= FLEET_REASONS && !self.reasons.contains_key(&reason) {
            *self.reasons.entry("others".to_owned()).or_default() += 1;
            return;
        }
        *self.reasons.entry(reason).or_default() += 1;
    }

    /// Adds what happened in another one.
    pub fn add(&mut self, other: &Interval) {
        self.sessions += other.sessions;
        self.failed += other.failed;
        self.retries += other.retries;
        self.boots += other.boots;
        // Both have the same bounds, so this cannot fail.
        let _ = self.answers.add(&other.answers);
        let _ = self.lengths.add(&other.lengths);
        for (status, number) in &other.statuses {
            *self.statuses.entry(*status).or_default() += number;
        }
        for (reason, number) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += number;
        }
    }
}

/// A reason without numbers longer than a status and without addresses.
fn general(reason: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    let flush = |out: &mut String, digits: &mut String| {
        match digits.len() {
            0..=3 => out.push_str(digits),
            _ => out.push('N'),
        }
        digits.clear();
    };
    for letter in reason.chars().take(160) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        flush(&mut out, &mut digits);
        out.push(letter);
    }
    flush(&mut out, &mut digits);
    out
}

/// Percentiles of times, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Times {
    /// Half took at most this.
    pub p50_ms: f64,
    /// 95 of a hundred did.
    pub p95_ms: f64,
    /// 99 did.
    pub p99_ms: f64,
    /// All did.
    pub max_ms: f64,
}

impl Times {
    /// Of what was counted.
    pub fn of(times: &Histogram<u32>) -> Times {
        if times.is_empty() {
            return Times::default();
        }
        let ms = |us: u64| us as f64 / 1000.0;
        Times {
            p50_ms: ms(times.value_at_quantile(0.50)),
            p95_ms: ms(times.value_at_quantile(0.95)),
            p99_ms: ms(times.value_at_quantile(0.99)),
            max_ms: ms(times.max()),
        }
    }
}

/// One moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sample {
    /// Seconds since the beginning.
    pub at_secs: f64,
    /// Sessions a second that ended well.
    pub sessions_per_sec: f64,
    /// Sessions a second that failed.
    pub failed_per_sec: f64,
    /// Sessions a second that were another try.
    pub retries_per_sec: f64,
    /// Devices that have booted and have not told it.
    pub waiting: usize,
    /// How long answers of the ACS took.
    pub answers: Times,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_without_what_differs() {
        let mut interval = Interval::default();
        interval.failed_for("127.0.0.1:40123: Connection refused");
        interval.failed_for("127.0.0.1:50321: Connection refused");
        interval.failed_for("the ACS answered 503");
        assert_eq!(interval.reasons["127.0.0.1:N: Connection refused"], 2);
        assert_eq!(interval.reasons["the ACS answered 503"], 1);
        for number in 0..200 {
            interval.failed_for(&"x".repeat(number));
        }
        assert!(interval.reasons.len() <= FLEET_REASONS + 1);
        assert_eq!(interval.failed, 203);
        assert_eq!(interval.reasons.values().sum::<u64>(), 203);
    }

    #[test]
    fn times_are_those_of_the_sorted_list() {
        let mut times = histogram();
        for ms in 1..=100u64 {
            note(&mut times, Duration::from_millis(ms));
        }
        let of = Times::of(&times);
        let near = |found: f64, wanted: f64| (found - wanted).abs() <= wanted * 0.02;
        assert!(near(of.p50_ms, 50.0) && near(of.p99_ms, 99.0) && near(of.max_ms, 100.0));
    }
}
