//! Revisions of profiles: list, read, compare, publish at once or in stages.

use super::auth::{Operator, Viewer};
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::profile_checks::check_beside;
use super::profiles::{head, shown};
use crate::app::App;
use crate::clock;
use crate::limits::{PAGE, STAGES};
use crate::provisioning::template;
use crate::redact::{MASK, is_secret};
use crate::store::{Page, Profile, ProfileHead, Revision, Stage};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/profiles/{name}/revisions",
            get_with(
                list,
                says("Lists the revisions of a profile, newest first."),
            ),
        )
        .api_route(
            "/profiles/{name}/revisions/{revision}",
            get_with(read, says("Reads a revision of a profile.")),
        )
        .api_route(
            "/profiles/{name}/diff",
            get_with(diff, says("Shows where two revisions differ.")),
        )
        .api_route(
            "/profiles/{name}/publish",
            post_with(publish, says("Puts a revision in force.")),
        )
        .api_route(
            "/profiles/{name}/next-stage",
            post_with(next_stage, says("Takes the staged revision further.")),
        )
        .api_route(
            "/profiles/{name}/abort-stage",
            post_with(abort_stage, says("Takes the staged revision back.")),
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RevisionsQuery {
    /// `next` of the page before.
    after: Option<u64>,
    /// How many.
    limit: Option<usize>,
}

/// Revisions, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Revisions {
    items: Vec<Revision>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// GET /profiles/{name}/revisions
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    name: Argument,
    query: Result<Query<RevisionsQuery>, QueryRejection>,
) -> Answer<Json<Revisions>> {
    let (name, Query(query)) = (name?, query?);
    let page = Page {
        after: query.after,
        limit: query.limit.unwrap_or(100).clamp(1, PAGE),
    };
    let items = app.store.profile_revisions(&name, page).await?;
    if items.is_empty() && page.after.is_none() {
        return Err(ApiError::not_found("profile"));
    }
    let last = items.last().map(|revision| revision.revision);
    let next = last.filter(|_| items.len() == page.limit);
    let next = next.map(|number| number.to_string());
    Ok(Json(Revisions { items, next }))
}

/// A revision with what it says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownRevision {
    /// Who wrote it, and when.
    written: Revision,
    /// What it says.
    profile: Profile,
}

async fn find(app: &App, name: &str, revision: u64) -> Answer<(Revision, Profile)> {
    let found = app.store.profile_revision(name, revision).await?;
    found.ok_or_else(|| ApiError::not_found("revision"))
}

