//! Calls devices that have work waiting, so that nobody waits for a periodic Inform.

use crate::app::App;
use crate::clock;
use crate::connection_request::{Called, Outcome};
use crate::metrics::{AttemptLabel, Metrics};
use crate::store::{CallRecord, Id, Result};
use data_model::Timestamp;
use std::sync::Arc;
use std::time::Instant;

pub(super) async fn run(app: &Arc<App>) -> Result<()> {
    let room = app.caller.room();
    if room == 0 {
        return Ok(());
    }
    let now = clock::now();
    let waiting = app.store.devices_to_call(now, usize::MAX).await?;
    let is_left_alone =
        |device: &Id| app.sessions.is_open(*device) || app.caller.rests(*device, now);
    for device in whom(waiting, room, is_left_alone) {
        spawn(app, device);
    }
    Ok(())
}

/// The first so many of those that may be called: devices that are left alone take nobody's place.
fn whom(
    waiting: Vec<Id>,
    room: usize,
    is_left_alone: impl Fn(&Id) -> bool,
) -> impl Iterator<Item = Id> {
    let waiting = waiting.into_iter();
    waiting
        .filter(move |device| !is_left_alone(device))
        .take(room)
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

/// Calls one device and says how it went; what was tried is kept.
pub async fn call(app: &App, id: Id) -> Result<Called> {
    let impossible = |why: &str| Ok(Called::nothing(Outcome::Impossible(why.into())));
    let Some(device) = app.store.device_find(id).await? else {
        return impossible("there is no such device");
    };
    let credentials = app.store.credentials_find(id).await?;
    let credentials = credentials.filter(|known| !known.connection_request_username.is_empty());
    let Some(credentials) = credentials else {
        app.caller.cannot(id, clock::now());
        return impossible("the device has no credentials for connection requests");
    };
    let reach = app.store.reach(id).await?;
    let (now, begun) = (clock::now(), Instant::now());
    let called = app.caller.call(&device, &credentials, &reach, now).await;
    let time = begun.elapsed().as_secs_f64();
    app.metrics.connection_request_seconds.observe(time);
    Metrics::count(&app.metrics.connection_requests, called.outcome.name());
    for attempt in &called.attempts {
        let label = AttemptLabel {
            way: attempt.way.as_str(),
            outcome: attempt.outcome.name(),
        };
        app.metrics.call_attempts.get_or_create(&label).inc();
    }
    if let Some(why) = called.outcome.why() {
        tracing::debug!(device.identity = %device.identity, why, "connection request");
    }
    if !called.attempts.is_empty() {
        keep(app, id, &called, now).await?;
    }
    Ok(called)
}

async fn keep(app: &App, device: Id, called: &Called, at: Timestamp) -> Result<()> {
    let records = called.attempts.iter().map(|attempt| CallRecord {
        at,
        way: Some(attempt.way),
        outcome: attempt.outcome.name().to_owned(),
        why: attempt.outcome.why().map(str::to_owned),
        took_ms: attempt.took_ms,
    });
    let worked = called
        .way
        .filter(|_| matches!(called.outcome, Outcome::Accepted));
    app.store.calls_add(device, records.collect(), worked).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers C09.
    #[test]
    fn devices_that_cannot_be_reached_are_in_nobodys_way() {
        let device = |number| Id::new(Timestamp::from_secs(1_800_000_000), number);
        let dead = 0..5_000;
        let alive = 5_000..5_100;
        let waiting: Vec<Id> = dead.clone().chain(alive.clone()).map(device).collect();
        let known: std::collections::HashSet<Id> = dead.map(device).collect();
        let called: Vec<Id> = whom(waiting, 64, |one| known.contains(one)).collect();
        let first: Vec<Id> = alive.take(64).map(device).collect();
        assert_eq!(called, first, "as many as there is room for");
    }
}
