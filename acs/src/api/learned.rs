//! What was learned of a device beside its values: how it wants to be asked, what its values were, who it was before.

use super::answers::Done;
use super::auth::{Admin, Operator, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::PAGE;
use crate::redact::without_tokens;
use crate::store::{Device, HistoryEntry, Learned, Page};
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
            "/devices/{device}/learned",
            get_with(
                learned,
                says("What was learned of how it wants to be asked, its methods among it."),
            )
            .delete_with(
                forget,
                says("Forgets what was learned of it and of its model."),
            ),
        )
        .api_route(
            "/devices/{device}/history",
            get_with(history, says("Values its chosen parameters have had.")),
        )
        .api_route(
            "/devices/{device}/merge",
            post_with(
                merge,
                says("Takes over what belongs to the identity it had before."),
            ),
        )
}

/// GET /devices/{device}/learned
pub async fn learned(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Learned>> {
    let device = find(&app, &who, &device?).await?;
    Ok(Json(app.store.learned(device.id).await?))
}

/// DELETE /devices/{device}/learned
pub async fn forget(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
) -> Answer<Done> {
    let device = find(&app, &actor, &device?).await?;
    app.store
        .learned_forget(&actor, device.id, clock::now())
        .await?;
    Ok(Done)
}

/// Which values are listed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryQuery {
    /// Of this parameter only.
    name: Option<String>,
    /// Behind this `number`.
    after: Option<u64>,
    limit: Option<usize>,
}

/// Values parameters have had.
#[derive(Debug, Serialize, JsonSchema)]
pub struct History {
    items: Vec<HistoryEntry>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// GET /devices/{device}/history
pub async fn history(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Answer<Json<History>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(100).clamp(1, PAGE);
    let page = Page {
        after: query.after,
        limit,
    };
    let name = query.name.as_deref();
    let mut items = app.store.history(device.id, name, page).await?;
    for entry in &mut items {
        entry.value = without_tokens(&entry.value).into_owned();
    }
    let full = items.len() == limit;
    let next = items
        .last()
        .filter(|_| full)
        .map(|entry| entry.number.to_string());
    Ok(Json(History { items, next }))
}

/// Who the device was before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The id or the identity of the device as it was known before.
    from: String,
}

/// POST /devices/{device}/merge
pub async fn merge(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    device: Argument,
    body: Result<Json<MergeRequest>, JsonRejection>,
) -> Answer<Json<Device>> {
    let into = find(&app, &actor, &device?).await?;
    let Json(body) = body?;
    let from = find(&app, &actor, &body.from).await?;
    let merged = app
        .store
        .device_merge(&actor, from.id, into.id, clock::now())
        .await?;
    merged.ok_or_else(|| ApiError::not_found("device"))?;
    app.desire_changed();
    find(&app, &actor, &into.id.to_string()).await.map(Json)
}
