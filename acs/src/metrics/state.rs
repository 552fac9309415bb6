//! What is measured when somebody looks: the fleet, the queue, the disk, the process. At most every few seconds, however
//! many look.

use super::{NameLabel, Register};
use crate::app::App;
use crate::clock;
use crate::limits::{FOLLOWERS, OVERDUE_MS};
use crate::store::{Figures, HealthState};
use data_model::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Time for which a measurement is good.
const FRESH: Duration = Duration::from_secs(5);

/// A gauge of fractions.
pub type Fraction = Gauge<f64, AtomicU64>;

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct BuildLabel {
    version: &'static str,
}

/// A label set with a product and a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct FirmwareLabel {
    model: String,
    version: String,
}

/// A label set with a campaign that is not over, by its key, and a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CampaignLabel {
    campaign: String,
    state: String,
}

/// The gauges.
#[derive(Debug)]
pub struct StateMetrics {
    measured: Mutex<Option<Instant>>,
    devices: Gauge,
    devices_overdue: Gauge,
    config_drift_devices: Gauge,
    profile_fault_devices: Gauge,
    firmware_devices: Family<FirmwareLabel, Gauge>,
    tasks_open: Family<NameLabel, Gauge>,
    oldest_task_seconds: Fraction,
    campaign_devices: Family<CampaignLabel, Gauge>,
    health: Family<NameLabel, Gauge>,
    deliveries_waiting: Gauge,
    dead_letters: Gauge,
    event_lag_seconds: Fraction,
    calls_open: Gauge,
    config_hash: Gauge,
    store_bytes: Gauge,
    wal_bytes: Gauge,
    free_bytes: Gauge,
    disk_bytes: Gauge,
    migration_version: Gauge,
    resident_bytes: Gauge,
    open_files: Gauge,
    open_files_limit: Gauge,
    cpu_seconds: Fraction,
    start_time_seconds: Fraction,
    last_backup_seconds: Fraction,
    certificate_expiry_seconds: Family<NameLabel, Fraction>,
}

