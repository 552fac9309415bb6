//! What queries give beside devices: groups, chosen values, counts of the fleet, and queries that are kept.

use super::Id;
use crate::query::Query;
use crate::query::catalogue::Attribute;
use crate::query::pattern::Pattern;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What devices are counted by.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupBy {
    /// An attribute.
    Attribute(&'static Attribute),
    /// The values of parameters.
    Parameter(Pattern),
}

/// Devices that have one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// How many devices have it.
    pub devices: u64,
}

/// Parameters and attributes of one device that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenValues {
    /// The device.
    pub device: Id,
    /// Names and values; secrets are left out.
    pub values: Vec<(String, String)>,
    /// For each attribute that was asked for, in order, its values as texts.
    pub attributes: Vec<Vec<String>>,
}

/// How the fleet stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FleetCounts {
    /// All devices.
    pub devices: u64,
    /// Those whose last Inform is recent.
    pub online: u64,
    /// Those whose last Inform is not.
    pub overdue: u64,
    /// Those that were registered and have never come.
    pub never: u64,
    /// Those that came within the last minute.
    pub last_minute: u64,
    /// Those the profiles cannot be applied to.
    pub profile_failed: u64,
    /// Tasks that failed within the last day.
    pub tasks_failed: u64,
    /// Devices by version, the largest groups first.
    pub versions: Vec<ValueCount>,
    /// Devices by product class, the largest groups first.
    pub models: Vec<ValueCount>,
}

/// A query that is kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SavedQuery {
    /// Its name.
    pub name: String,
    /// Who keeps it.
    pub owner: String,
    /// Whether others see it.
    pub shared: bool,
    /// The query.
    pub query: Query,
    /// What is shown of each device.
    pub fields: Vec<String>,
    /// When it was last written.
    #[schemars(with = "i64")]
    pub updated: Timestamp,
}
