//! The REST API for people and programs, under `/api/v1`. One line a route; every route but sign-in and the health
//! checks takes a token.

pub mod auth;
mod bindings;
mod campaigns;
mod devices;
pub mod error;
mod fields;
mod files;
mod filters;
mod fleet;
mod health;
mod page;
mod parameters;
mod profiles;
mod provisioning;
mod queries;
mod reports;
mod tasks;
mod users;

use crate::app::App;
use crate::limits::API_BODY_BYTES;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::sync::Arc;

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let v1 = Router::new()
        .route("/sign-in", post(users::sign_in))
        .route("/devices", get(devices::list).post(devices::register))
        .route(
            "/devices/{device}",
            get(devices::read).delete(devices::delete),
        )
        .route(
            "/devices/{device}/tags",
            axum::routing::put(devices::set_tags),
        )
        .route(
            "/devices/{device}/variables",
            get(devices::variables).put(devices::set_variables),
        )
        .route("/devices/{device}/call", post(devices::call))
        .route("/devices/{device}/parameters", get(parameters::list))
        .route("/devices/{device}/profile", get(profiles::of_device))
        .route(
            "/devices/{device}/tasks",
            get(tasks::list).post(tasks::create),
        )
        .route("/tasks/{task}", get(tasks::read).delete(tasks::cancel))
        .route("/profiles", get(profiles::list))
        .route(
            "/profiles/{name}",
            get(profiles::read)
                .put(profiles::put)
                .delete(profiles::delete),
        )
        .route("/files", get(files::list))
        .route("/files/{file}", get(files::read).delete(files::delete))
        .route("/campaigns", get(campaigns::list).post(campaigns::create))
        .route("/campaigns/{campaign}", get(campaigns::read))
        .route("/campaigns/{campaign}/devices", get(campaigns::devices))
        .route("/campaigns/{campaign}/pause", post(campaigns::pause))
        .route("/campaigns/{campaign}/resume", post(campaigns::resume))
        .route("/campaigns/{campaign}/abort", post(campaigns::abort))
        .route("/users", get(users::list))
        .route(
            "/users/{name}",
            axum::routing::put(users::put).delete(users::delete),
        )
        .route("/password", axum::routing::put(users::change_password))
        .route("/audit", get(users::audit))
        .merge(resyncs())
        .merge(fleet::routes())
        .merge(queries::routes())
        .layer(DefaultBodyLimit::max(API_BODY_BYTES));
    // A file is streamed to disk and has a limit of its own.
    let uploads = Router::new()
        .route("/files", post(files::upload))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .nest("/api/v1", v1.merge(uploads))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::no_such_method)
        .with_state(app)
}

/// What belongs to devices that provision themselves.
fn resyncs() -> Router<Arc<App>> {
    Router::new()
        .route("/devices/{device}/contacts", get(provisioning::contacts))
        .route("/devices/{device}/provisioning", get(provisioning::read))
        .route(
            "/devices/{device}/provisioning/rotate",
            post(provisioning::rotate_key),
        )
        .route(
            "/devices/{device}/provisioning/window",
            axum::routing::put(provisioning::open_window).delete(provisioning::close_window),
        )
        .route("/devices/{device}/report", get(reports::read))
        .route("/devices/{device}/report/diff", get(reports::diff))
        .route("/bindings", get(bindings::list))
        .route(
            "/bindings/{by}/{value}",
            get(bindings::read)
                .put(bindings::put)
                .delete(bindings::delete),
        )
        .route("/bindings/{by}/{value}/reopen", post(bindings::reopen))
}
