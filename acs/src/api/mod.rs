//! The REST API for people and programs, under `/api/v1`. Each noun has a file with its routes; every route but sign-in,
//! the OpenAPI document and the health checks takes a token.

mod account_devices;
mod accounts;
mod answers;
mod audit;
pub mod auth;
mod backup;
mod bindings;
mod calls;
mod campaigns;
mod conditions;
mod constraints;
mod contradictions;
mod desired;
mod device_files;
mod device_health;
mod devices;
mod diagnostics;
pub mod error;
mod events;
mod fields;
mod files;
mod filters;
mod fleet;
mod groups;
mod headers;
mod health;
mod learned;
mod lines;
mod notes;
mod once;
mod openapi;
mod operation_checks;
mod operations;
mod page;
mod parameters;
mod profile_checks;
mod profile_preview;
mod profiles;
mod provisioning;
mod quarantine;
mod queries;
mod reload;
mod reports;
mod reveal;
mod reveal_fleet;
mod revisions;
mod rosters;
mod sign_in;
mod system;
mod task_checks;
mod tasks;
mod tokens;
mod traces;
mod users;
pub mod visitor;
mod webhooks;
mod whole;

use crate::app::App;
use crate::limits::API_BODY_BYTES;
use crate::metrics::Metrics;
use crate::panics;
use aide::axum::ApiRouter;
use aide::openapi::OpenApi;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use error::ApiError;
use std::sync::Arc;

/// Every noun.
fn nouns() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .merge(backup::routes())
        .merge(audit::routes())
        .merge(account_devices::routes())
        .merge(accounts::routes())
        .merge(bindings::routes())
        .merge(campaigns::routes())
        .merge(device_files::routes())
        .merge(devices::routes())
        .merge(diagnostics::routes())
        .merge(device_health::routes())
        .merge(calls::routes())
        .merge(events::routes())
        .merge(files::routes())
        .merge(fleet::routes())
        .merge(groups::routes())
        .merge(lines::routes())
        .merge(learned::routes())
        .merge(notes::routes())
        .merge(operations::routes())
        .merge(parameters::routes())
        .merge(contradictions::routes())
        .merge(desired::routes())
        .merge(profile_preview::routes())
        .merge(profiles::routes())
        .merge(revisions::routes())
        .merge(provisioning::routes())
        .merge(quarantine::routes())
        .merge(queries::routes())
        .merge(rosters::routes())
        .merge(reload::routes())
        .merge(reports::routes())
        .merge(reveal::routes())
        .merge(reveal_fleet::routes())
        .merge(sign_in::routes())
        .merge(system::routes())
        .merge(tasks::routes())
        .merge(traces::routes())
        .merge(tokens::routes())
        .merge(users::routes())
        .merge(webhooks::routes())
}

fn v1() -> (Router<Arc<App>>, OpenApi) {
    openapi::begin();
    let nouns = nouns().layer(DefaultBodyLimit::max(API_BODY_BYTES));
    let uploads = files::uploads().layer(DefaultBodyLimit::disable());
    openapi::finish(ApiRouter::new().nest("/api/v1", nouns.merge(uploads)))
}

/// The OpenAPI 3.1 document of the API.
pub fn document() -> OpenApi {
    v1().1
}

/// All routes, and the page at every address that is none of them.
pub fn router(app: Arc<App>) -> Router {
    let page = crate::page::routes();
    let (router, document) = v1();
    // A document of strings, numbers and lists always has a form in JSON.
    let document = bytes::Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
    let document = move || async move { ([(CONTENT_TYPE, "application/json")], document) };
    let nouns = router
        .route("/api/v1/openapi.json", get(document))
        .fallback(crate::page::or_not_found)
        .method_not_allowed_fallback(error::no_such_method)
        .with_state(Arc::clone(&app));
    // Around the router as a whole: a condition is compared by reading the address that is written to, so the method is
    // chosen behind it.
    let conditional = Router::new()
        .fallback_service(nouns)
        .layer(from_fn(conditions::conditions))
        .layer(from_fn_with_state(Arc::clone(&app), once::once))
        .layer(from_fn_with_state(Arc::clone(&app), count))
        .layer(from_fn_with_state(Arc::clone(&app), whole::whole))
        .layer(from_fn(headers::secure));
    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(app)
        .merge(page.layer(from_fn(headers::secure)))
        .fallback_service(conditional)
        .method_not_allowed_fallback(error::no_such_method)
}

/// Counts a request by the class of its answer.
async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // A mistake of ours costs this request, and nobody else's. It has been counted and logged.
    let response = match panics::caught(next.run(request)).await {
        Some(response) => response,
        None => ApiError::mistake().into_response(),
    };
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        Metrics::count(&app.metrics.rate_limited, "api");
    }
    let class = match response.status().as_u16() {
        200..=299 => "2xx",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => "other",
    };
    Metrics::count(&app.metrics.api_requests, class);
    response
}