/// GET /profiles/{name}/revisions/{revision}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    argument: Result<Path<(String, u64)>, PathRejection>,
) -> Answer<Json<ShownRevision>> {
    let Path((name, revision)) =
        argument.map_err(|_| ApiError::bad("a revision is a number", "see its list"))?;
    let (written, profile) = find(&app, &name, revision).await?;
    Ok(Json(ShownRevision {
        written,
        profile: shown(profile),
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiffQuery {
    /// The older revision.
    from: u64,
    /// The newer revision.
    to: u64,
}

/// Where two revisions differ.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diff {
    from: Revision,
    to: Revision,
    /// Each difference; nothing if they say the same.
    changes: Vec<Changed>,
}

/// One difference.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed {
    /// A parameter, a row with a parameter of it, or `selector`, `precedence`, `windows`, `haste`.
    name: String,
    /// What it was; absent if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// What it is; absent if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

/// GET /profiles/{name}/diff
pub async fn diff(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    name: Argument,
    query: Result<Query<DiffQuery>, QueryRejection>,
) -> Answer<Json<Diff>> {
    let (name, Query(query)) = (name?, query?);
    let (from, one) = find(&app, &name, query.from).await?;
    let (to, other) = find(&app, &name, query.to).await?;
    let changes = differences(&one, &other);
    Ok(Json(Diff { from, to, changes }))
}

/// Everything a revision says, by name.
fn flat(profile: &Profile) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([
        (
            "selector".to_owned(),
            serde_json::to_string(&profile.selector).unwrap_or_default(),
        ),
        ("precedence".to_owned(), profile.precedence.to_string()),
        (
            "haste".to_owned(),
            serde_json::to_string(&profile.haste).unwrap_or_default(),
        ),
    ]);
    if let Some(windows) = &profile.windows {
        all.insert("windows".into(), windows.to_string());
    }
    for value in &profile.values {
        all.insert(value.name.clone(), value.value.clone());
    }
    for object in &profile.objects {
        let label = crate::store::row_label(&object.path, &object.key);
        let alone = if object.exclusive { "exclusive" } else { "row" };
        all.insert(label.clone(), alone.to_owned());
        for value in &object.values {
            all.insert(format!("{label}.{}", value.name), value.value.clone());
        }
    }
    all
}

fn differences(one: &Profile, other: &Profile) -> Vec<Changed> {
    let (from, to) = (flat(one), flat(other));
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| from.get(*name) != to.get(*name));
    let changed = changed.map(|name| {
        let shown = |value: &String| match is_secret(name) && !value.contains("{{") {
            true => MASK.to_owned(),
            false => value.clone(),
        };
        Changed {
            name: name.clone(),
            from: from.get(name).map(shown),
            to: to.get(name).map(shown),
        }
    });
    changed.collect()
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// The revision; an older one rolls back.
    revision: u64,
    /// Who gets it first, step by step; everybody at once without it.
    #[serde(default)]
    stages: Vec<Stage>,
}

/// POST /profiles/{name}/publish
pub async fn publish(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
    body: Result<Json<PublishRequest>, JsonRejection>,
) -> Answer<Json<ProfileHead>> {
    let (name, Json(body)) = (name?, body?);
    if body.stages.len() > STAGES {
        let why = format!("there are at most {STAGES} stages");
        return Err(ApiError::bad(why, "leave some out"));
    }
    for stage in &body.stages {
        match stage {
            Stage::Percent(percent) if !(1..=100).contains(percent) => {
                let why = format!("{percent} percent of all devices");
                return Err(ApiError::bad(why, "choose 1 to 100"));
            }
            Stage::Tag(tag) => template::check_name(tag)
                .map_err(|error| ApiError::bad(error, "name a tag of devices"))?,
            Stage::Percent(_) => {}
        }
    }
    head(&app, &name).await?;
    if let Some((_, profile)) = app.store.profile_revision(&name, body.revision).await? {
        check_beside(&profile, &app.profiles().list)?;
    }
    let (revision, stages) = (body.revision, body.stages);
    let published = app
        .store
        .profile_publish(&actor, &name, revision, stages, clock::now())
        .await?;
    changed(
        &app,
        published.ok_or_else(|| ApiError::not_found("revision"))?,
    )
    .await
}

async fn changed(app: &App, head: ProfileHead) -> Answer<Json<ProfileHead>> {
    app.reload_profiles().await?;
    app.desire_changed();
    Ok(Json(head))
}

/// POST /profiles/{name}/next-stage
pub async fn next_stage(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
) -> Answer<Json<ProfileHead>> {
    let reached = app
        .store
        .profile_next_stage(&actor, &name?, clock::now())
        .await?;
    changed(&app, reached.ok_or_else(|| ApiError::not_found("profile"))?).await
}

/// POST /profiles/{name}/abort-stage
pub async fn abort_stage(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    name: Argument,
) -> Answer<Json<ProfileHead>> {
    let aborted = app
        .store
        .profile_abort_stage(&actor, &name?, clock::now())
        .await?;
    changed(&app, aborted.ok_or_else(|| ApiError::not_found("profile"))?).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ProfileValue;

    #[test]
    fn a_difference_names_what_changed_and_hides_secrets() {
        let with = |pairs: &[(&str, &str)], precedence| Profile {
            precedence,
            values: pairs
                .iter()
                .map(|(name, value)| ProfileValue {
                    name: (*name).into(),
                    value: (*value).into(),
                })
                .collect(),
            ..Profile::default()
        };
        let one = with(
            &[
                ("Device.A", "1"),
                ("Device.B", "x"),
                ("Device.Password", "old"),
            ],
            0,
        );
        let other = with(
            &[
                ("Device.A", "2"),
                ("Device.B", "x"),
                ("Device.Password", "new"),
            ],
            5,
        );
        let changes = differences(&one, &other);
        let names: Vec<&str> = changes.iter().map(|changed| &*changed.name).collect();
        assert_eq!(names, ["Device.A", "Device.Password", "precedence"]);
        assert_eq!(changes[0].from.as_deref(), Some("1"));
        assert_eq!(changes[0].to.as_deref(), Some("2"));
        assert_eq!(changes[1].to.as_deref(), Some(MASK));
        assert_eq!(differences(&one, &one), []);
    }
}
