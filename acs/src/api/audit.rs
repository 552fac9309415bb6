//! What people, programs and devices have done, and whether the trail of it is what was written.

use super::auth::Auditor;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::limits::PAGE;
use crate::store::audit_chain::{Head, TrailCheck};
use crate::store::{AuditEntry, AuditFilter, Page};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/audit", get_with(list, says("Reads the audit trail.")))
        .api_route(
            "/audit/verify",
            get_with(
                verify,
                says("Checks that no line of the audit trail was changed or removed."),
            ),
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    /// Who: `user:ann` has what her tokens did, too.
    actor: Option<String>,
    /// What: `device.delete`, or `device.*`.
    action: Option<String>,
    /// To what: the subject contains this.
    subject: Option<String>,
    /// At this time or later.
    since: Option<Timestamp>,
    /// Before this time.
    until: Option<Timestamp>,
    /// `next` of the page before.
    after: Option<u64>,
    limit: Option<usize>,
}

/// Lines of the audit trail, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lines {
    items: Vec<AuditEntry>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// GET /audit
pub async fn list(
    State(app): State<Arc<App>>,
    Auditor(_): Auditor,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Answer<Json<Lines>> {
    let Query(query) = query?;
    let page = Page {
        after: query.after,
        limit: query.limit.unwrap_or(100).clamp(1, PAGE),
    };
    let filter = AuditFilter {
        actor: query.actor,
        action: query.action,
        subject: query.subject,
        since: query.since,
        until: query.until,
    };
    let items = app.store.audit_find(&filter, page).await?;
    let next = items.last().filter(|_| items.len() == page.limit);
    let next = next.map(|line| line.number.to_string());
    Ok(Json(Lines { items, next }))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VerifyQuery {
    /// A `head` that was noted down earlier: `NUMBER:HASH`.
    expect: Option<String>,
}

/// GET /audit/verify
pub async fn verify(
    State(app): State<Arc<App>>,
    Auditor(_): Auditor,
    query: Result<Query<VerifyQuery>, QueryRejection>,
) -> Answer<Json<TrailCheck>> {
    let Query(query) = query?;
    let expected = match query.expect {
        None => None,
        Some(text) => Some(Head::from_text(&text).ok_or_else(|| {
            let fix =
                "give `head` of an earlier answer: a number, a colon and 64 hexadecimal digits";
            ApiError::bad("`expect` is no head of a trail", fix)
        })?),
    };
    Ok(Json(app.store.audit_check(expected).await?))
}
