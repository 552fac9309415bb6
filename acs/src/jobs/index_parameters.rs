//! Brings the index of parameters up to date after a change of `query.indexed` or of what selectors of profiles ask for:
//! once through the fleet, some devices at a time, so that Informs are not kept waiting.

use crate::app::App;
use crate::query::pattern::Pattern;
use crate::store::{Id, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// Time to wait when the store takes no writes.
const PAUSE: Duration = Duration::from_secs(5);
/// Time between two looks whether there is anything to do, when no profile is put in force.
const PERIOD: Duration = Duration::from_secs(60);

/// How far the walk through the fleet is.
#[derive(Debug, Default)]
pub struct Indexing {
    /// The last device that has had its turn. Held over each step: a choice must not fall into the middle of one.
    after: Mutex<Option<Id>>,
    again: Notify,
}

impl Indexing {
    /// What profiles ask for may have changed.
    pub fn look_again(&self) {
        self.again.notify_one();
    }
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
        match app.runs.of("index_parameters", step(&app)).await {
            Ok(true) => {}
            Ok(false) => tokio::select! {
                () = app.indexing.again.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            },
            // The index is not up to date: that has been noted and logged.
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Some devices; says whether there may be more.
async fn step(app: &App) -> Result<bool> {
    let mut after = app.indexing.after.lock().await;
    let last = app.store.index_some(*after).await?;
    let walked = after.is_some();
    *after = last;
    if last.is_none() && walked {
        tracing::info!("the index of parameters is up to date");
    }
    // What was chosen while it walked needs another walk; if there is none, that is known at once.
    Ok(last.is_some() || walked)
}
