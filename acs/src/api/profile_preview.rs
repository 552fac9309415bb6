//! What a profile would do, and how its devices stand to it.

use super::auth::Viewer;
use super::desired::{Facts, ShownConflict, ShownProblem};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::profile_checks;
use super::profiles::{ProfileRequest, head};
use crate::app::App;
use crate::auth::Person;
use crate::auth::permissions::Permission;
use crate::clock;
use crate::limits::{EXAMPLES, PAGE, PREVIEW_DEVICES, PREVIEW_TIME};
use crate::provisioning::desired::Desired;
use crate::provisioning::evidence::Asked;
use crate::provisioning::explain::rules;
use crate::provisioning::in_force::publication;
use crate::provisioning::known::Known;
use crate::provisioning::plan::{Change, Differences, differences};
use crate::sessions::compare;
use crate::store::{DeviceFilter, InForce, Page, Profile, ProfileCounts};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/profiles/{name}/state",
            get_with(state, says("Counts how devices stand to a profile.")),
        )
        .api_route(
            "/profiles/{name}/preview",
            post_with(
                preview,
                says("Shows what a revision would change on a device."),
            ),
        )
        .api_route(
            "/profiles/{name}/preview/counts",
            post_with(counts, says("Counts what a revision would change.")),
        )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The device.
    device: String,
    /// A revision that is kept; the last one if neither is given.
    #[serde(default)]
    revision: Option<u64>,
    /// A profile that is not kept.
    #[serde(default)]
    draft: Option<ProfileRequest>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsRequest {
    /// A revision that is kept; the last one if neither is given.
    #[serde(default)]
    revision: Option<u64>,
    /// A profile that is not kept.
    #[serde(default)]
    draft: Option<ProfileRequest>,
}

/// What is in force, as if a draft or a revision of one profile were.
async fn as_if(
    app: &App,
    name: &str,
    revision: Option<u64>,
    draft: Option<ProfileRequest>,
) -> Answer<(Vec<InForce>, Profile)> {
    let profile = match (draft, revision) {
        (Some(_), Some(_)) => {
            let why = "a revision and a draft are given";
            return Err(ApiError::bad(why, "give one of them"));
        }
        (Some(draft), None) => draft.checked(name)?.0,
        (None, revision) => {
            let head = head(app, name).await?;
            let revision = revision.unwrap_or(head.latest);
            let found = app.store.profile_revision(name, revision).await?;
            found.ok_or_else(|| ApiError::not_found("revision"))?.1
        }
    };
    let others = app.profiles();
    profile_checks::check_beside(&profile, &others.list)?;
    let others = others.list.iter().filter(|other| {
        let published = other.published.as_ref().map(|it| &it.profile.name);
        let staged = other.staged.as_ref().map(|it| &it.publication.profile.name);
        published.or(staged).is_none_or(|other| other != name)
    });
    let mut list: Vec<InForce> = others.cloned().collect();
    list.push(InForce::everywhere(profile.clone()));
    Ok((list, profile))
}

/// Trying out one's own profile tells what devices have and are given, also where nothing is shown: it takes what
/// writing it takes.
fn may_try(who: &Person, draft: Option<&ProfileRequest>) -> Answer<()> {
    match draft {
        Some(_) => who.must(Permission::Operate),
        None => Ok(()),
    }
}

/// A value that would change.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShownChange {
    name: String,
    /// What was last seen; absent if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    to: String,
    profile: String,
    revision: u64,
}

impl From<Change> for ShownChange {
    fn from(change: Change) -> ShownChange {
        ShownChange {
            from: change.from.as_ref().map(|value| change.shown(value)),
            to: change.shown(&change.to),
            name: change.name,
            profile: change.profile,
            revision: change.revision,
        }
    }
}

/// What would be done to a device.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Preview {
    /// Whether the profile is for the device.
    applies: bool,
    /// Values that would change.
    changes: Vec<ShownChange>,
    /// Rows that would be made, by table and key.
    creates: Vec<String>,
    /// Rows that would be removed.
    deletes: Vec<String>,
    /// Parameters and tables nobody has seen yet: the device would be asked first.
    not_seen: Vec<String>,
    /// What the device has refused before, and would not be sent.
    refused: Vec<String>,
    conflicts: Vec<ShownConflict>,
    /// What would keep all of it from being applied.
    problems: Vec<ShownProblem>,
    /// When the profile would be applied, if it had to wait for a maintenance window.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<Timestamp>,
}

/// What would be left to do on a device, as far as it is known.
fn differ(facts: &Facts, desired: &Desired) -> Differences {
    let known = Known::of_snapshot(&facts.snapshot);
    let rules = rules(&facts.device, &facts.refusals);
    differences(desired, &known, &rules)
}

/// POST /profiles/{name}/preview
pub async fn preview(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    name: Argument,
    body: Result<Json<PreviewRequest>, JsonRejection>,
) -> Answer<Json<Preview>> {
    let (name, Json(body)) = (name?, body?);
    may_try(&who, body.draft.as_ref())?;
    let (list, _) = as_if(&app, &name, body.revision, body.draft).await?;
    let device = find(&app, &who, &body.device).await?;
    let facts = Facts::of(&app, device, &Asked::by(&list)).await?;
    let applies = list
        .last()
        .is_some_and(|mine| publication(mine, &facts.view()).is_some());
    let (desired, problems) = match facts.desired(&list) {
        Ok(desired) => (desired, Vec::new()),
        Err(problems) => (Desired::default(), problems),
    };
    let closed = compare::closed(&app, &facts.device, &desired, clock::now()).await?;
    let found = differ(&facts, &desired);
    let creates = found
        .create
        .iter()
        .map(|place| desired.objects[*place].label());
    let creates = creates.collect();
    let changes = found
        .changes
        .into_iter()
        .chain(found.rows.into_iter().flatten());
    let changes: Vec<Change> = changes.collect();
    Ok(Json(Preview {
        applies,
        waits_until: closed.get(&*name).copied(),
        changes: changes.into_iter().map(Into::into).collect(),
        creates,
        deletes: found.delete.into_iter().map(|it| it.row).collect(),
        not_seen: found.unread,
        refused: found.refused.into_iter().collect(),
        conflicts: desired.conflicts.into_iter().map(Into::into).collect(),
        problems: problems.into_iter().map(Into::into).collect(),
    }))
}

