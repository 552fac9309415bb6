//! The file server: a file by its link, and a device's profile by its link; and where devices send theirs. Ranges and
//! conditions of files are the library's business.

use super::profiles::{self, NoProfile};
use super::sealed::Opened;
use super::{FileError, FnMutBody};
use crate::app::App;
use crate::clock;
use crate::metrics::Metrics;
use crate::store::{Id, TaskState};
use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::{get, put};
use bytes::Bytes;
use data_model::Secret;
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::Arc;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

/// The routes of the file server.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/files/{file}/{ticket}", get(download))
        .route("/profiles/{ticket}", get(profile))
        .route("/device-files/{file}/{ticket}", get(give_back))
        .route("/uploads/{task}/{ticket}", put(upload).post(upload))
        // Bodies are streamed to disk and have a limit of their own.
        .layer(DefaultBodyLimit::disable())
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
            let body = counted(&app.metrics, Body::new(body));
            match rate {
                Some((campaign, rate)) => app.library.rates.slow(body, campaign, rate),
                None => body,
            }
        }),
        Err(never) => match never {},
    }
}

/// A body whose bytes are counted as they leave, and which counts as a download for as long as it does.
fn counted(metrics: &Metrics, body: Body) -> Body {
    let open = Open::new(metrics.downloads_open.clone());
    let bytes = metrics.file_bytes_sent.clone();
    Body::new(body.map_frame(move |frame| {
        // Goes with the body, however that ends.
        let Open(_) = &open;
        if let Some(data) = frame.data_ref() {
            bytes.inc_by(data.len() as u64);
        }
        frame
    }))
}

struct Open(Gauge);

impl Open {
    fn new(open: Gauge) -> Open {
        open.inc();
        Open(open)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A good link gives a device a file back that it has sent.
async fn give_back(
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
    let file = match app.store.device_file_find(id).await {
        Ok(Some(file)) if file.device == ticket.device => file,
        Ok(_) => return not_found(),
        Err(error) => {
            tracing::error!(%error, "a file cannot be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let path = app.library.device_file_path(id);
    if let Some(key) = &file.key {
        return opened(&path, key, file.bytes).await;
    }
    match ServeFile::new(path).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// A sealed file, opened piece by piece; always the whole of it.
async fn opened(path: &std::path::Path, key: &Secret, bytes: u64) -> Response<Body> {
    let file = match Opened::new(path, key).await {
        Ok(file) => file,
        Err(error) => {
            tracing::error!(%error, "a file of a device cannot be read");
            return StatusCode::NOT_FOUND.into_response();
        }
    };
    let pieces = stream::try_unfold(file, |mut file| async move {
        let piece = file.next().await?;
        Ok::<_, std::io::Error>(piece.map(|piece| (piece, file)))
    });
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, bytes.to_string()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// A device sends the file of a task. It is kept before it is acknowledged.
async fn upload(
    State(app): State<Arc<App>>,
    Path((task, ticket)): Path<(String, String)>,
    request: Request,
) -> Response<Body> {
    let not_found = || StatusCode::NOT_FOUND.into_response();
    let Ok(id) = task.parse::<Id>() else {
        return not_found();
    };
    let Some(ticket) = app.library.tickets.check(&ticket, id, clock::now()) else {
        return not_found();
    };
    let task = match app.store.task_find(id).await {
        Ok(found) => found.filter(|task| task.device == ticket.device),
        Err(error) => {
            tracing::error!(%error, "a task cannot be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    // A task that was withdrawn, or has ended, waits for no file; one that runs may be answered after its file came.
    let waits = |state: TaskState| !state.is_final();
    let Some(task) = task.filter(|task| waits(task.state)) else {
        return not_found();
    };
    let pieces = Pieces(request.into_body().into_data_stream());
    let taken = app.library.take_from_device(&app, &task, pieces).await;
    match taken {
        Ok(Some(file)) => {
            tracing::info!(device = %file.device, task = %task.id, bytes = file.bytes, "file received");
            StatusCode::CREATED.into_response()
        }
        Ok(None) => not_found(),
        Err(FileError::TooLarge(_)) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(FileError::Broken(_) | FileError::Unfit(_)) => StatusCode::BAD_REQUEST.into_response(),
        Err(error @ (FileError::Disk(_) | FileError::Store(_))) => {
            tracing::error!(%error, "a file of a device cannot be kept");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

struct Pieces(BodyDataStream);

impl FnMutBody for Pieces {
    async fn next(&mut self) -> Option<Result<Bytes, String>> {
        let piece = self.0.next().await?;
        Some(piece.map_err(|error| error.to_string()))
    }
}
