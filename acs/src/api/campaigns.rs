//! Firmware campaigns: create, watch, pause, resume, abort.

use super::answers::Created;
use super::auth::{Operator, Viewer};
use super::devices::Argument;
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::clock;
use crate::store::{Actor, Campaign, CampaignCounts, CampaignDevice, CampaignState, Id, Selector};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
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
            "/campaigns",
            get_with(list, says("Lists campaigns.")).post_with(create, says("Begins a campaign.")),
        )
        .api_route(
            "/campaigns/{campaign}",
            get_with(read, says("Reads a campaign.")),
        )
        .api_route(
            "/campaigns/{campaign}/devices",
            get_with(devices, says("Lists the devices of a campaign.")),
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
}

/// A campaign with its counts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownCampaign")]
pub struct Shown {
    #[serde(flatten)]
    campaign: Campaign,
    counts: CampaignCounts,
}

impl From<(Campaign, CampaignCounts)> for Shown {
    fn from((campaign, counts): (Campaign, CampaignCounts)) -> Shown {
        Shown { campaign, counts }
    }
}

/// GET /campaigns
pub async fn list(State(app): State<Arc<App>>, Viewer(_): Viewer) -> Answer<Json<Vec<Shown>>> {
    let campaigns = app.store.campaign_list().await?;
    Ok(Json(campaigns.into_iter().map(Shown::from).collect()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignRequest {
    name: String,
    file: Id,
    #[serde(default)]
    selector: Selector,
    /// Devices under way at one time.
    #[serde(default = "concurrency")]
    concurrency: u32,
    /// Failed devices at which the campaign pauses; zero for never.
    #[serde(default)]
    failure_limit: u32,
}

fn concurrency() -> u32 {
    10
}

/// POST /campaigns
pub async fn create(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    body: Result<Json<CampaignRequest>, JsonRejection>,
) -> Answer<Created<Shown>> {
    let Json(body) = body?;
    let file = app
        .store
        .file_find(body.file)
        .await?
        .ok_or_else(|| ApiError::not_found("file"))?;
    if file.version.is_empty() {
        let why = "the file has no version, so nobody could tell whether a device runs it";
        return Err(ApiError::bad(why, "upload the image with `version=`"));
    }
    if body.concurrency == 0 {
        return Err(ApiError::bad(
            "`concurrency` is 0",
            "let at least one device be under way",
        ));
    }
    let mut selector = body.selector;
    if selector.product_class.is_empty() && !file.product_class.is_empty() {
        // An image of one product must not be offered to others.
        selector.product_class = vec![file.product_class.clone()];
    }
    let campaign = Campaign {
        id: clock::new_id(),
        name: body.name.chars().take(128).collect(),
        file: file.id,
        target_version: file.version,
        selector,
        concurrency: body.concurrency,
        failure_limit: body.failure_limit,
        state: CampaignState::Running,
        created: clock::now(),
    };
    let created = app.store.campaign_create(&actor, campaign).await?;
    app.nudge.notify_one();
    Ok(Created(find(&app, created.id).await?))
}

async fn find(app: &App, campaign: Id) -> Answer<Shown> {
    let found = app.store.campaign_find(campaign).await?;
    found
        .map(Shown::from)
        .ok_or_else(|| ApiError::not_found("campaign"))
}

fn id(text: &str) -> Answer<Id> {
    text.parse().map_err(|_| ApiError::not_found("campaign"))
}

/// GET /campaigns/{campaign}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    campaign: Argument,
) -> Answer<Json<Shown>> {
    find(&app, id(&campaign?)?).await.map(Json)
}

/// GET /campaigns/{campaign}/devices
pub async fn devices(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    campaign: Argument,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<CampaignDevice>>> {
    let campaign = id(&campaign?)?;
    let Query(query) = query?;
    let page = query.page()?;
    let devices = app.store.campaign_devices(campaign, page).await?;
    Ok(Json(Listed::new(devices, page.limit, |device| {
        device.device
    })))
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
    actor: &Actor,
    campaign: &str,
    state: CampaignState,
) -> Answer<Json<Shown>> {
    let campaign = id(campaign)?;
    let changed = app
        .store
        .campaign_set_state(actor, campaign, state, clock::now())
        .await?;
    changed.ok_or_else(|| ApiError::not_found("campaign"))?;
    app.nudge.notify_one();
    find(app, campaign).await.map(Json)
}
