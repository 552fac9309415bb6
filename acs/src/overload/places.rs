//! How many requests are worked on at one time: as many as can be without any of them waiting longer than it should.
//! Pure.
//!
//! What counts is the shortest wait of a look. If even that one is too long, there is a queue that does not pass by
//! itself, and longer queues serve nobody sooner; a single slow commit says nothing. The number falls in proportion
//! to how much too long it is, and rises step by step while all is well and it is made use of.

use crate::limits::{PLACES_FIRST, PLACES_LEAST};
use std::time::Duration;

/// Something a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// To know whom the request comes from.
    Credentials,
    /// Until its Inform is on stable storage.
    Inform,
}

/// The number of places, and what it is concluded from.
#[derive(Debug, Clone)]
pub struct Places {
    number: f64,
    least: f64,
    most: f64,
    target: Duration,
    /// The shortest wait of each kind since the last look.
    credentials: Option<Duration>,
    inform: Option<Duration>,
    /// Most requests in work at one time since the last look.
    busiest: u32,
}

impl Places {
    /// So many places at the most, and as long a wait as may be.
    pub fn new(most: u32, target: Duration) -> Places {
        Places {
            number: f64::from(most.min(PLACES_FIRST)),
            least: f64::from(most.min(PLACES_LEAST)),
            most: f64::from(most),
            target,
            credentials: None,
            inform: None,
            busiest: 0,
        }
    }

    /// How many there are.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between one and the number it began with"
    )]
    pub fn number(&self) -> u32 {
        self.number as u32
    }

    /// A request has waited.
    pub fn waited(&mut self, wait: Wait, time: Duration) {
        let shortest = match wait {
            Wait::Credentials => &mut self.credentials,
            Wait::Inform => &mut self.inform,
        };
        *shortest = Some(shortest.map_or(time, |known| known.min(time)));
    }

    /// So many requests are in work.
    pub fn busy(&mut self, in_work: u32) {
        self.busiest = self.busiest.max(in_work);
    }

    /// Concludes from what has been seen since the last look. If nothing was, the number stays: a disk that stands
    /// still for a moment is no reason to do less afterwards.
    pub fn look(&mut self) {
        let waits = [self.credentials.take(), self.inform.take()];
        let longest = waits.into_iter().flatten().max();
        let busiest = f64::from(std::mem::take(&mut self.busiest));
        let Some(longest) = longest else {
            return;
        };
        let ratio = self.target.as_secs_f64() / longest.as_secs_f64().max(1e-6);
        let used = busiest >= self.number / 2.0;
        self.number = match ratio {
            1.0.. if !used => self.number,
            ..1.0 => self.number.min(busiest) * ratio.clamp(0.5, 0.95),
            1.0..2.0 => self.number * 1.02 + 1.0,
            _ => self.number * 1.25 + 4.0,
        };
        self.number = self.number.clamp(self.least, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Duration = Duration::from_millis(100);

    fn look(places: &mut Places, busy: u32, waits: &[u64]) -> u32 {
        places.busy(busy);
        for ms in waits {
            places.waited(Wait::Inform, Duration::from_millis(*ms));
        }
        places.look();
        places.number()
    }

    /// A server that keeps so many Informs a second settles where each of them waits as long as it may.
    ///
    /// Covers P6.
    #[test]
    fn the_number_settles_where_the_wait_is_as_long_as_it_may_be() {
        for per_second in [1_000_u32, 5_000, 15_000] {
            let mut places = Places::new(2_000, TARGET);
            for _ in 0..100 {
                // All places are taken; each waits for all of them to be worked off.
                let number = places.number();
                let ms = u64::from(number) * 1_000 / u64::from(per_second);
                look(&mut places, number, &[ms, ms + 40]);
            }
            let right = per_second / 10;
            let near = right * 8 / 10..=right * 12 / 10;
            assert!(
                near.contains(&places.number()),
                "{per_second}/s: {}",
                places.number()
            );
        }
    }

    /// Covers P6.
    #[test]
    fn one_slow_commit_changes_nothing_and_a_standing_queue_does() {
        let mut places = Places::new(2_000, TARGET);
        assert_eq!(look(&mut places, 200, &[900, 80]), 262);
        assert_eq!(look(&mut places, 300, &[]), 262);
        let more = look(&mut places, 262, &[900, 20]);
        assert_eq!(more, 331);
        assert_eq!(look(&mut places, 30, &[20]), 331, "nobody needs more");
        let less = look(&mut places, 300, &[900, 150]);
        assert_eq!(less, 200, "two thirds of those that were in work");
        assert_eq!(look(&mut places, 200, &[60]), 205);
        assert_eq!(look(&mut places, 200, &[10]), 260);
    }

    #[test]
    fn a_slow_disk_and_long_waits_for_credentials_leave_the_least_and_no_more() {
        let mut places = Places::new(2_000, TARGET);
        for _ in 0..20 {
            let number = places.number();
            look(&mut places, number, &[5_000]);
        }
        assert_eq!(places.number(), PLACES_LEAST);
        let mut places = Places::new(2_000, TARGET);
        for _ in 0..20 {
            places.busy(places.number());
            places.waited(Wait::Credentials, Duration::from_secs(1));
            places.waited(Wait::Inform, Duration::from_millis(1));
            places.look();
        }
        assert_eq!(places.number(), PLACES_LEAST);
        let mut few = Places::new(3, TARGET);
        assert_eq!(look(&mut few, 3, &[5_000]), 3);
    }
}
