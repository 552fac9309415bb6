//! Requests that change something are carried out to their end, whoever hangs up meanwhile: what was committed is also
//! known to the rest of the server, and the answer to a request with a key is kept. Their bodies are read first, so that
//! whoever sends slowly is in the way of nobody.

use super::auth::AnySignedIn;
use super::error::ApiError;
use crate::app::App;
use crate::limits::{API_BODY_BYTES, API_BODY_TIME, IMPORT_BYTES};
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

/// Whether the body of a request is a file, which is streamed to the disk.
pub(super) fn is_upload(method: &Method, uri: &Uri) -> bool {
    method == Method::POST && uri.path().ends_with("/files")
}

/// The layer.
pub async fn whole(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    // A task of its own: the future of a handler is dropped when its connection is.
    let carried_out = tokio::spawn(async move {
        match with_body(&app, request).await {
            Ok(request) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    });
    match carried_out.await {
        Ok(response) => response,
        // It has told so in the log.
        Err(_) => ApiError::mistake().into_response(),
    }
}

/// The request with its body in memory. Nothing is read of strangers before it is known what they want.
async fn with_body(app: &Arc<App>, request: Request) -> Result<Request, ApiError> {
    if request.body().is_end_stream() || is_upload(request.method(), request.uri()) {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let signed_in = AnySignedIn::from_request_parts(&mut parts, app).await;
    if signed_in.is_err() {
        return Ok(Request::from_parts(parts, body));
    }
    let most = most(parts.uri.path());
    let read = tokio::time::timeout(API_BODY_TIME, to_bytes(body, most)).await;
    match read {
        Err(_) => Err(ApiError::too_slow(format!(
            "the body has not come within {} seconds",
            API_BODY_TIME.as_secs()
        ))),
        Ok(Err(error)) => Err(ApiError::too_large(error)),
        Ok(Ok(body)) => Ok(Request::from_parts(parts, Body::from(body))),
    }
}

/// The most a body may have: lists are longer than anything else.
pub(super) fn most(path: &str) -> usize {
    match path.ends_with("/import") {
        true => IMPORT_BYTES,
        false => API_BODY_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::once::{IDEMPOTENCY_KEY, once};
    use crate::auth::tokens;
    use crate::config::Config;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Actor, PasswordUse, Role, Scope, TokenKind, User};
    use axum::Router;
    use axum::http::StatusCode;
    use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use data_model::Timestamp;
    use futures_util::stream;
    use std::io;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;
    use tempfile::TempDir;
    use tokio::sync::oneshot;
    use tower::ServiceExt as _;

    struct Place {
        app: Arc<App>,
        token: String,
        _folder: TempDir,
    }

    /// A server without listeners, and somebody who has signed in.
    async fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data: folder.path().to_path_buf(),
            ..Config::default()
        };
        let store = SqliteStore::open(&folder.path().join("store.db")).unwrap();
        let app = Arc::new(App::new(config, Arc::new(store)).await.unwrap());
        let ann = User {
            name: "ann".into(),
            role: Role::Admin,
            scope: Scope::default(),
            password_hash: "hash".into(),
            password: PasswordUse::Full,
        };
        let now = Timestamp::from_secs(1);
        let put = app.store.user_put(&Actor::Console, ann.clone(), now);
        put.await.unwrap();
        let here = [127, 0, 0, 1].into();
        let issued = tokens::issue(&app, &ann, TokenKind::SignIn, here).await;
        let (token, _) = issued.unwrap();
        Place {
            app,
            token: token.reveal().to_owned(),
            _folder: folder,
        }
    }

    fn around(place: &Place, router: Router) -> Router {
        router
            .layer(from_fn_with_state(Arc::clone(&place.app), once))
            .layer(from_fn_with_state(Arc::clone(&place.app), whole))
    }

    fn request(place: &Place, key: &str) -> Request {
        let request = http::Request::post("/x");
        let request = request.header(IDEMPOTENCY_KEY, key);
        let request = request.header(AUTHORIZATION, format!("Bearer {}", place.token));
        request.body(Body::from("{}")).unwrap()
    }

    /// Covers P1.
    #[tokio::test]
    async fn a_request_is_carried_out_to_its_end_though_whoever_asked_has_gone() {
        let place = place().await;
        let (begin, begun) = oneshot::channel();
        let (go, gone) = oneshot::channel::<()>();
        let (end, ended) = oneshot::channel();
        let once_only = Arc::new(Mutex::new(Some((begin, gone, end))));
        let handler = move || async move {
            let (begin, gone, end) = once_only.lock().unwrap().take().unwrap();
            begin.send(()).unwrap();
            gone.await.unwrap();
            end.send(()).unwrap();
            axum::Json(1)
        };
        let router = around(&place, Router::new().route("/x", post(handler)));
        let call = router.clone().oneshot(request(&place, "k"));
        tokio::select! {
            _ = call => panic!("it waits"),
            begun = begun => begun.unwrap(),
        }
        // The connection is gone, and the call is dropped with it.
        go.send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(60), ended).await;
        ended.expect("it goes on").expect("to its end");
        // Its answer is kept too: whoever comes again hears it, and the handler is not asked once more.
        let again = async {
            loop {
                let answer = router.clone().oneshot(request(&place, "k")).await.unwrap();
                if answer.status() == StatusCode::OK {
                    return to_bytes(answer.into_body(), 10).await.unwrap();
                }
                assert_eq!(answer.status(), StatusCode::CONFLICT);
                tokio::task::yield_now().await;
            }
        };
        let again = tokio::time::timeout(Duration::from_secs(60), again).await;
        assert_eq!(again.expect("it is kept"), "1");
    }

    #[tokio::test]
    async fn what_is_no_short_record_goes_through_and_is_not_kept() {
        let place = place().await;
        let calls = Arc::new(AtomicU32::new(0));
        for (key, kind, expected) in [
            ("record", "application/json", 1),
            ("archive", "application/x-tar", 2),
            ("stream", "application/json", 2),
        ] {
            calls.store(0, Ordering::Relaxed);
            let counted = Arc::clone(&calls);
            let handler = move || async move {
                counted.fetch_add(1, Ordering::Relaxed);
                let broken = [Ok("1"), Err(io::Error::other("broken"))];
                let body = match key {
                    "stream" => Body::from_stream(stream::iter(broken)),
                    _ => Body::from("1"),
                };
                ([(CONTENT_TYPE, kind)], body)
            };
            let router = around(&place, Router::new().route("/x", post(handler)));
            for _ in 0..2 {
                let answer = router.clone().oneshot(request(&place, key)).await.unwrap();
                assert_eq!(answer.status(), StatusCode::OK);
                let body = to_bytes(answer.into_body(), 10).await;
                assert_eq!(
                    body.is_err(),
                    key == "stream",
                    "{key}: a broken answer is broken"
                );
            }
            assert_eq!(calls.load(Ordering::Relaxed), expected, "{key}");
        }
    }
}
