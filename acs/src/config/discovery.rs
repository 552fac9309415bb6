//! How devices are learned, what is remembered of their parameters, and which of their files are kept.

use crate::limits::{DEVICE_FILES, HISTORY_PATTERNS};
use data_model::OperatorError;
use serde::Deserialize;

/// How devices are learned.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiscoveryConfig {
    /// Whether a device that reports `0 BOOTSTRAP` is asked for its methods and its whole tree.
    pub on_bootstrap: bool,
}

impl Default for DiscoveryConfig {
    fn default() -> DiscoveryConfig {
        DiscoveryConfig { on_bootstrap: true }
    }
}

/// Whose changes are kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryConfig {
    /// Full names, with `*` for any node, or partial paths with a dot at their end.
    pub parameters: Vec<String>,
}

impl HistoryConfig {
    /// What is wrong with it.
    pub fn check(&self, wrong: &mut Vec<OperatorError>) {
        if self.parameters.len() > HISTORY_PATTERNS {
            wrong.push(OperatorError::new(
                "too many parameters to keep the history of",
                format!("`history.parameters` has more than {HISTORY_PATTERNS} entries"),
                "choose fewer, or use `*` and partial paths",
            ));
        }
        for pattern in &self.parameters {
            let nodes = pattern.strip_suffix('.').unwrap_or(pattern);
            if nodes.is_empty() || !nodes.contains('.') || nodes.split('.').any(str::is_empty) {
                wrong.push(OperatorError::new(
                    "a parameter to keep the history of cannot be read",
                    format!("`{pattern}` of `history.parameters` is no name below a root"),
                    "write it like Device.DeviceInfo.SoftwareVersion or *.DeviceInfo.UpTime",
                ));
            }
        }
    }
}

/// Which files of devices are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceFilesConfig {
    /// Backups of its configuration kept of each device.
    pub backups: usize,
    /// Logs kept of each device.
    pub logs: usize,
    /// Other files kept of each device.
    pub uploads: usize,
}

impl Default for DeviceFilesConfig {
    fn default() -> DeviceFilesConfig {
        DeviceFilesConfig {
            backups: DEVICE_FILES,
            logs: DEVICE_FILES,
            uploads: DEVICE_FILES,
        }
    }
}
