//! Calls devices that have work waiting, so that nobody waits for a periodic Inform.

use crate::app::App;
use crate::clock;
use crate::connection_request::Outcome;
use crate::metrics::Metrics;
use crate::store::{Id, Result};
use std::sync::Arc;
use std::time::Instant;

/// Devices called in one run.
const BATCH: usize = 256;

pub(super) async fn run(app: &Arc<App>) -> Result<()> {
    for device in app.store.devices_to_call(clock::now(), BATCH).await? {
        if app.sessions.is_open(device) {
            continue;
        }
        spawn(app, device);
    }
    Ok(())
}

/// Calls a device beside everything else: one dead device must not hold up the others. The caller limits how many
/// calls are under way.
fn spawn(app: &Arc<App>, device: Id) {
    let app = Arc::clone(app);
    tokio::spawn(async move { call_and_log(&app, device).await });
}

/// Calls one device; trouble of ours ends in the log.
pub(super) async fn call_and_log(app: &App, device: Id) {
    if let Err(error) = call(app, device).await {
        tracing::warn!(%device, %error, "a device cannot be called");
    }
}

/// Calls one device and says how it went.
pub async fn call(app: &App, id: Id) -> Result<Outcome> {
    let unknown = || Outcome::Impossible("there is no such device".into());
    let Some(device) = app.store.device_find(id).await? else {
        return Ok(unknown());
    };
    let credentials = app.store.credentials_find(id).await?;
    let credentials = credentials.filter(|known| !known.connection_request_username.is_empty());
    let Some(credentials) = credentials else {
        return Ok(Outcome::Impossible(
            "the device has no credentials for connection requests".into(),
        ));
    };
    let begun = Instant::now();
    let outcome = app.caller.call(&device, &credentials, clock::now()).await;
    let time = begun.elapsed().as_secs_f64();
    app.metrics.connection_request_seconds.observe(time);
    Metrics::count(&app.metrics.connection_requests, outcome.name());
    match &outcome {
        Outcome::Accepted | Outcome::TooSoon | Outcome::Busy => {}
        Outcome::Impossible(why) | Outcome::Failed(why) => {
            tracing::debug!(device.identity = %device.identity, why, "connection request");
        }
    }
    Ok(outcome)
}
