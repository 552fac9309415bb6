//! How long what has ended is kept. A kind of things takes one line here, and one in `store/sqlite/retention.rs`.

use crate::store::Old;
use data_model::OperatorError;
use serde::Deserialize;

/// The settings with their kinds and defaults.
macro_rules! kept {
    ($($(#[$meaning:meta])* $name:ident: $kind:ident = $days:expr;)*) => {
        /// Days for which things are kept.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct RetentionConfig {
            $($(#[$meaning])* pub $name: Option<u32>,)*
            /// Lines of the audit trail; older ones are exported and removed. What is not set is kept for ever.
            pub audit_days: Option<u32>,
        }

        impl Default for RetentionConfig {
            fn default() -> RetentionConfig {
                RetentionConfig { $($name: $days,)* audit_days: None }
            }
        }

        impl RetentionConfig {
            /// Every kind with the days it is kept.
            pub fn kinds(&self) -> Vec<(Old, Option<u32>)> {
                vec![$((Old::$kind, self.$name),)*]
            }

            fn named(&self) -> Vec<(&'static str, Option<u32>)> {
                vec![$((stringify!($name), self.$name),)* ("audit_days", self.audit_days)]
            }
        }
    };
}

kept! {
    /// Tasks that have ended. The last ones of each device stay, whatever their age.
    tasks_days: Tasks = Some(90);
    /// Requests of devices for their profiles; the last ones of each device are kept besides.
    contacts_days: Contacts = Some(90);
    /// Traced sessions.
    traces_days: Traces = Some(30);
    /// Measurements that have ended, with their results.
    diagnostics_days: Diagnostics = Some(365);
    /// Runs of measurements on many devices; their measurements stay as long as they are to.
    diagnostic_runs_days: DiagnosticRuns = Some(365);
    /// Events, within their number.
    events_days: Events = Some(7);
    /// Deliveries to webhooks that were given up; they go with their events at the latest.
    dead_letters_days: DeadLetters = Some(7);
    /// Requests with an Idempotency-Key, and what they were answered.
    requests_days: Requests = Some(1);
    /// Bulk operations that have ended, with what came of each device.
    operations_days: Operations = Some(90);
}

impl RetentionConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        for (name, days) in self.named() {
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
