//! Tasks of devices and of the fleet: queue, look, withdraw, try again.

use super::answers::{Created, Done};
use super::auth::{HelpDesk, Viewer};
use super::devices::{Argument, find, must_see};
use super::error::{Answer, ApiError};
use super::once::IDEMPOTENCY_KEY;
use super::openapi::says;
use super::page::{Listed, PageQuery};
use super::task_checks::{check, fleet_kind};
use crate::app::App;
use crate::auth::{Person, permissions};
use crate::clock;
use crate::limits::{FAULT_GROUPS, FAULTS_MS, TASK_PRIORITIES};
use crate::redact::hide_tokens;
use crate::store::{FaultGroup, Id, NewTask, Task, TaskFilter, TaskKind, TaskState, Turn};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/tasks",
            get_with(list, says("Lists the tasks of a device, newest first."))
                .post_with(create, says("Queues a task.")),
        )
        .api_route(
            "/tasks/{task}",
            get_with(read, says("Reads a task."))
                .delete_with(
                    cancel,
                    says(
                        "Withdraws a task that has not begun, waits for a restart, or was left by a broken session.",
                    ),
                ),
        )
        .api_route(
            "/tasks/{task}/retry",
            post_with(retry, says("Queues a task that came to nothing once more.")),
        )
        .api_route(
            "/tasks",
            get_with(search, says("Lists tasks of the fleet, newest first.")),
        )
        .api_route(
            "/faults",
            get_with(
                faults,
                says("What goes wrong in the fleet, grouped by its reason."),
            ),
        )
}

/// What is asked for.
#[derive(JsonSchema)]
pub struct TaskRequest {
    /// Seconds after which the task is given up if the device has not come.
    expires_secs: Option<u64>,
    /// Not to be done before this time.
    not_before: Option<Timestamp>,
    /// Higher ones come first; below zero it waits until nothing else is to do, profiles included.
    priority: Option<i32>,
    #[serde(flatten)]
    kind: TaskKind,
}

impl<'de> Deserialize<'de> for TaskRequest {
    /// Every field is known, or a mistyped one would be left out without a word.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TaskRequest, D::Error> {
        let mut body = serde_json::Value::deserialize(deserializer)?;
        let mut taken = |name| body.as_object_mut().and_then(|map| map.remove(name));
        let (secs, time, priority) = (
            taken("expires_secs"),
            taken("not_before"),
            taken("priority"),
        );
        let expires_secs = read_field(secs).map_err(D::Error::custom)?;
        let not_before = read_field(time).map_err(D::Error::custom)?;
        let priority = read_field(priority).map_err(D::Error::custom)?;
        let kind = TaskKind::deserialize(&body).map_err(D::Error::custom)?;
        let known = serde_json::to_value(&kind).map_err(D::Error::custom)?;
        let foreign = body.as_object().into_iter().flat_map(|map| map.keys());
        if let Some(name) = foreign.into_iter().find(|name| known.get(name).is_none()) {
            let name = name.escape_debug();
            return Err(D::Error::custom(format!(
                "a task of this kind has no `{name}`"
            )));
        }
        Ok(TaskRequest {
            expires_secs,
            not_before,
            priority,
            kind,
        })
    }
}

fn read_field<T: serde::de::DeserializeOwned>(
    field: Option<serde_json::Value>,
) -> serde_json::Result<Option<T>> {
    field
        .map(serde_json::from_value::<Option<T>>)
        .transpose()
        .map(Option::flatten)
}

/// A task as people see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownTask")]
pub struct Shown {
    #[serde(flatten)]
    task: Task,
    /// What it waits for; absent once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<Waits>,
}

/// What a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// Its time.
    Time,
    /// The device, to come.
    Device,
    /// The device, to answer.
    Answer,
    /// The report of a transfer.
    Transfer,
    /// The next boot.
    Reboot,
}

/// POST /devices/{device}/tasks
pub async fn create(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    device: Argument,
    headers: HeaderMap,
    body: Result<Json<TaskRequest>, JsonRejection>,
) -> Answer<Created<Shown>> {
    let device = find(&app, &who, &device?).await?;
    let Json(body) = body?;
    who.must(permissions::of_task(&body.kind))?;
    check(&body.kind)?;
    there(&app, device.id, &body.kind).await?;
    let priority = body.priority.unwrap_or(0);
    if !TASK_PRIORITIES.contains(&priority) {
        let (least, most) = (TASK_PRIORITIES.start(), TASK_PRIORITIES.end());
        let why = format!("the priority {priority} is not between {least} and {most}");
        return Err(ApiError::bad(
            why,
            "leave `priority` out, or choose a smaller one",
        ));
    }
    let turn = Turn {
        priority,
        not_before: body.not_before,
    };
    let now = clock::now();
    let key = headers
        .get(IDEMPOTENCY_KEY)
        .and_then(|value| value.to_str().ok());
    let task = NewTask {
        id: clock::new_id(),
        device: device.id,
        kind: body.kind,
        expires: body.expires_secs.map(|secs| now.plus_secs(secs)),
        idempotency_key: key.map(|key| key.chars().take(128).collect()),
        campaign: None,
    };
    // 201 leaves only after the task is on stable storage (promise P1).
    let task = app.store.task_create_for(&who, task, turn, now).await?;
    let task = task.ok_or_else(|| ApiError::not_found("device"))?;
    app.nudge.notify_one();
    Ok(Created::at("tasks", task.id, shown(task)))
}

