//! What is desired of a device, where it differs, and why.

use super::auth::{Operator, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::WHY_TASKS;
use crate::provisioning::desired::{Conflict, Desired, desired};
use crate::provisioning::evidence::{Asked, Evidence};
use crate::provisioning::explain::{
    Explained, Grounds, Overridden, explain, overridden, rules, shown,
};
use crate::provisioning::known::Known;
use crate::provisioning::names::Names;
use crate::provisioning::plan::differences;
use crate::provisioning::problems::Problem;
use crate::provisioning::selector::DeviceView;
use crate::store::{
    Device, Id, InForce, Page, Refusal, Snapshot, Task, TaskFault, TaskKind, TaskState, Variable,
};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/desired",
            get_with(read, says("Shows what is desired of a device, and why.")),
        )
        .api_route(
            "/devices/{device}/parameters/{parameter}/why",
            get_with(why, says("Says why a parameter has its value.")),
        )
        .api_route(
            "/devices/{device}/retry-refused",
            post_with(retry, says("Has what a device refused tried again.")),
        )
}

/// What is known of a device and of what is desired of it.
pub(super) struct Facts {
    pub device: Device,
    pub variables: Vec<Variable>,
    pub snapshot: Snapshot,
    pub refusals: Vec<Refusal>,
    pub evidence: Evidence,
}

impl Facts {
    pub async fn of(app: &App, device: Device, asked: &Asked) -> Answer<Facts> {
        Ok(Facts {
            evidence: app.evidence(device.id, asked).await?,
            variables: app.store.device_variables(device.id).await?,
            snapshot: app.store.snapshot(device.id).await?,
            refusals: app.store.refusals(device.id).await?,
            device,
        })
    }

    pub fn grounds<'a>(&'a self, profiles: &'a [InForce]) -> Grounds<'a> {
        Grounds {
            profiles,
            device: &self.device,
            variables: &self.variables,
            evidence: &self.evidence,
        }
    }

    pub fn view(&self) -> DeviceView<'_> {
        DeviceView::new(&self.device, &self.variables, &self.evidence)
    }

    pub fn desired(&self, profiles: &[InForce]) -> Result<Desired, Vec<Problem>> {
        let desired = desired(profiles, &self.device, &self.variables, &self.evidence);
        desired.map_err(|error| error.problems)
    }
}

/// Something that keeps a profile from being applied.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownProblem {
    profile: String,
    revision: u64,
    name: String,
    why: String,
}

impl From<Problem> for ShownProblem {
    fn from(problem: Problem) -> ShownProblem {
        ShownProblem {
            profile: problem.profile,
            revision: problem.revision,
            name: problem.name,
            why: problem.why.to_string(),
        }
    }
}

/// Two profiles of one precedence that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct ShownConflict {
    /// The parameter.
    pub name: String,
    /// The profile that holds: its name comes first.
    pub winner: String,
    /// What it says.
    pub value: String,
    /// The profile that does not.
    pub loser: String,
    /// What that one says.
    pub lost: String,
}

impl From<Conflict> for ShownConflict {
    fn from(conflict: Conflict) -> ShownConflict {
        ShownConflict {
            value: conflict
                .winner
                .shown(&conflict.name, &conflict.winner.value),
            lost: conflict.loser.shown(&conflict.name, &conflict.loser.value),
            winner: conflict.winner.profile,
            loser: conflict.loser.profile,
            name: conflict.name,
        }
    }
}

/// A row that is desired.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownRow {
    /// Its table with its key in braces.
    row: String,
    profile: String,
    revision: u64,
    /// Its number on the device; absent if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<u32>,
}

/// What is desired of a device.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownDesired {
    /// The stamp of the profiles.
    stamp: u64,
    /// Whether the device was found to agree with them.
    agrees: bool,
    /// Until when changes wait for a maintenance window.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<Timestamp>,
    /// Why the profiles could not be applied, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<TaskFault>,
    /// When what was observed last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<Timestamp>,
    values: Vec<Explained>,
    rows: Vec<ShownRow>,
    /// Rows that are there and are to go.
    superfluous: Vec<String>,
    conflicts: Vec<ShownConflict>,
    /// What keeps all of it from being applied.
    problems: Vec<ShownProblem>,
}

