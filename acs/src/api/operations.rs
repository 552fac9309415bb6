//! Bulk operations: one thing done with many devices, looked at first, watched, paused, given up.

use super::answers::Created;
use super::auth::{Operator, Viewer};
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::operation_checks::{check, does, known_file};
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::{Person, permissions};
use crate::clock;
use crate::limits::{
    OPERATION_CONCURRENCY_MAX, OPERATION_EXPIRES_SECS, OPERATION_EXPIRES_SECS_MAX, OPERATION_NAMED,
};
use crate::query::Query as FleetQuery;
use crate::store::{
    BulkAction, BulkCounts, BulkDevice, BulkOperation, BulkReason, BulkState, BulkStep, Consent,
    Id, RunDevices, Selector, TaskKind,
};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/operations",
            get_with(list, says("Lists bulk operations, newest first."))
                .post_with(create, says("Does one thing with many devices.")),
        )
        .api_route(
            "/operations/estimate",
            post_with(
                estimate,
                says("Says what a bulk operation would do, and does nothing."),
            ),
        )
        .api_route(
            "/operations/{operation}",
            get_with(read, says("Reads a bulk operation, with how far it is.")),
        )
        .api_route(
            "/operations/{operation}/devices",
            get_with(
                devices,
                says("Lists the devices of a bulk operation, with what came of each."),
            ),
        )
        .api_route(
            "/operations/{operation}/pause",
            post_with(pause, says("Pauses a bulk operation.")),
        )
        .api_route(
            "/operations/{operation}/resume",
            post_with(resume, says("Lets a bulk operation go on.")),
        )
        .api_route(
            "/operations/{operation}/cancel",
            post_with(
                cancel,
                says("Gives a bulk operation up, and withdraws its tasks that have not begun."),
            ),
        )
}

/// One thing to be done with many devices.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationRequest {
    /// A name, for people.
    #[serde(default)]
    name: String,
    /// What is done with each device: a task as of one device, or `add_tags`, `remove_tags`, `connection_request`,
    /// `cancel_tasks`.
    action: BulkAction,
    /// The devices this query finds, an empty one all of them; this or `devices`.
    #[serde(default)]
    query: Option<FleetQuery>,
    /// These devices, by id or identity; this or `query`.
    #[serde(default)]
    devices: Option<Vec<String>>,
    /// Seconds each device may take to come; a day.
    #[serde(default)]
    expires_secs: Option<u32>,
    /// Devices under way at one time; 0, and if absent, for no limit.
    #[serde(default)]
    concurrency: u32,
    /// The number of devices, if it is more than `campaigns.confirm_above`, and for every factory reset.
    #[serde(default)]
    confirm_devices: Option<u64>,
}

impl OperationRequest {
    /// The devices that are meant.
    fn whom(&self) -> Answer<RunDevices> {
        match (&self.query, &self.devices) {
            (Some(query), None) => Ok(RunDevices::Found(Selector {
                query: Some(query.clone()),
                ..Selector::default()
            })),
            (None, Some(devices)) if devices.len() <= OPERATION_NAMED => {
                let ids = devices
                    .iter()
                    .map(|text| text.parse().unwrap_or_else(|_| Id::of_identity(text)));
                Ok(RunDevices::Named(ids.collect()))
            }
            (None, Some(_)) => Err(ApiError::bad(
                format!("more than {OPERATION_NAMED} devices are named"),
                "choose them by a `query`",
            )),
            (Some(_), Some(_)) | (None, None) => Err(ApiError::bad(
                "it must be said which devices are meant, in one way",
                "give a `query`, \"\" for all devices, or a list of `devices`",
            )),
        }
    }

    /// What somebody has agreed to. A factory reset is never begun unseen.
    fn consent(&self, app: &App) -> Consent {
        Consent {
            devices: self.confirm_devices,
            above: match self.action {
                BulkAction::Task(TaskKind::FactoryReset) => 0,
                BulkAction::Task(_) | BulkAction::Own(_) => app.live().campaigns.confirm_above,
            },
        }
    }

    /// The operation, if it makes sense and this person may do it.
    async fn operation(self, app: &App, who: &Person) -> Answer<BulkOperation> {
        check(&self.action)?;
        if let BulkAction::Task(kind) = &self.action {
            who.must(permissions::of_task(kind))?;
        }
        known_file(app, &self.action).await?;
        let expires_secs = self.expires_secs.unwrap_or(OPERATION_EXPIRES_SECS);
        if !(1..=OPERATION_EXPIRES_SECS_MAX).contains(&expires_secs) {
            let why = format!(
                "`expires_secs` is {expires_secs}; 1 to {OPERATION_EXPIRES_SECS_MAX} are possible"
            );
            return Err(ApiError::bad(why, "choose another time"));
        }
        if self.concurrency > OPERATION_CONCURRENCY_MAX {
            let why = format!(
                "`concurrency` is {}; 0 to {OPERATION_CONCURRENCY_MAX} are possible",
                self.concurrency
            );
            return Err(ApiError::bad(why, "choose another number"));
        }
        let name = self.name.chars().filter(|c| !c.is_control());
        Ok(BulkOperation {
            id: clock::new_id(),
            name: name.take(128).collect(),
            action: self.action,
            query: self.query,
            expires_secs,
            concurrency: self.concurrency,
            state: BulkState::Running,
            reason: None,
            created_by: who.to_string(),
            owner: who.name().to_owned(),
            scope: who.scope().clone(),
            created: clock::now(),
            ended: None,
        })
    }
}

