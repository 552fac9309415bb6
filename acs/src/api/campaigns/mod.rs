//! Firmware campaigns: estimate, create, start, watch, pause, resume, abort, take back; and the freeze calendar.

mod request;
mod views;

use self::request::{CampaignRequest, RollbackRequest, StartRequest};
use self::views::{Estimated, Freezes, Shown, Timeline};
use super::answers::Created;
use super::auth::{Operator, Viewer};
use super::devices::{Argument, must_see};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::Person;
use crate::campaigns::calendar::FrozenDays;
use crate::clock;
use crate::limits::FREEZES;
use crate::store::{CampaignDevice, CampaignReport, CampaignState, CampaignStep, Consent, Id};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

type Body<T> = Result<Json<T>, JsonRejection>;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/campaigns",
            get_with(list, says("Lists campaigns."))
                .post_with(create, says("Begins a campaign, or makes a draft of one.")),
        )
        .api_route(
            "/campaigns/estimate",
            post_with(
                estimate,
                says("Says what a campaign would do, and does nothing."),
            ),
        )
        .api_route(
            "/campaigns/{campaign}",
            get_with(read, says("Reads a campaign.")).put_with(edit, says("Changes a draft.")),
        )
        .api_route(
            "/campaigns/{campaign}/devices",
            get_with(devices, says("Lists the devices of a campaign.")),
        )
        .api_route(
            "/campaigns/{campaign}/devices/{device}",
            get_with(
                device,
                says("Reads what happened to a device in a campaign."),
            ),
        )
        .api_route(
            "/campaigns/{campaign}/report",
            get_with(report, says("Reads what became of a campaign.")),
        )
        .api_route(
            "/campaigns/{campaign}/start",
            post_with(start, says("Starts a draft.")),
        )
        .api_route(
            "/campaigns/{campaign}/pause",
            post_with(pause, says("Pauses a campaign.")),
        )
        .api_route(
            "/campaigns/{campaign}/resume",
            post_with(resume, says("Lets a campaign go on.")),
        )
        .api_route(
            "/campaigns/{campaign}/abort",
            post_with(abort, says("Gives a campaign up.")),
        )
        .api_route(
            "/campaigns/{campaign}/rollback",
            post_with(
                rollback,
                says("Begins a campaign that brings devices back to what they ran before."),
            ),
        )
        .api_route(
            "/freezes",
            get_with(freezes, says("Reads the freeze calendar."))
                .put_with(put_freezes, says("Replaces the freeze calendar.")),
        )
}

/// GET /campaigns
pub async fn list(State(app): State<Arc<App>>, Viewer(who): Viewer) -> Answer<Json<Vec<Shown>>> {
    let campaigns = app.store.campaigns_within(who.scope()).await?;
    Ok(Json(campaigns.into_iter().map(Shown::from).collect()))
}

fn consent(app: &App, devices: Option<u64>) -> Consent {
    Consent {
        devices,
        above: app.live().campaigns.confirm_above,
    }
}

/// POST /campaigns
pub async fn create(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    body: Body<CampaignRequest>,
) -> Answer<Created<Shown>> {
    let Json(body) = body?;
    let consent = consent(&app, body.confirm_devices());
    let campaign = body.campaign(&app, actor.scope()).await?;
    let created = app.store.campaign_create(&actor, campaign, consent).await?;
    app.nudge.notify_one();
    let shown = find(&app, &actor, created.id).await?;
    Ok(Created::at("campaigns", created.id, shown))
}

/// POST /campaigns/estimate
pub async fn estimate(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    body: Body<CampaignRequest>,
) -> Answer<Json<Estimated>> {
    let Json(body) = body?;
    let campaign = body.campaign(&app, who.scope()).await?;
    let now = clock::now();
    let estimate = app.store.campaign_estimate(campaign.clone(), now).await?;
    let freezes = app.store.freezes().await?;
    let confirm = estimate.devices > app.live().campaigns.confirm_above;
    Ok(Json(Estimated::new(
        estimate, &campaign, &freezes, confirm, now,
    )))
}

/// POST /campaigns/{campaign}/start
pub async fn start(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    campaign: Argument,
    body: Body<StartRequest>,
) -> Answer<Json<Shown>> {
    let campaign = own(&app, &actor, &campaign?).await?.campaign.id;
    let Json(body) = body?;
    let consent = consent(&app, body.confirm_devices);
    let started = app
        .store
        .campaign_start(&actor, campaign, consent, clock::now())
        .await?;
    started.ok_or_else(|| ApiError::not_found("campaign"))?;
    app.nudge.notify_one();
    find(&app, &actor, campaign).await.map(Json)
}

/// PUT /campaigns/{campaign}
pub async fn edit(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    campaign: Argument,
    body: Body<CampaignRequest>,
) -> Answer<Json<Shown>> {
    let draft = own(&app, &actor, &campaign?).await?.campaign;
    let Json(body) = body?;
    let campaign = body.replacing(&app, &draft).await?;
    let edited = app.store.campaign_edit(&actor, campaign, clock::now());
    edited
        .await?
        .ok_or_else(|| ApiError::not_found("campaign"))?;
    find(&app, &actor, draft.id).await.map(Json)
}

