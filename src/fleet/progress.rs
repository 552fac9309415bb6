//! How far a fleet is: one line that stays on a terminal, a line now and then elsewhere.

use crate::output::line;
use agent::fleet::figures::{Interval, Times};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;

/// Seconds between two lines where there is no terminal.
const LINES_EVERY_SECS: f64 = 10.0;

/// Shows it.
pub struct Progress {
    bar: Option<ProgressBar>,
    since: Interval,
    last_secs: f64,
}

impl Progress {
    /// Begins.
    pub fn start(devices: usize) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(devices as u64);
            let style = ProgressStyle::with_template("{elapsed:>6} {bar:30} {pos}/{len} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Progress {
            bar,
            since: Interval::default(),
            last_secs: 0.0,
        }
    }

    /// Shows what has happened since the last time.
    pub fn show(&mut self, at_secs: f64, interval: &Interval, waiting: usize, registered: usize) {
        self.since.add(interval);
        let secs = at_secs - self.last_secs;
        if self.bar.is_none() && secs < LINES_EVERY_SECS || secs <= 0.0 {
            return;
        }
        let since = std::mem::take(&mut self.since);
        self.last_secs = at_secs;
        let rate = |number: u64| number as f64 / secs;
        let times = Times::of(&since.answers);
        let text = format!(
            "{waiting} wait, {:.0} sessions/s, {:.0} failed/s, answers {:.1}/{:.1} ms{}",
            rate(since.sessions),
            rate(since.failed),
            times.p50_ms,
            times.p99_ms,
            worst(&since)
        );
        match &self.bar {
            Some(bar) => {
                bar.set_position(registered as u64);
                bar.set_message(text);
            }
            None => line(format!("{at_secs:>6.0} s  {registered} answered, {text}")),
        }
    }

    /// Nothing more is shown.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}

/// The reason most sessions failed for.
fn worst(interval: &Interval) -> String {
    let most = interval.reasons.iter().max_by_key(|(_, number)| **number);
    most.map_or_else(String::new, |(reason, number)| {
        let reason: String = reason.chars().take(48).collect();
        format!(", {number} {reason}")
    })
}
