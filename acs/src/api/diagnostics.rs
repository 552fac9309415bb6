//! Measurements: on one device, on many, and what came of them.

use super::answers::{Created, Done};
use super::auth::{HelpDesk, Operator, Viewer};
use super::devices::{Argument, find, must_see};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::Person;
use crate::clock;
use crate::diagnostics::arguments;
use crate::limits::{
    DIAGNOSTIC_CONCURRENCY, DIAGNOSTIC_DEVICES, DIAGNOSTIC_EXPIRES_SECS,
    DIAGNOSTIC_EXPIRES_SECS_MAX, DIAGNOSTIC_LIMIT_SECS, DIAGNOSTIC_LIMIT_SECS_MAX,
};
use crate::store::{
    Diagnostic, DiagnosticCounts, DiagnosticRecord, DiagnosticRun, DiagnosticRunDevice, Id,
    NewTask, RunDevices, Selector, TaskKind,
};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/diagnostics",
            get_with(
                of_device,
                says("Lists what a device has measured, newest first."),
            )
            .post_with(create, says("Has a device measure something.")),
        )
        .api_route(
            "/diagnostics/{diagnostic}",
            get_with(read, says("Reads a measurement.")),
        )
        .api_route(
            "/diagnostics",
            get_with(runs, says("Lists runs of measurements on many devices."))
                .post_with(create_run, says("Has many devices measure something.")),
        )
        .api_route(
            "/diagnostics/runs/{run}",
            get_with(read_run, says("Reads a run, with how far it is.")).delete_with(
                cancel_run,
                says("Withdraws a run: no further device begins."),
            ),
        )
        .api_route(
            "/diagnostics/runs/{run}/devices",
            get_with(
                run_devices,
                says("Lists the devices of a run with their results."),
            ),
        )
}

/// What a device is to measure.
#[derive(JsonSchema)]
pub struct DiagnosticRequest {
    #[serde(flatten)]
    diagnostic: Diagnostic,
    /// How long it may measure, in seconds; 180.
    limit_secs: Option<u32>,
    /// How long it may take to come, in seconds; an hour.
    expires_secs: Option<u32>,
}

/// What many devices are to measure.
#[derive(JsonSchema)]
#[schemars(rename = "DiagnosticRunRequest")]
pub struct RunRequest {
    #[serde(flatten)]
    diagnostic: Diagnostic,
    /// How long each may measure, in seconds; 180.
    limit_secs: Option<u32>,
    /// How long each may take to come, in seconds; an hour.
    expires_secs: Option<u32>,
    /// Which devices; this or `devices`.
    selector: Option<Selector>,
    /// These devices, by id or identity; this or `selector`.
    devices: Option<Vec<String>>,
    /// Devices under way at one time; 50.
    concurrency: Option<u32>,
}

/// Takes a field out of a body. What is left over is the measurement, which knows its own fields.
fn take<T: DeserializeOwned, E: serde::de::Error>(
    body: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, E> {
    let value = body.remove(name).filter(|value| !value.is_null());
    let read = value.map(serde_json::from_value).transpose();
    read.map_err(|error| E::custom(format!("`{name}`: {error}")))
}

fn measurement<E: serde::de::Error>(mut body: Map<String, Value>) -> Result<Diagnostic, E> {
    // A line test needs no argument.
    body.entry("arguments")
        .or_insert_with(|| Value::Object(Map::new()));
    serde_json::from_value(Value::Object(body)).map_err(E::custom)
}

impl<'de> Deserialize<'de> for DiagnosticRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut body = Map::deserialize(deserializer)?;
        Ok(DiagnosticRequest {
            limit_secs: take(&mut body, "limit_secs")?,
            expires_secs: take(&mut body, "expires_secs")?,
            diagnostic: measurement(body).map_err(|error: D::Error| D::Error::custom(error))?,
        })
    }
}

impl<'de> Deserialize<'de> for RunRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut body = Map::deserialize(deserializer)?;
        Ok(RunRequest {
            limit_secs: take(&mut body, "limit_secs")?,
            expires_secs: take(&mut body, "expires_secs")?,
            selector: take(&mut body, "selector")?,
            devices: take(&mut body, "devices")?,
            concurrency: take(&mut body, "concurrency")?,
            diagnostic: measurement(body)?,
        })
    }
}

