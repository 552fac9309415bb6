//! Where a device's time comes from: the wall clock once, then only forwards.

use data_model::Timestamp;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Wall time at the start, moved on by the monotonic clock, so that nobody who sets the system's clock can stop a
/// timer or fire it early.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    wall: Timestamp,
    started: Instant,
}

impl Clock {
    /// A clock that starts with the present wall time.
    pub fn system() -> Clock {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let ms = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        Clock {
            wall: Timestamp::from_millis(ms),
            started: Instant::now(),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.wall.plus_ms(elapsed)
    }

    /// The instant at which this clock will show a moment.
    pub fn instant_of(&self, moment: Timestamp) -> Instant {
        let since_start = moment.since_ms(self.wall);
        // A year is as good as never, and an Instant cannot hold every number of milliseconds.
        const YEAR_MS: u64 = 365 * 24 * 3600 * 1000;
        self.started + std::time::Duration::from_millis(since_start.min(YEAR_MS))
    }
}
