//! What some kinds of tasks take: attributes, time windows, operations on modules, and what files are kept for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A change of a parameter's attributes. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeChange {
    /// A full name or a partial path.
    pub name: String,
    /// How changes are notified, 0 to 6 (TR-069 Table 21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<u8>,
    /// Who else may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_list: Option<Vec<String>>,
}

/// When a scheduled download may happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadWindow {
    /// Seconds from when the device is asked until the window opens.
    pub start_secs: u32,
    /// Seconds from when the device is asked until it closes.
    pub end_secs: u32,
    /// `1 At Any Time`, `2 Immediately`, `3 When Idle` or `4 Confirmation Needed`.
    #[serde(default = "at_any_time")]
    pub mode: String,
    /// What the device shows its user if confirmation is needed.
    #[serde(default)]
    pub user_message: String,
    /// How often it may try again within the window; -1 leaves it to the device.
    #[serde(default = "as_the_device_likes")]
    pub max_retries: i32,
}

fn at_any_time() -> String {
    "1 At Any Time".into()
}

fn as_the_device_likes() -> i32 {
    -1
}

/// One operation on a software module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum ModuleOperation {
    /// Install a deployment unit.
    Install {
        /// Where the device gets it.
        url: String,
        /// Its UUID; the device makes one up without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uuid: Option<String>,
        /// Where to install it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// For the server of the URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username: Option<String>,
        /// For the server of the URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// Update one, or with no UUID all of them.
    Update {
        /// Which one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uuid: Option<String>,
        /// Which version of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// Where the device gets it; without it where it was installed from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// For the server of the URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username: Option<String>,
        /// For the server of the URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// Remove one.
    Uninstall {
        /// Which one.
        uuid: String,
        /// Which version of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// From where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
    },
}

impl ModuleOperation {
    /// The password in it.
    pub(super) fn password(&mut self) -> Option<&mut String> {
        match self {
            ModuleOperation::Install { password, .. }
            | ModuleOperation::Update { password, .. } => password.as_mut(),
            ModuleOperation::Uninstall { .. } => None,
        }
    }
}

/// Why a file of a device is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilePurpose {
    /// Its configuration, to be given back to it some day.
    Backup,
    /// Its log.
    Log,
    /// Somebody has asked for it.
    Upload,
}

impl FilePurpose {
    /// Every purpose.
    pub const ALL: [FilePurpose; 3] = [FilePurpose::Backup, FilePurpose::Log, FilePurpose::Upload];

    /// The word for it in records and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            FilePurpose::Backup => "backup",
            FilePurpose::Log => "log",
            FilePurpose::Upload => "upload",
        }
    }
}