/// What can be told to be wrong with a measurement before any device sees it (case U01).
pub(super) fn check(diagnostic: &Diagnostic, limit_secs: u32) -> Answer<()> {
    let fix = "see docs/API.md for the arguments of each kind";
    arguments::check(diagnostic).map_err(|why| ApiError::bad(why, fix))?;
    within("limit_secs", limit_secs, DIAGNOSTIC_LIMIT_SECS_MAX)
}

fn within(name: &str, secs: u32, most: u32) -> Answer<()> {
    if (1..=most).contains(&secs) {
        return Ok(());
    }
    let why = format!("`{name}` is {secs}; 1 to {most} are possible");
    Err(ApiError::bad(why, "choose another time"))
}

/// Limit and expiry of a request, checked.
fn times(limit_secs: Option<u32>, expires_secs: Option<u32>) -> Answer<(u32, u32)> {
    let limit_secs = limit_secs.unwrap_or(DIAGNOSTIC_LIMIT_SECS);
    let expires_secs = expires_secs.unwrap_or(DIAGNOSTIC_EXPIRES_SECS);
    within("limit_secs", limit_secs, DIAGNOSTIC_LIMIT_SECS_MAX)?;
    within("expires_secs", expires_secs, DIAGNOSTIC_EXPIRES_SECS_MAX)?;
    Ok((limit_secs, expires_secs))
}

/// POST /devices/{device}/diagnostics
pub async fn create(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    device: Argument,
    body: Result<Json<DiagnosticRequest>, JsonRejection>,
) -> Answer<Created<DiagnosticRecord>> {
    let device = find(&app, &who, &device?).await?;
    let Json(body) = body?;
    let (limit_secs, expires_secs) = times(body.limit_secs, body.expires_secs)?;
    check(&body.diagnostic, limit_secs)?;
    let now = clock::now();
    let task = NewTask {
        id: clock::new_id(),
        device: device.id,
        kind: TaskKind::RunDiagnostic {
            diagnostic: body.diagnostic,
            limit_secs,
        },
        expires: Some(now.plus_secs(expires_secs.into())),
        // `once` answers a request that is sent again.
        idempotency_key: None,
        campaign: None,
    };
    let task = app.store.task_create(&who, task, now).await?;
    let task = task.ok_or_else(|| ApiError::not_found("device"))?;
    app.nudge.notify_one();
    let record = app.store.diagnostic_find(task.id).await?;
    record
        .map(|run| Created::at("diagnostics", run.id, run))
        .ok_or_else(|| ApiError::not_found("measurement"))
}

/// GET /devices/{device}/diagnostics
pub async fn of_device(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<DiagnosticRecord>>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let page = query.page()?;
    let records = app.store.diagnostic_list(device.id, page).await?;
    Ok(Json(Listed::new(records, page.limit, |record| record.id)))
}

fn id(text: &str, what: &str) -> Answer<Id> {
    text.parse().map_err(|_| ApiError::not_found(what))
}

/// GET /diagnostics/{diagnostic}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    diagnostic: Argument,
) -> Answer<Json<DiagnosticRecord>> {
    let id = id(&diagnostic?, "measurement")?;
    let found = app.store.diagnostic_find(id).await?;
    let found = found.ok_or_else(|| ApiError::not_found("measurement"))?;
    must_see(&app, &who, found.device, "measurement").await?;
    Ok(Json(found))
}

/// A run with its counts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownDiagnosticRun")]
pub struct ShownRun {
    #[serde(flatten)]
    run: DiagnosticRun,
    counts: DiagnosticCounts,
    /// Whether every device has ended.
    ended: bool,
}

impl From<(DiagnosticRun, DiagnosticCounts)> for ShownRun {
    fn from((run, counts): (DiagnosticRun, DiagnosticCounts)) -> ShownRun {
        ShownRun {
            ended: counts.pending + counts.queued + counts.measuring == 0,
            run,
            counts,
        }
    }
}

