//! The file server: a file by its link, and a device's profile by its link. Ranges and conditions of files are the
//! library's business.

use super::profiles::{self, NoProfile};
use crate::app::App;
use crate::clock;
use crate::store::Id;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::get;
use std::sync::Arc;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

/// The routes of the file server.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/files/{file}/{ticket}", get(download))
        .route("/profiles/{ticket}", get(profile))
        .with_state(app)
}

/// A good link gives the profile of the device it was made for, as it is desired at this moment.
async fn profile(State(app): State<Arc<App>>, Path(ticket): Path<String>) -> Response<Body> {
    let not_found = || StatusCode::NOT_FOUND.into_response();
    let checked = app
        .library
        .tickets
        .check(&ticket, profiles::ticket_id(), clock::now());
    let Some(ticket) = checked else {
        return not_found();
    };
    let rendered = match app.store.device_find(ticket.device).await {
        Ok(Some(device)) => profiles::profile(&app, &device, profiles::secrets(&app)).await,
        Ok(None) => return not_found(),
        Err(error) => Err(error.into()),
    };
    match rendered {
        Ok(profile) => {
            app.metrics.profiles_sent.inc();
            tracing::debug!(device = %ticket.device, elements = profile.elements, "profile sent");
            let headers = [
                (CONTENT_TYPE, "text/xml; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, profile.document).into_response()
        }
        Err(NoProfile::Store(error)) => {
            tracing::error!(%error, "a profile cannot be rendered");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(why @ (NoProfile::Product(_) | NoProfile::Desired(_) | NoProfile::Apart)) => {
            tracing::warn!(device = %ticket.device, %why, "a profile cannot be rendered");
            not_found()
        }
    }
}

/// A good link gives the file; anything else is not found, whatever is wrong with it (cases F01, F04).
async fn download(
    State(app): State<Arc<App>>,
    Path((file, ticket)): Path<(String, String)>,
    request: Request,
) -> Response<Body> {
    let not_found = || StatusCode::NOT_FOUND.into_response();
    let Ok(id) = file.parse::<Id>() else {
        return not_found();
    };
    let Some(ticket) = app.library.tickets.check(&ticket, id, clock::now()) else {
        return not_found();
    };
    let record = match app.store.file_find(id).await {
        Ok(Some(record)) => record,
        Ok(None) => return not_found(),
        Err(error) => {
            tracing::error!(%error, "a file cannot be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let rate = match app.store.campaign_rate(ticket.device, id).await {
        Ok(rate) => rate,
        Err(error) => {
            tracing::error!(%error, "the limit of a campaign cannot be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    app.metrics.files_sent.inc();
    tracing::debug!(file = %record.id, device = %ticket.device, "file sent");
    match ServeFile::new(app.library.path(&record))
        .oneshot(request)
        .await
    {
        Ok(response) => response.map(|body| {
            let body = Body::new(body);
            match rate {
                Some((campaign, rate)) => app.library.rates.slow(body, campaign, rate),
                None => body,
            }
        }),
        Err(never) => match never {},
    }
}
