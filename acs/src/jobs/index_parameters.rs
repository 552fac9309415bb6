//! Brings the index of parameters up to date after a change of `query.indexed` or of what selectors of profiles ask for:
//! once through the fleet, some devices at a time, so that Informs are not kept waiting.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;

/// Time to wait when the store takes no writes.
const PAUSE: Duration = Duration::from_secs(5);
/// Time between two looks whether there is anything to do, when no profile is put in force.
const PERIOD: Duration = Duration::from_secs(60);

pub(super) async fn run(app: Arc<App>) {
    let mut after = None;
    loop {
        match app.store.index_some(after).await {
            Ok(Some(last)) => after = Some(last),
            // What was chosen while it walked needs another walk; if there is none, that is known at once.
            Ok(None) if after.is_some() => {
                tracing::info!("the index of parameters is up to date");
                after = None;
            }
            Ok(None) => tokio::select! {
                () = app.reindex.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            },
            Err(error) => {
                tracing::error!(%error, "the index of parameters is not up to date");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
