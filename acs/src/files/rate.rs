//! How fast files of campaigns leave: one bucket of bytes for all downloads of a campaign together.

use crate::limits::RATE_PIECE_BYTES;
use crate::store::Id;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The buckets of all campaigns.
#[derive(Debug, Default, Clone)]
pub struct Rates(Arc<Mutex<HashMap<Id, Bucket>>>);

/// Bytes that may leave: each sender takes its own and is told when they may go. What is taken is taken from the future,
/// so that senders stand in a queue without knowing of each other.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// When all that was taken so far has gone.
    clear: Instant,
}

impl Bucket {
    /// Takes so many bytes; they may go at this moment.
    fn take(&mut self, bytes: u64, bytes_per_sec: u64, now: Instant) -> Instant {
        // One second may be caught up after a pause, no more.
        let begin = self
            .clear
            .max(now.checked_sub(Duration::from_secs(1)).unwrap_or(now));
        self.clear = begin + Duration::from_secs_f64(bytes as f64 / bytes_per_sec.max(1) as f64);
        begin.max(now)
    }
}

impl Rates {
    fn take(&self, campaign: Id, bytes: u64, bytes_per_sec: u64, now: Instant) -> Instant {
        // Nothing that holds the lock can panic half-way through a change.
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Campaigns that are over are forgotten.
        if buckets.len() > 64 {
            buckets.retain(|_, bucket| bucket.clear + Duration::from_secs(60) > now);
        }
        let fresh = Bucket { clear: now };
        buckets
            .entry(campaign)
            .or_insert(fresh)
            .take(bytes, bytes_per_sec, now)
    }

    /// A body that leaves no faster than its campaign allows.
    pub fn slow(&self, body: Body, campaign: Id, bytes_per_sec: u64) -> Body {
        let rates = self.clone();
        let pieces = cut(body.into_data_stream());
        let slowed = pieces.then(move |piece| {
            let rates = rates.clone();
            async move {
                if let Ok(bytes) = &piece {
                    let bytes = bytes.len() as u64;
                    let at = rates.take(campaign, bytes, bytes_per_sec, Instant::now());
                    tokio::time::sleep_until(at).await;
                }
                piece
            }
        });
        Body::from_stream(slowed)
    }
}

/// The same bytes in pieces that are small enough for a slow line.
fn cut(stream: BodyDataStream) -> impl Stream<Item = Result<Bytes, axum::Error>> {
    stream.flat_map(|piece| {
        let pieces = match piece {
            Err(error) => vec![Err(error)],
            Ok(mut bytes) => {
                let size = usize::try_from(RATE_PIECE_BYTES).unwrap_or(usize::MAX);
                let mut pieces = Vec::with_capacity(bytes.len() / size + 1);
                while bytes.len() > size {
                    pieces.push(Ok(bytes.split_to(size)));
                }
                pieces.push(Ok(bytes));
                pieces
            }
        };
        futures_util::stream::iter(pieces)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::Timestamp;

    fn campaign(number: u64) -> Id {
        Id::new(Timestamp::from_secs(1_800_000_000), number)
    }

    #[test]
    fn all_downloads_of_a_campaign_share_its_rate_and_no_others() {
        let rates = Rates::default();
        let now = Instant::now();
        let wait = |number, bytes| rates.take(campaign(number), bytes, 1_000, now) - now;
        assert_eq!(wait(1, 500), Duration::ZERO);
        assert_eq!(wait(1, 500), Duration::from_millis(500));
        assert_eq!(wait(1, 500), Duration::from_secs(1));
        assert_eq!(wait(2, 500), Duration::ZERO);
    }

    #[test]
    fn what_was_not_sent_for_long_is_not_caught_up() {
        let rates = Rates::default();
        let begin = Instant::now();
        rates.take(campaign(1), 1_000, 1_000, begin);
        let later = begin + Duration::from_secs(100);
        let wait = |bytes| rates.take(campaign(1), bytes, 1_000, later) - later;
        assert_eq!(wait(1_000), Duration::ZERO, "one second's worth");
        assert_eq!(wait(1_000), Duration::ZERO);
        assert_eq!(wait(1_000), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slowed_file_is_whole_and_takes_its_time() {
        let rates = Rates::default();
        let bytes: Vec<u8> = (0..100_000u32)
            .map(|number| number.to_le_bytes()[0])
            .collect();
        let begin = Instant::now();
        let slowed = rates.slow(Body::from(bytes.clone()), campaign(1), 10_000);
        let got = axum::body::to_bytes(slowed, usize::MAX).await.unwrap();
        assert_eq!(got, bytes);
        let took = begin.elapsed().as_secs();
        assert!(
            (8..=10).contains(&took),
            "{took} s for ten seconds' worth, but for the last piece"
        );
    }
}