/// What a bulk operation would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OperationEstimate {
    /// Devices it would touch.
    devices: u64,
    /// Whether their number must be typed, as `confirm_devices`.
    confirm: bool,
    /// What would happen to each, in words.
    does: String,
}

/// A bulk operation with its counts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownOperation")]
pub struct Shown {
    #[serde(flatten)]
    operation: BulkOperation,
    counts: BulkCounts,
}

/// A bulk operation with its counts, and why devices came to nothing.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OperationReport")]
pub struct Report {
    #[serde(flatten)]
    shown: Shown,
    /// Why devices came to nothing, the most frequent reason first.
    reasons: Vec<BulkReason>,
}

fn shown((mut operation, counts): (BulkOperation, BulkCounts)) -> Shown {
    if let Some(action) = operation.action.without_secrets() {
        operation.action = action;
    }
    Shown { operation, counts }
}

type Body = Result<Json<OperationRequest>, JsonRejection>;

/// POST /operations/estimate
pub async fn estimate(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    body: Body,
) -> Answer<Json<OperationEstimate>> {
    let Json(body) = body?;
    let (whom, consent) = (body.whom()?, body.consent(&app));
    let operation = body.operation(&app, &who).await?;
    let now = operation.created;
    let devices = app.store.operation_estimate(whom, operation.scope, now);
    let devices = devices.await?;
    Ok(Json(OperationEstimate {
        devices,
        confirm: devices > consent.above,
        does: does(&operation.action),
    }))
}

/// POST /operations
pub async fn create(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    body: Body,
) -> Answer<Created<Report>> {
    let Json(body) = body?;
    let (whom, consent) = (body.whom()?, body.consent(&app));
    let operation = body.operation(&app, &who).await?;
    let id = operation.id;
    // 201 leaves only after the operation and its devices are on stable storage (promise P1).
    app.store
        .operation_create(&who, operation, whom, consent)
        .await?;
    app.nudge.notify_one();
    let made = report(&app, &who, &id.to_string()).await?;
    Ok(Created::at("operations", id, made))
}

async fn find(app: &App, who: &Person, text: &str) -> Answer<(BulkOperation, BulkCounts)> {
    let missing = || ApiError::not_found("operation");
    let id = text.parse().map_err(|_| missing())?;
    let found = app.store.operation_find(id).await?;
    found
        .filter(|(operation, _)| who.sees_work(&operation.owner, &operation.scope))
        .ok_or_else(missing)
}

async fn report(app: &App, who: &Person, operation: &str) -> Answer<Report> {
    let found = find(app, who, operation).await?;
    let reasons = app.store.operation_reasons(found.0.id).await?;
    let shown = shown(found);
    Ok(Report { shown, reasons })
}

/// GET /operations
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<Shown>>> {
    let Query(query) = query?;
    let page = query.page()?;
    let found = app.store.operation_list(who.only_own_work(), page).await?;
    let Listed { items, next } = Listed::new(found, page.limit, |(operation, _)| operation.id);
    let items = items.into_iter();
    let items = items.filter(|(operation, _)| who.sees_work(&operation.owner, &operation.scope));
    Ok(Json(Listed {
        items: items.map(shown).collect(),
        next,
    }))
}

/// GET /operations/{operation}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    operation: Argument,
) -> Answer<Json<Report>> {
    report(&app, &who, &operation?).await.map(Json)
}

/// Which devices are listed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DevicesQuery {
    /// Those that stand so.
    step: Option<BulkStep>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// GET /operations/{operation}/devices
pub async fn devices(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    operation: Argument,
    query: Result<Query<DevicesQuery>, QueryRejection>,
) -> Answer<Json<Listed<BulkDevice>>> {
    let (operation, _) = find(&app, &who, &operation?).await?;
    let Query(query) = query?;
    let page = PageQuery::new(query.after, query.limit).page()?;
    let found = app
        .store
        .operation_devices(operation.id, query.step, page)
        .await?;
    Ok(Json(Listed::new(found, page.limit, |one| one.device)))
}

/// POST /operations/{operation}/pause
pub async fn pause(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    operation: Argument,
) -> Answer<Json<Report>> {
    set_state(&app, &who, &operation?, BulkState::Paused).await
}

/// POST /operations/{operation}/resume
pub async fn resume(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    operation: Argument,
) -> Answer<Json<Report>> {
    set_state(&app, &who, &operation?, BulkState::Running).await
}

/// POST /operations/{operation}/cancel
pub async fn cancel(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    operation: Argument,
) -> Answer<Json<Report>> {
    set_state(&app, &who, &operation?, BulkState::Cancelled).await
}

async fn set_state(
    app: &App,
    who: &Person,
    operation: &str,
    state: BulkState,
) -> Answer<Json<Report>> {
    let (operation, _) = find(app, who, operation).await?;
    let changed = app
        .store
        .operation_set_state(who, operation.id, state, clock::now())
        .await?;
    changed.ok_or_else(|| ApiError::not_found("operation"))?;
    app.nudge.notify_one();
    report(app, who, &operation.id.to_string()).await.map(Json)
}
