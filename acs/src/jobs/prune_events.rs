//! Keeps the list of events, and that of requests with a key, bounded.

use crate::app::App;
use crate::clock;
use crate::limits::{EVENTS, EVENTS_MS, IDEMPOTENCY_MS};
use crate::store::Result;
use data_model::Timestamp;

pub(super) async fn run(app: &App) -> Result<()> {
    prune_requests(app).await?;
    let (oldest, newest) = app.store.event_ends().await?;
    // The store writes for it, so only when there is a piece worth it.
    let surplus = newest.saturating_sub(oldest) > EVENTS + EVENTS / 10;
    let before = clock::now()
        .as_millis()
        .saturating_sub(EVENTS_MS.cast_signed());
    let before = Timestamp::from_millis(before);
    let first = app.store.event_list(0, 1).await?;
    let old = first.first().is_some_and(|event| event.at < before);
    if !surplus && !old {
        return Ok(());
    }
    while app.store.event_prune(before, EVENTS).await? > 0 {}
    Ok(())
}

async fn prune_requests(app: &App) -> Result<()> {
    let before = clock::now()
        .as_millis()
        .saturating_sub(IDEMPOTENCY_MS.cast_signed());
    app.store
        .request_prune(Timestamp::from_millis(before))
        .await?;
    Ok(())
}
