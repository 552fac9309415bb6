//! What a device has reported of itself, in the shape of its profile.

use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The reports of a device, laid one over the other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// When the last one came.
    pub at: Option<Timestamp>,
    /// From where.
    pub address: String,
    /// By what: `http`, `https` or `tftp`.
    pub transport: String,
    /// Whether it was encrypted with the device's key.
    pub encrypted: bool,
    /// How many elements of it were secrets; their values are not kept.
    pub secrets: usize,
    /// What of it could not be understood, each with the reason.
    pub ignored: Vec<String>,
    /// Values by parameter name.
    pub values: BTreeMap<String, ReportedValue>,
}

/// One reported value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportedValue {
    /// The element it came in.
    pub element: String,
    /// The value.
    pub value: String,
    /// When it was reported; a report of changes only leaves the others as they were.
    pub at: Timestamp,
}
