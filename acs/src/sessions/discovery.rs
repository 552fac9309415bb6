//! A device that is met as new is to be learned: a task for it, once a day at most, behind everything else.

use crate::app::App;
use crate::clock;
use crate::limits::{AVOID_SECS, DISCOVERY_PRIORITY};
use crate::store::{Actor, Id, NewTask, Result, TaskKind, Turn};
use data_model::Timestamp;

/// Queues the discovery of a device. One that bootstraps over and over is learned once a day.
pub(super) async fn queue(app: &App, device: Id, now: Timestamp) -> Result<()> {
    let day = now.as_secs() / i64::try_from(AVOID_SECS).unwrap_or(i64::MAX);
    let task = NewTask {
        id: clock::new_id(),
        device,
        kind: TaskKind::Discover,
        expires: None,
        idempotency_key: Some(format!("discovery-of-day-{day}")),
        campaign: None,
    };
    let turn = Turn {
        priority: DISCOVERY_PRIORITY,
        not_before: None,
    };
    let actor = Actor::Job("discovery");
    app.store.task_create_for(&actor, task, turn, now).await?;
    Ok(())
}
