//! The page for people: the files of `acs/page`, which are part of the program, and the headers they are served with.
//!
//! The page is one document for every address that is not the API's; what is shown at an address its scripts decide.
//! Scripts and styles stand below `/assets/STAMP/`, where STAMP is made of all of them, so that a browser keeps them for
//! good and never mixes those of two versions. A debug build reads them from the folder at every request.

use crate::api::error::{self, ApiError};
use axum::Router;
use axum::extract::Path;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::sync::OnceLock;
use tower_http::compression::CompressionLayer;

/// Nothing but what this server gives, no script in a document, and no page around it (case A13).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where the document names the folder of its scripts.
const PLACE: &str = "{{assets}}";

#[derive(Embed)]
#[folder = "page/"]
#[exclude = "*.md"]
struct Files;

/// The scripts and styles, and the start page.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(async || document()))
        .route("/assets/{stamp}/{*file}", get(asset))
        .layer(CompressionLayer::new())
}

/// What an address gets that nothing else answers: the document if a person's browser asks, otherwise the API's 404.
pub async fn or_not_found(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let wants_page = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if method == Method::GET && wants_page && !uri.path().starts_with("/api/") {
        return document();
    }
    error::not_found().await.into_response()
}

fn document() -> Response {
    let Some(index) = file("index.html") else {
        return ApiError::mistake().into_response();
    };
    let index = String::from_utf8_lossy(&index).replace(PLACE, &format!("/assets/{}", stamp()));
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, index).into_response()
}

async fn asset(Path((wanted, name)): Path<(String, String)>) -> Response {
    let found = (wanted == stamp()).then(|| file(&name)).flatten();
    let Some(bytes) = found else {
        let why = "this is no file of the page, or one of another version of it";
        return (
            StatusCode::NOT_FOUND,
            format!("{why}: load the page again\n"),
        )
            .into_response();
    };
    let keep = if cfg!(debug_assertions) {
        "no-cache"
    } else {
        "public, max-age=31536000, immutable"
    };
    ([(CONTENT_TYPE, kind(&name)), (CACHE_CONTROL, keep)], bytes).into_response()
}

fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(name).map(|file| file.data)
}

/// What a browser takes a file for. `nosniff` stands in every answer, so a wrong one here is a page that does not work.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

/// A name for this version of all files.
fn stamp() -> &'static str {
    static STAMP: OnceLock<String> = OnceLock::new();
    STAMP.get_or_init(|| {
        let mut all = Sha256::new();
        for name in Files::iter() {
            all.update(name.as_bytes());
            all.update(file(&name).unwrap_or_default());
        }
        let digest = all.finalize();
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    })
}
