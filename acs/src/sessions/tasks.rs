//! Tasks of a device in its session: claimed, begun with what they need, carried on, and their ends kept.

use super::{Current, LiveSession, TasksWork, line_check};
use crate::app::App;
use crate::clock;
use crate::files::profiles::{self as profile_files, NoProfile};
use crate::limits::TASK_RESULT_BYTES;
use crate::store::{
    Certainty, ClaimedTask, Id, Observed, Result, Snapshot, Task, TaskFault, TaskKind, TaskOutcome,
};
use crate::tasks::{Ground, Next, Running, Source};
use cwmp::AcsRequest;
use data_model::Timestamp;
use serde_json::json;

/// Which tasks are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    /// Those somebody waits for.
    Foreground,
    /// Those that wait until nothing else is to do.
    Background,
}

/// The next RPC of the next due task.
pub(super) async fn task(
    app: &App,
    session: &mut LiveSession,
    queue: Queue,
) -> Result<Option<AcsRequest>> {
    loop {
        let work = match queue {
            Queue::Foreground => &mut session.work.tasks,
            Queue::Background => &mut session.work.background,
        };
        if *work != TasksWork::Due {
            return Ok(None);
        }
        let (device, now) = (session.device, clock::now());
        let claimed = match queue {
            Queue::Foreground => app.store.task_claim_next(device, now).await?,
            Queue::Background => app.store.task_claim_background(device, now).await?,
        };
        if claimed
            .as_ref()
            .is_some_and(|claimed| claimed.certainty == Certainty::Uncertain)
        {
            app.metrics.tasks_uncertain.inc();
        }
        let Some(claimed) = claimed else {
            *work = TasksWork::None;
            return Ok(None);
        };
        if let Some(request) = start(app, session, claimed).await? {
            return Ok(Some(request));
        }
    }
}

/// Why a task cannot begin.
enum NoGround {
    /// It has an outcome already.
    Ended(TaskOutcome),
    /// The store does not answer.
    Store(crate::store::StoreError),
}

impl From<crate::store::StoreError> for NoGround {
    fn from(error: crate::store::StoreError) -> NoGround {
        NoGround::Store(error)
    }
}

async fn start(
    app: &App,
    session: &mut LiveSession,
    claimed: ClaimedTask,
) -> Result<Option<AcsRequest>> {
    if let Some(request) = line_check::before(app, session, &claimed).await? {
        return Ok(Some(request));
    }
    begin(app, session, claimed).await
}

/// The first RPC of a task that nothing speaks against.
pub(super) async fn begin(
    app: &App,
    session: &mut LiveSession,
    claimed: ClaimedTask,
) -> Result<Option<AcsRequest>> {
    let ground = match ground(app, session, &claimed).await {
        Ok(ground) => ground,
        Err(NoGround::Store(error)) => return Err(error),
        Err(NoGround::Ended(outcome)) => {
            end(app, session, &claimed.task, outcome, Observed::default()).await?;
            return Ok(None);
        }
    };
    let ClaimedTask {
        task, certainty, ..
    } = claimed;
    tracing::Span::current().record("task", tracing::field::display(task.id));
    tracing::debug!(device.identity = %session.identity, task = %task.id, kind = task.kind.name(), "task begun");
    let key = session.work.parameter_key.clone();
    let (running, next) = Running::begin(task, certainty, key, ground, clock::now());
    advance(app, session, running, next).await
}

/// What a task begins with.
async fn ground(
    app: &App,
    session: &LiveSession,
    claimed: &ClaimedTask,
) -> std::result::Result<Ground, NoGround> {
    let device = session.device;
    let mut ground = Ground {
        learned: app.store.learned(device).await?,
        root: session.work.root,
        progress: claimed.progress.clone(),
        only_ask: claimed.only_ask,
        ..Ground::default()
    };
    if claimed.progress.is_some() {
        let found = app.store.device_find(device).await?;
        let boot = found.and_then(|device| device.last_boot);
        ground.restarted = boot.is_some_and(|boot| boot >= claimed.began);
    }
    match &claimed.task.kind {
        TaskKind::Download { file, .. } | TaskKind::ScheduleDownload { file, .. } => {
            let file = app.store.file_find(*file).await?;
            ground.source = file.map(|file| Source {
                url: app.library.link(app, &file, session),
                file_type: file.file_type,
                bytes: file.bytes,
            });
        }
        TaskKind::DownloadProfile => ground.source = Some(profile_source(app, session).await?),
        TaskKind::RestoreConfiguration { file } => {
            let file = app.store.device_file_find(*file).await?;
            let own = file.filter(|file| file.device == device);
            ground.source = own.map(|file| Source {
                url: app.library.device_file_link(app, &file, session),
                file_type: "3 Vendor Configuration File".into(),
                bytes: file.bytes,
            });
        }
        TaskKind::Refresh {
            path,
            older_than_secs: Some(secs),
        } => ground.stale = stale(app, device, path, *secs).await?,
        kind if kind.uploads() => {
            ground.destination = app.library.upload_link(app, claimed.task.id, session);
        }
        _ => {}
    }
    Ok(ground)
}

