//! How much of the machine goes into turning devices away: a fixed small part, so that a crowd that is turned away takes
//! nothing from those that are served. Pure.

use crate::limits::{REFUSALS_AT_ONCE, REFUSALS_PER_SECOND};
use std::time::Duration;

/// What one refusal takes of the budget, in the time that gives it back.
const EACH: Duration = Duration::from_nanos(1_000_000_000 / REFUSALS_PER_SECOND as u64);
/// The whole budget.
const WHOLE: Duration = EACH.saturating_mul(REFUSALS_AT_ONCE);

/// The budget. It may be overdrawn: who has been taken is answered.
#[derive(Debug, Clone, Default)]
pub struct Refusing {
    /// When it is whole again.
    whole_at: Duration,
}

impl Refusing {
    /// Whether there is something left for one more, beside so many that may still come to it.
    pub fn has_left(&self, now: Duration, beside: u32) -> bool {
        let owed = self.whole_at.saturating_sub(now);
        owed + EACH.saturating_mul(beside.saturating_add(1)) <= WHOLE
    }

    /// Takes so many.
    pub fn spend(&mut self, now: Duration, refusals: u32) {
        self.whole_at = self.whole_at.max(now) + EACH.saturating_mul(refusals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_beginning_of_a_crowd_is_turned_away_at_once_and_then_so_many_a_second() {
        let mut refusing = Refusing::default();
        let hour = Duration::from_secs(3600);
        assert_eq!(turned_away(&mut refusing, hour), REFUSALS_AT_ONCE);
        let later = hour + Duration::from_millis(500);
        assert_eq!(turned_away(&mut refusing, later), REFUSALS_PER_SECOND / 2);
        assert_eq!(turned_away(&mut refusing, 2 * hour), REFUSALS_AT_ONCE);
    }

    #[test]
    fn those_that_are_still_to_be_decided_on_count_and_so_does_what_is_owed() {
        let mut refusing = Refusing::default();
        let hour = Duration::from_secs(3600);
        assert!(refusing.has_left(hour, REFUSALS_AT_ONCE - 1));
        assert!(!refusing.has_left(hour, REFUSALS_AT_ONCE));
        refusing.spend(hour, 2 * REFUSALS_AT_ONCE);
        assert!(!refusing.has_left(hour, 0));
        assert!(refusing.has_left(hour + WHOLE + EACH, 0));
    }
}
