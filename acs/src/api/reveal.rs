//! Secrets of a device: shown to whoever may see them, each time with a line in the audit trail before it is; and
//! exchanged.

use super::answers::Begun;
use super::auth::{Operator, Revealer};
use super::devices::{Argument, find};
use super::error::{Answer, ApiError};
use super::openapi::says;
use crate::app::App;
use crate::clock;
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
    /// A variable its templates see.
    Variable {
        /// Its name.
        name: String,
    },
}

impl Wanted {
    fn subject(&self) -> String {
        match self {
            Wanted::ConnectionRequestPassword => "connection request password".into(),
            Wanted::Variable { name } => format!("variable {name}"),
        }
    }
}

/// A secret.
#[derive(Serialize, JsonSchema)]
pub struct Revealed {
    #[serde(flatten)]
    wanted: Wanted,
    /// The secret itself.
    value: String,
}

/// POST /devices/{device}/reveal
pub async fn reveal(
    State(app): State<Arc<App>>,
    Revealer(who): Revealer,
    device: Argument,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Answer<Json<Revealed>> {
    let device = find(&app, &who, &device?).await?;
    let Json(wanted) = body?;
    let value = secret(&app, &device, &wanted).await?;
    let subject = format!("{} {}", device.id, wanted.subject());
    // Nobody sees what is not noted.
    app.store
        .audit_note(&who, "secret.reveal", subject, clock::now())
        .await?;
    Ok(Json(Revealed { wanted, value }))
}

async fn secret(app: &App, device: &Device, wanted: &Wanted) -> Answer<String> {
    let found = match wanted {
        Wanted::ConnectionRequestPassword => {
            let known = app.store.credentials_find(device.id).await?;
            let password = known.map(|known| known.connection_request_password);
            password.map(|password| password.reveal().to_owned())
        }
        Wanted::Variable { name } => {
            let variables = app.store.device_variables(device.id).await?;
            let found = variables.into_iter().find(|known| known.name == *name);
            found.map(|variable| variable.value)
        }
    };
    let found = found.filter(|secret| !secret.is_empty());
    found.ok_or_else(|| ApiError::not_found("secret"))
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
