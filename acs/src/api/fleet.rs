//! The fleet as a whole: the dashboard's counts, numbers and groups of devices, the export.

use super::auth::Viewer;
use super::error::{Answer, ApiError};
use super::fields::Fields;
use super::filters::arguments;
use super::openapi::says;
use crate::app::App;
use crate::clock;
use crate::limits::{COUNTED_GROUPS, EXPORT_STEP};
use crate::query::catalogue::{self, ATTRIBUTES};
use crate::query::pattern::Pattern;
use crate::redact::{is_secret, without_tokens};
use crate::store::{Device, DeviceFilter, GroupBy, Id, Page, ValueCount};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use data_model::Timestamp;
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/summary",
            get_with(
                summary,
                says("Counts of the fleet; of a large one, some seconds old at most."),
            ),
        )
        .api_route(
            "/devices/count",
            get_with(number, says("Counts the devices of a query.")),
        )
        .api_route(
            "/devices/groups",
            get_with(groups, says("Counts the devices of a query by a value.")),
        )
        .api_route(
            "/devices.csv",
            get_with(export, says("Exports the devices of a query as a table.")),
        )
}

/// How the fleet stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// All devices.
    devices: u64,
    /// Those that informed within `query.overdue_minutes`.
    online: u64,
    /// Those that informed longer ago.
    overdue: u64,
    /// What `query.overdue_minutes` is.
    overdue_minutes: u32,
    /// Those that were registered and have never come.
    never: u64,
    /// Devices that informed within the last minute.
    informs_per_minute: u64,
    /// Devices the profiles cannot be applied to.
    profile_failed: u64,
    /// Tasks that failed within the last 24 hours.
    tasks_failed: u64,
    /// Sessions open at this moment.
    sessions: usize,
    /// Devices by firmware version, the fifty largest groups.
    versions: Vec<ValueCount>,
    /// Devices by product class, the fifty largest groups.
    models: Vec<ValueCount>,
    /// Profiles.
    profiles: usize,
    /// Changes whenever a profile does; [`crate::store::Provisioning::stamp`] of a device that agrees is the same.
    profile_stamp: u64,
}

/// GET /summary
pub async fn summary(State(app): State<Arc<App>>, Viewer(who): Viewer) -> Answer<Json<Summary>> {
    let now = clock::now();
    let overdue_minutes = app.live().query.overdue_minutes;
    let overdue_ms = i64::from(overdue_minutes) * 60_000;
    let since = Timestamp::from_millis(now.as_millis().saturating_sub(overdue_ms));
    let seen = DeviceFilter {
        now,
        scope: who.scope().clone(),
        ..DeviceFilter::default()
    };
    let counts = app.store.fleet_counts(&seen, since).await?;
    let profiles = app.profiles();
    Ok(Json(Summary {
        devices: counts.devices,
        online: counts.online,
        overdue: counts.overdue,
        overdue_minutes,
        never: counts.never,
        informs_per_minute: counts.last_minute,
        profile_failed: counts.profile_failed,
        tasks_failed: counts.tasks_failed,
        sessions: app.sessions.len(),
        versions: counts.versions,
        models: counts.models,
        profiles: profiles.list.len(),
        profile_stamp: profiles.stamp,
    }))
}

arguments! {
    /// Which devices are counted.
    CountQuery {}
}

/// How many devices there are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Number {
    /// So many.
    devices: u64,
}

/// GET /devices/count
pub async fn number(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<CountQuery>, QueryRejection>,
) -> Answer<Json<Number>> {
    let Query(query) = query?;
    let devices = app.store.device_count(&query.filter(who.scope())?).await?;
    Ok(Json(Number { devices }))
}

arguments! {
    /// Which devices are grouped, and by what.
    GroupsQuery {
        /// An attribute, or `param:PATH`.
        by: String,
        /// At most so many groups.
        limit: Option<usize>,
    }
}

/// Devices by a value.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Groups {
    /// What they are grouped by.
    by: String,
    /// The largest groups first.
    groups: Vec<ValueCount>,
}

