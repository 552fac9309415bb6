//! The message trace of a device: switch it, list sessions, look at their messages, take one along.

use super::answers::Archive;
use super::auth::{Operator, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::Person;
use crate::clock;
use crate::limits::TRACE_MINUTES;
use crate::store::{Device, Id, SessionSummary, TracedMessage, TracedSession};
use crate::trace::export;
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/trace",
            get_with(read_switch, says("Shows whether its messages are kept."))
                .put_with(switch, says("Keeps its messages for a time.")),
        )
        .api_route(
            "/devices/{device}/sessions",
            get_with(list, says("Lists its sessions that were kept.")),
        )
        .api_route(
            "/devices/{device}/sessions/{session}",
            get_with(read, says("Shows the messages of a session.")),
        )
        .api_route(
            "/devices/{device}/sessions/{session}/export",
            get_with(take, says("Gives a session as a tar archive of files.")),
        )
}

/// For how long messages are to be kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceRequest {
    /// Minutes from this moment; 0 ends it.
    minutes: u64,
}

/// Whether the messages of a device are kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TraceState {
    /// Whether every device is traced, by the configuration.
    all: bool,
    /// Until when this one is.
    until: Option<Timestamp>,
}

fn state(app: &App, device: &Device) -> TraceState {
    TraceState {
        all: app.traces.all(),
        until: app.traces.until(device.id, clock::now()),
    }
}

/// GET /devices/{device}/trace
pub async fn read_switch(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<TraceState>> {
    let device = find(&app, &who, &device?).await?;
    Ok(Json(state(&app, &device)))
}

/// PUT /devices/{device}/trace
pub async fn switch(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    device: Argument,
    body: Result<Json<TraceRequest>, JsonRejection>,
) -> Answer<Json<TraceState>> {
    let device = find(&app, &who, &device?).await?;
    let Json(body) = body?;
    if body.minutes > TRACE_MINUTES {
        let why = format!("a trace of {} minutes", body.minutes);
        return Err(ApiError::bad(
            why,
            "choose up to 10080 minutes, a week; 0 ends it",
        ));
    }
    let now = clock::now();
    let until = now.plus_secs(body.minutes * 60);
    let switched = app.store.trace_switch(&who, device.id, until, now).await?;
    switched.ok_or_else(|| ApiError::not_found("device"))?;
    app.traces.set(device.id, until, now);
    Ok(Json(state(&app, &device)))
}

/// GET /devices/{device}/sessions
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<SessionSummary>>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let page = query.page()?;
    let sessions = app.store.trace_list(device.id).await?.into_iter();
    let sessions = sessions.filter(|session| page.after.is_none_or(|after| session.id < after));
    let sessions = sessions.take(page.limit).collect();
    Ok(Json(Listed::new(sessions, page.limit, |session| {
        session.id
    })))
}

/// A session with its messages.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownSession {
    #[serde(flatten)]
    summary: SessionSummary,
    /// Whether all of its messages were kept.
    complete: bool,
    /// Its messages, with `***` in place of secrets.
    messages: Vec<TracedMessage>,
}

type Which = Result<Path<(String, String)>, PathRejection>;

async fn find_session(app: &App, who: &Person, which: Which) -> Answer<(Device, TracedSession)> {
    let Path((device, session)) = which?;
    let device = find(app, who, &device).await?;
    let unknown = || ApiError::not_found("session");
    let session: Id = session.parse().map_err(|_| unknown())?;
    let now = clock::now();
    let found = app.store.trace_read(who, device.id, session, now).await?;
    Ok((device, found.ok_or_else(unknown)?))
}

/// GET /devices/{device}/sessions/{session}
pub async fn read(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    which: Which,
) -> Answer<Json<ShownSession>> {
    let (_, session) = find_session(&app, &who, which).await?;
    Ok(Json(ShownSession {
        summary: SessionSummary {
            id: session.id,
            begin: session.begin,
            end: session.end,
            events: session.events,
            rpcs: session.rpcs,
            outcome: session.outcome,
        },
        complete: session.complete,
        messages: session.messages,
    }))
}

/// GET /devices/{device}/sessions/{session}/export
pub async fn take(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    which: Which,
) -> Answer<Archive> {
    let (device, session) = find_session(&app, &who, which).await?;
    let archive = export::tar(&session, &device.product_class)
        .map_err(|error| ApiError::bad(error, "look at the session without exporting it"))?;
    Ok(Archive(archive.into()))
}
