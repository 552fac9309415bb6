//! `ETag`, `If-None-Match` and `If-Match` for every address that can be read: the tag is a hash of what reading gives, so
//! whoever writes with `If-Match` writes over exactly what they have seen.

use super::error::ApiError;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use data_model::firmware::hex;
use sha2::{Digest as _, Sha256};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;
use tokio::sync::Mutex;

/// Writes that are kept apart from each other; two addresses may share one.
const LANES: usize = 64;

/// Who writes to an address; nobody else does between the comparison of a tag and the write.
static WRITERS: LazyLock<Vec<Mutex<()>>> =
    LazyLock::new(|| (0..LANES).map(|_| Mutex::new(())).collect());

/// The layer.
pub async fn conditions(request: Request, next: Next) -> Response {
    match *request.method() {
        Method::GET => read(request, next).await,
        Method::PUT | Method::PATCH | Method::DELETE | Method::POST => write(request, next).await,
        _ => next.run(request).await,
    }
}

async fn read(request: Request, next: Next) -> Response {
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value == "application/json");
    if response.status() != StatusCode::OK || !json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = tag(&body);
    if known.is_some_and(|known| names(&known, &tag)) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
    }
    parts.headers.insert(ETAG, tag);
    Response::from_parts(parts, Body::from(body))
}

async fn write(request: Request, next: Next) -> Response {
    let condition = request.headers().get(IF_MATCH).cloned();
    if condition.is_none() && request.method() == Method::POST {
        return next.run(request).await;
    }
    let mut hasher = DefaultHasher::new();
    request.uri().path().hash(&mut hasher);
    let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0);
    let _turn = WRITERS[lane].lock().await;
    let Some(condition) = condition else {
        return next.run(request).await;
    };
    let present = next.clone().run(reading(&request)).await;
    if present.status() == StatusCode::UNAUTHORIZED || present.status() == StatusCode::FORBIDDEN {
        return present;
    }
    let tag = match present.status() {
        StatusCode::OK => to_bytes(present.into_body(), usize::MAX).await.ok(),
        _ => None,
    };
    let tag = tag.map(|body: Bytes| self::tag(&body));
    if tag.is_some_and(|tag| condition == "*" || names(&condition, &tag)) {
        return next.run(request).await;
    }
    ApiError::changed().into_response()
}

/// The request that reads what this one writes, from the same person.
fn reading(request: &Request) -> Request {
    let mut reading = Request::new(Body::empty());
    *reading.uri_mut() = request.uri().clone();
    let dropped: [HeaderName; 4] = [IF_MATCH, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING];
    let kept: HeaderMap = request
        .headers()
        .iter()
        .filter(|(name, _)| !dropped.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    *reading.headers_mut() = kept;
    *reading.extensions_mut() = request.extensions().clone();
    reading
}

fn tag(body: &[u8]) -> HeaderValue {
    let hash = Sha256::digest(body);
    let text = format!("\"{}\"", hex(&hash[..16]));
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether a list of tags names this one. A weak one is as good: proxies weaken them (RFC 9110 13.1.2).
fn names(list: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(list), Ok(tag)) = (list.to_str(), tag.to_str()) else {
        return false;
    };
    list.split(',')
        .map(|one| one.trim())
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
