//! What is known of a device's parameters.

use super::auth::Viewer;
use super::constraints::{self, Constraints};
use super::devices::{Argument, find};
use super::error::Answer;
use super::openapi::says;
use crate::app::App;
use crate::provisioning::flat_profile::device_type;
use crate::redact::{is_secret, without_tokens};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use data_model::{Timestamp, XsdType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/devices/{device}/parameters",
        get_with(list, says("Lists what is known of its parameters.")),
    )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ParametersQuery {
    /// Names that begin with this.
    prefix: Option<String>,
    /// Only those that can be written, or only those that cannot.
    writable: Option<bool>,
    /// Says also which values they take, as far as a model of this build knows.
    constraints: bool,
}

/// One parameter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShownParameter {
    name: String,
    #[serde(rename = "type")]
    ty: XsdType,
    value: String,
    /// Absent if nobody has asked the device yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    writable: Option<bool>,
    /// It holds a secret, and its value is not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    secret: bool,
    /// Which values it takes, if that was asked for and its model says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<Constraints>,
    /// When it was last seen with this value.
    at: Timestamp,
}

/// The parameters of a device.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownParameters")]
pub struct Shown {
    /// When they last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    count: usize,
    parameters: Vec<ShownParameter>,
}

/// GET /devices/{device}/parameters
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
    query: Result<Query<ParametersQuery>, QueryRejection>,
) -> Answer<Json<Shown>> {
    let device = find(&app, &who, &device?).await?;
    let Query(query) = query?;
    let snapshot = app.store.snapshot(device.id).await?;
    let prefix = query.prefix.as_deref().unwrap_or_default();
    let access = snapshot.writable.iter().zip(&snapshot.seen);
    let wanted = snapshot.values.iter().zip(access);
    let wanted = wanted.filter(|(parameter, (writable, _))| {
        parameter.name.starts_with(prefix)
            && (query.writable.is_none() || query.writable == **writable)
    });
    let asked = query
        .constraints
        .then(|| device_type(&device.product_class));
    let model = asked.flatten();
    let parameters: Vec<ShownParameter> = wanted
        .map(|(parameter, (writable, seen))| {
            let secret = is_secret(parameter.name);
            let shown = (!secret).then(|| without_tokens(parameter.value).into_owned());
            let model = model.as_deref().filter(|_| *writable == Some(true));
            ShownParameter {
                name: parameter.name.to_owned(),
                ty: parameter.ty,
                value: shown.unwrap_or_default(),
                writable: *writable,
                secret,
                constraints: model.and_then(|model| constraints::of(model, parameter.name)),
                at: *seen,
            }
        })
        .collect();
    Ok(Json(Shown {
        at: snapshot.at,
        count: parameters.len(),
        parameters,
    }))
}
