//! Files of the library: list, take in, forget.

use super::answers::{Created, Done};
use super::auth::{Operator, Viewer};
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::files::{FileError, FnMutBody, NewFile, Unverified};
use crate::store::{FileRecord, Id};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use aide::openapi::{MediaType, ReferenceOr, RequestBody, SchemaObject};
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use bytes::Bytes;
use futures_util::StreamExt as _;
use schemars::{JsonSchema, json_schema};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/files", get_with(list, says("Lists files.")))
        .api_route(
            "/files/{file}",
            get_with(read, says("Reads the description of a file."))
                .delete_with(delete, says("Forgets a file.")),
        )
}

/// The route that takes a file in: it is streamed to disk and has a limit of its own.
pub fn uploads() -> ApiRouter<Arc<App>> {
    let upload = post_with(upload, |operation| {
        let mut operation = operation.summary("Takes a file in.");
        operation.inner_mut().request_body = Some(ReferenceOr::Item(any_bytes()));
        operation
    });
    ApiRouter::new().api_route("/files", upload)
}

fn any_bytes() -> RequestBody {
    let schema = SchemaObject {
        json_schema: json_schema!({ "type": "string", "format": "binary" }),
        external_docs: None,
        example: None,
    };
    let bytes = MediaType {
        schema: Some(schema),
        ..MediaType::default()
    };
    RequestBody {
        content: [("application/octet-stream".to_owned(), bytes)]
            .into_iter()
            .collect(),
        required: true,
        ..RequestBody::default()
    }
}

/// GET /files
pub async fn list(State(app): State<Arc<App>>, Viewer(_): Viewer) -> Answer<Json<Vec<FileRecord>>> {
    Ok(Json(app.store.file_list().await?))
}

fn id(text: &str) -> Answer<Id> {
    text.parse().map_err(|_| ApiError::not_found("file"))
}

/// GET /files/{file}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    file: Argument,
) -> Answer<Json<FileRecord>> {
    let found = app.store.file_find(id(&file?)?).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("file"))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    name: String,
    #[serde(default = "firmware")]
    file_type: String,
    #[serde(default)]
    product_class: String,
    #[serde(default)]
    version: String,
    /// The version a device must run to be able to take this image.
    #[serde(default)]
    minimum_version: String,
    /// The hash its bytes must have, in hexadecimal.
    #[serde(default)]
    sha256: String,
    /// Whether an image is taken although it is no good container and has no stated hash.
    #[serde(default)]
    unverified: bool,
}

fn firmware() -> String {
    "1 Firmware Upgrade Image".into()
}

/// POST /files: the body is the file, the arguments describe it.
pub async fn upload(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    query: Result<Query<UploadQuery>, QueryRejection>,
    body: Body,
) -> Answer<Created<FileRecord>> {
    let Query(query) = query?;
    for (what, text) in [
        ("name", &query.name),
        ("file_type", &query.file_type),
        ("version", &query.version),
        ("minimum_version", &query.minimum_version),
        ("product_class", &query.product_class),
        ("sha256", &query.sha256),
    ] {
        if text.chars().count() > 128 || text.chars().any(char::is_control) {
            let why = format!("`{what}` has control characters or more than 128 characters");
            return Err(ApiError::bad(why, "shorten it"));
        }
    }
    let new = NewFile {
        name: query.name,
        file_type: query.file_type,
        product_class: query.product_class,
        version: query.version,
        minimum_version: query.minimum_version,
        sha256: query.sha256,
        unverified: match query.unverified {
            true => Unverified::Taken,
            false => Unverified::Refused,
        },
    };
    let pieces = Pieces(body.into_data_stream());
    let taken = app
        .library
        .take(app.store.as_ref(), &actor, new, pieces)
        .await;
    match taken {
        Ok(record) => Ok(Created::at("files", record.id, record)),
        Err(error @ FileError::TooLarge(_)) => Err(ApiError::too_large(error)),
        Err(error @ FileError::Unfit(_)) => Err(ApiError::bad(
            error,
            "correct what is said of it, state its `sha256`, or take it with `unverified=true`",
        )),
        Err(error @ FileError::Broken(_)) => Err(ApiError::bad(error, "send the file again")),
        Err(error @ FileError::Disk(_)) => Err(ApiError::no_storage(error)),
        Err(FileError::Store(error)) => Err(error.into()),
    }
}

struct Pieces(BodyDataStream);

impl FnMutBody for Pieces {
    async fn next(&mut self) -> Option<Result<Bytes, String>> {
        let piece = self.0.next().await?;
        Some(piece.map_err(|error| error.to_string()))
    }
}

/// DELETE /files/{file}
pub async fn delete(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    file: Argument,
) -> Answer<Done> {
    let file = id(&file?)?;
    let forgotten = app.library.forget(app.store.as_ref(), &actor, file).await?;
    forgotten
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("file"))
}
