//! Concludes how devices stand when something was noticed of them, or when time alone may have changed it.

use crate::app::App;
use crate::clock;
use crate::health::rules::conclude;
use crate::limits::HEALTH_BATCH;
use crate::store::Result;
use data_model::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(1);
/// Looks from one search for overdue devices that have come to the next.
const RETURNS: u32 = 5;

/// Looks for ever.
pub(super) async fn watch(app: Arc<App>) {
    let (mut beat, since): (u32, Timestamp) = (0, clock::now());
    loop {
        tokio::time::sleep(PERIOD).await;
        beat = beat.wrapping_add(1);
        let looked = app.runs.of("look_after_health", run(&app, beat, since));
        // A failure has been noted and logged; the next look tries again.
        let _ = looked.await;
    }
}

async fn run(app: &App, beat: u32, since: Timestamp) -> Result<()> {
    if beat.is_multiple_of(RETURNS) {
        app.store.health_returned().await?;
    }
    loop {
        let now = clock::now();
        let work = app.store.health_work(now, HEALTH_BATCH).await?;
        let number = work.len();
        if number == 0 {
            return Ok(());
        }
        let config = app.live();
        let thresholds = &config.health;
        let verdicts = work
            .iter()
            .map(|work| conclude(work, thresholds, since, now));
        app.store.health_keep(verdicts.collect(), now).await?;
        if number < HEALTH_BATCH {
            return Ok(());
        }
    }
}
