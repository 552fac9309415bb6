//! How often devices are called: one by one, and all of them together.

use crate::limits::{CALL_PAUSE_MAX_MS, CALL_PAUSE_MS, CALL_RETRY_MS};
use crate::store::Id;
use data_model::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Devices whose last call is remembered before old ones are dropped.
const REMEMBERED: usize = 100_000;

/// The part of a second whose calls may leave at once.
const BURST: Duration = Duration::from_millis(100);

/// Lets so many calls a second pass, evenly.
#[derive(Debug)]
pub(super) struct Pace {
    /// Nanoseconds from one call to the next.
    gap: AtomicU64,
    next: Mutex<Instant>,
}

fn gap(per_second: u32) -> u64 {
    1_000_000_000 / u64::from(per_second.max(1))
}

impl Pace {
    pub fn new(per_second: u32) -> Pace {
        Pace {
            gap: AtomicU64::new(gap(per_second)),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Lets so many pass from here on.
    pub fn set(&self, per_second: u32) {
        self.gap.store(gap(per_second), Ordering::Relaxed);
    }

    /// Waits for the next place.
    pub async fn pass(&self) {
        let place = {
            // Nothing that holds the lock can panic half-way through a change.
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let earliest = Instant::now().checked_sub(BURST);
            let place = earliest.map_or(*next, |earliest| earliest.max(*next));
            *next = place + Duration::from_nanos(self.gap.load(Ordering::Relaxed));
            place
        };
        tokio::time::sleep_until(place).await;
    }
}

/// The last call of each device.
#[derive(Debug, Default)]
pub(super) struct LastCalls {
    calls: Mutex<HashMap<Id, LastCall>>,
}

/// Whether a call has reached its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// It will come.
    Yes,
    /// It may not have heard of it.
    No,
}

#[derive(Debug, Clone, Copy)]
struct LastCall {
    at: Timestamp,
    /// Calls in a row that did not reach it.
    failures: u32,
    reached: Reached,
    /// It has come since.
    came: bool,
}

impl LastCalls {
    /// Begins a call, unless it is too soon. A device that has come since its last call may be called again at once;
    /// one that has not gets time to, and one that could not be reached is left alone for longer each time.
    pub fn begin(&self, device: Id, last_inform: Timestamp, now: Timestamp) -> bool {
        let mut calls = self.calls();
        let awaited = |call: &LastCall| {
            !call.came && now.since_ms(call.at) < call.pause_ms() && last_inform < call.at
        };
        if calls.get(&device).is_some_and(awaited) {
            return false;
        }
        // Old entries tell nothing any more; they are dropped when there are many.
        if calls.len() > REMEMBERED {
            calls.retain(|_, call| now.since_ms(call.at) < CALL_PAUSE_MAX_MS);
        }
        let failures = calls.get(&device).map_or(0, |call| call.failures);
        // Under way counts as reached, so that nobody calls a second time meanwhile.
        let call = LastCall {
            at: now,
            failures,
            reached: Reached::Yes,
            came: false,
        };
        calls.insert(device, call);
        true
    }

    /// Whether a device is left alone at this moment: it is asked before anything is read of a device, so that those
    /// that cannot be reached stand in nobody's way.
    pub fn rests(&self, device: Id, now: Timestamp) -> bool {
        let calls = self.calls();
        let call = calls.get(&device);
        call.is_some_and(|call| !call.came && now.since_ms(call.at) < call.pause_ms())
    }

    /// Whether the last call of a device has reached it, or is under way.
    pub fn is_awaited(&self, device: Id) -> bool {
        let calls = self.calls();
        calls
            .get(&device)
            .is_some_and(|call| call.reached == Reached::Yes)
    }

    /// A device has come: it may be called at once for what comes up afterwards.
    pub fn came(&self, device: Id) {
        if let Some(call) = self.calls().get_mut(&device) {
            call.came = true;
        }
    }

