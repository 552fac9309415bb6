//! `Idempotency-Key` for every POST: a request that is sent again is answered as the first time, and not carried out
//! again. (A task keeps its key with itself, in one transaction; see `tasks`.)

use super::auth::AnySignedIn;
use super::error::ApiError;
use super::whole::most;
use crate::app::App;
use crate::clock;
use crate::limits::{IDEMPOTENCY_KEY_CHARS, KEPT_ANSWER_BYTES};
use crate::store::StoreError;
use crate::store::requests::{Begun, Keyed};
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The header.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Addresses whose answers hold a secret that is shown once, are a whole database, or whose bodies are files: nothing is
/// kept of them, so a key means nothing there.
const NOT_KEPT: [&str; 8] = [
    "/backup",
    "/files",
    "/sign-in",
    "/session",
    "/tokens",
    "/webhooks",
    "/reveal",
    "/activation-code",
];

/// The layer.
pub async fn once(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let kept = !NOT_KEPT.iter().any(|end| path.ends_with(end)) && !path.ends_with("/tasks");
    let key = request.headers().get(IDEMPOTENCY_KEY);
    let (Some(key), true) = (key, kept && request.method() == Method::POST) else {
        return next.run(request).await;
    };
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARS {
        let why = format!("an Idempotency-Key has 1 to {IDEMPOTENCY_KEY_CHARS} characters");
        return ApiError::bad(why, "use a UUID").into_response();
    }
    let key = hash(&[&who(request.headers()), key.as_bytes()]);
    let (mut parts, body) = request.into_parts();
    if let Err(nobody) = AnySignedIn::from_request_parts(&mut parts, &app).await {
        // Strangers make the store write nothing.
        return nobody.into_response();
    }
    let body = match to_bytes(body, most(parts.uri.path())).await {
        Ok(body) => body,
        Err(error) => return ApiError::too_large(error).into_response(),
    };
    let address = parts.uri.to_string();
    let keyed = Keyed {
        key,
        asked: hash(&[address.as_bytes(), &body]),
    };
    match app.store.request_begin(keyed, clock::now()).await {
        Err(error) => ApiError::from(error).into_response(),
        Ok(Begun::First) => {
            let request = Request::from_parts(parts, Body::from(body));
            carry_out(&app, keyed, next.run(request).await).await
        }
        Ok(Begun::Answered { status, body }) => replayed(status, body),
        Ok(Begun::Different) => ApiError::bad(
            "this Idempotency-Key stands for another request",
            "use a key of its own for each request",
        )
        .into_response(),
        Ok(Begun::UnderWay) => {
            let why = "a request with this Idempotency-Key is under way, or the server stopped in the middle of it; \
                       look whether it was carried out before you send it with another key";
            ApiError::from(StoreError::Conflict(why.into())).into_response()
        }
    }
}

/// Keeps the answer of a request that was carried out; one that was refused may be sent again.
async fn carry_out(app: &App, keyed: Keyed, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let (kept, body) = if !parts.status.is_success() || !can_be_kept(&parts.headers, &body) {
        (app.store.request_forget(keyed).await, body)
    } else {
        match to_bytes(body, KEPT_ANSWER_BYTES).await {
            Ok(body) => {
                let status = parts.status.as_u16();
                let kept = app.store.request_end(keyed, status, body.to_vec()).await;
                (kept, Body::from(body))
            }
            // Half an answer is none, neither to keep nor to send as if it were whole.
            Err(error) => {
                let broken = stream::once(async { Err::<Bytes, _>(error) });
                let kept = app.store.request_forget(keyed).await;
                (kept, Body::from_stream(broken))
            }
        }
    };
    if let Err(error) = kept {
        tracing::warn!(%error, "the answer to a request with an Idempotency-Key is not kept");
    }
    Response::from_parts(parts, body)
}

/// Whether it is a short record: what is streamed, or long, goes through as it is.
fn can_be_kept(headers: &HeaderMap, body: &Body) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    let json = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"application/json"));
    let length = body.size_hint().upper();
    json && length.is_some_and(|length| length <= KEPT_ANSWER_BYTES as u64)
}

fn replayed(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if body.is_empty() {
        return status.into_response();
    }
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        Bytes::from(body),
    )
        .into_response()
}

/// Who asks, as they prove it: an answer is never given to somebody else.
fn who(headers: &HeaderMap) -> Vec<u8> {
    let proofs = [AUTHORIZATION, COOKIE].map(|name| headers.get(name).cloned());
    let proofs = proofs.iter().flatten().flat_map(|value| value.as_bytes());
    proofs.copied().collect()
}

fn hash(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}
