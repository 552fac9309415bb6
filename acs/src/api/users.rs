//! People: signing in, and what they have done.

use super::answers::Done;
use super::auth::{Admin, AnySignedIn, Auditor};
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::auth::{passwords, tokens};
use crate::clock;
use crate::limits::{PAGE, PASSWORD_CHARS, SCOPE_TAGS, SIGN_IN_FAILURES};
use crate::provisioning::template;
use crate::store::{AuditEntry, Page, PasswordUse, Role, Scope, TokenKind, User};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with, put_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/sign-in",
            post_with(sign_in, says("Gives a token for a name and a password.")),
        )
        .api_route("/users", get_with(list, says("Lists users.")))
        .api_route(
            "/users/{name}",
            put_with(put, says("Makes or changes a user."))
                .delete_with(delete, says("Removes a user.")),
        )
        .api_route(
            "/password",
            put_with(
                change_password,
                says("Changes the password of whoever asks."),
            ),
        )
        .api_route("/audit", get_with(audit, says("Reads the audit trail.")))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    user: String,
    password: String,
}

/// A token and what it is good for.
#[derive(Serialize, JsonSchema)]
pub struct SignedIn {
    token: String,
    user: String,
    role: Role,
    expires: Timestamp,
    /// The password was good for this one time: the token is good for nothing but to choose another one.
    must_change_password: bool,
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
            let (secret, token) = tokens::issue(&app, &user, TokenKind::SignIn).await?;
            Ok(Json(SignedIn {
                token: secret.reveal().to_owned(),
                user: user.name,
                role: user.role,
                expires: token.expires,
                must_change_password: token.password == PasswordUse::OneTime,
            }))
        }
        Some(_) | None => {
            app.sign_ins.failed(&body.user, now);
            Err(ApiError::wrong_password())
        }
    }
}

/// A user as the API shows one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownUser {
    name: String,
    role: Role,
    /// The tags of which a device must carry one; `null` for the whole fleet.
    scope: Option<Vec<String>>,
    /// The password is good for nothing but to choose another one.
    must_change_password: bool,
}

impl From<User> for ShownUser {
    fn from(user: User) -> ShownUser {
        ShownUser {
            scope: user.scope.lists().first().cloned(),
            must_change_password: user.password == PasswordUse::OneTime,
            name: user.name,
            role: user.role,
        }
    }
}

/// GET /users
pub async fn list(State(app): State<Arc<App>>, Admin(_): Admin) -> Answer<Json<Vec<ShownUser>>> {
    let users = app.store.user_list().await?;
    Ok(Json(users.into_iter().map(ShownUser::from).collect()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRequest {
    role: Role,
    /// Absent to leave it as it is.
    #[serde(default)]
    password: Option<String>,
    /// The password is only good to choose another one; for one that is given here.
    #[serde(default)]
    must_change_password: bool,
    /// Tags of which a device must carry one for the user to see it; `null` for the whole fleet, absent to leave it as
    /// it is.
    #[serde(default, deserialize_with = "given")]
    scope: Option<Option<Vec<String>>>,
}

/// A field that is there, be it `null`.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

/// A scope somebody asks for.
pub(super) fn scope(tags: Option<Vec<String>>) -> Answer<Scope> {
    let Some(tags) = tags else {
        return Ok(Scope::default());
    };
    if !SCOPE_TAGS.contains(&tags.len()) {
        let why = format!("a scope of {} tags", tags.len());
        let fix = "give 1 to 64 tags, or `null` for the whole fleet";
        return Err(ApiError::bad(why, fix));
    }
    let fix = "tags have 1 to 64 letters, digits, dots, dashes and underscores";
    let mut checked = tags.iter().map(|tag| template::check_name(tag));
    checked
        .try_for_each(|checked| checked.map(drop))
        .map_err(|error| ApiError::bad(error, fix))?;
    Ok(Scope::of_tags(tags))
}

/// PUT /users/{name}
pub async fn put(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    name: Argument,
    body: Result<Json<UserRequest>, JsonRejection>,
) -> Answer<Json<ShownUser>> {
    let name = name?.0;
    let Json(body) = body?;
    template::check_name(&name).map_err(|error| ApiError::bad(error, "give another name"))?;
    let known = app.store.user_find(&name).await?;
    let (password_hash, password) = match (body.password, &known) {
        (Some(password), _) if body.must_change_password => {
            (hash(password).await?, PasswordUse::OneTime)
        }
        (Some(password), _) => (hash(password).await?, PasswordUse::Full),
        (None, Some(known)) => (known.password_hash.clone(), known.password),
        (None, None) => {
            let why = "a user that is new needs a password";
            return Err(ApiError::bad(why, "give `password`"));
        }
    };
    let scope = match body.scope {
        Some(tags) => scope(tags)?,
        None => known.map(|known| known.scope).unwrap_or_default(),
    };
    let user = User {
        name,
        role: body.role,
        scope,
        password_hash,
        password,
    };
    app.store
        .user_put(&actor, user.clone(), clock::now())
        .await?;
    Ok(Json(user.into()))
}

/// DELETE /users/{name}
pub async fn delete(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    name: Argument,
) -> Answer<Done> {
    let deleted = app.store.user_delete(&actor, &name?, clock::now()).await?;
    deleted
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("user"))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    old: String,
    new: String,
}

/// PUT /password: of whoever asks; every token of theirs ends.
pub async fn change_password(
    State(app): State<Arc<App>>,
    AnySignedIn(who): AnySignedIn,
    body: Result<Json<PasswordRequest>, JsonRejection>,
) -> Answer<Done> {
    let Json(body) = body?;
    if who.token().kind == TokenKind::Api {
        return Err(ApiError::forbidden("only people have passwords"));
    }
    let name = who.name();
    let now = clock::now();
    if app.sign_ins.failures(name, now) >= SIGN_IN_FAILURES {
        return Err(ApiError::too_often("too many failed sign-ins of this user"));
    }
    let user = app.store.user_find(name).await?;
    let known = user.as_ref().map(|user| user.password_hash.clone());
    let right = passwords::verify(Secret::new(body.old), known).await;
    let Some(user) = user.filter(|_| right) else {
        app.sign_ins.failed(name, now);
        return Err(ApiError::wrong_password());
    };
    let user = User {
        password_hash: hash(body.new).await?,
        password: PasswordUse::Full,
        ..user
    };
    app.store.user_put(&who, user, clock::now()).await?;
    Ok(Done)
}

async fn hash(password: String) -> Answer<String> {
    let length = password.chars().count();
    if !PASSWORD_CHARS.contains(&length) {
        let (least, most) = (PASSWORD_CHARS.start(), PASSWORD_CHARS.end());
        let why = format!("a password has {least} to {most} characters, this one {length}");
        return Err(ApiError::bad(why, "choose another one"));
    }
    let hashed = passwords::hash(Secret::new(password)).await;
    hashed.map_err(|error| ApiError::bad(error, "choose another one"))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    after: Option<u64>,
    limit: Option<usize>,
}

/// GET /audit
pub async fn audit(
    State(app): State<Arc<App>>,
    Auditor(_): Auditor,
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
