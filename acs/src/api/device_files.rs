//! Files that devices have sent: list, read, forget.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::auth::Person;
use crate::clock;
use crate::store::{DeviceFile, FilePurpose, Id};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse as _, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/files",
            get_with(list, says("Lists files the device has sent, newest first.")),
        )
        .api_route(
            "/devices/{device}/files/{file}",
            get_with(read, says("Describes a file of the device."))
                .delete_with(delete, says("Forgets a file of the device.")),
        )
        .api_route(
            "/devices/{device}/files/{file}/content",
            get_with(content, |operation| {
                operation
                    .summary("Gives a file of the device; that is written into the trail.")
                    .response::<200, Vec<u8>>()
            }),
        )
}

/// Which files are listed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FilesQuery {
    /// Kept for this.
    purpose: Option<FilePurpose>,
}

/// GET /devices/{device}/files
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<FilesQuery>, QueryRejection>,
) -> Answer<Json<Vec<DeviceFile>>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let files = app.store.device_file_list(device.id, query.purpose).await?;
    Ok(Json(files))
}

/// A device and one of its files in an address.
type Which = Result<Path<(String, String)>, PathRejection>;

async fn file(app: &App, who: &Person, which: Which) -> Answer<DeviceFile> {
    let Path((device, file)) = which?;
    let device = find(app, who, &device).await?;
    let not_found = || ApiError::not_found("file of this device");
    let id: Id = file.parse().map_err(|_| not_found())?;
    let found = app.store.device_file_find(id).await?;
    found
        .filter(|file| file.device == device.id)
        .ok_or_else(not_found)
}

/// GET /devices/{device}/files/{file}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    which: Which,
) -> Answer<Json<DeviceFile>> {
    file(&app, &who, which).await.map(Json)
}

/// GET /devices/{device}/files/{file}/content: a configuration may hold secrets, so this is not for everybody.
pub async fn content(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    which: Which,
) -> Answer<Response> {
    let file = file(&app, &actor, which).await?;
    app.store
        .device_file_opened(&actor, file.id, clock::now())
        .await?;
    let content = app.library.device_file_content(&file).await;
    let bytes = content.map_err(|error| {
        tracing::error!(%error, file = %file.id, "a file of a device cannot be read");
        ApiError::not_found("content of this file")
    })?;
    let name = format!(
        "attachment; filename=\"{}-{}\"",
        file.purpose.as_str(),
        file.id
    );
    // Whatever a device has sent is nothing for a browser to show.
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// DELETE /devices/{device}/files/{file}
pub async fn delete(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    which: Which,
) -> Answer<Done> {
    let file = file(&app, &actor, which).await?;
    let deleted = app.store.device_file_delete(&actor, file.id, clock::now());
    if deleted.await?.is_none() {
        return Err(ApiError::not_found("file of this device"));
    }
    app.library.drop_device_file(file.id).await;
    Ok(Done)
}
