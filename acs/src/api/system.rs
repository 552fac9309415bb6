//! How the server itself does: what runs, since when, its jobs, its store, where it listens, and with which settings.

use super::auth::Viewer;
use super::error::Answer;
use super::openapi::says;
use crate::app::App;
use crate::auth::permissions::Permission;
use crate::clock;
use crate::jobs::runs::JobRuns;
use crate::limits::{FOLLOWERS, OVERDUE_MS};
use crate::listen::Listener;
use crate::{machine, panics, tls};
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The routes of this noun.
pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/system",
        get_with(read, says("Says how the server itself does.")),
    )
}

/// How the server does.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "System")]
pub struct System {
    /// What runs.
    version: &'static str,
    /// When it began.
    started: Timestamp,
    /// Milliseconds since.
    uptime_ms: u64,
    /// What there is of everything.
    counts: SystemCounts,
    /// How many devices come, beside how many can be served.
    overload: SystemOverload,
    /// The last run of every job that has run since the server began, by its name.
    jobs: BTreeMap<&'static str, JobRuns>,
    /// The store and the disk it is on.
    store: SystemStore,
    /// This process.
    process: SystemProcess,
    /// Where it listens.
    listeners: Vec<Listener>,
    /// The certificates of listeners that speak TLS.
    certificates: Vec<CertificateEnd>,
    /// The settings in force, secrets masked; `null` for whoever has no `administer`.
    settings: Option<BTreeMap<String, String>>,
}

/// Numbers of the server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SystemCounts")]
pub struct SystemCounts {
    /// Devices known.
    devices: u64,
    /// Sessions with devices that are open.
    sessions: usize,
    /// Tasks that have not ended.
    open_tasks: u64,
    /// When the oldest of them was queued.
    oldest_task: Option<Timestamp>,
    /// Connection requests under way.
    calls: usize,
    /// Those who follow events.
    followers: usize,
    /// What webhooks are still to be told.
    deliveries_waiting: u64,
    /// What they could not be told.
    deliveries_given_up: u64,
    /// Mistakes of this program that were caught.
    panics: u64,
}

/// How the port for devices does when many come.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SystemOverload")]
pub struct SystemOverload {
    /// Requests of devices in work.
    in_work: u32,
    /// How many may be at this moment; the others are told to come back.
    places: u32,
    /// Milliseconds it takes to serve all that were told so.
    behind_ms: u64,
    /// Bytes of messages of devices in memory.
    bodies_bytes: usize,
}

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SystemStore")]
pub struct SystemStore {
    /// Bytes of the database.
    bytes: u64,
    /// Bytes of its write-ahead log.
    wal_bytes: u64,
    /// The version of its schema.
    schema: u64,
    /// Why it takes no writes; `null` if it does.
    problem: Option<String>,
    /// When the last backup ended; `null` if there was none.
    last_backup: Option<Timestamp>,
    /// Free bytes of the disk; `null` if it does not say.
    disk_free_bytes: Option<u64>,
    /// All bytes of the disk.
    disk_bytes: Option<u64>,
}

/// What the process uses.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SystemProcess")]
pub struct SystemProcess {
    /// Memory.
    resident_bytes: u64,
    /// Memory, at the most since its start.
    peak_resident_bytes: u64,
    /// Files and connections that are open.
    open_files: u64,
    /// How many may be; zero if there is no limit.
    open_files_limit: u64,
    /// Seconds of processors.
    cpu_seconds: f64,
}

/// A certificate of ours.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CertificateEnd")]
pub struct CertificateEnd {
    /// The listener: `cwmp`, `api`, `files` or `provisioning`.
    listener: &'static str,
    /// When the one in force ends; `null` if that cannot be read.
    ends: Option<Timestamp>,
}

/// GET /system
pub async fn read(State(app): State<Arc<App>>, Viewer(who): Viewer) -> Answer<Json<System>> {
    let now = clock::now();
    let overdue = i64::try_from(OVERDUE_MS).unwrap_or(i64::MAX);
    let overdue = Timestamp::from_millis(now.as_millis() - overdue);
    let figures = app.store.figures(overdue, app.profiles().stamp).await?;
    let problem = app.store.check().await.err();
    let process = machine::process();
    let uptime = now.as_millis() - app.started.as_millis();
    let settings = who.may(Permission::Administer).then(|| app.live().masked());
    Ok(Json(System {
        version: env!("CARGO_PKG_VERSION"),
        started: app.started,
        uptime_ms: u64::try_from(uptime).unwrap_or(0),
        counts: SystemCounts {
            devices: figures.devices,
            sessions: app.sessions.len(),
            open_tasks: figures.tasks.iter().map(|(_, number)| number).sum(),
            oldest_task: figures.oldest_task,
            calls: app.caller.under_way(),
            followers: FOLLOWERS.saturating_sub(app.followers.available_permits()),
            deliveries_waiting: figures.deliveries_waiting,
            deliveries_given_up: figures.dead_letters,
            panics: panics::count().get(),
        },
        overload: overload(&app),
        jobs: app.runs.all(),
        store: store(
            &app.config.data,
            &figures,
            problem.map(|why| why.to_string()),
        ),
        process: SystemProcess {
            resident_bytes: process.resident_bytes,
            peak_resident_bytes: process.peak_resident_bytes,
            open_files: process.open_files,
            open_files_limit: process.open_files_limit,
            cpu_seconds: process.cpu_seconds,
        },
        listeners: app.listeners.get().cloned().unwrap_or_default(),
        certificates: certificates(&app),
        settings,
    }))
}

fn store(data: &Path, figures: &crate::store::Figures, problem: Option<String>) -> SystemStore {
    let bytes = |name: &str| {
        let metadata = std::fs::metadata(data.join(name));
        metadata.map_or(0, |metadata| metadata.len())
    };
    let disk = machine::disk(data);
    SystemStore {
        bytes: bytes("dialtone.db"),
        wal_bytes: bytes("dialtone.db-wal"),
        schema: figures.schema,
        problem,
        last_backup: Some(figures.last_backup).filter(|at| at.as_millis() > 0),
        disk_free_bytes: disk.map(|(free, _)| free),
        disk_bytes: disk.map(|(_, all)| all),
    }
}

fn overload(app: &App) -> SystemOverload {
    let stand = app.overload.stand();
    SystemOverload {
        in_work: stand.in_work,
        places: stand.places,
        behind_ms: u64::try_from(stand.behind.as_millis()).unwrap_or(u64::MAX),
        bodies_bytes: app.overload.bodies.bytes(),
    }
}

fn certificates(app: &App) -> Vec<CertificateEnd> {
    let listeners = tls::listeners(&app.config).into_iter();
    let private = listeners.filter(|(_, tls)| tls.is_some());
    private
        .map(|(listener, _)| CertificateEnd {
            listener,
            ends: app.metrics.state.certificate_end(listener),
        })
        .collect()
}
