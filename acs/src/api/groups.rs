//! Groups: variables for every device with a tag.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::conditions::{Version, Versioned};
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::auth::Person;
use crate::clock;
use crate::limits::GROUPS;
use crate::provisioning::template;
use crate::redact::MASK;
use crate::rosters::check;
use crate::rosters::subscribers::Reveal;
use crate::store::{DeviceFilter, Group, Page, Selector};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/groups", get_with(list, says("Lists groups.")))
        .api_route(
            "/groups/{name}",
            get_with(read, says("Reads a group."))
                .put_with(put, says("Makes a group, or replaces it."))
                .delete_with(delete, says("Removes a group.")),
        )
}

fn shown(mut group: Group) -> Group {
    group.variables = Reveal::No.variables(&group.variables);
    group
}

/// GET /groups
async fn list(State(app): State<Arc<App>>, Viewer(who): Viewer) -> Answer<Json<Vec<Group>>> {
    let mut groups = Vec::new();
    for group in app.store.group_list().await? {
        if is_there(&app, &who, &group).await? {
            groups.push(shown(group));
        }
    }
    Ok(Json(groups))
}

/// Whether a group is any business of whoever asks: it has a device of theirs.
async fn is_there(app: &App, who: &Person, group: &Group) -> Answer<bool> {
    if who.scope().is_fleet() {
        return Ok(true);
    }
    let filter = DeviceFilter {
        selector: Selector {
            tags: vec![group.tag.clone()],
            ..Selector::default()
        },
        scope: who.scope().clone(),
        ..DeviceFilter::default()
    };
    let one = Page {
        after: None,
        limit: 1,
    };
    Ok(!app.store.device_list(&filter, one).await?.is_empty())
}

pub(super) async fn find(app: &App, name: &str) -> Answer<Option<Group>> {
    let groups = app.store.group_list().await?;
    Ok(groups.into_iter().find(|group| group.name == name))
}

/// GET /groups/{name}
async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    name: Argument,
) -> Answer<Versioned<Group>> {
    let Path(name) = name?;
    let found = find(&app, &name).await?;
    match found {
        Some(group) if is_there(&app, &who, &group).await? => {
            let version = Version::of(&group);
            Ok(Versioned(shown(group), version))
        }
        Some(_) | None => Err(ApiError::not_found("group")),
    }
}

/// What a group is written with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Devices with this tag belong to it.
    tag: String,
    /// Of two groups that set the same variable, the one with the higher precedence wins.
    #[serde(default)]
    precedence: i32,
    /// Variables for templates.
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

/// PUT /groups/{name}
async fn put(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
    body: Result<Json<NewGroup>, JsonRejection>,
) -> Answer<Json<Group>> {
    let Path(name) = name?;
    let Json(body) = body?;
    for (what, text) in [("name", &name), ("tag", &body.tag)] {
        template::check_name(text).map_err(|_| {
            let why = format!("the {what} of the group is not usable");
            ApiError::bad(
                why,
                "use 1 to 64 letters, digits, dots, dashes and underscores",
            )
        })?;
    }
    check::variables(&body.variables)
        .map_err(|why| ApiError::bad(why, "see docs/API.md for what a variable may be"))?;
    let groups = app.store.group_list().await?;
    let before = groups.iter().find(|group| group.name == name);
    if before.is_none() && groups.len() >= GROUPS {
        let why = format!("there are {GROUPS} groups");
        return Err(ApiError::bad(why, "remove one first"));
    }
    if let Some((name, _)) = body.variables.iter().find(|(_, value)| *value == MASK) {
        return Err(super::devices::masked(name));
    }
    let group = Group {
        name,
        tag: body.tag,
        precedence: body.precedence,
        variables: body.variables,
    };
    app.store
        .group_put(&actor, group.clone(), clock::now())
        .await?;
    app.desire_changed();
    Ok(Json(shown(group)))
}

/// DELETE /groups/{name}
async fn delete(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
) -> Answer<Done> {
    let Path(name) = name?;
    let deleted = app.store.group_delete(&actor, &name, clock::now()).await?;
    deleted.ok_or_else(|| ApiError::not_found("group"))?;
    app.desire_changed();
    Ok(Done)
}
