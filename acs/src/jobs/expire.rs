//! Ends what has waited too long: tasks, lost transfers, devices that never reported their new version.

use crate::app::App;
use crate::clock;
use crate::limits::{TRANSFER_MS, VERIFY_MS};
use crate::store::Result;
use data_model::Timestamp;

pub(super) async fn run(app: &App) -> Result<()> {
    let now = clock::now();
    let before =
        |ms: u64| Timestamp::from_millis(now.as_millis() - i64::try_from(ms).unwrap_or(i64::MAX));
    let expired = app.store.task_expire(now).await?;
    let lost = app
        .store
        .task_requeue_lost_transfers(before(TRANSFER_MS), now)
        .await?;
    let silent = app
        .store
        .campaign_expire_verifying(before(VERIFY_MS), now)
        .await?;
    if expired + lost + silent > 0 {
        tracing::info!(expired, lost, silent, "waited too long");
    }
    Ok(())
}
