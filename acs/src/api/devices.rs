//! Devices: list, read, register, label, forget, call.

use super::answers::{Created, Done};
use super::auth::{Admin, Operator, Viewer};
use super::conditions::{Version, Versioned};
use super::error::{Answer, ApiError};
use super::fields::{Fields, Row};
use super::filters::arguments;
use super::openapi::says;
use super::page::{Listed, PageQuery};
use crate::app::App;
use crate::auth::Person;
use crate::clock;
use crate::limits::{SKIPPED, VALUE_CHARS};
use crate::provisioning::template;
use crate::redact::{MASK, is_secret};
use crate::store::{Credentials, Device, DeviceFilter, Id, Rotation};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use cwmp::DeviceId;
use cwmp::http::Verifier;
use data_model::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/devices",
            get_with(list, says("Lists devices."))
                .post_with(register, says("Registers a device before it comes.")),
        )
        .api_route(
            "/devices/{device}",
            get_with(read, says("Reads a device.")).delete_with(
                delete,
                says("Forgets a device, with all that belongs to it."),
            ),
        )
        .api_route(
            "/devices/{device}/tags",
            get_with(tags, says("Reads its tags.")).put_with(set_tags, says("Replaces its tags.")),
        )
        .api_route(
            "/devices/{device}/variables",
            get_with(variables, says("Reads its variables."))
                .put_with(set_variables, says("Replaces its variables.")),
        )
}

/// A device in an address: its id, or its identity. For whoever may not see it, there is none (case A12).
pub(super) async fn find(app: &App, who: &Person, text: &str) -> Answer<Device> {
    let id = text.parse().unwrap_or_else(|_| Id::of_identity(text));
    let found = app.store.device_find(id).await?;
    found
        .filter(|device| who.sees(device))
        .ok_or_else(|| ApiError::not_found("device"))
}

/// Whether something that belongs to a device is there for whoever asks: it is where the device is. `what` is its name.
pub(super) async fn must_see(app: &App, who: &Person, device: Id, what: &str) -> Answer<()> {
    if who.scope().is_fleet() {
        return Ok(());
    }
    let found = app.store.device_find(device).await?;
    match found.filter(|device| who.sees(device)) {
        Some(_) => Ok(()),
        None => Err(ApiError::not_found(what)),
    }
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
        /// So many are passed over, behind `after` if it is given: for whoever wants a place in the middle.
        skip: Option<u64>,
        /// At most so many.
        limit: Option<usize>,
    }
}

/// Where a page begins.
enum Place {
    Behind(Option<Id>),
    /// There are not so many devices.
    BehindAll,
}

/// The place so many devices behind another.
async fn passed_over(
    app: &App,
    filter: &DeviceFilter,
    after: Option<Id>,
    skip: Option<u64>,
) -> Answer<Place> {
    let Some(skip) = skip.filter(|skip| *skip > 0) else {
        return Ok(Place::Behind(after));
    };
    let Some(skip) = usize::try_from(skip).ok().filter(|skip| *skip <= SKIPPED) else {
        let why = format!("`skip` is more than {SKIPPED}");
        let fix = "go on from page to page with `after`, or narrow the query";
        return Err(ApiError::bad(why, fix));
    };
    Ok(match app.store.device_skip(filter, after, skip).await? {
        Some(last) => Place::Behind(Some(last)),
        None => Place::BehindAll,
    })
}

