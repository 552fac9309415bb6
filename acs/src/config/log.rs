//! Settings of the log.

use serde::Deserialize;

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// The level, as `debug` or `acs=debug,agent=info`; the variable `DIALTONE_LOG` wins over it at the start.
    pub level: Option<String>,
}
