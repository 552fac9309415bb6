//! How long what has ended is kept.

use data_model::OperatorError;
use serde::Deserialize;

/// Days for which things are kept; what is not set is kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Tasks that have ended. The last ones of each device stay, whatever their age.
    pub tasks_days: Option<u32>,
    /// Requests of devices for their profiles; the last ones of each device are kept besides.
    pub contacts_days: Option<u32>,
    /// Traced sessions.
    pub traces_days: Option<u32>,
}

impl Default for RetentionConfig {
    fn default() -> RetentionConfig {
        RetentionConfig {
            tasks_days: Some(90),
            contacts_days: Some(90),
            traces_days: Some(30),
        }
    }
}

impl RetentionConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        for (name, days) in [
            ("tasks_days", self.tasks_days),
            ("contacts_days", self.contacts_days),
            ("traces_days", self.traces_days),
        ] {
            if days == Some(0) {
                wrong.push(OperatorError::new(
                    "things would go before anybody has seen them",
                    format!("`retention.{name}` is 0"),
                    "choose at least one day",
                ));
            }
        }
    }
}
