//! Numbers and codes that open an account and were wrong, counted for a minute by where they came from, so that nobody
//! finds one by trying.

use crate::limits::{GUESSERS, GUESSES};
use crate::networks::network_of;
use data_model::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The minute they are counted in.
const WINDOW_MS: u64 = 60_000;

/// The counts.
#[derive(Debug, Default)]
pub struct Guesses {
    wrong: Mutex<HashMap<IpAddr, (Timestamp, u32)>>,
}

impl Guesses {
    /// Whether somebody may try once more.
    pub fn may_try(&self, address: IpAddr, now: Timestamp) -> bool {
        match self.counts().get(&network_of(address)) {
            Some((since, count)) => now.since_ms(*since) >= WINDOW_MS || *count < GUESSES,
            None => true,
        }
    }

    /// Somebody was wrong.
    pub fn was_wrong(&self, address: IpAddr, now: Timestamp) {
        let mut counts = self.counts();
        if counts.len() >= GUESSERS {
            counts.retain(|_, (since, _)| now.since_ms(*since) < WINDOW_MS);
        }
        if counts.len() >= GUESSERS {
            counts.clear();
        }
        let count = counts.entry(network_of(address)).or_insert((now, 0));
        if now.since_ms(count.0) >= WINDOW_MS {
            *count = (now, 0);
        }
        count.1 = count.1.saturating_add(1);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, (Timestamp, u32)>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_wrong_too_often_waits_a_minute_and_nobody_else_does() {
        let guesses = Guesses::default();
        let now = Timestamp::from_secs(1_800_000_000);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..GUESSES {
            assert!(guesses.may_try(address("2001:db8::1"), now));
            guesses.was_wrong(address("2001:db8::1"), now);
        }
        assert!(
            !guesses.may_try(address("2001:db8::2"), now),
            "the same customer"
        );
        assert!(guesses.may_try(address("2001:db8:0:1::1"), now));
        assert!(guesses.may_try(address("192.0.2.1"), now));
        assert!(guesses.may_try(address("2001:db8::1"), now.plus_ms(WINDOW_MS)));
    }
}