/// POST /diagnostics
pub async fn create_run(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    body: Result<Json<RunRequest>, JsonRejection>,
) -> Answer<Created<ShownRun>> {
    let Json(body) = body?;
    let (limit_secs, expires_secs) = times(body.limit_secs, body.expires_secs)?;
    check(&body.diagnostic, limit_secs)?;
    let concurrency = body.concurrency.unwrap_or(50);
    if !DIAGNOSTIC_CONCURRENCY.contains(&concurrency) {
        let (low, high) = DIAGNOSTIC_CONCURRENCY.into_inner();
        let why = format!("`concurrency` is {concurrency}; {low} to {high} are possible");
        return Err(ApiError::bad(why, "choose another number"));
    }
    let run = DiagnosticRun {
        id: clock::new_id(),
        diagnostic: body.diagnostic,
        limit_secs,
        expires_secs,
        concurrency,
        created_by: who.to_string(),
        owner: who.name().to_owned(),
        scope: who.scope().clone(),
        created: clock::now(),
    };
    let id = run.id;
    let devices = whom(body.selector, body.devices)?;
    app.store.diagnostic_run_create(&who, run, devices).await?;
    app.nudge.notify_one();
    let run = shown_run(&app, &who, id).await?;
    Ok(Created::at("diagnostics/runs", id, run))
}

fn whom(selector: Option<Selector>, devices: Option<Vec<String>>) -> Answer<RunDevices> {
    match (selector, devices) {
        (Some(selector), None) => Ok(RunDevices::Found(selector)),
        (None, Some(devices)) if devices.len() <= DIAGNOSTIC_DEVICES => {
            let ids = devices
                .iter()
                .map(|text| text.parse().unwrap_or_else(|_| Id::of_identity(text)));
            Ok(RunDevices::Named(ids.collect()))
        }
        (None, Some(_)) => Err(ApiError::bad(
            format!("more than {DIAGNOSTIC_DEVICES} devices are named"),
            "choose them by a `selector`",
        )),
        (Some(_), Some(_)) | (None, None) => Err(ApiError::bad(
            "it must be said which devices are to measure, in one way",
            "give a `selector`, {} for all devices, or a list of `devices`",
        )),
    }
}

/// A run, if it is this person's business.
async fn shown_run(app: &App, who: &Person, id: Id) -> Answer<ShownRun> {
    let found = app.store.diagnostic_run_find(id).await?;
    found
        .filter(|(run, _)| who.sees_work(&run.owner, &run.scope))
        .map(ShownRun::from)
        .ok_or_else(|| ApiError::not_found("run"))
}

/// GET /diagnostics
pub async fn runs(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<ShownRun>>> {
    let Query(query) = query?;
    let page = query.page()?;
    let runs = app.store.diagnostic_run_list(who.only_own_work(), page);
    let Listed { items, next } = Listed::new(runs.await?, page.limit, |(run, _)| run.id);
    let items = items.into_iter();
    let items = items.filter(|(run, _)| who.sees_work(&run.owner, &run.scope));
    Ok(Json(Listed {
        items: items.map(ShownRun::from).collect(),
        next,
    }))
}

/// GET /diagnostics/runs/{run}
pub async fn read_run(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    run: Argument,
) -> Answer<Json<ShownRun>> {
    shown_run(&app, &who, id(&run?, "run")?).await.map(Json)
}

/// DELETE /diagnostics/runs/{run}
pub async fn cancel_run(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    run: Argument,
) -> Answer<Done> {
    let id = id(&run?, "run")?;
    shown_run(&app, &who, id).await?;
    let cancelled = app.store.diagnostic_run_cancel(&who, id, clock::now());
    cancelled
        .await?
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("run"))
}

/// GET /diagnostics/runs/{run}/devices
pub async fn run_devices(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    run: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<DiagnosticRunDevice>>> {
    let id = id(&run?, "run")?;
    let Query(query) = query?;
    let page = query.page()?;
    shown_run(&app, &who, id).await?;
    let seen = who.scope().clone();
    let devices = app.store.diagnostic_run_devices(id, seen, page).await?;
    Ok(Json(Listed::new(devices, page.limit, |one| one.device)))
}
