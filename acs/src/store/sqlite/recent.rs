//! Counts of the whole fleet that many people look at, again and again: counted for all of them at one time, and not
//! more often than the counting is worth.

use crate::store::Result;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Fleets that are counted anew for everybody who asks.
const SMALL: u64 = 10_000;
/// How old a count of a larger one may be, for each device in it: about twenty times what counting it takes.
const PER_DEVICE: Duration = Duration::from_micros(10);

/// The last count of something, for whoever asks soon after.
#[derive(Debug)]
pub(super) struct Recent<K, T>(Mutex<Option<Counted<K, T>>>);

#[derive(Debug)]
struct Counted<K, T> {
    key: K,
    value: T,
    until: Instant,
}

impl<K, T> Default for Recent<K, T> {
    fn default() -> Recent<K, T> {
        Recent(Mutex::new(None))
    }
}

impl<K: PartialEq, T: Clone> Recent<K, T> {
    /// What was counted a moment ago for the same question, or what is counted now; who asks meanwhile waits for it.
    /// `devices` says how many have been counted.
    ///
    /// # Errors
    /// As the counting.
    pub async fn or_count(
        &self,
        key: K,
        count: impl Future<Output = Result<T>>,
        devices: impl FnOnce(&T) -> u64,
    ) -> Result<T> {
        let mut last = self.0.lock().await;
        let fresh = |counted: &&Counted<K, T>| counted.key == key && Instant::now() < counted.until;
        if let Some(counted) = last.as_ref().filter(fresh) {
            return Ok(counted.value.clone());
        }
        let began = Instant::now();
        let value = count.await?;
        let devices = devices(&value);
        *last = (devices >= SMALL).then(|| Counted {
            key,
            value: value.clone(),
            until: began + PER_DEVICE * u32::try_from(devices).unwrap_or(u32::MAX),
        });
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    async fn counted(recent: &Recent<u8, u64>, key: u8, of: &AtomicU64) -> u64 {
        let count = async { Ok(of.fetch_add(1, Ordering::Relaxed)) };
        let value = recent.or_count(key, count, |value| *value);
        value.await.expect("nothing fails here")
    }

    #[tokio::test]
    async fn a_small_fleet_is_counted_each_time_and_a_large_one_for_all_who_ask() {
        let recent = Recent::default();
        let small = AtomicU64::new(5);
        assert_eq!(counted(&recent, 1, &small).await, 5);
        assert_eq!(counted(&recent, 1, &small).await, 6);
        // So many that no test takes longer than their count is good for.
        let large = AtomicU64::new(1 << 31);
        assert_eq!(counted(&recent, 1, &large).await, 1 << 31);
        assert_eq!(counted(&recent, 1, &large).await, 1 << 31);
        // Another question has another answer.
        assert_eq!(counted(&recent, 2, &large).await, (1 << 31) + 1);
    }
}