/// POST /campaigns/{campaign}/rollback
pub async fn rollback(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    campaign: Argument,
    body: Body<RollbackRequest>,
) -> Answer<Created<Shown>> {
    let of = own(&app, &actor, &campaign?).await?;
    let Json(body) = body?;
    let consent = consent(&app, body.confirm_devices);
    let campaign = body.campaign(&of.campaign)?;
    let created = app.store.campaign_create(&actor, campaign, consent).await?;
    app.nudge.notify_one();
    let shown = find(&app, &actor, created.id).await?;
    Ok(Created::at("campaigns", created.id, shown))
}

/// A campaign as whoever asks sees it.
async fn find(app: &App, who: &Person, campaign: Id) -> Answer<Shown> {
    let found = app.store.campaign_within(campaign, who.scope()).await?;
    found
        .map(Shown::from)
        .ok_or_else(|| ApiError::not_found("campaign"))
}

/// A campaign for whoever wants to change it: all its devices must be theirs, not only some.
async fn own(app: &App, who: &Person, campaign: &str) -> Answer<Shown> {
    let found = find(app, who, id(campaign)?).await?;
    match found.campaign.scope.is_within(who.scope()) {
        true => Ok(found),
        false => Err(ApiError::beyond_scope()),
    }
}

fn id(text: &str) -> Answer<Id> {
    text.parse().map_err(|_| ApiError::not_found("campaign"))
}

/// GET /campaigns/{campaign}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    campaign: Argument,
) -> Answer<Json<Shown>> {
    find(&app, &who, id(&campaign?)?).await.map(Json)
}

/// GET /campaigns/{campaign}/report
pub async fn report(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    campaign: Argument,
) -> Answer<Json<CampaignReport>> {
    let campaign = id(&campaign?)?;
    let found = app.store.campaign_report_within(campaign, who.scope());
    let found = found.await?;
    found
        .map(Json)
        .ok_or_else(|| ApiError::not_found("campaign"))
}

/// Which devices of a campaign are listed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DevicesQuery {
    /// Those that are there.
    step: Option<CampaignStep>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// GET /campaigns/{campaign}/devices
pub async fn devices(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    campaign: Argument,
    query: Result<Query<DevicesQuery>, QueryRejection>,
) -> Answer<Json<Listed<CampaignDevice>>> {
    let campaign = id(&campaign?)?;
    let Query(query) = query?;
    let page = PageQuery::new(query.after, query.limit).page()?;
    let devices = app
        .store
        .campaign_devices_within(campaign, who.scope(), query.step, page)
        .await?;
    Ok(Json(Listed::new(devices, page.limit, |device| {
        device.device
    })))
}

/// GET /campaigns/{campaign}/devices/{device}
pub async fn device(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Answer<Json<Timeline>> {
    let Path((campaign, device)) = path?;
    // As everywhere, a device goes by its id or by its identity.
    let device = device.parse().unwrap_or_else(|_| Id::of_identity(&device));
    must_see(&app, &who, device, "device in this campaign").await?;
    let found = app.store.campaign_device(id(&campaign)?, device).await?;
    found
        .map(Timeline::from)
        .map(Json)
        .ok_or_else(|| ApiError::not_found("device in this campaign"))
}

/// POST /campaigns/{campaign}/pause
pub async fn pause(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    campaign: Argument,
) -> Answer<Json<Shown>> {
    set_state(&app, &actor, &campaign?, CampaignState::Paused).await
}

/// POST /campaigns/{campaign}/resume
pub async fn resume(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    campaign: Argument,
) -> Answer<Json<Shown>> {
    set_state(&app, &actor, &campaign?, CampaignState::Running).await
}

/// POST /campaigns/{campaign}/abort
pub async fn abort(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    campaign: Argument,
) -> Answer<Json<Shown>> {
    set_state(&app, &actor, &campaign?, CampaignState::Aborted).await
}

async fn set_state(
    app: &App,
    actor: &Person,
    campaign: &str,
    state: CampaignState,
) -> Answer<Json<Shown>> {
    let campaign = own(app, actor, campaign).await?.campaign.id;
    let changed = app
        .store
        .campaign_set_state(actor, campaign, state, clock::now())
        .await?;
    changed.ok_or_else(|| ApiError::not_found("campaign"))?;
    app.nudge.notify_one();
    find(app, actor, campaign).await.map(Json)
}

/// GET /freezes
pub async fn freezes(State(app): State<Arc<App>>, Viewer(_): Viewer) -> Answer<Json<Freezes>> {
    let freezes = app.store.freezes().await?;
    Ok(Json(Freezes { freezes }))
}

/// PUT /freezes
pub async fn put_freezes(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    body: Body<Freezes>,
) -> Answer<Json<Freezes>> {
    let Json(body) = body?;
    if body.freezes.len() > FREEZES {
        let why = format!("there are more than {FREEZES} freezes");
        return Err(ApiError::bad(why, "leave out those that are over"));
    }
    for freeze in &body.freezes {
        FrozenDays::read(freeze).map_err(|error| {
            ApiError::bad(
                error.why,
                "write days like 2026-12-20, the last one not before the first",
            )
        })?;
        let reason = freeze.reason.chars();
        if reason.clone().count() > 200 || reason.clone().any(char::is_control) {
            let why = "a reason has control characters or more than 200 characters";
            return Err(ApiError::bad(why, "shorten it"));
        }
    }
    let freezes = body.freezes;
    app.store
        .freezes_put(&actor, freezes.clone(), clock::now())
        .await?;
    app.nudge.notify_one();
    Ok(Json(Freezes { freezes }))
}
