//! Failed sign-ins, counted for a minute, so that passwords cannot be tried one after the other (case A06).

use data_model::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The minute failures are counted in.
const WINDOW_MS: u64 = 60_000;
/// Names kept at one time; invented ones push each other out.
const NAMES: usize = 10_000;

/// The counts.
#[derive(Debug, Default)]
pub struct SignIns {
    failures: Mutex<HashMap<String, (Timestamp, u32)>>,
}

impl SignIns {
    /// How often this user has failed in the last minute.
    pub fn failures(&self, user: &str, now: Timestamp) -> u32 {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match failures.get(user) {
            Some((since, count)) if now.since_ms(*since) < WINDOW_MS => *count,
            Some(_) | None => 0,
        }
    }

    /// This user has failed once more.
    pub fn failed(&self, user: &str, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= NAMES {
            failures.retain(|_, (since, _)| now.since_ms(*since) < WINDOW_MS);
        }
        if failures.len() >= NAMES {
            failures.clear();
        }
        let user: String = user.chars().take(64).collect();
        let entry = failures.entry(user).or_insert((now, 0));
        if now.since_ms(entry.0) >= WINDOW_MS {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers A06.
    #[test]
    fn failures_are_counted_for_a_minute() {
        let sign_ins = SignIns::default();
        let now = Timestamp::from_secs(1_800_000_000);
        for _ in 0..3 {
            sign_ins.failed("admin", now);
        }
        assert_eq!(sign_ins.failures("admin", now), 3);
        assert_eq!(sign_ins.failures("other", now), 0);
        assert_eq!(sign_ins.failures("admin", now.plus_ms(WINDOW_MS)), 0);
    }
}
