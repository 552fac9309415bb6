//! What has happened, and who is told of it.

use super::Id;
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its number; later events have greater ones.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What, such as `task.done` or `device.boot`; a change that somebody made has the name it has in the audit trail.
    pub kind: String,
    /// To which device.
    pub device: Option<Id>,
    /// More about it, by kind.
    pub data: serde_json::Value,
}

/// Kinds of events: `task.done` is itself, `task.*` all that begin with `task.`, `*` every one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Kinds(pub Vec<String>);

impl Kinds {
    /// Whether an event is of these kinds; no kind at all stands for every one.
    pub fn contain(&self, kind: &str) -> bool {
        self.0.is_empty()
            || self
                .0
                .iter()
                .any(|pattern| match pattern.strip_suffix('*') {
                    Some(prefix) => kind.starts_with(prefix),
                    None => kind == pattern,
                })
    }
}

/// Somebody else's server that is told of events.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its key.
    pub id: Id,
    /// Where it is told.
    pub url: String,
    /// Of what.
    pub kinds: Kinds,
    /// What deliveries are signed with.
    pub secret: Secret,
    /// Whether it is told at all.
    pub enabled: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// One event on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: u64,
    /// To whom.
    pub webhook: Id,
    /// The number of the event.
    pub event: u64,
    /// The event, as it is sent.
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; `None` if it is not tried any more.
    pub due: Option<Timestamp>,
    /// Why the last attempt failed.
    pub why: Option<String>,
}
