//! Moves bulk operations on, a bounded number of devices at a time, and calls the devices of those that call.

use crate::app::App;
use crate::clock;
use crate::connection_request::Outcome;
use crate::store::{BulkCalled, Id, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Devices that have their turn in one transaction: the writer is free again after each.
const BATCH: usize = 128;
/// Transactions of one run; the next run is never far.
const STEPS: usize = 8;
/// Devices called side by side; the caller's own limits hold beside this one.
const CALLS: usize = 64;
/// Time between two looks for devices to call when nothing is open.
const PERIOD: Duration = Duration::from_secs(2);

pub(super) async fn run(app: &App) -> Result<()> {
    for _ in 0..STEPS {
        let ids = (0..BATCH).map(|_| clock::new_id()).collect();
        let moved = app.store.operations_advance(ids, clock::now()).await?;
        if moved.tags_changed {
            app.desire_changed();
        }
        if moved.devices == 0 {
            return Ok(());
        }
        tracing::debug!(devices = moved.devices, "bulk operations moved on");
        app.nudge.notify_one();
    }
    Ok(())
}

/// Calls devices for ever. A call that was made and not kept is made once more after a restart, which does no harm.
pub(super) async fn call(app: Arc<App>) {
    loop {
        match app.runs.of("call_for_operations", call_some(&app)).await {
            Ok(0) | Err(_) => tokio::time::sleep(PERIOD).await,
            Ok(_) => {}
        }
    }
}

async fn call_some(app: &Arc<App>) -> Result<usize> {
    let due = app.store.operation_calls(CALLS).await?;
    let number = due.len();
    if number == 0 {
        return Ok(0);
    }
    let mut calls = JoinSet::new();
    for (operation, device) in due {
        let app = Arc::clone(app);
        calls.spawn(async move { called(&app, operation, device).await });
    }
    // One that errs takes nothing from the others: they have been called.
    let mut results = Vec::with_capacity(number);
    while let Some(result) = calls.join_next().await {
        match result {
            Ok(Ok(result)) => results.push(result),
            Ok(Err(error)) => tracing::error!(%error, "a device cannot be called"),
            Err(error) => tracing::error!(%error, "a call has broken off"),
        }
    }
    let kept = results.len();
    app.store.operation_called(results, clock::now()).await?;
    Ok(kept)
}

async fn called(app: &App, operation: Id, device: Id) -> Result<BulkCalled> {
    let outcome = super::call_devices::call(app, device).await?.outcome;
    let why = match &outcome {
        // It was called a moment ago, and comes for that.
        Outcome::TooSoon if app.caller.is_awaited(device) => None,
        Outcome::TooSoon => Some("it could not be reached a moment ago".to_owned()),
        Outcome::Accepted => None,
        Outcome::Busy => Some("the device is busy".to_owned()),
        Outcome::Impossible(why) | Outcome::Failed(why) => Some(why.clone()),
    };
    Ok(BulkCalled {
        operation,
        device,
        why,
    })
}
