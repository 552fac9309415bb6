//! Whether the server lives, whether it can work, and how it has done.

use crate::app::App;
use crate::metrics::state;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The loop turns.
pub async fn live() -> &'static str {
    "live\n"
}

/// The store takes writes and the server is not winding down.
pub async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    if !app.ready.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "not serving\n".to_owned());
    }
    match app.store.check().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}

/// Every counter, in the Prometheus text format.
pub async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    (
        [(
            CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        {
            state::refresh(&app).await;
            app.overload.measure();
            app.metrics.render()
        },
    )
}
