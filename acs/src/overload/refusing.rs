//! How much of the machine goes into turning devices away: a fixed small part of what goes into serving them, so that a
//! crowd that is turned away takes nothing from those that are served. Pure.

use crate::limits::{
    REFUSALS_PER_SECOND, REFUSALS_PER_SECOND_LEAST, REFUSALS_PER_SESSION, REFUSALS_SAVED_SECS,
};
use std::time::Duration;

/// The budget. It may be overdrawn, once: who has been taken is answered.
#[derive(Debug, Clone)]
pub struct Refusing {
    left: f64,
    counted_at: Duration,
    per_second: f64,
}

impl Refusing {
    /// The whole budget, with what so many sessions a second add to it.
    pub fn new(sessions_per_second: f64) -> Refusing {
        let per_second = per_second(sessions_per_second);
        Refusing {
            left: per_second * REFUSALS_SAVED_SECS,
            counted_at: Duration::ZERO,
            per_second,
        }
    }

    /// So many sessions are served in a second.
    pub fn follow(&mut self, sessions_per_second: f64) {
        self.per_second = per_second(sessions_per_second);
    }

    /// Whether there is something left for one more, beside so many that may still come to it.
    pub fn has_left(&mut self, now: Duration, beside: u32) -> bool {
        self.count(now);
        self.left >= f64::from(beside) + 1.0
    }

    /// Takes so many.
    pub fn spend(&mut self, now: Duration, refusals: u32) {
        self.count(now);
        self.left = (self.left - f64::from(refusals)).max(-self.whole());
    }

    fn count(&mut self, now: Duration) {
        let time = now.saturating_sub(self.counted_at);
        self.counted_at = self.counted_at.max(now);
        let more = self.per_second * time.as_secs_f64();
        self.left = (self.left + more).min(self.whole());
    }

    fn whole(&self) -> f64 {
        self.per_second * REFUSALS_SAVED_SECS
    }
}

fn per_second(sessions: f64) -> f64 {
    let refusals = sessions * REFUSALS_PER_SESSION;
    refusals.clamp(REFUSALS_PER_SECOND_LEAST, REFUSALS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    /// The whole budget at a thousand sessions a second.
    const WHOLE: u32 = 1_000;

    /// How many are turned away by somebody who asks before each.
    fn turned_away(refusing: &mut Refusing, now: Duration) -> u32 {
        let mut number = 0;
        while refusing.has_left(now, 0) {
            refusing.spend(now, 1);
            number += 1;
        }
        number
    }

    /// Covers P6.
    #[test]
    fn the_beginning_of_a_crowd_is_turned_away_at_once_and_then_a_part_of_those_that_are_served() {
        let mut refusing = Refusing::new(1_000.0);
        assert_eq!(turned_away(&mut refusing, HOUR), WHOLE);
        let later = HOUR + Duration::from_secs(1);
        assert_eq!(turned_away(&mut refusing, later), WHOLE / 4);
        refusing.follow(0.0);
        let more = later + Duration::from_secs(2);
        assert_eq!(
            turned_away(&mut refusing, more),
            20,
            "some hear it in any case"
        );
        refusing.follow(1_000.0);
        assert_eq!(turned_away(&mut refusing, 2 * HOUR), WHOLE);
    }

    #[test]
    fn those_that_are_still_to_be_decided_on_count_and_so_does_what_is_owed() {
        let mut refusing = Refusing::new(1_000.0);
        assert!(refusing.has_left(HOUR, WHOLE - 1));
        assert!(!refusing.has_left(HOUR, WHOLE));
        refusing.spend(HOUR, 100 * WHOLE);
        assert!(!refusing.has_left(HOUR + Duration::from_secs(3), 0));
        assert!(refusing.has_left(HOUR + Duration::from_secs(5), 0));
    }
}
