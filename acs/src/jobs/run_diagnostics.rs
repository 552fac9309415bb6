//! Begins the measurements of runs on many devices, as many at a time as each run allows.

use crate::app::App;
use crate::clock;
use crate::store::Result;

/// Measurements begun at one go; the next go is never far.
const BATCH: usize = 256;

pub(super) async fn run(app: &App) -> Result<()> {
    let ids = (0..BATCH).map(|_| clock::new_id()).collect();
    let begun = app.store.diagnostic_runs_advance(ids, clock::now()).await?;
    if begun > 0 {
        tracing::debug!(devices = begun, "measurements begun");
        app.nudge.notify_one();
    }
    Ok(())
}
