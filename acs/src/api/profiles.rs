//! Profiles: list, read, write, remove, and what they make of a device's vendor configuration file.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::profile_checks;
use crate::app::App;
use crate::clock;
use crate::files::{self, profiles::NoProfile};
use crate::provisioning::flat_profile::{LeftOut, Secrets};
use crate::provisioning::template;
use crate::redact::{MASK, is_secret};
use crate::store::{
    Haste, NewRevision, Profile, ProfileHead, ProfileObject, ProfileValue, Publish, Selector,
    StoreError,
};
use crate::windows::Windows;
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/profile",
            get_with(of_device, says("Shows its vendor configuration file.")),
        )
        .api_route("/profiles", get_with(list, says("Lists profiles.")))
        .api_route(
            "/profiles/{name}",
            get_with(read, says("Reads a profile."))
                .put_with(put, says("Writes a profile."))
                .delete_with(delete, says("Removes a profile.")),
        )
}

/// A profile: the revision in force for everybody, or the last one if there is none.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownProfile {
    #[serde(flatten)]
    profile: Profile,
    /// Its last revision.
    latest: u64,
    /// What is in force.
    in_force: ProfileHead,
}

async fn shown_profile(app: &App, head: ProfileHead) -> Answer<Option<ShownProfile>> {
    let revision = head.published.unwrap_or(head.latest);
    let found = app.store.profile_revision(&head.name, revision).await?;
    Ok(found.map(|(_, profile)| ShownProfile {
        profile: shown(profile),
        latest: head.latest,
        in_force: head,
    }))
}

/// GET /profiles
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
) -> Answer<Json<Vec<ShownProfile>>> {
    let mut profiles = Vec::new();
    for head in app.store.profile_heads().await? {
        // One that cannot be read must not hide the others.
        match shown_profile(&app, head).await {
            Ok(profile) => profiles.extend(profile),
            Err(error) => tracing::error!(?error, "a profile is left out"),
        }
    }
    Ok(Json(profiles))
}

/// GET /profiles/{name}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    name: Argument,
) -> Answer<Json<ShownProfile>> {
    let head = head(&app, &name?).await?;
    let profile = shown_profile(&app, head).await?;
    profile
        .map(Json)
        .ok_or_else(|| ApiError::not_found("profile"))
}

/// What there is of a profile.
pub(super) async fn head(app: &App, name: &str) -> Answer<ProfileHead> {
    let head = app.store.profile_head(name).await?;
    head.ok_or_else(|| ApiError::not_found("profile"))
}

/// What a device is sent as its vendor configuration file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeviceProfile {
    /// The document, without its secrets.
    document: String,
    /// Desired values that are not in it, each with the reason.
    left_out: Vec<LeftOut>,
}

/// GET /devices/{device}/profile
pub async fn of_device(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<DeviceProfile>> {
    let device = find(&app, &who, &device?).await?;
    let rendered = files::profiles::profile(&app, &device, Secrets::Omitted).await;
    match rendered {
        Ok(profile) => Ok(Json(DeviceProfile {
            document: profile.document,
            left_out: profile.left_out,
        })),
        Err(NoProfile::Store(error)) => Err(error.into()),
        Err(why @ (NoProfile::Product(_) | NoProfile::Apart)) => {
            Err(StoreError::Conflict(why.to_string()).into())
        }
        Err(why @ NoProfile::Desired(_)) => Err(StoreError::Conflict(why.to_string()).into()),
    }
}

/// A profile without the secrets in it; a template only names a variable and stays.
pub(super) fn shown(mut profile: Profile) -> Profile {
    let hide = |name: &str, value: &mut String| {
        if is_secret(name) && !value.contains("{{") {
            *value = MASK.into();
        }
    };
    for value in &mut profile.values {
        hide(&value.name, &mut value.value);
    }
    for object in &mut profile.objects {
        for value in &mut object.values {
            hide(&value.name, &mut value.value);
        }
    }
    profile
}

/// What a profile says.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileRequest {
    /// Which devices it is for; all of them if absent.
    #[serde(default)]
    selector: Selector,
    /// Of two profiles that name one parameter, the one with the higher precedence wins.
    #[serde(default)]
    precedence: i32,
    /// Parameters with templates for their values.
    #[serde(default)]
    values: Vec<ProfileValue>,
    /// Rows of tables.
    #[serde(default)]
    objects: Vec<ProfileObject>,
    /// When its changes may be applied.
    #[serde(default)]
    windows: Option<Windows>,
    /// Whether it waits for no window.
    #[serde(default)]
    haste: Haste,
    /// What the person says about it.
    #[serde(default)]
    comment: String,
}

impl ProfileRequest {
    /// The profile, checked, and the comment.
    pub(super) fn checked(self, name: &str) -> Answer<(Profile, String)> {
        template::check_name(name).map_err(|error| {
            ApiError::bad(
                error,
                "name it with letters, digits, dots, dashes and underscores",
            )
        })?;
        let profile = Profile {
            name: name.to_owned(),
            revision: 0,
            selector: self.selector,
            precedence: self.precedence,
            values: self.values,
            objects: self.objects,
            windows: self.windows,
            haste: self.haste,
        };
        profile_checks::check(&profile, &self.comment)?;
        Ok((profile, self.comment))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutQuery {
    /// `false` keeps it as a draft.
    #[serde(default = "at_once")]
    publish: bool,
}

fn at_once() -> bool {
    true
}

/// PUT /profiles/{name}
pub async fn put(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
    query: Result<Query<PutQuery>, QueryRejection>,
    body: Result<Json<ProfileRequest>, JsonRejection>,
) -> Answer<Json<Profile>> {
    let (name, Query(query), Json(body)) = (name?.0, query?, body?);
    let (profile, comment) = body.checked(&name)?;
    profile_checks::check_beside(&profile, &app.profiles().list)?;
    let revision = NewRevision {
        profile,
        comment,
        publish: match query.publish {
            true => Publish::AtOnce,
            false => Publish::Later,
        },
    };
    let publish = revision.publish;
    let kept = app
        .store
        .profile_write(&actor, revision, clock::now())
        .await?;
    if publish == Publish::AtOnce {
        app.reload_profiles().await?;
        app.desire_changed();
    }
    Ok(Json(shown(kept)))
}

/// DELETE /profiles/{name}
pub async fn delete(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
) -> Answer<Done> {
    let deleted = app
        .store
        .profile_delete(&actor, &name?, clock::now())
        .await?;
    app.reload_profiles().await?;
    app.desire_changed();
    deleted
        .map(|()| Done)
        .ok_or_else(|| ApiError::not_found("profile"))
}