/// What of a branch is too old; `None` if the whole branch is to be read.
async fn stale(
    app: &App,
    device: Id,
    path: &str,
    secs: u64,
) -> std::result::Result<Option<Vec<String>>, NoGround> {
    let snapshot = app.store.snapshot(device).await?;
    let now = clock::now();
    let ms = i64::try_from(secs.saturating_mul(1000)).unwrap_or(i64::MAX);
    let limit = Timestamp::from_millis(now.as_millis().saturating_sub(ms));
    let (old, all) = older(&snapshot, path, limit);
    if all > 0 && old.is_empty() {
        let result = json!({ "count": 0, "fresh": all });
        return Err(NoGround::Ended(TaskOutcome::Done(result)));
    }
    // Most of it: then the names may have changed as well.
    Ok((old.len() * 2 <= all && all > 0).then_some(old))
}

/// The names of a branch that were seen before a time, and how many names there are.
fn older(snapshot: &Snapshot, path: &str, limit: Timestamp) -> (Vec<String>, usize) {
    let seen = snapshot.values.iter().zip(&snapshot.seen);
    let within = seen.filter(|(parameter, _)| {
        let name = parameter.name;
        name == path || path.is_empty() || (path.ends_with('.') && name.starts_with(path))
    });
    let (mut old, mut all) = (Vec::new(), 0);
    for (parameter, seen) in within {
        all += 1;
        if *seen < limit {
            old.push(parameter.name.to_owned());
        }
    }
    (old, all)
}

/// The link to the device's profile, once it is known that there is one.
async fn profile_source(app: &App, session: &LiveSession) -> std::result::Result<Source, NoGround> {
    if let Some(device) = app.store.device_find(session.device).await? {
        let profile = profile_files::profile(app, &device, profile_files::secrets(app)).await;
        match profile {
            Ok(_) => {}
            Err(NoProfile::Store(error)) => return Err(NoGround::Store(error)),
            Err(why @ (NoProfile::Product(_) | NoProfile::Desired(_) | NoProfile::Apart)) => {
                let fault = TaskFault::ours(why.to_string());
                return Err(NoGround::Ended(TaskOutcome::Failed(fault)));
            }
        }
    }
    let record = profile_files::record(clock::now());
    Ok(Source {
        file_type: record.file_type,
        bytes: record.bytes,
        url: app.library.profile_link(app, session),
    })
}

/// Carries a task on by one step: its next RPC, or its outcome, which is kept.
pub(super) async fn advance(
    app: &App,
    session: &mut LiveSession,
    running: Running,
    next: Next,
) -> Result<Option<AcsRequest>> {
    let request = match next {
        Next::Call(request) => request,
        Next::Note(note, request) => {
            // Kept before the bytes leave: the session may break in just this question.
            app.store.task_note(running.task.id, note).await?;
            request
        }
        Next::Outcome(outcome, observed) => {
            end(app, session, &running.task, outcome, observed).await?;
            session.work.current = Current::Idle;
            return Ok(None);
        }
    };
    session.work.current = Current::Task(Box::new(running));
    Ok(Some(*request))
}

/// Keeps how a task has ended, or waits.
async fn end(
    app: &App,
    session: &LiveSession,
    task: &Task,
    outcome: TaskOutcome,
    observed: Observed,
) -> Result<()> {
    let outcome = bounded(outcome);
    if let TaskOutcome::Failed(fault) = &outcome {
        let (code, why) = (fault.code, &fault.text);
        tracing::info!(device.identity = %session.identity, task = %task.id, code, why, "task failed");
    }
    app.store
        .task_finish(task.id, outcome, observed, clock::now())
        .await
}

/// A result within what a task keeps of it.
fn bounded(outcome: TaskOutcome) -> TaskOutcome {
    match outcome {
        TaskOutcome::Done(result) if result.to_string().len() > TASK_RESULT_BYTES => {
            let why = format!("the answer has more than {TASK_RESULT_BYTES} bytes");
            TaskOutcome::Done(json!({ "omitted": why }))
        }
        other => other,
    }
}
