//! What devices have reported of themselves, and where that differs from their profiles.

use super::auth::Viewer;
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::files::profiles::NoProfile;
use crate::provisioning::reported::Difference;
use crate::provisioning_server::document::Wanted;
use crate::redact::without_tokens;
use crate::store::{Report, StoreError};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/report",
            get_with(read, says("Shows what it has reported.")),
        )
        .api_route(
            "/devices/{device}/report/diff",
            get_with(
                diff,
                says("Shows where its report differs from its profiles."),
            ),
        )
}

/// A report as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownReport")]
pub struct Shown {
    /// Where the values come from.
    source: &'static str,
    #[serde(flatten)]
    report: Report,
}

/// GET /devices/{device}/report
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Shown>> {
    let device = find(&app, &who, &device?).await?;
    let report = app.store.report_find(device.id).await?;
    let mut report = report.ok_or_else(|| ApiError::not_found("report"))?;
    for reported in report.values.values_mut() {
        reported.value = without_tokens(&reported.value).into_owned();
    }
    Ok(Json(Shown {
        source: "report",
        report,
    }))
}

/// GET /devices/{device}/report/diff
pub async fn diff(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Difference>> {
    let device = find(&app, &who, &device?).await?;
    let report = app.store.report_find(device.id).await?;
    let report = report.ok_or_else(|| ApiError::not_found("report"))?;
    match Wanted::of(&app, &device).await {
        Ok(wanted) => Ok(Json(wanted.differences(&report))),
        Err(NoProfile::Store(error)) => Err(error.into()),
        Err(why @ (NoProfile::Product(_) | NoProfile::Desired(_) | NoProfile::Apart)) => {
            Err(StoreError::Conflict(why.to_string()).into())
        }
    }
}
