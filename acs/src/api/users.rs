//! People: who may sign in, as what, and for which devices.

use super::answers::Done;
use super::auth::Admin;
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::sign_in::must_be_a_person;
use crate::app::App;
use crate::auth::passwords;
use crate::clock;
use crate::limits::{PASSWORD_CHARS, SCOPE_TAGS};
use crate::provisioning::template;
use crate::store::{PasswordUse, Role, Scope, User, UserChange};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use data_model::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/users", get_with(list, says("Lists users.")))
        .api_route(
            "/users/{name}",
            get_with(read, says("Reads a user."))
                .put_with(put, says("Makes or changes a user."))
                .delete_with(delete, says("Removes a user.")),
        )
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

/// GET /users/{name}
pub async fn read(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    name: Argument,
) -> Answer<Json<ShownUser>> {
    let user = app.store.user_find(&name?).await?;
    user.map(|user| Json(user.into()))
        .ok_or_else(|| ApiError::not_found("user"))
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
    must_be_a_person(&actor)?;
    template::check_name(&name).map_err(|error| ApiError::bad(error, "give another name"))?;
    let good_for = match body.must_change_password {
        true => PasswordUse::OneTime,
        false => PasswordUse::Full,
    };
    let password = match body.password {
        Some(password) => Some((hash(password).await?, good_for)),
        None => None,
    };
    let change = UserChange {
        name,
        role: body.role,
        scope: body.scope.map(scope).transpose()?,
        password,
    };
    let asker = actor.token().hash;
    let changed = app
        .store
        .user_change(&actor, asker, change, clock::now())
        .await?;
    changed.map(|user| Json(user.into())).ok_or_else(|| {
        let why = "a user that is new needs a password";
        ApiError::bad(why, "give `password`")
    })
}

/// DELETE /users/{name}
pub async fn delete(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    name: Argument,
) -> Answer<Done> {
    must_be_a_person(&actor)?;
    let deleted = app.store.user_delete(&actor, &name?, clock::now()).await?;
    deleted
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("user"))
}

/// The hash of a password, if it is one.
pub(super) async fn hash(password: String) -> Answer<String> {
    let length = password.chars().count();
    if !PASSWORD_CHARS.contains(&length) {
        let (least, most) = (PASSWORD_CHARS.start(), PASSWORD_CHARS.end());
        let why = format!("a password has {least} to {most} characters, this one {length}");
        return Err(ApiError::bad(why, "choose another one"));
    }
    let hashed = passwords::hash(Secret::new(password)).await;
    hashed.map_err(|error| ApiError::bad(error, "choose another one"))
}
