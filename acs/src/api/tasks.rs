//! Tasks of devices: queue, look, withdraw.

use super::answers::{Created, Done};
use super::auth::{HelpDesk, Viewer};
use super::devices::{Argument, find, must_see};
use super::error::{Answer, ApiError};
use super::once::IDEMPOTENCY_KEY;
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::{Person, permissions};
use crate::clock;
use crate::limits::{TASK_VALUES, VALUE_CHARS};
use crate::metrics::Metrics;
use crate::store::{Id, NewTask, Task, TaskKind};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use data_model::{ParameterList, Path, Timestamp};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
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
                .delete_with(cancel, says("Withdraws a task that has not begun.")),
        )
}

/// What is asked for.
#[derive(JsonSchema)]
pub struct TaskRequest {
    /// Seconds after which the task is given up if the device has not come.
    expires_secs: Option<u64>,
    #[serde(flatten)]
    kind: TaskKind,
}

impl<'de> Deserialize<'de> for TaskRequest {
    /// Every field is known, or a mistyped one would be left out without a word.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TaskRequest, D::Error> {
        let mut body = serde_json::Value::deserialize(deserializer)?;
        let map = body.as_object_mut();
        let expires_secs = match map.and_then(|map| map.remove("expires_secs")) {
            None => None,
            Some(secs) => serde_json::from_value(secs).map_err(D::Error::custom)?,
        };
        let kind = TaskKind::deserialize(&body).map_err(D::Error::custom)?;
        let known = serde_json::to_value(&kind).map_err(D::Error::custom)?;
        let foreign = body.as_object().into_iter().flat_map(|map| map.keys());
        if let Some(name) = foreign.into_iter().find(|name| known.get(name).is_none()) {
            let name = name.escape_debug();
            return Err(D::Error::custom(format!(
                "a task of this kind has no `{name}`"
            )));
        }
        Ok(TaskRequest { expires_secs, kind })
    }
}

/// POST /devices/{device}/tasks
pub async fn create(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    device: Argument,
    headers: HeaderMap,
    body: Result<Json<TaskRequest>, JsonRejection>,
) -> Answer<Created<Task>> {
    let device = find(&app, &who, &device?).await?;
    let Json(body) = body?;
    who.must(permissions::of_task(&body.kind))?;
    check(&body.kind)?;
    if let TaskKind::Download { file, .. } = &body.kind
        && app.store.file_find(*file).await?.is_none()
    {
        return Err(ApiError::not_found("file"));
    }
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
    let task = app.store.task_create(&who, task, now).await?;
    let task = task.ok_or_else(|| ApiError::not_found("device"))?;
    app.nudge.notify_one();
    Ok(Created(shown(task)))
}

/// What can be told to be wrong with a task before any device sees it.
fn check(kind: &TaskKind) -> Answer<()> {
    match kind {
        TaskKind::GetParameterValues { names } => {
            if names.is_empty() || names.len() > TASK_VALUES {
                let why = format!("a task reads 1 to {TASK_VALUES} names");
                return Err(ApiError::bad(why, "split it, or read a partial path"));
            }
            names.iter().try_for_each(|name| check_path(name))
        }
        TaskKind::Refresh { path } => check_path(path),
        TaskKind::SetParameterValues { values } => {
            if values.is_empty() || values.len() > TASK_VALUES {
                return Err(ApiError::bad(
                    format!("a task writes 1 to {TASK_VALUES} values"),
                    "split it",
                ));
            }
            check_values(values, Names::Full)
        }
        TaskKind::AddObject { object, values } => {
            check_object(object)?;
            check_values(values, Names::Relative)
        }
        TaskKind::DeleteObject { object } => check_object(object),
        TaskKind::Reboot
        | TaskKind::FactoryReset
        | TaskKind::Download { .. }
        | TaskKind::DownloadProfile => Ok(()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Full,
    Relative,
}

fn check_values(values: &ParameterList, names: Names) -> Answer<()> {
    for parameter in values.iter() {
        check_path(parameter.name)?;
        if names == Names::Full && parameter.name.ends_with('.') {
            let why = format!("`{}` is an object, not a parameter", parameter.name);
            return Err(ApiError::bad(
                why,
                "name a parameter, without a dot at its end",
            ));
        }
        if parameter.value.chars().count() > VALUE_CHARS {
            let why = format!("{} has more than {VALUE_CHARS} characters", parameter.name);
            return Err(ApiError::bad(why, "shorten the value"));
        }
        if let Err(why) = parameter.typed() {
            let why = format!("{}: the value {why}", parameter.name);
            return Err(ApiError::bad(why, "correct the value, or leave `type` out"));
        }
    }
    Ok(())
}

fn check_path(text: &str) -> Answer<()> {
    match Path::parse(text) {
        Ok(_) => Ok(()),
        Err(why) => {
            let shown: String = text.chars().take(300).collect();
            Err(ApiError::bad(
                format!("the path `{shown}` {why}"),
                "correct the path",
            ))
        }
    }
}

fn check_object(text: &str) -> Answer<()> {
    check_path(text)?;
    if !text.ends_with('.') {
        return Err(ApiError::bad(
            format!("`{text}` is no object"),
            "end the path with a dot",
        ));
    }
    Ok(())
}

/// A task without the secrets it writes.
fn shown(mut task: Task) -> Task {
    if let Some(kind) = task.kind.without_secrets() {
        task.kind = kind;
    }
    task
}

/// GET /devices/{device}/tasks
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<Task>>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let page = query.page()?;
    let tasks = app.store.task_list(device.id, page).await?;
    let tasks = tasks.into_iter().map(shown).collect();
    Ok(Json(Listed::new(tasks, page.limit, |task: &Task| task.id)))
}

fn id(text: &str) -> Answer<Id> {
    text.parse().map_err(|_| ApiError::not_found("task"))
}

/// GET /tasks/{task}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    task: Argument,
) -> Answer<Json<Task>> {
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
    let cancelled = app.store.task_cancel(&who, task.id, now).await?;
    let count = u64::from(cancelled.is_some());
    Metrics::count_by(&app.metrics.tasks_ended, "cancelled", count);
    cancelled
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("task"))
}
