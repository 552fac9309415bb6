//! Profiles: list, read, write, remove.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::devices::{Argument, find, masked};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::files::{self, profiles::NoProfile};
use crate::limits::{TASK_VALUES, VALUE_CHARS};
use crate::provisioning::flat_profile::{LeftOut, Secrets};
use crate::provisioning::template;
use crate::redact::{MASK, is_secret};
use crate::store::{Profile, ProfileValue, Selector, StoreError};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use data_model::Path;
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

/// GET /profiles
pub async fn list(State(app): State<Arc<App>>, Viewer(_): Viewer) -> Answer<Json<Vec<Profile>>> {
    let (_, profiles) = app.store.profiles().await?;
    Ok(Json(profiles.into_iter().map(shown).collect()))
}

/// GET /profiles/{name}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    name: Argument,
) -> Answer<Json<Profile>> {
    let name = name?;
    let (_, profiles) = app.store.profiles().await?;
    let found = profiles.into_iter().find(|profile| profile.name == *name);
    found
        .map(shown)
        .map(Json)
        .ok_or_else(|| ApiError::not_found("profile"))
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
fn shown(mut profile: Profile) -> Profile {
    for value in &mut profile.values {
        if is_secret(&value.name) && !value.value.contains("{{") {
            value.value = MASK.into();
        }
    }
    profile
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileRequest {
    #[serde(default)]
    selector: Selector,
    #[serde(default)]
    precedence: i32,
    values: Vec<ProfileValue>,
}

/// PUT /profiles/{name}
pub async fn put(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
    body: Result<Json<ProfileRequest>, JsonRejection>,
) -> Answer<Json<Profile>> {
    let name = name?.0;
    let Json(body) = body?;
    template::check_name(&name).map_err(|error| {
        ApiError::bad(
            error,
            "name it with letters, digits, dots, dashes and underscores",
        )
    })?;
    check(&body.values)?;
    let profile = Profile {
        name,
        revision: 0,
        selector: body.selector,
        precedence: body.precedence,
        values: body.values,
    };
    let kept = app.store.profile_put(&actor, profile, clock::now()).await?;
    app.reload_profiles().await?;
    app.desire_changed();
    Ok(Json(shown(kept)))
}

fn check(values: &[ProfileValue]) -> Answer<()> {
    if values.len() > TASK_VALUES {
        return Err(ApiError::bad(
            format!("a profile has at most {TASK_VALUES} values"),
            "split it",
        ));
    }
    let mut names = std::collections::BTreeSet::new();
    for value in values {
        let name = value.name.replacen("~.", "Device.", 1);
        let path = Path::parse(&name).ok().filter(|path| !path.is_partial());
        if path.is_none() {
            let why = format!("`{}` is no parameter name", value.name);
            return Err(ApiError::bad(
                why,
                "give a full name; `~.` stands for the device's root",
            ));
        }
        if !names.insert(&value.name) {
            return Err(ApiError::bad(
                format!("`{}` stands there twice", value.name),
                "keep one",
            ));
        }
        if value.value.chars().count() > VALUE_CHARS {
            return Err(ApiError::bad(
                format!("the value of {} is too long", value.name),
                "shorten it",
            ));
        }
        if value.value == MASK && is_secret(&value.name) {
            return Err(masked(&value.name));
        }
        template::check(&value.value).map_err(|error| {
            ApiError::bad(format!("{}: {error}", value.name), "correct the template")
        })?;
    }
    Ok(())
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
