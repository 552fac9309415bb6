//! Who asks: the bearer token of a request, as an argument of every handler that needs one.

use super::error::ApiError;
use super::openapi::takes;
use crate::app::App;
use crate::auth::tokens;
use crate::store::{Actor, Role};
use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;

/// Somebody who may look.
#[derive(Debug, Clone)]
pub struct Viewer(pub Actor);

/// Somebody who may act on devices.
#[derive(Debug, Clone)]
pub struct Operator(pub Actor);

/// Somebody who may do everything.
#[derive(Debug, Clone)]
pub struct Admin(pub Actor);

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Viewer, ApiError> {
        at_least(Role::Viewer, parts, app).await.map(Viewer)
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Operator, ApiError> {
        at_least(Role::Operator, parts, app).await.map(Operator)
    }
}

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Admin, ApiError> {
        at_least(Role::Admin, parts, app).await.map(Admin)
    }
}

impl OperationInput for Viewer {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        takes("viewer", operation);
    }
}

impl OperationInput for Operator {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        takes("operator", operation);
    }
}

impl OperationInput for Admin {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        takes("admin", operation);
    }
}

async fn at_least(role: Role, parts: &Parts, app: &App) -> Result<Actor, ApiError> {
    // A token in the URL would end in logs and Referer headers (case A09), so only the header counts.
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return Err(ApiError::unauthenticated());
    };
    let found = tokens::find(app, token)
        .await?
        .ok_or_else(ApiError::unauthenticated)?;
    if found.role < role {
        return Err(ApiError::forbidden(format!(
            "this takes the role {role:?}, you have {:?}",
            found.role
        )));
    }
    Ok(Actor::User(found.user))
}
