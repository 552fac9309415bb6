//! The vendor's own provisioning of a device: how it stands, the window for its first contact, its key, its contacts.

use super::answers::{Begun, Done};
use super::auth::{Operator, Viewer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::clock;
use crate::limits::WINDOW_MINUTES;
use crate::provisioning_server::{NoRotation, rotate};
use crate::store::{Contact, FleetContact, StoreError};
use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with, put_with};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/contacts",
            get_with(
                fleet_contacts,
                says("Lists requests for profiles of the fleet, newest first."),
            ),
        )
        .api_route(
            "/devices/{device}/contacts",
            get_with(contacts, says("Lists its requests for profiles.")),
        )
        .api_route(
            "/devices/{device}/provisioning",
            get_with(read, says("Shows how it stands with keys and windows.")),
        )
        .api_route(
            "/devices/{device}/provisioning/rotate",
            post_with(rotate_key, says("Makes its next key.")),
        )
        .api_route(
            "/devices/{device}/provisioning/window",
            put_with(open_window, says("Opens its window."))
                .delete_with(close_window, says("Closes its window.")),
        )
}

/// How a device stands; of its keys only what is no secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProvisioningState")]
pub struct Standing {
    /// When its key was made; absent if it has none.
    key_since: Option<Timestamp>,
    /// Whether it has shown that it has the key.
    key_used: bool,
    /// When the key was made that it is to get next; absent if it is not getting one.
    next_key_since: Option<Timestamp>,
    /// Until when it gets its first profile without proving who it is; absent if it does not.
    window_until: Option<Timestamp>,
}

/// GET /devices/{device}/provisioning
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Standing>> {
    let device = find(&app, &who, &device?).await?;
    let keys = app.store.provisioning_keys(device.id).await?;
    let window = app.store.provisioning_window(device.id).await?;
    Ok(Json(Standing {
        key_since: keys.as_ref().map(|keys| keys.current.since),
        key_used: keys.as_ref().is_some_and(|keys| keys.used),
        next_key_since: keys.and_then(|keys| keys.next).map(|next| next.since),
        window_until: window.filter(|until| clock::now() <= *until),
    }))
}

/// How long a window is to be open.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProvisioningWindow")]
pub struct Window {
    /// Minutes from now.
    minutes: u64,
}

/// PUT /devices/{device}/provisioning/window
pub async fn open_window(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    device: Argument,
    body: Result<Json<Window>, JsonRejection>,
) -> Answer<Done> {
    let device = find(&app, &who, &device?).await?;
    let Json(Window { minutes }) = body?;
    if !WINDOW_MINUTES.contains(&minutes) {
        let (first, last) = (WINDOW_MINUTES.start(), WINDOW_MINUTES.end());
        return Err(ApiError::bad(
            format!("a window of {minutes} minutes"),
            &format!("choose {first} to {last} minutes"),
        ));
    }
    let now = clock::now();
    let until = now.plus_secs(minutes * 60);
    let put = app
        .store
        .provisioning_window_put(&who, device.id, until, now);
    put.await?.ok_or_else(|| ApiError::not_found("device"))?;
    Ok(Done)
}

/// DELETE /devices/{device}/provisioning/window
pub async fn close_window(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    device: Argument,
) -> Answer<Done> {
    let device = find(&app, &who, &device?).await?;
    let now = clock::now();
    let past = Timestamp::from_secs(0);
    let put = app
        .store
        .provisioning_window_put(&who, device.id, past, now);
    put.await?.ok_or_else(|| ApiError::not_found("device"))?;
    Ok(Done)
}

/// POST /devices/{device}/provisioning/rotate
pub async fn rotate_key(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    device: Argument,
) -> Answer<Begun> {
    let device = find(&app, &who, &device?).await?;
    match rotate(&app, &who, &device).await {
        Ok(()) => Ok(Begun),
        Err(NoRotation::Store(error)) => Err(error.into()),
        Err(why @ (NoRotation::Off | NoRotation::OwnRule | NoRotation::Profile(_))) => {
            Err(StoreError::Conflict(why.to_string()).into())
        }
    }
}

/// GET /devices/{device}/contacts
pub async fn contacts(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Vec<Contact>>> {
    let device = find(&app, &who, &device?).await?;
    Ok(Json(app.store.contact_list(device.id).await?))
}

/// Which requests.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContactsQuery {
    /// Of one device, by its id or identity.
    device: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Requests of a page.
    limit: Option<usize>,
}

/// GET /contacts
pub async fn fleet_contacts(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<ContactsQuery>, QueryRejection>,
) -> Answer<Json<Listed<FleetContact>>> {
    let Query(query) = query?;
    let device = match &query.device {
        Some(device) => Some(find(&app, &who, device).await?.id),
        None => None,
    };
    let page = PageQuery::new(query.after, query.limit).page()?;
    let found = app.store.contact_page(device, page).await?;
    Ok(Json(Listed::new(found, page.limit, |contact| contact.id)))
}
