//! Sessions that were kept with their messages. Secrets are masked before anything gets here.

use super::Id;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The device.
    Cpe,
    /// We.
    Acs,
}

/// One body of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TracedMessage {
    /// Who sent it.
    pub from: Side,
    /// Milliseconds after the session's begin.
    pub after_ms: u64,
    /// The message's name; `empty`, `unreadable` or `withheld` if there is none.
    pub name: String,
    /// The body, with `***` in place of secrets.
    pub body: String,
}

/// A session with its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedSession {
    /// Its key.
    pub id: Id,
    /// Whose it was.
    pub device: Id,
    /// The device's identity.
    pub identity: String,
    /// When its Inform came.
    pub begin: Timestamp,
    /// When its last message went.
    pub end: Timestamp,
    /// The events of its Inform.
    pub events: Vec<String>,
    /// RPCs that were called in it.
    pub rpcs: u32,
    /// How it ended.
    pub outcome: String,
    /// Whether all of its messages were kept.
    pub complete: bool,
    /// Its messages.
    pub messages: Vec<TracedMessage>,
}

/// A session without its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SessionSummary {
    /// Its key.
    pub id: Id,
    /// When its Inform came.
    pub begin: Timestamp,
    /// When its last message went.
    pub end: Timestamp,
    /// The events of its Inform.
    pub events: Vec<String>,
    /// RPCs that were called in it.
    pub rpcs: u32,
    /// How it ended: `completed`, `superseded` by a newer session, `timed out`, or what went wrong.
    pub outcome: String,
}

/// What grows old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Tasks that have ended.
    Tasks,
    /// Requests of devices for their profiles.
    Contacts,
    /// Traced sessions.
    Traces,
    /// Measurements that have ended.
    Diagnostics,
    /// Runs of measurements whose devices have all ended.
    DiagnosticRuns,
    /// Events.
    Events,
    /// Deliveries that were given up.
    DeadLetters,
    /// Requests with an Idempotency-Key.
    Requests,
    /// Bulk operations that have ended, with their devices.
    Operations,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceLimits {
    /// Sessions of one device.
    pub sessions: u32,
    /// Bytes of all.
    pub bytes: u64,
}
