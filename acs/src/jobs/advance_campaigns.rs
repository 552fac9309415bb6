//! Moves running campaigns on: starts as many devices as each allows.

use crate::app::App;
use crate::clock;
use crate::store::{Campaign, Result};

/// Devices of one campaign started in one run; the next run is never far.
const BATCH: usize = 256;

pub(super) async fn run(app: &App) -> Result<()> {
    for campaign in app.store.campaigns_running().await? {
        // One that cannot be moved on, for a record nobody can read perhaps, must not hold up those behind it.
        if let Err(error) = advance(app, &campaign).await {
            tracing::error!(campaign = %campaign.name, %error, "a campaign cannot be moved on");
        }
    }
    Ok(())
}

async fn advance(app: &App, campaign: &Campaign) -> Result<()> {
    let now = clock::now();
    let batch = BATCH.min(campaign.concurrency as usize);
    let ids = (0..batch).map(|_| clock::new_id()).collect();
    let started = app.store.campaign_advance(campaign.id, ids, now).await?;
    if !started.is_empty() {
        tracing::info!(campaign = %campaign.name, devices = started.len(), "devices started");
        app.nudge.notify_one();
    }
    Ok(())
}
