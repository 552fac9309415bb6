//! Brings the index of parameters up to date after a change of `query.indexed`: once through the fleet, some devices at
//! a time, so that Informs are not kept waiting.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;

/// Time to wait when the store takes no writes.
const PAUSE: Duration = Duration::from_secs(5);

pub(super) async fn run(app: Arc<App>) {
    let mut after = None;
    loop {
        match app.store.index_some(after).await {
            Ok(None) => break,
            Ok(Some(last)) => after = Some(last),
            Err(error) => {
                tracing::error!(%error, "the index of parameters is not up to date");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    if after.is_some() {
        tracing::info!("the index of parameters is up to date");
    }
}
