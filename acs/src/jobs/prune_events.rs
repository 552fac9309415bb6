//! Keeps the list of events within its number; those that are too old go with `retain`.

use crate::app::App;
use crate::limits::EVENTS;
use crate::store::Result;

pub(super) async fn run(app: &App) -> Result<()> {
    let (oldest, newest) = app.store.event_ends().await?;
    // The store writes for it, so only when there is a piece worth it.
    if newest.saturating_sub(oldest) <= EVENTS + EVENTS / 10 {
        return Ok(());
    }
    while app.store.event_prune(EVENTS).await? > 0 {}
    Ok(())
}
