//! `ETag`, `If-None-Match` and `If-Match` for every address that can be read: the tag is a hash of what reading gives, so
//! whoever writes with `If-Match` writes over exactly what they have seen.
//!
//! Where reading does not show everything, or shows what nobody has written, the handler says with a [`Version`] what
//! writing would replace. Such a tag has two parts: `If-Match` compares the first one, `If-None-Match` both.

use super::error::ApiError;
use super::whole::is_upload;
use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Described};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use data_model::firmware::hex;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;
use tokio::sync::RwLock;

/// Writes that are kept apart from each other; two nouns may share one.
const LANES: usize = 64;

/// Who writes to a noun, which may go by several addresses: whoever has a condition is alone between the comparison of a
/// tag and the write, all others write side by side.
static WRITERS: LazyLock<Vec<RwLock<()>>> =
    LazyLock::new(|| (0..LANES).map(|_| RwLock::new(())).collect());

/// Makes versions of records with secrets tell nothing of them.
static KEY: LazyLock<[u8; 32]> = LazyLock::new(crate::clock::random_bytes);

/// What a write would replace, as a hash: the secrets that are masked are in it, what devices say by themselves is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version([u8; 16]);

impl Version {
    /// The version of a record.
    pub fn of(record: &impl Serialize) -> Version {
        let mut hash = Sha256::new();
        hash.update(*KEY);
        hash.update(serde_json::to_vec(record).unwrap_or_default());
        let hash = hash.finalize();
        Version(std::array::from_fn(|at| hash[at]))
    }
}

/// A record with its version.
#[derive(Debug)]
pub struct Versioned<T>(pub T, pub Version);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        (Extension(self.1), Json(self.0)).into_response()
    }
}

impl<T: JsonSchema> OperationOutput for Versioned<T> {
    type Inner = T;

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Described)> {
        Json::<T>::inferred_responses(ctx, operation)
    }
}

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
    let tag = tag(&body, parts.extensions.get());
    if known.is_some_and(|known| names(&known, &tag)) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
    }
    parts.headers.insert(ETAG, tag);
    Response::from_parts(parts, Body::from(body))
}

async fn write(request: Request, next: Next) -> Response {
    let condition = request.headers().get(IF_MATCH).cloned();
    if condition.is_none() && request.method() == Method::POST
        || is_upload(request.method(), request.uri())
    {
        return next.run(request).await;
    }
    let lane = &WRITERS[lane(request.uri().path())];
    let Some(condition) = condition else {
        let _beside = lane.read().await;
        return next.run(request).await;
    };
    let _alone = lane.write().await;
    let present = next.clone().run(reading(&request)).await;
    if present.status() == StatusCode::UNAUTHORIZED || present.status() == StatusCode::FORBIDDEN {
        return present;
    }
    let version = present.extensions().get().copied();
    let tag = match present.status() {
        StatusCode::OK => to_bytes(present.into_body(), usize::MAX).await.ok(),
        _ => None,
    };
    let tag = tag.map(|body: Bytes| self::tag(&body, version.as_ref()));
    if tag.is_some_and(|tag| condition == "*" || is_version(&condition, &tag)) {
        return next.run(request).await;
    }
    ApiError::changed().into_response()
}

/// By the noun: the record behind an address has other addresses too.
fn lane(path: &str) -> usize {
    let rest = path.strip_prefix("/api/v1/").unwrap_or(path);
    let noun = rest.split('/').next().unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    noun.hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0)
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

fn tag(body: &[u8], version: Option<&Version>) -> HeaderValue {
    let hash = Sha256::digest(body);
    let text = match version {
        Some(Version(version)) => format!("\"{}-{}\"", hex(version), hex(&hash[..16])),
        None => format!("\"{}\"", hex(&hash[..16])),
    };
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether a list of tags names this one. A weak one is as good: proxies weaken them (RFC 9110 13.1.2).
fn names(list: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(list), Ok(tag)) = (list.to_str(), tag.to_str()) else {
        return false;
    };
    tags(list).any(|one| one == "*" || one == tag)
}

/// Whether a list of tags names this one, or another one of the same version.
fn is_version(list: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(list), Ok(tag)) = (list.to_str(), tag.to_str()) else {
        return false;
    };
    let version = |tag: &str| tag.split_once('-').map(|(version, _)| version.to_owned());
    let wanted = version(tag);
    tags(list).any(|one| one == "*" || one == tag || wanted.is_some() && version(one) == wanted)
}

fn tags(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_looks_at_what_writing_replaces_and_reading_at_everything() {
        let record = |secret: &str| Version::of(&("name", secret));
        let one = tag(b"{\"seen\":1}", Some(&record("a")));
        let seen_again = tag(b"{\"seen\":2}", Some(&record("a")));
        let other_secret = tag(b"{\"seen\":1}", Some(&record("b")));
        assert!(is_version(&one, &seen_again) && !names(&one, &seen_again));
        assert!(!is_version(&one, &other_secret) && !names(&one, &other_secret));
        let plain = tag(b"{}", None);
        assert!(is_version(&plain, &plain) && !is_version(&plain, &one));
        let list = HeaderValue::try_from(format!("\"x\", W/{}", one.to_str().unwrap())).unwrap();
        assert!(is_version(&list, &seen_again) && names(&list, &one));
    }

    #[test]
    fn a_record_is_in_one_lane_by_whatever_address() {
        let by_id = lane("/api/v1/devices/0123456789abcdef/tags");
        assert_eq!(by_id, lane("/api/v1/devices/00562B-ATA192-1/tags"));
    }
}
