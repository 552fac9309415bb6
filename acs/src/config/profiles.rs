//! How profiles are applied.

use crate::windows::Windows;
use crate::zone::Zone;
use serde::Deserialize;

/// How profiles are applied.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProfilesConfig {
    /// When changes may be applied to devices, such as `Mon-Fri 01:00-05:00`; at any time if absent. A profile may have
    /// windows of its own.
    pub windows: Option<Windows>,
    /// The time zone of devices that do not show theirs, as a TZ of POSIX.
    pub zone: Zone,
}

impl Default for ProfilesConfig {
    fn default() -> ProfilesConfig {
        ProfilesConfig {
            windows: None,
            zone: Zone::UTC,
        }
    }
}
