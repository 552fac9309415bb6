//! The search for the longest period after which a NAT still knows a binding (TR-069 G.2.1.2).

use crate::limits::{STUN_KEEP_ALIVE_SECS, STUN_NO_NAT_SECS};

/// What is known about how long a binding lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    minimum_secs: u32,
    maximum_secs: u32,
    /// The longest that was seen to work; the minimum counts as such, because nothing shorter is allowed.
    held_secs: u32,
    /// The shortest that was seen not to work.
    lost_secs: Option<u32>,
    /// The server or the network does not let us search.
    given_up: bool,
}

impl Period {
    /// Between STUNMinimumKeepAlivePeriod and STUNMaximumKeepAlivePeriod.
    pub fn new(minimum_secs: u32, maximum_secs: Option<u32>) -> Period {
        let minimum_secs = minimum_secs.max(1);
        // Without a maximum the device chooses one; a maximum below the minimum is the minimum.
        let maximum_secs = maximum_secs.unwrap_or(STUN_KEEP_ALIVE_SECS);
        Period {
            minimum_secs,
            maximum_secs: maximum_secs.max(minimum_secs),
            held_secs: minimum_secs,
            lost_secs: None,
            given_up: false,
        }
    }

    /// The period that is known to work.
    pub fn secs(&self) -> u32 {
        self.held_secs
    }

    /// The period while nothing stands between the device and the server, so that there is no binding to keep.
    pub fn without_nat_secs(&self) -> u32 {
        self.maximum_secs
            .min(STUN_NO_NAT_SECS)
            .max(self.minimum_secs)
    }

    /// The period to be tried next; `None` when the search is over: to a tenth is near enough.
    pub fn candidate(&self) -> Option<u32> {
        if self.given_up || self.held_secs >= self.maximum_secs {
            return None;
        }
        match self.lost_secs {
            None => Some(self.held_secs.saturating_mul(2).min(self.maximum_secs)),
            Some(lost) => {
                let gap = lost.saturating_sub(self.held_secs);
                (gap > (self.held_secs / 10).max(1)).then(|| self.held_secs + gap / 2)
            }
        }
    }

    /// The binding was still there after so long.
    pub fn held(&mut self, secs: u32) {
        self.held_secs = self.held_secs.max(secs);
    }

    /// The binding was gone after so long.
    pub fn lost(&mut self, secs: u32) {
        self.lost_secs = Some(self.lost_secs.map_or(secs, |lost| lost.min(secs)));
    }

    /// No search is possible: what is known to work has to do.
    pub fn give_up(&mut self) {
        self.given_up = true;
    }

    /// The binding was lost although the period should have kept it: what was known is worth nothing. If not even the
    /// minimum keeps it, nothing longer will.
    pub fn start_over(&mut self) {
        if self.held_secs == self.minimum_secs {
            return;
        }
        *self = Period {
            held_secs: self.minimum_secs,
            lost_secs: None,
            ..*self
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches behind a NAT that forgets after `timeout_secs`; gives what is found and how often was tried.
    fn search(mut period: Period, timeout_secs: u32) -> (u32, u32) {
        let mut tries = 0;
        while let Some(secs) = period.candidate() {
            assert!((period.minimum_secs..=period.maximum_secs).contains(&secs));
            tries += 1;
            assert!(tries < 40, "the search ends");
            if secs <= timeout_secs {
                period.held(secs);
            } else {
                period.lost(secs);
            }
        }
        (period.secs(), tries)
    }

    /// Covers U-07.
    #[test]
    fn the_longest_period_that_works_is_found_to_a_tenth() {
        for timeout in 30..2000 {
            let (found, tries) = search(Period::new(30, None), timeout);
            assert!(found <= timeout, "{timeout}: {found}");
            let best = timeout.min(STUN_KEEP_ALIVE_SECS);
            assert!(found * 11 / 10 + 2 >= best, "{timeout}: {found}");
            assert!(tries <= 12, "{timeout}: {tries}");
        }
    }

    /// Covers U-07.
    #[test]
    fn the_bounds_are_kept_whatever_they_are() {
        for (minimum, maximum) in [(30, Some(30)), (60, Some(20)), (0, Some(0)), (5, Some(300))] {
            for timeout in [0, 1, 10, 45, 1000] {
                let (found, _) = search(Period::new(minimum, maximum), timeout);
                let minimum = minimum.max(1);
                let maximum = maximum.unwrap_or(0).max(minimum);
                assert!((minimum..=maximum).contains(&found));
            }
        }
        let huge = Period::new(u32::MAX, None);
        assert_eq!(search(huge, 5), (u32::MAX, 0));
        assert_eq!(search(Period::new(20, Some(3600)), 3600).0, 3600);
    }
}
