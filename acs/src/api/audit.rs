//! What people, programs and devices have done.

use super::auth::Auditor;
use super::error::Answer;
use super::openapi::says;
use crate::app::App;
use crate::limits::PAGE;
use crate::store::{AuditEntry, Page};
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
    ApiRouter::new().api_route("/audit", get_with(audit, says("Reads the audit trail.")))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    after: Option<u64>,
    limit: Option<usize>,
}

/// GET /audit
pub async fn audit(
    State(app): State<Arc<App>>,
    Auditor(_): Auditor,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Answer<Json<Vec<AuditEntry>>> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(100).clamp(1, PAGE);
    Ok(Json(
        app.store
            .audit_list(Page {
                after: query.after,
                limit,
            })
            .await?,
    ))
}
