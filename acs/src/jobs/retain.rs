//! Removes what is older than it is to be kept, a little at a time: nobody waits for it.

use crate::app::App;
use crate::audit_archive;
use crate::clock;
use crate::limits::{AUDIT_FILE_LINES, AUDIT_FILE_MS};
use crate::store::{Actor, Result};
use data_model::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Rows of one step; the writer is free again after each.
const BATCH: usize = 500;
/// Time between two steps while there is more.
const PAUSE: Duration = Duration::from_millis(200);
/// Time between two looks when there is none.
const PERIOD: Duration = Duration::from_secs(10 * 60);

/// Removes what is old, for ever.
pub(super) async fn run(app: Arc<App>) {
    loop {
        let pause = match app.runs.of("retain", step(&app)).await {
            // After a failure, which has been noted and logged, what is old stays until then.
            Ok(0) | Err(_) => PERIOD,
            Ok(_) => PAUSE,
        };
        tokio::time::sleep(pause).await;
    }
}

/// One step of each kind; says how many rows went.
///
/// # Errors
/// If the store does not take it.
pub async fn step(app: &App) -> Result<u64> {
    let config = app.live().retention;
    let now = clock::now();
    let before = |days: u32| {
        let ms = i64::from(days) * 24 * 60 * 60 * 1000;
        Timestamp::from_millis(now.as_millis() - ms)
    };
    let mut gone = 0;
    for (kind, days) in config.kinds() {
        if let Some(days) = days {
            gone += app.store.remove_old(kind, before(days), BATCH).await?;
        }
    }
    if let Some(days) = config.audit_days {
        gone += cut_audit_trail(app, before(days), now).await?;
    }
    if gone > 0 {
        tracing::debug!(rows = gone, "what was old is removed");
    }
    Ok(gone)
}

/// Exports the lines of the audit trail that are past their time, and then removes them: what is not in a file on the
/// disk stays.
async fn cut_audit_trail(app: &App, before: Timestamp, now: Timestamp) -> Result<u64> {
    let oldest = app.store.audit_past(before, 1).await?;
    let Some((oldest, _)) = oldest.lines.first() else {
        return Ok(0);
    };
    if before.since_ms(oldest.at) < AUDIT_FILE_MS {
        return Ok(0);
    }
    let past = app.store.audit_past(before, AUDIT_FILE_LINES).await?;
    let data = app.config.data.clone();
    let written = tokio::task::spawn_blocking(move || audit_archive::write(&data, &past)).await;
    let written = match written {
        Ok(Ok(Some(written))) => written,
        Ok(Ok(None)) | Err(_) => return Ok(0),
        Ok(Err(error)) => {
            tracing::error!(%error, "the audit trail is not cut");
            return Ok(0);
        }
    };
    let kept_in = format!("{} (SHA-256 {})", written.name, written.sha256);
    let actor = Actor::Job("retention");
    let gone = app
        .store
        .audit_cut(&actor, written.head, &kept_in, now)
        .await?;
    tracing::info!(
        lines = gone,
        file = written.name,
        "old lines of the audit trail are in a file"
    );
    Ok(gone)
}
