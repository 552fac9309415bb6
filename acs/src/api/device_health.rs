//! How devices stand: one by one, those of a state or with a reason, and counted.

use super::auth::Viewer;
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::store::{Health, HealthReasonKind, HealthState, HealthSummary};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/health",
            get_with(of_device, says("Reads how a device stands, and why.")),
        )
        .api_route(
            "/health",
            get_with(list, says("Lists devices by how they stand.")),
        )
        .api_route(
            "/health/summary",
            get_with(summary, says("Counts devices by how they stand, and why; of a large fleet, some seconds old at most.")),
        )
}

/// GET /devices/{device}/health
pub async fn of_device(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Health>> {
    let device = find(&app, &who, &device?).await?;
    let health = app.store.health(device.id).await?;
    health
        .map(Json)
        .ok_or_else(|| ApiError::not_found("device"))
}

/// Which devices.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HealthQuery {
    /// Those that stand so.
    state: Option<HealthState>,
    /// Those with this reason.
    reason: Option<HealthReasonKind>,
    after: Option<String>,
    limit: Option<usize>,
}

/// GET /health
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    query: Result<Query<HealthQuery>, QueryRejection>,
) -> Answer<Json<Listed<Health>>> {
    let Query(query) = query?;
    let page = PageQuery::new(query.after, query.limit).page()?;
    let found = app
        .store
        .health_list(query.state, query.reason, page)
        .await?;
    Ok(Json(Listed::new(found, page.limit, |health| health.device)))
}

/// GET /health/summary
pub async fn summary(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
) -> Answer<Json<HealthSummary>> {
    Ok(Json(app.store.health_summary().await?))
}
