//! What happens by itself: reconcilers that take no input, run on a period and on a nudge, and do no harm when run twice.

mod advance_campaigns;
pub mod call_devices;
pub mod compare_devices;
mod expire;

use crate::app::App;
use crate::metrics::SessionEnd;
use crate::trace;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Time between two runs when nothing nudges.
const PERIOD: Duration = Duration::from_secs(2);
/// Time between two looks at silent sessions.
const REAP_PERIOD: Duration = Duration::from_secs(1);

/// Starts the jobs; they end when the set is dropped.
pub fn start(app: &Arc<App>) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    let reaper = Arc::clone(app);
    jobs.spawn(async move {
        loop {
            tokio::time::sleep(REAP_PERIOD).await;
            reap(&reaper);
        }
    });
    // What has changed while no server ran is found out once.
    app.round.begin();
    if let Some(sessions) = app.traces.take_receiver() {
        jobs.spawn(trace::write_all(Arc::clone(app), sessions));
    }
    let worker = Arc::clone(app);
    jobs.spawn(async move {
        loop {
            tokio::select! {
                () = worker.nudge.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
            run(&worker).await;
        }
    });
    jobs
}

/// One run of everything. What fails is tried again by the next run.
async fn run(app: &Arc<App>) {
    let outcomes = [
        ("expire", expire::run(app).await),
        ("advance_campaigns", advance_campaigns::run(app).await),
        ("call_devices", call_devices::run(app).await),
        ("compare_devices", compare_devices::run(app).await),
    ];
    for (job, outcome) in outcomes {
        if let Err(error) = outcome {
            tracing::error!(job, %error, "job failed");
        }
    }
}

/// Ends sessions whose device has fallen silent. A task that was under way stays running in the store, and the device's
/// next session begins by finding out what became of it.
fn reap(app: &App) {
    for mut session in app.sessions.reap(Instant::now(), &app.metrics) {
        session.ended("timed out");
        tracing::debug!(device.identity = %session.identity, end = ?SessionEnd::TimedOut, "session ended");
    }
}
