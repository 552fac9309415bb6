//! Settings of overload: how much of the server devices may take at one time, and when those come back that are turned
//! away.

use crate::limits::{RETRY_SECS, SESSIONS, SESSIONS_MOST};
use crate::overload::gate::Aims;
use data_model::OperatorError;
use serde::Deserialize;
use std::time::Duration;

/// How many devices are served at one time, and what the others are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverloadConfig {
    /// Requests of devices in work at one time at the most; fewer while they wait too long.
    pub in_work: u32,
    /// Sessions open at one time at the most: each takes some kilobytes of memory.
    pub sessions: u32,
    /// Milliseconds an Inform may wait to be kept, before fewer are taken on.
    pub target_ms: u64,
    /// The longest time, in seconds, a device is told to wait.
    pub retry_after_secs: u64,
}

impl Default for OverloadConfig {
    fn default() -> OverloadConfig {
        OverloadConfig {
            in_work: 2_000,
            sessions: SESSIONS,
            target_ms: 100,
            retry_after_secs: 300,
        }
    }
}

impl OverloadConfig {
    /// The same for the gate.
    pub fn aims(&self) -> Aims {
        Aims {
            most: self.in_work,
            target: Duration::from_millis(self.target_ms),
            longest: Duration::from_secs(self.retry_after_secs),
        }
    }

    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        for (name, number, most) in [
            ("in_work", self.in_work, SESSIONS),
            ("sessions", self.sessions, SESSIONS_MOST),
        ] {
            if !(1..=most).contains(&number) {
                wrong.push(OperatorError::new(
                    "devices could not be served in that number",
                    format!("`overload.{name}` is {number}"),
                    format!("choose 1 to {most}"),
                ));
            }
        }
        if !(5..=10_000).contains(&self.target_ms) {
            wrong.push(OperatorError::new(
                "devices cannot be held to that time",
                format!("`overload.target_ms` is {}", self.target_ms),
                "choose 5 to 10000 milliseconds: most devices give up after 30 seconds",
            ));
        }
        let shortest = 2 * RETRY_SECS;
        if !(shortest..=86_400).contains(&self.retry_after_secs) {
            wrong.push(OperatorError::new(
                "devices cannot be told to come back in that time",
                format!("`overload.retry_after_secs` is {}", self.retry_after_secs),
                format!("choose {shortest} to 86400 seconds"),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_could_not_work_is_reported_at_start() {
        let mistakes = |text: &str| {
            let config: Config = toml::from_str(text).unwrap();
            config.check().len()
        };
        assert_eq!(mistakes("[overload]\nin_work = 64\ntarget_ms = 250"), 0);
        assert_eq!(
            mistakes("[overload]\nin_work = 0\nsessions = 0\ntarget_ms = 1"),
            3
        );
        assert_eq!(mistakes("[overload]\nretry_after_secs = 5"), 1);
    }
}
