//! Mistakes of ours that end in a panic: each is counted and logged, and takes no more with it than what it was about.
//!
//! A request that panics is answered with 500, or loses its connection; a job that panics begins anew; a call of the
//! store is undone. The process goes on (promise P17 counts on it).

use prometheus_client::metrics::counter::Counter;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{LazyLock, Once};
use std::task::Poll;
use std::time::Duration;

/// Time before a job that has panicked begins anew: what made it may be there still.
const PAUSE: Duration = Duration::from_secs(1);

static COUNT: LazyLock<Counter> = LazyLock::new(Counter::default);
static WATCHED: Once = Once::new();

/// Panics since the process began.
pub fn count() -> Counter {
    COUNT.clone()
}

/// Counts and logs every panic of this process from here on; whoever was told before is told still.
pub fn watch() {
    WATCHED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            COUNT.inc();
            let place = info.location().map(ToString::to_string);
            let place = place.unwrap_or_default();
            // What it says may hold a value; where it happened is enough to find it.
            tracing::error!(place, "a mistake of this program; please report it");
            before(info);
        }));
    });
}

/// Runs something to its end; `None` if it panicked.
pub async fn caught<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(polled) => polled.map(Some),
            // Whatever it had begun is dropped with it; it is not polled again.
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

/// Keeps a job alive: one that panics begins anew, after a pause. Ends when the job ends by itself.
pub async fn kept_alive<F: Future<Output = ()>>(job: &'static str, mut begin: impl FnMut() -> F) {
    while caught(begin()).await.is_none() {
        tracing::error!(job, "the job begins anew");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_job_that_panics_is_counted_and_begins_anew() {
        watch();
        let (begun, before) = (AtomicU32::new(0), count().get());
        let job = || async {
            let number = begun.fetch_add(1, Ordering::Relaxed);
            assert!(number >= 2, "what a mistake of ours does");
        };
        kept_alive("test", job).await;
        assert_eq!(begun.load(Ordering::Relaxed), 3);
        // Other tests of this process may add theirs.
        assert!(count().get() >= before + 2);
    }

    #[tokio::test]
    async fn whoever_waits_for_something_that_panics_hears_of_it() {
        assert_eq!(caught(async { 5 }).await, Some(5));
        let nothing: Option<u32> = caught(async { panic!("a mistake") }).await;
        assert_eq!(nothing, None);
    }
}
