//! Where profiles contradict each other.

use super::auth::Viewer;
use super::desired::ShownConflict;
use super::error::Answer;
use super::openapi::says;
use crate::app::{App, Profiles};
use crate::limits::{CONFLICT_DEVICES, EXAMPLES, PAGE};
use crate::provisioning::desired::desired;
use crate::provisioning::flat_profile;
use crate::provisioning::in_force::publication;
use crate::provisioning::names::Names;
use crate::provisioning::selector::DeviceView;
use crate::store::{Device, DeviceFilter, Id, InForce, Page, Profile};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use data_model::catalogue;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/profiles/conflicts",
        get_with(
            conflicts,
            says("Lists profiles that contradict each other."),
        ),
    )
}

/// Two profiles of one precedence that contradict each other on some devices.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Contradiction {
    /// The profile that holds: its name comes first.
    winner: String,
    /// The profile that does not.
    loser: String,
    /// The parameters they contradict each other on.
    parameters: Vec<ShownConflict>,
    /// Some of the devices.
    devices: Vec<String>,
}

/// GET /profiles/conflicts
pub async fn conflicts(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
) -> Answer<Json<Vec<Contradiction>>> {
    let profiles = app.profiles();
    let mut found = Vec::new();
    let mut budget = CONFLICT_DEVICES;
    for (one, other) in candidates(&profiles.list) {
        let mut parameters = BTreeSet::new();
        let mut devices: Vec<String> = Vec::new();
        let filter = DeviceFilter {
            selector: one.selector.clone(),
            scope: who.scope().clone(),
            ..DeviceFilter::default()
        };
        let mut after: Option<Id> = None;
        while budget > 0 && devices.len() < EXAMPLES {
            let limit = PAGE.min(budget);
            let page = app
                .store
                .device_list(&filter, Page { after, limit })
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            budget -= page.len();
            for device in page {
                let conflicts = between(&app, &profiles, &device, &one, &other).await?;
                if !conflicts.is_empty() && devices.len() < EXAMPLES {
                    devices.push(device.identity);
                    parameters.extend(conflicts);
                }
            }
        }
        if !devices.is_empty() {
            found.push(Contradiction {
                winner: one.name,
                loser: other.name,
                parameters: parameters.into_iter().collect(),
                devices,
            });
        }
    }
    Ok(Json(found))
}

/// Where two profiles contradict each other on a device.
async fn between(
    app: &App,
    profiles: &Profiles,
    device: &Device,
    one: &Profile,
    other: &Profile,
) -> Answer<Vec<ShownConflict>> {
    let variables = app.store.device_variables(device.id).await?;
    let evidence = app.evidence(device.id, &profiles.asked).await?;
    let view = DeviceView::new(device, &variables, &evidence);
    let list = &profiles.list;
    let there = list.iter().filter_map(|it| publication(it, &view));
    let there = there.filter(|it| [&one.name, &other.name].contains(&&it.profile.name));
    if there.count() < 2 {
        return Ok(Vec::new());
    }
    let desired = desired(list, device, &variables, &evidence);
    let conflicts = desired.map(|desired| desired.conflicts).unwrap_or_default();
    let names = [&one.name, &other.name];
    let ours = conflicts.into_iter().filter(|conflict| {
        names.contains(&&conflict.winner.profile) && names.contains(&&conflict.loser.profile)
    });
    Ok(ours.map(Into::into).collect())
}

/// Pairs of profiles of one precedence that name one parameter, the first one by name first.
fn candidates(list: &[InForce]) -> Vec<(Profile, Profile)> {
    let mut all: Vec<&Profile> = list
        .iter()
        .flat_map(|it| {
            let staged = it.staged.as_ref().map(|it| &it.publication);
            it.published.iter().chain(staged).map(|it| &it.profile)
        })
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let types = catalogue::names().iter();
    let types = types.filter_map(|name| catalogue::device_type(name));
    let mut products: Vec<(Names, String)> = types
        .map(|ty| (Names::of(&ty.product_class), flat_profile::root(&ty)))
        .collect();
    products.push((Names::of(""), "~.".into()));
    let names = |profile: &Profile| -> Vec<BTreeSet<String>> {
        let of = |(names, root): &(Names, String)| {
            let values = profile.values.iter();
            let values = values.map(|value| value.name.replacen("~.", root, 1));
            let values = values.map(|name| names.stored(&name, "").0.into_owned());
            let tables = profile
                .objects
                .iter()
                .map(|object| object.path.replacen("~.", root, 1));
            values.chain(tables).collect()
        };
        products.iter().map(of).collect()
    };
    let named: Vec<(&Profile, Vec<BTreeSet<String>>)> = all
        .into_iter()
        .map(|profile| (profile, names(profile)))
        .collect();
    let mut pairs = Vec::new();
    for (place, (one, ones)) in named.iter().enumerate() {
        for (other, others) in &named[place + 1..] {
            let shared = ones
                .iter()
                .zip(others)
                .any(|(one, other)| !one.is_disjoint(other));
            if one.precedence == other.precedence && one.name != other.name && shared {
                pairs.push(((*one).clone(), (*other).clone()));
            }
        }
    }
    pairs
}
