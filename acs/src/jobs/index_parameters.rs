//! Brings the index of parameters up to date after a change of `query.indexed`: once through the fleet, some devices at
//! a time, so that Informs are not kept waiting.

use crate::app::App;
use crate::query::pattern::Pattern;
use crate::store::{Id, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// Time to wait when the store takes no writes.
const PAUSE: Duration = Duration::from_secs(5);

/// How far the walk through the fleet is.
#[derive(Debug, Default)]
pub struct Indexing {
    /// The last device that has had its turn. Held over each step: a choice must not fall into the middle of one.
    after: Mutex<Option<Id>>,
    again: Notify,
}

/// Chooses other parameters; every device has its turn once more.
///
/// # Errors
/// If the store does not take the choice.
pub async fn choose(app: &App, parameters: Vec<Pattern>) -> Result<()> {
    let mut after = app.indexing.after.lock().await;
    app.store.index_choose(parameters).await?;
    *after = None;
    app.indexing.again.notify_one();
    Ok(())
}

pub(super) async fn run(app: Arc<App>) {
    loop {
        match step(&app).await {
            Ok(true) => {}
            Ok(false) => app.indexing.again.notified().await,
            Err(error) => {
                tracing::error!(%error, "the index of parameters is not up to date");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Some devices; says whether there are more.
async fn step(app: &App) -> Result<bool> {
    let mut after = app.indexing.after.lock().await;
    let last = app.store.index_some(*after).await?;
    if last.is_none() && after.is_some() {
        tracing::info!("the index of parameters is up to date");
    }
    *after = last;
    Ok(last.is_some())
}
