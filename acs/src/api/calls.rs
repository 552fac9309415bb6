//! Connection requests: send one, and see what came of the last ones.

use super::auth::{HelpDesk, Viewer};
use super::devices::{Argument, find};
use super::error::Answer;
use super::openapi::says;
use crate::app::App;
use crate::connection_request::Attempt;
use crate::jobs::call_devices;
use crate::store::{CallRecord, Reach, Way};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/call",
            post_with(
                call,
                says("Sends it a connection request, and waits for what comes of it."),
            ),
        )
        .api_route(
            "/devices/{device}/calls",
            get_with(
                list,
                says("Lists the last connection requests, and how the device can be reached."),
            ),
        )
}

/// What came of a connection request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Called {
    /// `accepted`, `too_soon`, `busy`, `failed` or `impossible`.
    outcome: &'static str,
    /// The way that has reached it, or the last that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<Way>,
    /// Why it was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Every way in turn, with what came of it.
    attempts: Vec<CallAttempt>,
}

/// One way that was tried, or that could not be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CallAttempt {
    way: Way,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// POST /devices/{device}/call
pub async fn call(
    State(app): State<Arc<App>>,
    HelpDesk(who): HelpDesk,
    device: Argument,
) -> Answer<Json<Called>> {
    let device = find(&app, &who, &device?).await?;
    let called = call_devices::call(&app, device.id).await?;
    let attempt = |attempt: &Attempt| CallAttempt {
        way: attempt.way,
        outcome: attempt.outcome.name(),
        why: attempt.outcome.why().map(str::to_owned),
    };
    Ok(Json(Called {
        outcome: called.outcome.name(),
        way: called.way,
        why: called.outcome.why().map(str::to_owned),
        attempts: called.attempts.iter().map(attempt).collect(),
    }))
}

/// The last calls of a device.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Calls {
    /// Where it takes connection requests over HTTP.
    connection_request_url: String,
    /// How it can be reached besides.
    reach: Reach,
    /// The last calls, newest first.
    items: Vec<CallRecord>,
}

/// GET /devices/{device}/calls
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Calls>> {
    let device = find(&app, &who, &device?).await?;
    Ok(Json(Calls {
        reach: app.store.reach(device.id).await?,
        items: app.store.call_list(device.id).await?,
        connection_request_url: device.connection_request_url,
    }))
}