/// Whether what a task names is there.
async fn there(app: &App, device: Id, kind: &TaskKind) -> Answer<()> {
    if let Some(file) = kind.library_file()
        && app.store.file_find(file).await?.is_none()
    {
        return Err(ApiError::not_found("file"));
    }
    if let TaskKind::RestoreConfiguration { file } = kind {
        let file = app.store.device_file_find(*file).await?;
        if file.is_none_or(|file| file.device != device) {
            return Err(ApiError::not_found("file of this device"));
        }
    }
    if let TaskKind::CancelTransfer { task } = kind {
        let task = app.store.task_find(*task).await?;
        if task.is_none_or(|task| task.device != device) {
            return Err(ApiError::not_found("task of this device"));
        }
    }
    Ok(())
}

/// A task without the secrets it writes.
fn shown(mut task: Task) -> Shown {
    if let Some(kind) = task.kind.without_secrets() {
        task.kind = kind;
    }
    if let Some(result) = &mut task.result {
        hide_tokens(result);
    }
    let waits_for = match task.state {
        TaskState::Queued if task.not_before.is_some_and(|time| time > clock::now()) => {
            Some(Waits::Time)
        }
        TaskState::Queued => Some(Waits::Device),
        TaskState::Running => Some(Waits::Answer),
        TaskState::WaitingForTransfer => Some(Waits::Transfer),
        TaskState::WaitingForReboot => Some(Waits::Reboot),
        TaskState::Done | TaskState::Failed | TaskState::Expired | TaskState::Cancelled => None,
    };
    Shown { task, waits_for }
}

/// GET /devices/{device}/tasks
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<Shown>>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let page = query.page()?;
    let tasks = app.store.task_list(device.id, page).await?;
    let tasks = tasks.into_iter().map(shown).collect();
    Ok(Json(Listed::new(tasks, page.limit, |shown: &Shown| {
        shown.task.id
    })))
}

/// Which tasks are listed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SearchQuery {
    /// In this state.
    state: Option<TaskState>,
    /// Of this kind.
    kind: Option<String>,
    /// Of this device, by its id or its identity.
    device: Option<String>,
    /// Queued at or after this time.
    since: Option<i64>,
    after: Option<String>,
    limit: Option<usize>,
}

/// GET /tasks
pub async fn search(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<SearchQuery>, QueryRejection>,
) -> Answer<Json<Listed<Shown>>> {
    let Query(query) = query?;
    let page = PageQuery::new(query.after, query.limit).page()?;
    let device = match &query.device {
        Some(text) => Some(find(&app, &who, text).await?.id),
        None => None,
    };
    let filter = TaskFilter {
        device,
        state: query.state,
        kind: query.kind.map(fleet_kind).transpose()?,
        since: query.since.map(Timestamp::from_millis),
    };
    let tasks = app.store.task_search(&filter, page).await?;
    let tasks = tasks.into_iter().map(shown).collect();
    Ok(Json(Listed::new(tasks, page.limit, |shown: &Shown| {
        shown.task.id
    })))
}

/// Since when faults are counted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FaultsQuery {
    /// A time; a week ago if absent.
    since: Option<i64>,
}

/// GET /faults
pub async fn faults(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    query: Result<Query<FaultsQuery>, QueryRejection>,
) -> Answer<Json<Vec<FaultGroup>>> {
    let Query(query) = query?;
    let week = i64::try_from(FAULTS_MS).unwrap_or(i64::MAX);
    let since = query.since.unwrap_or(clock::now().as_millis() - week);
    let since = Timestamp::from_millis(since);
    Ok(Json(app.store.fault_groups(since, FAULT_GROUPS).await?))
}

/// POST /tasks/{task}/retry
pub async fn retry(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    task: Argument,
) -> Answer<Json<Shown>> {
    let task = find_task(&app, &who, &task?).await?;
    who.must(permissions::of_task(&task.kind))?;
    let task = app.store.task_retry(&who, task.id, clock::now());
    let task = task.await?.ok_or_else(|| ApiError::not_found("task"))?;
    app.nudge.notify_one();
    Ok(Json(shown(task)))
}

fn id(text: &str) -> Answer<Id> {
    text.parse().map_err(|_| ApiError::not_found("task"))
}

/// GET /tasks/{task}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    task: Argument,
) -> Answer<Json<Shown>> {
    find_task(&app, &who, &task?).await.map(shown).map(Json)
}

/// A task in an address; for whoever may not see its device, there is none.
async fn find_task(app: &App, who: &Person, text: &str) -> Answer<Task> {
    let found = app.store.task_find(id(text)?).await?;
    let task = found.ok_or_else(|| ApiError::not_found("task"))?;
    must_see(app, who, task.device, "task").await?;
    Ok(task)
}

/// DELETE /tasks/{task}
pub async fn cancel(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    task: Argument,
) -> Answer<Done> {
    let task = find_task(&app, &who, &task?).await?;
    who.must(permissions::of_task(&task.kind))?;
    let now: Timestamp = clock::now();
    // What a broken session has left is nobody's business any more; in an open one the RPC is on its way.
    let left = task.state == TaskState::Running && !app.sessions.is_open(task.device);
    let cancelled = if left {
        let left = app.store.task_cancel_left(&who, task.id, task.updated, now);
        left.await?
    } else {
        app.store.task_cancel(&who, task.id, now).await?
    };
    cancelled
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("task"))
}
