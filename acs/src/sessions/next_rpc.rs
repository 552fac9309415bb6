//! Our turn in a session: credentials first, then tasks, then profiles, then nothing.

use super::{CredentialsWork, Current, LiveSession, TasksWork, compare, line_check};
use crate::app::App;
use crate::clock;
use crate::files::profiles::{self as profile_files, NoProfile};
use crate::limits::RPCS_PER_SESSION;
use crate::metrics::Metrics;
use crate::store::{
    Admitted, Certainty, ClaimedTask, NewCredentials, Observed, Result, Task, TaskFault, TaskKind,
    TaskOutcome,
};
use crate::tasks::running::{Next, Running, Source};
use cwmp::AcsRequest;
use cwmp::http::Verifier;
use cwmp::rpc::SetParameterValues;
use cwmp::session::AcsSession;
use cwmp::session::acs::{Ready, Reply};
use data_model::{ParameterList, Secret};

/// Our user at the connection request listeners of devices.
const CALLER: &str = "dialtone";

/// The next request to the device, or the end of the session.
pub async fn next_rpc(
    app: &App,
    session: &mut LiveSession,
    ready: Ready,
) -> Result<(Option<AcsSession>, Reply)> {
    if session.rpcs >= RPCS_PER_SESSION || session.work.admitted == Admitted::No {
        return Ok((None, ready.finish()));
    }
    let request = match credentials(app, session).await? {
        Some(request) => Some(request),
        None => match task(app, session).await? {
            Some(request) => Some(request),
            None => compare::next(app, session).await?,
        },
    };
    match request {
        None => {
            session.work.current = Current::Idle;
            Ok((None, ready.finish()))
        }
        Some(request) => {
            session.rpcs += 1;
            Metrics::count(&app.metrics.rpcs, request.name());
            let (machine, reply) = ready.call(request);
            Ok((Some(machine), reply))
        }
    }
}

/// Gives a new device credentials of its own, both ways. They are kept before they leave: if the answer is lost, the
/// device may come back with the old ones or with these.
async fn credentials(app: &App, session: &mut LiveSession) -> Result<Option<AcsRequest>> {
    let due = std::mem::replace(&mut session.work.credentials, CredentialsWork::Settled);
    let call_password = clock::random_password();
    let username = session.identity.to_string();
    let mut values = vec![
        ("ConnectionRequestUsername", CALLER),
        ("ConnectionRequestPassword", call_password.as_str()),
    ];
    let password = clock::random_password();
    let verifier = match due {
        CredentialsWork::Settled => return Ok(None),
        CredentialsWork::CallsOnly => None,
        CredentialsWork::Due => {
            values.extend([("Username", username.as_str()), ("Password", &password)]);
            let password = Secret::new(password.as_str());
            Some(Verifier::new(&username, app.realm(), &password))
        }
    };
    let new = NewCredentials {
        verifier,
        connection_request_username: CALLER.into(),
        connection_request_password: Secret::new(call_password.as_str()),
    };
    app.store
        .credentials_prepare(session.device, new, clock::now())
        .await?;
    let root = session.work.root;
    let values = values
        .into_iter()
        .map(|(name, value)| (format!("{root}ManagementServer.{name}"), value));
    let mut list = ParameterList::new();
    for (name, value) in values {
        list.push_str(&name, value);
    }
    session.work.current = Current::Credentials;
    Ok(Some(
        SetParameterValues {
            parameter_list: list,
            parameter_key: session.work.parameter_key.clone(),
        }
        .into(),
    ))
}

/// The next RPC of the next due task.
async fn task(app: &App, session: &mut LiveSession) -> Result<Option<AcsRequest>> {
    while session.work.tasks == TasksWork::Due {
        let now = clock::now();
        let Some(claimed) = app.store.task_claim_next(session.device, now).await? else {
            session.work.tasks = TasksWork::None;
            break;
        };
        if let Some(request) = start(app, session, claimed).await? {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

async fn start(
    app: &App,
    session: &mut LiveSession,
    claimed: ClaimedTask,
) -> Result<Option<AcsRequest>> {
    let ClaimedTask { task, certainty } = claimed;
    let transfer = matches!(
        task.kind,
        TaskKind::Download { .. } | TaskKind::DownloadProfile
    );
    let uncertain = certainty == Certainty::Uncertain;
    if transfer && uncertain && !line_check::has_not_left(app, &task).await? {
        // The device may have accepted it: its TransferComplete will tell, and if none comes it is sent again.
        let waiting = TaskOutcome::WaitingForTransfer;
        app.store
            .task_finish(task.id, waiting, Observed::default(), clock::now())
            .await?;
        return Ok(None);
    }
    if let Some(request) = line_check::before(app, session, &task).await? {
        return Ok(Some(request));
    }
    begin(app, session, task).await
}

/// The first RPC of a task that nothing speaks against.
pub(super) async fn begin(
    app: &App,
    session: &mut LiveSession,
    task: Task,
) -> Result<Option<AcsRequest>> {
    let source = match &task.kind {
        TaskKind::Download { file, .. } => {
            let file = app.store.file_find(*file).await?;
            file.map(|file| {
                let url = app.library.link(app, &file, session);
                Source { file, url }
            })
        }
        TaskKind::DownloadProfile => match profile_source(app, session).await {
            Ok(source) => Some(source),
            Err(NoProfile::Store(error)) => return Err(error),
            Err(why @ (NoProfile::Product(_) | NoProfile::Desired(_) | NoProfile::Apart)) => {
                let failed = TaskOutcome::Failed(TaskFault::ours(why.to_string()));
                app.store
                    .task_finish(task.id, failed, Observed::default(), clock::now())
                    .await?;
                Metrics::count(&app.metrics.tasks_ended, "failed");
                return Ok(None);
            }
        },
        _ => None,
    };
    tracing::debug!(device.identity = %session.identity, task = %task.id, kind = task.kind.name(), "task begun");
    let mut running = Running::start(task, session.work.parameter_key.clone());
    let next = running.first(source);
    advance(app, session, running, next).await
}

/// The link to the device's profile, once it is known that there is one.
async fn profile_source(
    app: &App,
    session: &LiveSession,
) -> std::result::Result<Source, NoProfile> {
    if let Some(device) = app.store.device_find(session.device).await? {
        profile_files::profile(app, &device, profile_files::secrets(app)).await?;
    }
    Ok(Source {
        file: profile_files::record(clock::now()),
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
    match next {
        Next::Call(request) => {
            session.work.current = Current::Task(Box::new(running));
            Ok(Some(*request))
        }
        Next::Outcome(outcome, observed) => {
            let ended = match &outcome {
                TaskOutcome::Done(_) => Some("done"),
                TaskOutcome::Failed(_) => Some("failed"),
                TaskOutcome::Retry { .. } | TaskOutcome::WaitingForTransfer => None,
            };
            if let TaskOutcome::Failed(fault) = &outcome {
                let (code, why) = (fault.code, &fault.text);
                tracing::info!(device.identity = %session.identity, task = %running.task.id, code, why, "task failed");
            }
            if let Some(name) = ended {
                Metrics::count(&app.metrics.tasks_ended, name);
            }
            app.store
                .task_finish(running.task.id, outcome, observed, clock::now())
                .await?;
            session.work.current = Current::Idle;
            Ok(None)
        }
    }
}
