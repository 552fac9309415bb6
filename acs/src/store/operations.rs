//! What running a server takes: message traces, copies of everything, and the removal of what is old. A part of
//! [`Store`](super::Store) with a file of its own.

use super::{Actor, Id, Result, SessionSummary, TraceLimits, TracedSession};
use async_trait::async_trait;
use data_model::Timestamp;

/// Traces, backups and retention. The habits of [`Store`](super::Store) hold here too.
#[async_trait]
pub trait OperationsStore: Send + Sync + 'static {
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
