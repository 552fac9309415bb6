//! Devices: list, read, register, label, forget, call.

use super::auth::{Admin, Operator, Viewer};
use super::error::{Answer, ApiError};
use super::fields::{Fields, Row};
use super::filters::arguments;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::clock;
use crate::connection_request::Outcome;
use crate::jobs::call_devices;
use crate::limits::VALUE_CHARS;
use crate::provisioning::template;
use crate::redact::{MASK, is_secret};
use crate::store::{Credentials, Device, Id};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use cwmp::DeviceId;
use cwmp::http::Verifier;
use data_model::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A device in an address: its id, or its identity.
pub(super) async fn find(app: &App, text: &str) -> Answer<Device> {
    let id = text.parse().unwrap_or_else(|_| Id::of_identity(text));
    app.store
        .device_find(id)
        .await?
        .ok_or_else(|| ApiError::not_found("device"))
}

/// A path argument, as it came or as the error it is.
pub(super) type Argument = Result<Path<String>, PathRejection>;

arguments! {
    /// Which devices are listed, and what of them.
    FilterQuery {
        /// What is shown of each device, with commas between them; everything but parameters if absent.
        fields: Option<String>,
        /// `next` of the page before.
        after: Option<String>,
        /// At most so many.
        limit: Option<usize>,
    }
}

/// A device of a list: whole, or what was chosen of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// Everything but its parameters.
    Whole(Box<Device>),
    /// What was chosen.
    Chosen(Row),
}

/// GET /devices
pub async fn list(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    query: Result<Query<FilterQuery>, QueryRejection>,
) -> Answer<Json<Listed<Shown>>> {
    let Query(query) = query?;
    let page = PageQuery::new(query.after.clone(), query.limit).page()?;
    let fields = query.fields.as_deref().map(Fields::parse).transpose()?;
    let devices = app.store.device_list(&query.filter()?, page).await?;
    let listed = Listed::new(devices, page.limit, |device| device.id);
    let items = match fields {
        None => listed
            .items
            .into_iter()
            .map(Box::new)
            .map(Shown::Whole)
            .collect(),
        Some(fields) => {
            let rows = fields.rows(&app, &listed.items).await?;
            rows.into_iter().map(Shown::Chosen).collect()
        }
    };
    Ok(Json(Listed {
        items,
        next: listed.next,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    #[serde(default)]
    manufacturer: String,
    oui: String,
    #[serde(default)]
    product_class: String,
    serial_number: String,
    /// The password the device will come with; without it the enrolment rule decides.
    #[serde(default)]
    password: Option<String>,
    /// What we call the device with, if it has such credentials already; otherwise it is given some when it comes.
    #[serde(default)]
    connection_request: Option<CallCredentials>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallCredentials {
    username: String,
    password: String,
}

/// POST /devices
pub async fn register(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    body: Result<Json<Registration>, JsonRejection>,
) -> Answer<(StatusCode, Json<Device>)> {
    let Json(body) = body?;
    let identity = DeviceId {
        manufacturer: body.manufacturer,
        oui: body.oui,
        product_class: body.product_class,
        serial_number: body.serial_number,
    };
    let hex = identity.oui.len() == 6 && identity.oui.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex || identity.serial_number.is_empty() {
        let fix = "give `oui` as six hexadecimal digits and a `serial_number`";
        return Err(ApiError::bad("the device has no usable identity", fix));
    }
    let username = identity.username();
    let (call_username, call_password) = match body.connection_request {
        Some(calls) => (calls.username, Secret::new(calls.password)),
        None => Default::default(),
    };
    let own = body
        .password
        .map(|password| Verifier::new(&username, app.realm(), &Secret::new(password)));
    let credentials = (own.is_some() || !call_username.is_empty()).then(|| Credentials {
        device: Id::of_device(&identity),
        verifier: own,
        pending: None,
        connection_request_username: call_username,
        connection_request_password: call_password,
    });
    let device = app
        .store
        .device_register(&actor, &identity, credentials, clock::now())
        .await?;
    Ok((StatusCode::CREATED, Json(device)))
}

/// GET /devices/{device}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    device: Argument,
) -> Answer<Json<Device>> {
    find(&app, &device?).await.map(Json)
}

/// DELETE /devices/{device}
pub async fn delete(
    State(app): State<Arc<App>>,
    Admin(actor): Admin,
    device: Argument,
) -> Answer<StatusCode> {
    let device = find(&app, &device?).await?;
    app.store
        .device_delete(&actor, device.id, clock::now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// PUT /devices/{device}/tags
pub async fn set_tags(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
    body: Result<Json<Vec<String>>, JsonRejection>,
) -> Answer<StatusCode> {
    let device = find(&app, &device?).await?;
    let Json(tags) = body?;
    for tag in &tags {
        template::check_name(tag).map_err(|_| {
            let why = format!(
                "the tag `{}` is not usable",
                tag.chars().take(64).collect::<String>()
            );
            ApiError::bad(
                why,
                "use 1 to 64 letters, digits, dots, dashes and underscores",
            )
        })?;
    }
    app.store
        .device_set_tags(&actor, device.id, tags, clock::now())
        .await?;
    app.desire_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// GET /devices/{device}/variables
pub async fn variables(
    State(app): State<Arc<App>>,
    Viewer(_): Viewer,
    device: Argument,
) -> Answer<Json<BTreeMap<String, String>>> {
    let device = find(&app, &device?).await?;
    let variables = app.store.device_variables(device.id).await?;
    // Variables end in parameters; those that look like secrets are not shown either.
    let shown = variables.into_iter().map(|(name, value)| {
        let value = if is_secret(&name) {
            MASK.to_owned()
        } else {
            value
        };
        (name, value)
    });
    Ok(Json(shown.collect()))
}

/// What comes back from somebody who was not shown a secret must not replace it.
pub(super) fn masked(name: &str) -> ApiError {
    ApiError::bad(
        format!("`{MASK}` for {name} only stands for a secret that was not shown"),
        "give the secret itself",
    )
}

/// PUT /devices/{device}/variables
pub async fn set_variables(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    device: Argument,
    body: Result<Json<BTreeMap<String, String>>, JsonRejection>,
) -> Answer<StatusCode> {
    let device = find(&app, &device?).await?;
    let Json(variables) = body?;
    for (name, value) in &variables {
        template::check_name(name).map_err(|error| ApiError::bad(error, "rename the variable"))?;
        if value == MASK && is_secret(name) {
            return Err(masked(name));
        }
        if value.chars().count() > VALUE_CHARS {
            let why = format!("the variable `{name}` has more than {VALUE_CHARS} characters");
            return Err(ApiError::bad(why, "shorten it"));
        }
    }
    let variables = variables.into_iter().collect();
    app.store
        .device_set_variables(&actor, device.id, variables, clock::now())
        .await?;
    app.desire_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// POST /devices/{device}/call
pub async fn call(
    State(app): State<Arc<App>>,
    Operator(_): Operator,
    device: Argument,
) -> Answer<Json<Value>> {
    let device = find(&app, &device?).await?;
    let outcome = call_devices::call(&app, device.id).await?;
    let name = outcome.name();
    Ok(Json(match outcome {
        Outcome::Accepted | Outcome::TooSoon | Outcome::Busy => json!({ "outcome": name }),
        Outcome::Impossible(why) | Outcome::Failed(why) => json!({ "outcome": name, "why": why }),
    }))
}
