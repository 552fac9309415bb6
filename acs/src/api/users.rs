//! People: signing in, and what they have done.

use super::auth::Admin;
use super::error::{Answer, ApiError};
use crate::app::App;
use crate::auth::{passwords, tokens};
use crate::clock;
use crate::limits::{PAGE, SIGN_IN_FAILURES};
use crate::store::{AuditEntry, Page, Role};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use data_model::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    user: String,
    password: String,
}

/// A token and what it is good for.
#[derive(Serialize)]
pub struct SignedIn {
    token: String,
    user: String,
    role: Role,
    expires: Timestamp,
}

/// POST /sign-in
pub async fn sign_in(
    State(app): State<Arc<App>>,
    body: Result<Json<SignIn>, JsonRejection>,
) -> Answer<Json<SignedIn>> {
    let Json(body) = body?;
    let now = clock::now();
    if app.sign_ins.failures(&body.user, now) >= SIGN_IN_FAILURES {
        return Err(ApiError::too_often("too many failed sign-ins of this user"));
    }
    let user = app.store.user_find(&body.user).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let right = passwords::verify(Secret::new(body.password), hash).await;
    match user {
        Some(user) if right => {
            let (token, expires) = tokens::issue(&app, &user.name, user.role).await?;
            let token = token.reveal().to_owned();
            Ok(Json(SignedIn {
                token,
                user: user.name,
                role: user.role,
                expires,
            }))
        }
        Some(_) | None => {
            app.sign_ins.failed(&body.user, now);
            Err(ApiError::wrong_password())
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    after: Option<u64>,
    limit: Option<usize>,
}

/// GET /audit
pub async fn audit(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Answer<Json<Vec<AuditEntry>>> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(100).clamp(1, PAGE);
    Ok(Json(
        app.store
            .audit_list(Page {
                after: query.after,
                limit,
            })
            .await?,
    ))
}