/// What a revision would do to all its devices.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct PreviewCounts {
    /// Devices it is for.
    devices: u64,
    /// Devices that were looked at.
    looked_at: u64,
    /// Whether that was all of them; a preview takes only so long.
    complete: bool,
    /// Something would change on so many.
    would_change: u64,
    /// Nothing would change on so many.
    unchanged: u64,
    /// So many have to be asked first.
    not_seen: u64,
    /// So many lack a variable, or would get a script that is wrong.
    in_error: u64,
    /// Some devices that would change.
    examples: Vec<String>,
    /// Some devices that are in error, each with why.
    errors: Vec<ErrorExample>,
    /// How often each parameter would change, the most frequent first.
    parameters: Vec<ChangeCount>,
}

/// A device that is in error.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorExample {
    device: String,
    problems: Vec<ShownProblem>,
}

/// How many devices a parameter would change on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangeCount {
    name: String,
    devices: u64,
}

/// POST /profiles/{name}/preview/counts
pub async fn counts(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    name: Argument,
    body: Result<Json<CountsRequest>, JsonRejection>,
) -> Answer<Json<PreviewCounts>> {
    let (name, Json(body)) = (name?, body?);
    may_try(&who, body.draft.as_ref())?;
    let (list, profile) = as_if(&app, &name, body.revision, body.draft).await?;
    let filter = DeviceFilter {
        selector: profile.selector.clone(),
        scope: who.scope().clone(),
        ..DeviceFilter::default()
    };
    let mut counts = PreviewCounts {
        devices: app.store.device_count(&filter).await?,
        ..PreviewCounts::default()
    };
    let begun = Instant::now();
    let asked = Asked::by(&list);
    let mut parameters: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = None;
    'all: loop {
        let page = Page { after, limit: PAGE };
        let devices = app.store.device_list(&filter, page).await?;
        counts.complete = devices.len() < PAGE;
        after = devices.last().map(|device| device.id);
        for device in devices {
            if counts.looked_at >= PREVIEW_DEVICES as u64 || begun.elapsed() > PREVIEW_TIME {
                counts.complete = false;
                break 'all;
            }
            let facts = Facts::of(&app, device, &asked).await?;
            count_one(facts, &list, &mut counts, &mut parameters);
        }
        if counts.complete {
            break;
        }
    }
    let mut parameters: Vec<(String, u64)> = parameters.into_iter().collect();
    parameters.sort_by_key(|(_, devices)| std::cmp::Reverse(*devices));
    parameters.truncate(PAGE);
    let parameters = parameters.into_iter();
    counts.parameters = parameters
        .map(|(name, devices)| ChangeCount { name, devices })
        .collect();
    Ok(Json(counts))
}

fn count_one(
    facts: Facts,
    list: &[InForce],
    counts: &mut PreviewCounts,
    parameters: &mut BTreeMap<String, u64>,
) {
    counts.looked_at += 1;
    let identity = facts.device.identity.clone();
    let desired = match facts.desired(list) {
        Ok(desired) => desired,
        Err(problems) => {
            counts.in_error += 1;
            if counts.errors.len() < EXAMPLES {
                counts.errors.push(ErrorExample {
                    device: identity,
                    problems: problems.into_iter().map(Into::into).collect(),
                });
            }
            return;
        }
    };
    let found = differ(&facts, &desired);
    if found.is_empty() {
        counts.unchanged += 1;
        return;
    }
    let only_unseen = Differences {
        unread: found.unread.clone(),
        refused: found.refused.clone(),
        ..Differences::default()
    };
    if found == only_unseen {
        counts.not_seen += 1;
        return;
    }
    counts.would_change += 1;
    if counts.examples.len() < EXAMPLES {
        counts.examples.push(identity);
    }
    let made = found
        .create
        .iter()
        .map(|place| desired.objects[*place].label());
    let gone = found.delete.iter().map(|it| it.row.clone());
    let changed = found.changes.iter().chain(found.rows.iter().flatten());
    let changed = changed.map(|change| change.remembered.clone());
    for name in changed.chain(made).chain(gone) {
        *parameters.entry(name).or_default() += 1;
    }
}

/// GET /profiles/{name}/state
pub async fn state(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    name: Argument,
) -> Answer<Json<ProfileCounts>> {
    let head = head(&app, &name?).await?;
    let revision = head
        .published
        .or(head.staged.as_ref().map(|it| it.revision));
    let Some(revision) = revision else {
        return Ok(Json(ProfileCounts::default()));
    };
    let found = app.store.profile_revision(&head.name, revision).await?;
    let (_, profile) = found.ok_or_else(|| ApiError::not_found("revision"))?;
    let counts = app.store.profile_counts(&profile.selector, &head.name);
    Ok(Json(counts.await?))
}
