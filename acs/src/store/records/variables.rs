//! Variables of devices for the templates of profiles, each with where it comes from.

use schemars::JsonSchema;
use serde::Serialize;

/// One variable of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Who gave it.
    pub source: VariableSource,
}

/// Where a variable of a device comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(tag = "from", content = "name", rename_all = "snake_case")]
pub enum VariableSource {
    /// People gave it to the device itself.
    Device,
    /// The account that is on the device.
    Account(String),
    /// A group the device is in.
    Group(String),
    /// What the device says of itself, such as its serial number.
    Identity,
}

impl Variable {
    /// A variable of the device itself.
    pub fn of_device(name: impl Into<String>, value: impl Into<String>) -> Variable {
        Variable {
            name: name.into(),
            value: value.into(),
            source: VariableSource::Device,
        }
    }
}
