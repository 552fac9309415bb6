//! The file server: one kind of request, a file by its link. Ranges and conditions are the library's business.

use crate::app::App;
use crate::clock;
use crate::store::Id;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
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
        .with_state(app)
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
    app.metrics.files_sent.inc();
    tracing::debug!(file = %record.id, device = %ticket.device, "file sent");
    match ServeFile::new(app.library.path(&record))
        .oneshot(request)
        .await
    {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