/// A device of a list: whole, or what was chosen of it.
#[derive(Debug, Serialize, JsonSchema)]
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
    Viewer(who): Viewer,
    query: Result<Query<FilterQuery>, QueryRejection>,
) -> Answer<Json<Listed<Shown>>> {
    let Query(query) = query?;
    let mut page = PageQuery::new(query.after.clone(), query.limit).page()?;
    let fields = query.fields.as_deref().map(Fields::parse).transpose()?;
    let filter = query.filter(who.scope())?;
    let devices = match passed_over(&app, &filter, page.after, query.skip).await? {
        Place::BehindAll => Vec::new(),
        Place::Behind(after) => {
            page.after = after;
            app.store.device_list(&filter, page).await?
        }
    };
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewDevice")]
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallCredentials {
    username: String,
    password: String,
}

impl Registration {
    /// Who it is, and what it will come with.
    fn read(self, app: &App) -> Answer<(DeviceId, Option<Credentials>)> {
        let identity = DeviceId {
            manufacturer: self.manufacturer,
            oui: self.oui,
            product_class: self.product_class,
            serial_number: self.serial_number,
        };
        check_identity(&identity).map_err(|why| {
            let fix = "give `oui` as six hexadecimal digits and a `serial_number`";
            ApiError::bad(why, fix)
        })?;
        let credentials = credentials(app, &identity, self.password, self.connection_request);
        Ok((identity, credentials))
    }
}

/// Whether a device can be told from others by this.
pub(super) fn check_identity(identity: &DeviceId) -> Result<(), String> {
    let hex = identity.oui.len() == 6 && identity.oui.bytes().all(|byte| byte.is_ascii_hexdigit());
    match hex && !identity.serial_number.is_empty() {
        true => Ok(()),
        false => Err("the device has no usable identity".into()),
    }
}

/// What a device will come with, if that is known.
pub(super) fn credentials(
    app: &App,
    identity: &DeviceId,
    password: Option<String>,
    calls: Option<CallCredentials>,
) -> Option<Credentials> {
    let username = identity.username();
    let (call_username, call_password) = match calls {
        Some(calls) => (calls.username, Secret::new(calls.password)),
        None => Default::default(),
    };
    let own =
        password.map(|password| Verifier::new(&username, app.realm(), &Secret::new(password)));
    (own.is_some() || !call_username.is_empty()).then(|| Credentials {
        device: Id::of_device(identity),
        verifier: own,
        pending: None,
        connection_request_username: call_username,
        connection_request_password: call_password,
        rotation: Rotation::None,
    })
}

/// POST /devices
pub async fn register(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    body: Result<Json<Registration>, JsonRejection>,
) -> Answer<Created<Device>> {
    let Json(body) = body?;
    let (identity, credentials) = body.read(&app)?;
    let device = app
        .store
        .device_register(&actor, &identity, credentials, clock::now())
        .await?;
    Ok(Created::at("devices", device.id, device))
}

/// GET /devices/{device}
pub async fn read(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Versioned<Device>> {
    let device = find(&app, &who, &device?).await?;
    // The rest it says by itself, each time it comes.
    let version = Version::of(&(device.id, &device.tags, device.first_seen));
    Ok(Versioned(device, version))
}

/// DELETE /devices/{device}
pub async fn delete(
    State(app): State<Arc<App>>,
    Admin(who): Admin,
    device: Argument,
) -> Answer<Done> {
    let device = find(&app, &who, &device?).await?;
    app.store
        .device_delete(&who, device.id, clock::now())
        .await?;
    Ok(Done)
}

/// GET /devices/{device}/tags
pub async fn tags(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Json<Vec<String>>> {
    Ok(Json(find(&app, &who, &device?).await?.tags))
}

/// PUT /devices/{device}/tags
pub async fn set_tags(
    State(app): State<Arc<App>>,
    Operator(who): Operator,
    device: Argument,
    body: Result<Json<Vec<String>>, JsonRejection>,
) -> Answer<Done> {
    let device = find(&app, &who, &device?).await?;
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
    if !who.scope().admits(&tags) {
        return Err(ApiError::forbidden(
            "the device would be none of yours any more: it would carry none of the tags of your scope",
        ));
    }
    app.store
        .device_set_tags(&who, device.id, tags, clock::now())
        .await?;
    app.desire_changed();
    Ok(Done)
}

/// GET /devices/{device}/variables
pub async fn variables(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    device: Argument,
) -> Answer<Versioned<BTreeMap<String, String>>> {
    let device = find(&app, &who, &device?).await?;
    let variables = app.store.device_own_variables(device.id).await?;
    let version = Version::of(&variables);
    // Variables end in parameters; those that look like secrets are not shown either.
    let shown = variables.into_iter().map(|(name, value)| {
        let value = if is_secret(&name) {
            MASK.to_owned()
        } else {
            value
        };
        (name, value)
    });
    Ok(Versioned(shown.collect(), version))
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
    Operator(who): Operator,
    device: Argument,
    body: Result<Json<BTreeMap<String, String>>, JsonRejection>,
) -> Answer<Done> {
    let device = find(&app, &who, &device?).await?;
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
        .device_set_variables(&who, device.id, variables, clock::now())
        .await?;
    app.desire_changed();
    Ok(Done)
}