/// GET /devices/{device}/desired
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<ShownDesired>> {
    let device = find(&app, &who, &device?).await?;
    let facts = Facts::of(&app, device, &app.profiles().asked).await?;
    let profiles = app.profiles();
    let (desired, problems) = match facts.desired(&profiles.list) {
        Ok(desired) => (desired, Vec::new()),
        Err(problems) => (Desired::default(), problems),
    };
    let known = Known::of_snapshot(&facts.snapshot);
    let grounds = facts.grounds(&profiles.list);
    let values = explain(grounds, &desired, &known, &facts.refusals);
    let rules = rules(&facts.device, &facts.refusals);
    let superfluous = differences(&desired, &known, &rules).delete;
    let rows = desired.objects.iter().filter(|row| !row.key.is_empty());
    let rows = rows.map(|row| ShownRow {
        row: row.label(),
        profile: row.profile.clone(),
        revision: row.revision,
        instance: known.row_of(&row.table, &row.key),
    });
    let stands = &facts.device.provisioning;
    Ok(Json(ShownDesired {
        stamp: profiles.stamp,
        agrees: stands.stamp == profiles.stamp,
        waits_until: stands.opens.filter(|_| stands.waits == profiles.stamp),
        fault: stands.fault.clone(),
        observed_at: facts.snapshot.at,
        rows: rows.collect(),
        values,
        superfluous: superfluous.into_iter().map(|it| it.row).collect(),
        conflicts: desired.conflicts.into_iter().map(Into::into).collect(),
        problems: problems.into_iter().map(Into::into).collect(),
    }))
}

/// The task that last set a value.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LastTask {
    id: Id,
    /// Who queued it.
    by: String,
    /// When it was done.
    at: Timestamp,
    /// What it set.
    value: String,
}

/// Why a parameter has its value.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownWhy {
    name: String,
    /// What was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<String>,
    /// When what was observed last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<Timestamp>,
    /// What is desired, and why; absent if no profile says anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    desired: Option<Explained>,
    /// Profiles that say something else and are overridden.
    overridden: Vec<Overridden>,
    /// The last task that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_task: Option<LastTask>,
}

/// GET /devices/{device}/parameters/{parameter}/why
pub async fn why(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    argument: Result<Path<(String, String)>, PathRejection>,
) -> Answer<Json<ShownWhy>> {
    let Path((device, name)) =
        argument.map_err(|_| ApiError::bad("the address cannot be read", "give UTF-8"))?;
    let device = find(&app, &who, &device).await?;
    let page = Page {
        after: None,
        limit: WHY_TASKS,
    };
    let tasks = app.store.task_list(device.id, page).await?;
    let facts = Facts::of(&app, device, &app.profiles().asked).await?;
    let profiles = app.profiles();
    let desired = facts.desired(&profiles.list);
    let desired = desired.map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let fix =
            "mend the variables or the profiles; GET /devices/{device}/desired names them all";
        ApiError::bad(problems.join("; "), fix)
    })?;
    let known = Known::of_snapshot(&facts.snapshot);
    let grounds = facts.grounds(&profiles.list);
    let names = Names::of(&facts.device.product_class);
    let stored = names.stored(&name, "").0.into_owned();
    let is_it = |own: &str| own == name || names.stored(own, "").0 == stored;
    let all = explain(grounds, &desired, &known, &facts.refusals);
    let found = all.into_iter().find(|explained| is_it(&explained.name));
    let winner = found
        .as_ref()
        .and_then(|found| desired.values.get(&found.name));
    let overridden = winner.map(|winner| overridden(grounds, &name, winner));
    let observed = facts.snapshot.values.get(&name);
    let last_task = tasks.iter().find_map(|task| set_by(task, &is_it));
    if observed.is_none() && found.is_none() && last_task.is_none() {
        return Err(ApiError::not_found("parameter"));
    }
    Ok(Json(ShownWhy {
        observed: observed.map(|value| match winner {
            Some(winner) => winner.shown(&name, value),
            None => shown(&name, value),
        }),
        observed_at: facts.snapshot.at,
        desired: found,
        overridden: overridden.unwrap_or_default(),
        last_task,
        name,
    }))
}

/// What a task has set of a parameter.
fn set_by(task: &Task, is_it: &impl Fn(&str) -> bool) -> Option<LastTask> {
    let TaskKind::SetParameterValues { values } = &task.kind else {
        return None;
    };
    if task.state != TaskState::Done {
        return None;
    }
    let set = values.iter().find(|parameter| is_it(parameter.name))?;
    Some(LastTask {
        id: task.id,
        by: task.created_by.clone(),
        at: task.updated,
        value: shown(set.name, set.value),
    })
}

/// How much is tried again.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Retried {
    /// Values and rows.
    refusals: u64,
}

/// POST /devices/{device}/retry-refused
pub async fn retry(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
) -> Answer<Json<Retried>> {
    let device = find(&app, &actor, &device?).await?;
    let cleared = app
        .store
        .refusals_clear(&actor, device.id, clock::now())
        .await?;
    app.desire_changed();
    let refusals = cleared.ok_or_else(|| ApiError::not_found("device"))?;
    Ok(Json(Retried { refusals }))
}