/// GET /devices/groups
pub async fn groups(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<GroupsQuery>, QueryRejection>,
) -> Answer<Json<Groups>> {
    let Query(query) = query?;
    let by = group_by(&query.by)?;
    let limit = query.limit.unwrap_or(100).clamp(1, COUNTED_GROUPS);
    let mut groups = app
        .store
        .device_groups(&query.filter(who.scope())?, &by, limit)
        .await?;
    for group in &mut groups {
        group.value = without_tokens(&group.value).into_owned();
    }
    Ok(Json(Groups {
        by: query.by,
        groups,
    }))
}

fn group_by(text: &str) -> Answer<GroupBy> {
    if let Some(path) = text.strip_prefix("param:") {
        if is_secret(path) {
            let why = format!("`{path}` holds a secret, and nobody may ask for those");
            return Err(ApiError::bad(why, "group by something else"));
        }
        let fix = "write by=param:Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";
        let pattern = Pattern::parse(path).map_err(|why| ApiError::bad(why, fix))?;
        return Ok(GroupBy::Parameter(pattern));
    }
    catalogue::find(text)
        .map(GroupBy::Attribute)
        .ok_or_else(|| {
            let names: Vec<&str> = ATTRIBUTES.iter().map(|known| known.name).collect();
            ApiError::bad(
                "`by` names nothing that devices can be grouped by",
                &format!("use param:PATH or one of {}", names.join(", ")),
            )
        })
}

arguments! {
    /// Which devices are exported, and what of them.
    ExportQuery {
        /// The columns, with commas between them.
        fields: Option<String>,
    }
}

/// The columns if nothing is said.
const COLUMNS: &str = "identity,product_class,serial_number,software_version,hardware_version,address,tag,\
                       first_seen,last_inform,profile.state";

/// GET /devices.csv
pub async fn export(
    State(app): State<Arc<App>>,
    Viewer(who): Viewer,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Answer<Response> {
    let Query(query) = query?;
    let fields = Fields::parse(query.fields.as_deref().unwrap_or(COLUMNS))?;
    let filter = query.filter(who.scope())?;
    let asked = query.q.as_deref().unwrap_or("every device");
    let subject: String = format!("{asked}: {}", fields.head().trim_end())
        .chars()
        .take(1_000)
        .collect();
    // What can go wrong goes wrong before the answer begins; the trail knows of it before its first byte.
    let first = step(&app, &filter, None).await?;
    app.store.device_export(&who, subject, clock::now()).await?;
    let export = Export {
        app,
        filter,
        head: Some(fields.head()),
        fields,
        next: Some(first),
    };
    let body = Body::from_stream(stream::try_unfold(export, Export::go_on));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"devices.csv\""),
    ];
    Ok((headers, body).into_response())
}

async fn step(app: &App, filter: &DeviceFilter, after: Option<Id>) -> Answer<Vec<Device>> {
    let page = Page {
        after,
        limit: EXPORT_STEP,
    };
    Ok(app.store.device_list(filter, page).await?)
}

/// An export under way: one step of it is in memory at a time.
struct Export {
    app: Arc<App>,
    filter: DeviceFilter,
    fields: Fields,
    head: Option<String>,
    /// The devices of the step that is its turn; none at the end.
    next: Option<Vec<Device>>,
}

impl Export {
    /// The next lines. An error breaks the connection off: a file that is not whole must not look whole.
    async fn go_on(mut self) -> Result<Option<(Bytes, Export)>, std::io::Error> {
        let Some(devices) = self.next.take() else {
            return Ok(None);
        };
        let broken = |_| std::io::Error::other("the store cannot be read");
        let mut text = self.head.take().unwrap_or_default();
        text.push_str(
            &self
                .fields
                .lines(&self.app, &devices)
                .await
                .map_err(broken)?,
        );
        if devices.len() == EXPORT_STEP {
            let last = devices.last().map(|device| device.id);
            self.next = Some(step(&self.app, &self.filter, last).await.map_err(broken)?);
        }
        Ok(Some((Bytes::from(text), self)))
    }
}