impl Default for StateMetrics {
    fn default() -> StateMetrics {
        let started = Fraction::default();
        started.set(seconds(clock::now()));
        StateMetrics {
            measured: Mutex::default(),
            devices: Gauge::default(),
            devices_overdue: Gauge::default(),
            config_drift_devices: Gauge::default(),
            profile_fault_devices: Gauge::default(),
            firmware_devices: Family::default(),
            tasks_open: Family::default(),
            oldest_task_seconds: Fraction::default(),
            campaign_devices: Family::default(),
            health: Family::default(),
            deliveries_waiting: Gauge::default(),
            dead_letters: Gauge::default(),
            event_lag_seconds: Fraction::default(),
            calls_open: Gauge::default(),
            config_hash: Gauge::default(),
            store_bytes: Gauge::default(),
            wal_bytes: Gauge::default(),
            free_bytes: Gauge::default(),
            disk_bytes: Gauge::default(),
            migration_version: Gauge::default(),
            resident_bytes: Gauge::default(),
            open_files: Gauge::default(),
            open_files_limit: Gauge::default(),
            cpu_seconds: Fraction::default(),
            start_time_seconds: started,
            last_backup_seconds: Fraction::default(),
            certificate_expiry_seconds: Family::default(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
fn seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1000.0
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl StateMetrics {
    pub(super) fn register(&self, to: &mut Register<'_>) {
        let build = Info::new(BuildLabel {
            version: env!("CARGO_PKG_VERSION"),
        });
        to.0.register("build", "What runs", build);
        to.add("devices", "Devices known", &self.devices);
        let help = "Devices that have not come for a day and an hour";
        to.add("devices_overdue", help, &self.devices_overdue);
        let help = "Devices still to be compared with their profiles";
        to.add("config_drift_devices", help, &self.config_drift_devices);
        let help = "Devices that could not be given their profiles";
        to.add("profile_fault_devices", help, &self.profile_fault_devices);
        let help = "Devices by model and version, the most common ones";
        to.add("firmware_devices", help, &self.firmware_devices);
        to.add("tasks_open", "Tasks not ended, by state", &self.tasks_open);
        let help = "Age of the oldest task that has not ended";
        to.add("oldest_task_seconds", help, &self.oldest_task_seconds);
        let help = "Devices of campaigns that are not over, by step";
        to.add("campaign_devices", help, &self.campaign_devices);
        self.register_tellings(to);
        self.register_machine(to);
    }

    fn register_tellings(&self, to: &mut Register<'_>) {
        let help = "Devices by how they stand";
        to.add("devices_by_health", help, &self.health);
        let help = "Deliveries to webhooks that wait";
        to.add("webhook_waiting", help, &self.deliveries_waiting);
        let help = "Deliveries to webhooks that were given up and are kept";
        to.add("webhook_dead_letters", help, &self.dead_letters);
        let help = "Age of the oldest event a webhook is still to be told";
        to.add("event_lag_seconds", help, &self.event_lag_seconds);
        let help = "Connection requests under way";
        to.add("connection_requests_open", help, &self.calls_open);
        let help = "A number made of all settings in force: another one after every change";
        to.add("config_hash", help, &self.config_hash);
    }

    fn register_machine(&self, to: &mut Register<'_>) {
        to.add("store_bytes", "Size of the database", &self.store_bytes);
        to.add("wal_bytes", "Size of its write-ahead log", &self.wal_bytes);
        let help = "Free bytes of the disk with the data folder";
        to.add("store_free_bytes", help, &self.free_bytes);
        let help = "Bytes of the disk with the data folder";
        to.add("store_disk_bytes", help, &self.disk_bytes);
        let help = "Version of the database's schema";
        to.add("migration_version", help, &self.migration_version);
        let help = "Memory of the process";
        to.add("process_resident_bytes", help, &self.resident_bytes);
        to.add("process_open_files", "Open files", &self.open_files);
        let help = "Open files the process may have";
        to.add("process_open_files_limit", help, &self.open_files_limit);
        let help = "Time of processors the process has used";
        to.add("process_cpu_seconds", help, &self.cpu_seconds);
        let help = "When the process began, in seconds since 1970";
        to.add("start_time_seconds", help, &self.start_time_seconds);
        let help = "When the last backup ended, in seconds since 1970; 0 if there was none";
        to.add("last_backup_seconds", help, &self.last_backup_seconds);
        let help = "When certificates end, in seconds since 1970, by listener";
        let certificates = &self.certificate_expiry_seconds;
        to.add("certificate_expiry_seconds", help, certificates);
    }

    fn take(&self, figures: &Figures, now: Timestamp) {
        self.devices.set(whole(figures.devices));
        self.devices_overdue.set(whole(figures.overdue));
        self.config_drift_devices.set(whole(figures.drift));
        self.profile_fault_devices
            .set(whole(figures.profile_faults));
        self.firmware_devices.clear();
        for (model, version, devices) in &figures.firmware {
            let label = FirmwareLabel {
                model: model.clone(),
                version: version.clone(),
            };
            self.firmware_devices
                .get_or_create(&label)
                .set(whole(*devices));
        }
        for (state, tasks) in &figures.tasks {
            let label = NameLabel {
                name: state.as_str(),
            };
            self.tasks_open.get_or_create(&label).set(whole(*tasks));
        }
        let oldest = figures.oldest_task.map_or(0, |oldest| now.since_ms(oldest));
        self.oldest_task_seconds
            .set(Duration::from_millis(oldest).as_secs_f64());
        self.campaign_devices.clear();
        for (campaign, step, devices) in &figures.campaigns {
            let label = CampaignLabel {
                campaign: campaign.to_string(),
                state: step.clone(),
            };
            self.campaign_devices
                .get_or_create(&label)
                .set(whole(*devices));
        }
        // A state nobody is in any more counts none.
        self.health.clear();
        for (state, devices) in &figures.health {
            let name = match state {
                HealthState::Ok => "ok",
                HealthState::Warning => "warning",
                HealthState::Critical => "critical",
            };
            let label = NameLabel { name };
            self.health.get_or_create(&label).set(whole(*devices));
        }
        self.deliveries_waiting
            .set(whole(figures.deliveries_waiting));
        self.dead_letters.set(whole(figures.dead_letters));
        let lag = figures.untold_since.map_or(0, |at| now.since_ms(at));
        self.event_lag_seconds
            .set(Duration::from_millis(lag).as_secs_f64());
        self.migration_version.set(whole(figures.schema));
        self.last_backup_seconds.set(seconds(figures.last_backup));
    }

    /// As if a fleet with one of everything had been counted.
    #[cfg(test)]
    pub fn sample(&self) {
        let figures = Figures {
            firmware: vec![("ATA192".into(), "1".into(), 1)],
            tasks: vec![(crate::store::TaskState::Queued, 1)],
            campaigns: vec![(clock::new_id(), "done".into(), 1)],
            health: vec![(HealthState::Ok, 1)],
            ..Figures::default()
        };
        self.take(&figures, clock::now());
        self.certificate_ends("cwmp", clock::now());
    }

    /// When the certificate of a listener ends.
    pub fn certificate_ends(&self, name: &'static str, at: Timestamp) {
        let label = NameLabel { name };
        let gauge = self.certificate_expiry_seconds.get_or_create(&label);
        gauge.set(seconds(at));
    }

    /// When the certificate of a listener ends that is in force.
    pub fn certificate_end(&self, name: &'static str) -> Option<Timestamp> {
        let gauge = self.certificate_expiry_seconds.get(&NameLabel { name })?;
        // Seconds since 1970 are far below 2^53: exact as a float, and back.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "milliseconds of a year people write"
        )]
        Some(Timestamp::from_millis((gauge.get() * 1000.0) as i64))
    }

    fn measure(&self, data: &Path) {
        let bytes = |name: &str| {
            let metadata = std::fs::metadata(data.join(name));
            whole(metadata.map_or(0, |metadata| metadata.len()))
        };
        self.store_bytes.set(bytes("dialtone.db"));
        self.wal_bytes.set(bytes("dialtone.db-wal"));
        if let Some((free, all)) = crate::machine::disk(data) {
            self.free_bytes.set(whole(free));
            self.disk_bytes.set(whole(all));
        }
        let process = crate::machine::process();
        self.resident_bytes.set(whole(process.resident_bytes));
        self.open_files.set(whole(process.open_files));
        self.open_files_limit.set(whole(process.open_files_limit));
        self.cpu_seconds.set(process.cpu_seconds);
    }
}

/// Measures, unless that was done a moment ago. What cannot be measured keeps its value.
pub async fn refresh(app: &App) {
    let state = &app.metrics.state;
    let mut measured = state.measured.lock().await;
    if measured.is_some_and(|at| at.elapsed() < FRESH) {
        return;
    }
    let now = clock::now();
    let overdue = i64::try_from(OVERDUE_MS).unwrap_or(i64::MAX);
    let overdue = Timestamp::from_millis(now.as_millis() - overdue);
    let stamp = app.profiles().stamp;
    match app.store.figures(overdue, stamp).await {
        Ok(figures) => state.take(&figures, now),
        Err(error) => tracing::warn!(%error, "the fleet cannot be counted"),
    }
    state.measure(&app.config.data);
    state.calls_open.set(whole(app.caller.under_way() as u64));
    let followers = FOLLOWERS.saturating_sub(app.followers.available_permits());
    let followers = i64::try_from(followers).unwrap_or(i64::MAX);
    app.metrics.tellings.followers.set(followers);
    state.config_hash.set(app.live().hash());
    *measured = Some(Instant::now());
}
