//! Settings of the message trace.

use data_model::OperatorError;
use serde::Deserialize;

/// Which sessions are kept with their messages, and how many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TraceConfig {
    /// Whether every device is traced; otherwise those that are switched on through the API.
    pub all: bool,
    /// Sessions kept of each device.
    pub sessions: u32,
    /// Megabytes kept of all devices; the oldest sessions go.
    pub megabytes: u32,
}

impl Default for TraceConfig {
    fn default() -> TraceConfig {
        TraceConfig {
            all: false,
            sessions: 20,
            megabytes: 256,
        }
    }
}

impl TraceConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        if !(1..=100).contains(&self.sessions) {
            wrong.push(OperatorError::new(
                "sessions cannot be kept in that number",
                format!("`trace.sessions` is {}", self.sessions),
                "choose 1 to 100 for each device",
            ));
        }
        if self.megabytes == 0 {
            wrong.push(OperatorError::new(
                "no session could be kept",
                "`trace.megabytes` is 0",
                "give traces some room; they are off unless somebody switches them on",
            ));
        }
    }
}
