//! What running a server takes: message traces, copies of everything, and the removal of what is old. A part of
//! [`Store`](super::Store) with a file of its own.

use super::{Actor, Figures, Id, Old, Result, SessionSummary, TraceLimits, TracedSession};
use crate::metrics::store::StoreMetrics;
use async_trait::async_trait;
use data_model::Timestamp;
use std::path::PathBuf;

/// Traces, backups and retention. The habits of [`Store`](super::Store) hold here too.
#[async_trait]
pub trait OperationsStore: Send + Sync + 'static {
    // ---- figures -------------------------------------------------------------------------------------

    /// What the store counts of itself.
    fn metrics(&self) -> StoreMetrics;

    /// How the fleet and its queue stand. Devices that have not come since `overdue` are late; those whose stamp is
    /// another one than `stamp` are to be compared with their profiles.
    async fn figures(&self, overdue: Timestamp, stamp: u64) -> Result<Figures>;

    // ---- backups -------------------------------------------------------------------------------------

    /// Writes the whole store as it is at one moment into a file that does not exist, while everybody goes on.
    async fn copy_to(&self, actor: &Actor, file: PathBuf, now: Timestamp) -> Result<()>;

    /// A backup has reached its end.
    async fn backup_ended(&self, now: Timestamp) -> Result<()>;

    // ---- retention -----------------------------------------------------------------------------------

    /// Removes at most `most` rows of a kind that ended before a time; says how many.
    async fn remove_old(&self, kind: Old, before: Timestamp, most: usize) -> Result<u64>;

    // ---- message traces ------------------------------------------------------------------------------

    /// Traces a device until a time; one that has passed ends it. `None` if there is no such device.
    async fn trace_switch(
        &self,
        actor: &Actor,
        device: Id,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// The devices that are traced beyond this moment, and until when.
    async fn trace_switches(&self, now: Timestamp) -> Result<Vec<(Id, Timestamp)>>;

    /// Keeps a session; the oldest ones beyond the limits go. One of a device that is gone is not kept.
    async fn trace_put(&self, session: TracedSession, limits: TraceLimits) -> Result<()>;

    /// The sessions kept of a device, newest first.
    async fn trace_list(&self, device: Id) -> Result<Vec<SessionSummary>>;

    /// One of them with its messages, for somebody who is named in the audit trail.
    async fn trace_read(
        &self,
        actor: &Actor,
        device: Id,
        session: Id,
        now: Timestamp,
    ) -> Result<Option<TracedSession>>;
}
