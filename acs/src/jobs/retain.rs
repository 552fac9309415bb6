//! Removes what is older than it is to be kept, a little at a time: nobody waits for it.

use crate::app::App;
use crate::clock;
use crate::store::{Old, Result};
use data_model::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Rows of one step; the writer is free again after each.
const BATCH: usize = 500;
/// Time between two steps while there is more.
const PAUSE: Duration = Duration::from_millis(200);
/// Time between two looks when there is none.
const PERIOD: Duration = Duration::from_secs(10 * 60);

/// Removes what is old, for ever.
pub(super) async fn run(app: Arc<App>) {
    loop {
        let pause = match step(&app).await {
            Ok(0) => PERIOD,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "what is old stays for the moment");
                PERIOD
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// One step of each kind; says how many rows went.
pub async fn step(app: &App) -> Result<u64> {
    let config = app.live().retention;
    let now = clock::now();
    let before = |days: Option<u32>| {
        let ms = i64::from(days?) * 24 * 60 * 60 * 1000;
        Some(Timestamp::from_millis(now.as_millis() - ms))
    };
    let mut gone = 0;
    for (kind, days) in [
        (Old::Tasks, config.tasks_days),
        (Old::Contacts, config.contacts_days),
        (Old::Traces, config.traces_days),
    ] {
        if let Some(before) = before(days) {
            gone += app.store.remove_old(kind, before, BATCH).await?;
        }
    }
    if gone > 0 {
        tracing::debug!(rows = gone, "what was old is removed");
    }
    Ok(gone)
}
