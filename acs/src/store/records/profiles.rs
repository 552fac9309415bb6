//! Profiles, and the selectors that say whom something is for.

use super::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Values a group of devices is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// Its name, unique.
    pub name: String,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// Which devices it is for.
    pub selector: Selector,
    /// Of two profiles that name one parameter, the one with the higher precedence wins.
    #[serde(default)]
    pub precedence: i32,
    /// Parameter names with templates for their values.
    pub values: Vec<ProfileValue>,
}

/// One value of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileValue {
    /// The parameter's full name.
    pub name: String,
    /// Its value; `{{variable}}` stands for the device's variable of that name.
    pub value: String,
}

/// Which devices something is for. Every condition that is given must hold; none at all means all devices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// The product class is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub product_class: Vec<String>,
    /// The firmware version is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub software_version: Vec<String>,
    /// The device has every one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The serial number is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub serial_number: Vec<String>,
}

/// Which devices to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Those a rule is for.
    pub selector: Selector,
    /// Identity contains this text.
    pub contains: Option<String>,
    /// Whoever asks may see no others.
    pub scope: Scope,
}
