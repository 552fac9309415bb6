//! When periodic Informs are due (TR-181 ManagementServer.PeriodicInform…).

use crate::random::Random;
use data_model::Timestamp;

/// The settings of the periodic Inform while it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periodic {
    /// PeriodicInformInterval in milliseconds, at least one second.
    interval_ms: i64,
    /// PeriodicInformTime; `None` leaves the phase to the device.
    phase: Option<Timestamp>,
}

impl Periodic {
    /// Every `interval_secs`, at moments that lie whole intervals from `phase`.
    pub fn new(interval_secs: u32, phase: Option<Timestamp>) -> Periodic {
        Periodic {
            interval_ms: i64::from(interval_secs.max(1)) * 1000,
            phase,
        }
    }

    /// The first moment that is due after `now`, by settings that have just come into force.
    pub fn first(&self, random: &mut Random, now: Timestamp) -> Timestamp {
        // Without a phase the device chooses one at random, so that devices that were switched on together do not
        // inform together.
        let own = |random: &mut Random| now.plus_ms(1 + random.below(self.interval_ms as u64));
        let phase = self.phase.unwrap_or_else(|| own(random));
        self.after(phase, now)
    }

    /// The moment after the one at `due`, skipping those that have gone by.
    pub fn next(&self, due: Timestamp, now: Timestamp) -> Timestamp {
        self.after(due, now)
    }

    /// The first moment after `now` that lies whole intervals from `beat`.
    fn after(&self, beat: Timestamp, now: Timestamp) -> Timestamp {
        let since = now.as_millis().saturating_sub(beat.as_millis());
        let wait_ms = self.interval_ms - since.rem_euclid(self.interval_ms);
        now.plus_ms(wait_ms.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_007);

    /// Covers S-13.
    #[test]
    fn the_phase_may_lie_anywhere_in_time() {
        for phase in [
            i64::MIN,
            -62_135_596_800_000,
            0,
            1_900_000_000_123,
            i64::MAX,
        ] {
            let phase = Timestamp::from_millis(phase);
            for interval in [1, 60, 86_400, u32::MAX] {
                let periodic = Periodic::new(interval, Some(phase));
                let first = periodic.first(&mut Random::new(1), NOW);
                let wait_ms = first.since_ms(NOW);
                assert!((1..=u64::from(interval) * 1000).contains(&wait_ms));
                let second = periodic.next(first, first);
                assert_eq!(second.since_ms(first), u64::from(interval) * 1000);
            }
        }
    }

    /// Covers S-13.
    #[test]
    fn beats_that_were_missed_are_not_made_up_for_and_move_nothing() {
        let periodic = Periodic::new(60, None);
        let first = periodic.first(&mut Random::new(1), NOW);
        let late = first.plus_secs(150);
        assert_eq!(periodic.next(first, late), first.plus_secs(180));
    }
}
