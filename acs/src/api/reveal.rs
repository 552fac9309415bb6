//! Secrets of a device: shown to whoever may see them, each time with a line in the audit trail before it is; and
//! exchanged.

use super::answers::Begun;
use super::auth::{Operator, Revealer};
use super::desired::Facts;
use super::devices::{Argument, find};
use super::error::Answer;
use super::openapi::says;
use super::reveal_fleet::{Shown, show};
use crate::app::App;
use crate::clock;
use crate::config::EnrolmentMode;
use crate::store::{Device, StoreError};
use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices/{device}/reveal",
            post_with(
                reveal,
                says("Shows one of its secrets, and notes who saw it."),
            ),
        )
        .api_route(
            "/devices/{device}/credentials/rotate",
            post_with(
                rotate,
                says("Gives it other credentials, both ways, in its next session."),
            ),
        )
}

/// Which secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    /// The password it is called with.
    ConnectionRequestPassword,
    /// The password it comes with, as far as it is known: the factory's, as long as it has none of its own. Of its own one
    /// the server keeps only what it is checked against.
    DevicePassword,
    /// A variable its templates see.
    Variable {
        /// Its name.
        name: String,
    },
    /// What is desired of a secret parameter, with its templates filled in.
    Desired {
        /// The parameter's full name.
        name: String,
    },
}

impl Wanted {
    fn subject(&self) -> String {
        match self {
            Wanted::ConnectionRequestPassword => "connection request password".into(),
            Wanted::DevicePassword => "device password".into(),
            Wanted::Variable { name } => format!("variable {name}"),
            Wanted::Desired { name } => format!("desired {name}"),
        }
    }
}

/// POST /devices/{device}/reveal
pub async fn reveal(
    State(app): State<Arc<App>>,
    Revealer(who): Revealer,
    device: Argument,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Answer<Json<Shown<Wanted>>> {
    let device = find(&app, &who, &device?).await?;
    let Json(wanted) = body?;
    let value = secret(&app, &device, &wanted).await?;
    let subject = format!("{} {}", device.id, wanted.subject());
    show(&app, &who, subject, wanted, value).await
}

async fn secret(app: &App, device: &Device, wanted: &Wanted) -> Answer<Option<String>> {
    Ok(match wanted {
        Wanted::ConnectionRequestPassword => {
            let known = app.store.credentials_find(device.id).await?;
            let password = known.map(|known| known.connection_request_password);
            password.map(|password| password.reveal().to_owned())
        }
        Wanted::DevicePassword => factory_password(app, device).await?,
        Wanted::Desired { name } => {
            let profiles = app.profiles();
            let facts = Facts::of(app, device.clone(), &profiles.asked).await?;
            let desired = facts.desired(&profiles.list).map_err(|_| {
                let why = "its profiles contradict themselves; see GET /devices/{device}/desired";
                StoreError::Conflict(why.into())
            })?;
            let found = desired.values.get(name);
            found.map(|wanted| wanted.value.clone())
        }
        Wanted::Variable { name } => {
            let variables = app.store.device_variables(device.id).await?;
            let found = variables.into_iter().find(|known| known.name == *name);
            found.map(|variable| variable.value)
        }
    })
}

/// The secret all devices leave the factory with, if this one still comes with it.
async fn factory_password(app: &App, device: &Device) -> Answer<Option<String>> {
    let known = app.store.credentials_find(device.id).await?;
    if known.is_some_and(|known| known.verifier.is_some()) {
        let why = "the device has a password of its own, of which the server keeps only what it is checked against; \
                   POST /devices/{device}/credentials/rotate gives it another one";
        return Err(StoreError::Conflict(why.into()).into());
    }
    let live = app.live();
    let shared = live.enrolment.mode == EnrolmentMode::SharedSecret;
    Ok(shared.then(|| live.enrolment.secret.reveal().to_owned()))
}

/// POST /devices/{device}/credentials/rotate
pub async fn rotate(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    device: Argument,
) -> Answer<Begun> {
    let device = find(&app, &who, &device?).await?;
    let marked = app
        .store
        .credentials_rotate(&who, device.id, clock::now())
        .await?;
    marked.map(|()| Begun).ok_or_else(|| {
        let why = "the device has no credentials yet; it gets its first ones when it comes";
        StoreError::Conflict(why.into()).into()
    })
}
