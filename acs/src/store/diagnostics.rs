//! What is kept of measurements, of how devices stand, and of calls.

use super::{
    Actor, CallRecord, DiagnosticCounts, DiagnosticRecord, DiagnosticRun, DiagnosticRunDevice,
    Health, HealthReasonKind, HealthState, HealthSummary, HealthVerdict, HealthWork, Id, Page,
    Reach, Result, Scope, Selector, Way,
};
use async_trait::async_trait;
use data_model::Timestamp;

/// Which devices a run is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunDevices {
    /// Those a selector finds at this moment.
    Found(Selector),
    /// These.
    Named(Vec<Id>),
}

/// The part of the store that holds measurements.
///
/// A measurement comes into being with its task ([`super::Store::task_create`] of the kind `run_diagnostic`) and
/// follows
/// it. [`super::StoreError::Conflict`] if one of its kind has not ended on that device: its object holds one at a time.
/// While the device measures, the task waits until the device reports `8 DIAGNOSTICS COMPLETE` or restarts, or its time
/// is over; then it is due.
#[async_trait]
pub trait DiagnosticsStore {
    /// A measurement by its key.
    async fn diagnostic_find(&self, diagnostic: Id) -> Result<Option<DiagnosticRecord>>;

    /// The measurements of a device, newest first; the last [`crate::limits::DIAGNOSTICS_KEPT`] are kept.
    async fn diagnostic_list(&self, device: Id, page: Page<Id>) -> Result<Vec<DiagnosticRecord>>;

    /// Keeps a run with its devices, none outside of its scope; says how many. [`super::StoreError::Conflict`] if there
    /// is none, or one that is named is not known there.
    async fn diagnostic_run_create(
        &self,
        actor: &Actor,
        run: DiagnosticRun,
        devices: RunDevices,
    ) -> Result<u64>;

    /// A run by its key, with its counts.
    async fn diagnostic_run_find(
        &self,
        run: Id,
    ) -> Result<Option<(DiagnosticRun, DiagnosticCounts)>>;

    /// Runs, newest first; only those of one user, if one is given.
    async fn diagnostic_run_list(
        &self,
        owner: Option<String>,
        page: Page<Id>,
    ) -> Result<Vec<(DiagnosticRun, DiagnosticCounts)>>;

    /// The devices of a run that are in a scope, in the order of their keys.
    async fn diagnostic_run_devices(
        &self,
        run: Id,
        scope: Scope,
        page: Page<Id>,
    ) -> Result<Vec<DiagnosticRunDevice>>;

    /// Withdraws a run: no further device begins. `None` if there is none.
    async fn diagnostic_run_cancel(
        &self,
        actor: &Actor,
        run: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Begins as many measurements of open runs as their concurrency allows, each with a task that gets one of
    /// `task_ids`; says how many. A device that has left the scope of its run is left out, and a run whose owner may not
    /// change all of its devices any more is withdrawn.
    async fn diagnostic_runs_advance(&self, task_ids: Vec<Id>, now: Timestamp) -> Result<usize>;
}

/// The part of the store that holds how devices stand. What is noticed is kept by the methods it comes in by, in their
/// transactions; [`crate::health`] concludes from it.
#[async_trait]
pub trait HealthStore {
    /// How a device stands. `None` if there is no such device.
    async fn health(&self, device: Id) -> Result<Option<Health>>;

    /// Devices in a state, or with a reason, in the order of their keys.
    async fn health_list(
        &self,
        state: Option<HealthState>,
        reason: Option<HealthReasonKind>,
        page: Page<Id>,
    ) -> Result<Vec<Health>>;

    /// How many devices stand how.
    async fn health_summary(&self) -> Result<HealthSummary>;

    /// Devices whose facts have changed, or for which time alone may have changed something; at most so many.
    async fn health_work(&self, now: Timestamp, limit: usize) -> Result<Vec<HealthWork>>;

    /// Marks devices that were overdue and have come since; says how many.
    async fn health_returned(&self) -> Result<u64>;

    /// Keeps how devices stand. A device whose facts have changed meanwhile is looked at again.
    async fn health_keep(&self, verdicts: Vec<HealthVerdict>, now: Timestamp) -> Result<()>;
}

/// The part of the store that holds calls.
#[async_trait]
pub trait CallStore {
    /// How a device can be called besides its URL.
    async fn reach(&self, device: Id) -> Result<Reach>;

    /// Keeps calls of a device, and the way that has reached it; the oldest ones beyond
    /// [`crate::limits::CALLS_KEPT`] go.
    async fn calls_add(
        &self,
        device: Id,
        calls: Vec<CallRecord>,
        worked: Option<Way>,
    ) -> Result<()>;

    /// The calls of a device, newest first.
    async fn call_list(&self, device: Id) -> Result<Vec<CallRecord>>;
}
