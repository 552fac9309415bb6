//! How the agent itself does: what it counts of its sessions, in X_DIALTONE_Agent. A boot begins anew.

use data_model::schema::computed;
use data_model::{DateTime, Timestamp};
use std::borrow::Cow;

/// Characters of a reason that are kept.
const REASON_CHARS: usize = 256;

/// What is known of the sessions since the boot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    succeeded: u32,
    failed: u32,
    last_session: Option<Timestamp>,
    last_failure: Option<Box<str>>,
}

impl Health {
    /// A session has ended, and failed if there is a reason.
    pub(super) fn session_over(&mut self, failure: Option<&str>, now: Timestamp) {
        match failure {
            None => {
                self.succeeded = self.succeeded.wrapping_add(1);
                self.last_session = Some(now);
            }
            Some(why) => {
                self.failed = self.failed.wrapping_add(1);
                let kept: String = why.chars().take(REASON_CHARS).collect();
                self.last_failure = Some(kept.into());
            }
        }
    }

    /// What it says of a computed value; `None` if it is of something else.
    pub(super) fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        Some(match name {
            computed::AGENT_VERSION => Cow::Borrowed(env!("CARGO_PKG_VERSION")),
            computed::AGENT_SESSIONS_SUCCEEDED => Cow::Owned(self.succeeded.to_string()),
            computed::AGENT_SESSIONS_FAILED => Cow::Owned(self.failed.to_string()),
            computed::AGENT_LAST_SESSION => match self.last_session {
                Some(moment) => Cow::Owned(moment.to_xsd()),
                None => Cow::Borrowed(DateTime::UNKNOWN),
            },
            computed::AGENT_LAST_FAILURE => {
                Cow::Borrowed(self.last_failure.as_deref().unwrap_or_default())
            }
            // The memory of a simulated device is nobody's measure.
            computed::AGENT_RESIDENT_MEMORY => Cow::Borrowed("0"),
            _ => return None,
        })
    }
}
