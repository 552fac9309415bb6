//! Devices that are kept apart: list, admit, keep apart; and one unit in the place of another.

use super::answers::Done;
use super::auth::{Operator, Viewer};
use super::devices::{self, Argument};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::permissions::Permission;
use crate::clock;
use crate::store::{Device, Id, Replacement, Wall, WallReason, WalledDevice};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use cwmp::DeviceId;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/quarantine",
            get_with(list, says("Lists devices that are kept apart.")),
        )
        .api_route(
            "/devices/{device}/admit",
            post_with(admit, says("Lets a device in that is kept apart.")),
        )
        .api_route(
            "/devices/{device}/quarantine",
            get_with(stands, says("Says whether a device is kept apart."))
                .post_with(quarantine, says("Keeps a device apart.")),
        )
        .api_route(
            "/devices/{device}/swap",
            post_with(swap, says("Puts another unit in the place of a device.")),
        )
}

/// A device that is kept apart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Apart {
    /// Its id.
    device: Id,
    /// Its identity.
    identity: String,
    /// The address its last session came from.
    address: String,
    /// When it was last heard of.
    last_inform: Timestamp,
    /// How often it has come.
    informs: u64,
    /// Why it is kept apart.
    reason: WallReason,
    /// Why, in words.
    why: String,
    /// Since when.
    since: Timestamp,
    /// The device that took its place.
    replaced_by: Option<Id>,
}

impl From<WalledDevice> for Apart {
    fn from(device: WalledDevice) -> Apart {
        Apart {
            device: device.device,
            identity: device.identity,
            address: device.address,
            last_inform: device.last_inform,
            informs: device.informs,
            reason: device.wall.reason,
            why: device.wall.why,
            since: device.wall.since,
            replaced_by: device.wall.replaced_by,
        }
    }
}

/// GET /quarantine
async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Answer<Json<Listed<Apart>>> {
    let Query(query) = query?;
    let page = query.page()?;
    let devices = app.store.wall_list(page).await?;
    let devices = devices.into_iter().map(Apart::from).collect();
    Ok(Json(Listed::new(devices, page.limit, |apart| apart.device)))
}

/// POST /devices/{device}/admit
async fn admit(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
) -> Answer<Done> {
    let device = devices::find(&app, &actor, &device?).await?;
    let admitted = app.store.wall_remove(&actor, device.id, clock::now());
    admitted
        .await?
        .ok_or_else(|| ApiError::not_found("device in quarantine"))?;
    app.desire_changed();
    Ok(Done)
}

/// Whether a device is kept apart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stands {
    /// Why, and since when; `null` if it is not.
    apart: Option<ShownWall>,
}

/// Why a device is kept apart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownWall {
    /// The reason.
    reason: WallReason,
    /// The reason in words.
    why: String,
    /// Since when.
    since: Timestamp,
    /// The device that took its place.
    replaced_by: Option<Id>,
}

impl From<Wall> for ShownWall {
    fn from(wall: Wall) -> ShownWall {
        ShownWall {
            reason: wall.reason,
            why: wall.why,
            since: wall.since,
            replaced_by: wall.replaced_by,
        }
    }
}

/// GET /devices/{device}/quarantine
async fn stands(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Stands>> {
    let device = devices::find(&app, &who, &device?).await?;
    let wall = app.store.wall(device.id).await?;
    Ok(Json(Stands {
        apart: wall.map(ShownWall::from),
    }))
}

/// Why a device is to be kept apart.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reason {
    /// In a few words.
    why: String,
}

/// POST /devices/{device}/quarantine
async fn quarantine(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
    body: Result<Json<Reason>, JsonRejection>,
) -> Answer<Done> {
    let Path(text) = device?;
    let Json(body) = body?;
    let device = devices::find(&app, &actor, &text).await?;
    let plain = body.why.chars().filter(|c| !c.is_control());
    let why = plain.take(200).collect();
    app.store
        .wall_put(&actor, device.id, why, clock::now())
        .await?
        .ok_or_else(|| ApiError::not_found("device"))?;
    Ok(Done)
}

/// The unit that takes the place. What is not said of it is as it is of the old one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Swap {
    /// Its serial number.
    serial_number: String,
    /// The OUI of its manufacturer.
    #[serde(default)]
    oui: Option<String>,
    /// Its product class.
    #[serde(default)]
    product_class: Option<String>,
    /// The name of its manufacturer.
    #[serde(default)]
    manufacturer: Option<String>,
    /// The password it will come with, if nobody knows it yet; without it the enrolment rule decides.
    #[serde(default)]
    password: Option<String>,
}

/// POST /devices/{device}/swap
async fn swap(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
    body: Result<Json<Swap>, JsonRejection>,
) -> Answer<Json<Device>> {
    let Path(text) = device?;
    let Json(body) = body?;
    let old = devices::find(&app, &actor, &text).await?;
    let identity = DeviceId {
        manufacturer: body.manufacturer.unwrap_or(old.manufacturer),
        oui: body.oui.unwrap_or(old.oui),
        product_class: body.product_class.unwrap_or(old.product_class),
        serial_number: body.serial_number,
    };
    devices::check_identity(&identity).map_err(|why| {
        let fix = "give the `serial_number` of the replacement, and an `oui` of six digits";
        ApiError::bad(why, fix)
    })?;
    // One that is there must be for whoever decides about it to see.
    let new = Id::of_device(&identity);
    if app.store.device_find(new).await?.is_some() {
        devices::must_see(&app, &actor, new, "replacement").await?;
    } else {
        // It is registered, which is for those of the whole fleet.
        actor.must_for_all(Permission::Operate)?;
    }
    let credentials = devices::credentials(&app, &identity, body.password, None);
    let replacement = Replacement {
        identity,
        credentials,
    };
    let swapped = app
        .store
        .device_swap(&actor, old.id, replacement, clock::now());
    let device = swapped
        .await?
        .ok_or_else(|| ApiError::not_found("device"))?;
    app.desire_changed();
    Ok(Json(device))
}
