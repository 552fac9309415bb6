//! Questions that look at every snapshot: on connections and threads of their own, so that nobody waits for them.

use super::engine::reader;
use crate::store::{Result, StoreError};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;

/// Such questions at one time; further ones wait, for each keeps every core busy.
pub(super) const SCANS: usize = 2;

/// What such a question works with.
#[derive(Debug, Clone)]
pub(super) struct Beside {
    path: PathBuf,
    places: Arc<Semaphore>,
    /// Closed with the store.
    open: Arc<Semaphore>,
    gone: Arc<AtomicBool>,
}

impl Beside {
    /// For one question of the database in this file.
    pub fn new(path: PathBuf, places: Arc<Semaphore>, open: Arc<Semaphore>) -> Beside {
        Beside {
            path,
            places,
            open,
            gone: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Runs the question; it is told to stop when its caller has gone away or the store closes.
    pub async fn run<T, F>(self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Beside) -> Result<T> + Send + 'static,
    {
        let closed = || StoreError::Unavailable("the store is closed".into());
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| closed())?;
        let watch = Gone(Arc::clone(&self.gone));
        let work = tokio::task::spawn_blocking(move || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&self)));
            drop(place);
            result.unwrap_or_else(|_| {
                Err(StoreError::Unavailable(
                    "a mistake in the store, see the log".into(),
                ))
            })
        });
        let result = work.await.map_err(|_| closed())?;
        drop(watch);
        result
    }

    /// A connection of its own.
    pub fn open(&self) -> Result<Connection> {
        Ok(reader(&self.path)?)
    }

    /// An error if nobody wants the answer any more.
    pub fn go_on(&self) -> Result<()> {
        if self.gone.load(Ordering::Relaxed) || self.open.is_closed() {
            return Err(StoreError::Unavailable("the question was given up".into()));
        }
        Ok(())
    }
}

/// Says so when it is dropped.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