    /// Ends a call.
    pub fn end(&self, device: Id, reached: Reached, now: Timestamp) {
        let mut calls = self.calls();
        let before = calls.get(&device);
        let failures = match reached {
            Reached::Yes => 0,
            Reached::No => before.map_or(0, |call| call.failures).saturating_add(1),
        };
        // A call by UDP or XMPP ends with the Inform of the device: it has come already.
        let came = reached == Reached::Yes && before.is_some_and(|call| call.came);
        let call = LastCall {
            at: now,
            failures,
            reached,
            came,
        };
        calls.insert(device, call);
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<Id, LastCall>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LastCall {
    /// Milliseconds in which it is not called again, unless it has come since.
    fn pause_ms(&self) -> u64 {
        match self.reached {
            Reached::Yes => CALL_PAUSE_MS,
            Reached::No => {
                let doubled = CALL_RETRY_MS << self.failures.saturating_sub(1).min(16);
                doubled.min(CALL_PAUSE_MAX_MS)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    /// Covers C-16.
    #[test]
    fn a_device_that_was_called_gets_time_to_come_and_one_that_came_may_be_called_at_once() {
        let (calls, device) = (LastCalls::default(), Id::of_identity("x"));
        let before = Timestamp::from_secs(1);
        assert!(calls.begin(device, before, NOW));
        assert!(
            !calls.begin(device, before, NOW.plus_ms(1)),
            "it is under way"
        );
        calls.end(device, Reached::Yes, NOW);
        assert!(!calls.begin(device, before, NOW.plus_ms(CALL_PAUSE_MS - 1)));
        assert!(
            calls.begin(device, NOW.plus_ms(1), NOW.plus_ms(2)),
            "it has come"
        );
        calls.end(device, Reached::Yes, NOW.plus_ms(2));
        assert!(calls.begin(device, NOW.plus_ms(1), NOW.plus_ms(2 + CALL_PAUSE_MS)));
    }

    /// Covers C09.
    #[test]
    fn a_dead_device_is_left_alone_for_longer_each_time() {
        let (calls, device) = (LastCalls::default(), Id::of_identity("x"));
        let (before, mut now) = (Timestamp::from_secs(1), NOW);
        let mut waits = Vec::new();
        for _ in 0..12 {
            assert!(calls.begin(device, before, now));
            calls.end(device, Reached::No, now);
            let mut wait = CALL_RETRY_MS;
            while !calls.begin(device, before, now.plus_ms(wait)) {
                wait *= 2;
            }
            waits.push(wait);
            now = now.plus_ms(wait);
            calls.end(device, Reached::No, now);
            now = now.plus_ms(CALL_PAUSE_MAX_MS);
        }
        assert!(waits.is_sorted());
        assert!(
            waits[0] == CALL_RETRY_MS && waits[11] >= CALL_PAUSE_MAX_MS,
            "{waits:?}"
        );
    }

    #[test]
    fn a_device_rests_until_its_pause_is_over_or_it_has_come() {
        let (calls, device) = (LastCalls::default(), Id::of_identity("x"));
        assert!(!calls.rests(device, NOW), "nobody has called it");
        calls.begin(device, Timestamp::from_secs(1), NOW);
        assert!(calls.rests(device, NOW.plus_ms(1)), "it is under way");
        calls.end(device, Reached::No, NOW);
        assert!(calls.rests(device, NOW.plus_ms(CALL_RETRY_MS - 1)));
        assert!(!calls.is_awaited(device), "it has not heard of it");
        assert!(!calls.rests(device, NOW.plus_ms(CALL_RETRY_MS)));
        calls.end(device, Reached::Yes, NOW);
        assert!(calls.rests(device, NOW.plus_ms(CALL_PAUSE_MS - 1)) && calls.is_awaited(device));
        calls.came(device);
        assert!(!calls.rests(device, NOW.plus_ms(1)));
    }

    /// Covers C-16.
    #[test]
    fn a_call_that_is_answered_by_an_inform_makes_nobody_rest() {
        let (calls, device) = (LastCalls::default(), Id::of_identity("x"));
        assert!(calls.begin(device, Timestamp::from_secs(1), NOW));
        calls.came(device);
        calls.end(device, Reached::Yes, NOW.plus_ms(5));
        assert!(!calls.rests(device, NOW.plus_ms(6)));
        assert!(calls.begin(device, NOW.plus_ms(2), NOW.plus_ms(6)));
    }

    /// Covers C09.
    #[tokio::test(start_paused = true)]
    async fn calls_of_all_devices_together_keep_their_pace() {
        let pace = Pace::new(100);
        let begin = Instant::now();
        for _ in 0..200 {
            pace.pass().await;
        }
        let took = begin.elapsed();
        assert!(took >= Duration::from_millis(1800), "{took:?}");
        assert!(took <= Duration::from_millis(2100), "{took:?}");
    }
}
