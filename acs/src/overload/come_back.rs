//! When a device that is turned away is to come back: spread over the time the server needs for those before it. Pure.
//!
//! Those that have been turned away stand in a queue in thought. It moves by as many devices a second as are served, and
//! a device is told a time around its turn, from half to one and a half times as long: so they arrive a little faster
//! than they can be served, at every moment, and never together.

use crate::limits::{RETRY_SECS, SESSIONS_PER_SECOND};
use std::time::Duration;

/// How much of a look goes into the rate: it follows within a few seconds, and a slow commit does not stir it.
const SHARE: f64 = 0.05;

/// The queue in thought.
#[derive(Debug, Clone)]
pub struct ComeBack {
    /// When all that have been turned away will have been served.
    free_at: Duration,
    /// Sessions served in a second.
    rate: f64,
    /// The longest time of its turn.
    most: Duration,
}

impl ComeBack {
    /// Nobody waits. No device is told to wait for longer than `longest`.
    pub fn new(longest: Duration) -> ComeBack {
        ComeBack {
            free_at: Duration::ZERO,
            rate: SESSIONS_PER_SECOND,
            most: longest * 2 / 3,
        }
    }

    /// So many sessions were served in so much time, while some were turned away or not.
    pub fn served(&mut self, sessions: u32, time: Duration, turned_away: bool) {
        let rate = f64::from(sessions) / time.as_secs_f64().max(0.001);
        self.rate = match turned_away {
            true => self.rate + (rate - self.rate) * SHARE,
            // It could have been more.
            false => self.rate.max(rate),
        };
    }

    /// Sessions served in a second, as far as is known.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// How long it takes until all that have been turned away have been served.
    pub fn behind(&self, now: Duration) -> Duration {
        self.free_at.saturating_sub(now)
    }

    /// One more is turned away: the seconds between which it is to come back.
    pub fn turn_away(&mut self, now: Duration) -> (u64, u64) {
        let each = Duration::from_secs_f64(1.0 / self.rate.max(1.0));
        self.free_at = (self.free_at.max(now) + each).min(now + self.most);
        let turn = self.behind(now).as_secs().max(RETRY_SECS);
        (turn / 2, turn * 3 / 2)
    }
}

/// A number between two, by a chance.
pub fn between((low, high): (u64, u64), chance: u64) -> u64 {
    low + chance % (high - low + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(300);
    const NOW: Duration = Duration::from_secs(3600);

    /// Covers P6.
    #[test]
    fn the_further_behind_the_server_is_the_later_a_device_is_to_come_and_never_too_late() {
        let mut queue = ComeBack::new(LONGEST);
        assert_eq!(queue.turn_away(NOW), (5, 15), "the first one");
        let mut last = (0, 0);
        for _ in 0..200_000 {
            let bounds = queue.turn_away(NOW);
            assert!(last <= bounds && bounds.0 < bounds.1, "{last:?} {bounds:?}");
            last = bounds;
        }
        assert_eq!(last, (100, 300));
        // Whoever comes when most have been served waits for few.
        let later = NOW + Duration::from_secs(150);
        assert_eq!(queue.turn_away(later), (25, 75));
        assert_eq!(queue.turn_away(2 * NOW), (5, 15));
    }

    /// A crowd of a hundred seconds' work, turned away at once, comes back at a rate that can be served.
    ///
    /// Covers P6.
    #[test]
    fn a_crowd_comes_back_spread_over_the_time_it_takes_to_serve_it() {
        let mut queue = ComeBack::new(LONGEST);
        let per_second = SESSIONS_PER_SECOND as usize;
        let mut arrivals = vec![0; 301];
        for number in 0..100 * per_second {
            // A chance as good as any, the same in every run.
            let chance = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            arrivals[between(queue.turn_away(NOW), chance) as usize] += 1;
        }
        let most = arrivals.iter().max().copied().unwrap_or_default();
        assert!(most < per_second * 9 / 4, "{most} in one second");
        // From half of the first turn until two thirds of the last one, nobody of the server is idle.
        for (second, arrived) in arrivals.iter().enumerate().take(65).skip(5) {
            assert!(*arrived > per_second * 3 / 4, "{arrived} in {second}");
        }
        assert_eq!(arrivals.iter().sum::<usize>(), 100 * per_second);
    }

    #[test]
    fn the_rate_follows_what_is_served_under_load_and_a_quiet_night_says_nothing() {
        let mut queue = ComeBack::new(LONGEST);
        let look = Duration::from_millis(100);
        for _ in 0..200 {
            queue.served(400, look, true);
        }
        assert!((3_900.0..4_000.1).contains(&queue.rate), "{}", queue.rate);
        queue.served(0, look, true);
        assert!(queue.rate > 3_700.0, "one stop of the disk");
        queue.served(1, look, false);
        assert!(queue.rate > 3_700.0);
        queue.served(1_000, look, false);
        assert!((queue.rate - 10_000.0).abs() < 0.1);
    }

    #[test]
    fn a_chance_stays_within_its_bounds_and_reaches_all_between() {
        let drawn: std::collections::BTreeSet<u64> =
            (0..1_000).map(|chance| between((5, 15), chance)).collect();
        assert_eq!(
            drawn.into_iter().collect::<Vec<_>>(),
            (5..=15).collect::<Vec<_>>()
        );
        assert_eq!(between((7, 7), u64::MAX), 7);
    }
}
