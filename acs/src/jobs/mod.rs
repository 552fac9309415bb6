//! What happens by itself: reconcilers that take no input, run on a period and on a nudge, and do no harm when run twice.

mod advance_campaigns;
pub mod call_devices;
pub mod compare_devices;
mod expire;
pub mod index_parameters;
mod look_after_health;
mod prune_events;
pub mod retain;
mod run_diagnostics;
mod run_operations;
pub mod runs;
mod tell_webhooks;

use crate::app::App;
use crate::metrics::SessionEnd;
use crate::panics;
use crate::trace;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Time between two runs when nothing nudges.
const PERIOD: Duration = Duration::from_secs(2);
/// Time between two looks at silent sessions.
const REAP_PERIOD: Duration = Duration::from_secs(1);

/// Starts the jobs; they end when the set is dropped. Walks through the whole fleet run where `walks` says.
pub fn start(app: &Arc<App>, walks: &Handle) -> JoinSet<()> {
    let (mut jobs, here) = (JoinSet::new(), Handle::current());
    // What has changed while no server ran is found out once.
    app.round.begin();
    keep(&here, &mut jobs, app, "reap", |app| async move {
        loop {
            tokio::time::sleep(REAP_PERIOD).await;
            let reaped = app.runs.of("reap", async {
                reap(&app);
                Ok::<(), Infallible>(())
            });
            let Ok(()) = reaped.await;
        }
    });
    keep(
        &here,
        &mut jobs,
        app,
        "look_after_health",
        look_after_health::watch,
    );
    keep(
        walks,
        &mut jobs,
        app,
        "index_parameters",
        index_parameters::run,
    );
    keep(walks, &mut jobs, app, "retain", retain::run);
    if let Some(sessions) = app.traces.take_receiver() {
        jobs.spawn(trace::write_all(Arc::clone(app), sessions));
    }
    keep(
        &here,
        &mut jobs,
        app,
        "run_operations",
        run_operations::call,
    );
    keep(&here, &mut jobs, app, "work", |app| async move {
        loop {
            tokio::select! {
                () = app.nudge.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
            run(&app).await;
        }
    });
    keep(walks, &mut jobs, app, "compare_devices", |app| async move {
        loop {
            tokio::select! {
                () = app.round.nudged() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
            let run = app.runs.of("compare_devices", compare_devices::run(&app));
            // A failure has been noted and logged; the next round tries again.
            let _ = run.await;
        }
    });
    keep(&here, &mut jobs, app, "tell_webhooks", |app| async move {
        tell(&app).await
    });
    jobs
}

/// Starts a job on these threads that goes on after a mistake of ours.
fn keep<F>(
    threads: &Handle,
    jobs: &mut JoinSet<()>,
    app: &Arc<App>,
    name: &'static str,
    begin: impl Fn(Arc<App>) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let app = Arc::clone(app);
    let job = panics::kept_alive(name, move || begin(Arc::clone(&app)));
    jobs.spawn_on(job, threads);
}

/// Webhooks beside everything else: a server that answers slowly must not hold anybody up.
async fn tell(app: &App) {
    let mut happened = app.store.feed().subscribe();
    loop {
        let run = app.runs.of("tell_webhooks", tell_webhooks::run(app));
        if run.await.unwrap_or(false) {
            continue;
        }
        tokio::select! {
            changed = happened.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

/// One run of everything but the rounds. What fails is tried again by the next run.
async fn run(app: &Arc<App>) {
    let runs = &app.runs;
    // What failed has been noted and logged; the others have their turn all the same.
    let _ = runs.of("expire", expire::run(app)).await;
    let campaigns = advance_campaigns::run(app);
    let _ = runs.of("advance_campaigns", campaigns).await;
    let _ = runs.of("run_diagnostics", run_diagnostics::run(app)).await;
    let _ = runs.of("run_operations", run_operations::run(app)).await;
    let _ = runs.of("call_devices", call_devices::run(app)).await;
    let _ = runs.of("prune_events", prune_events::run(app)).await;
}

/// Ends sessions whose device has fallen silent. A task that was under way stays running in the store, and the device's
/// next session begins by finding out what became of it.
fn reap(app: &App) {
    for (token, mut session) in app.sessions.reap(Instant::now(), &app.metrics) {
        let _entered = session.span(token).entered();
        session.ended("timed out");
        tracing::debug!(device.identity = %session.identity, end = ?SessionEnd::TimedOut, "session ended");
    }
}
