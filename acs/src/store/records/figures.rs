//! How a fleet and its queue stand, in numbers.

use super::{HealthState, Id, TaskState};
use data_model::Timestamp;

/// The numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// Devices known.
    pub devices: u64,
    /// Those that have come, but not for long.
    pub overdue: u64,
    /// Those that are still to be compared with their profiles.
    pub drift: u64,
    /// Those that could not be given them.
    pub profile_faults: u64,
    /// Devices of each model and version, the most common ones.
    pub firmware: Vec<(String, String, u64)>,
    /// Tasks that have not ended, by state.
    pub tasks: Vec<(TaskState, u64)>,
    /// When the oldest of them was queued.
    pub oldest_task: Option<Timestamp>,
    /// Devices of campaigns that are not over, by campaign and step.
    pub campaigns: Vec<(Id, String, u64)>,
    /// Devices by how they stand.
    pub health: Vec<(HealthState, u64)>,
    /// Deliveries to webhooks that wait.
    pub deliveries_waiting: u64,
    /// Deliveries that were given up, and are kept for whoever looks.
    pub dead_letters: u64,
    /// When the oldest event happened that a webhook is still to be told.
    pub untold_since: Option<Timestamp>,
    /// The version of the schema.
    pub schema: u64,
    /// When the last backup ended; zero if there was none.
    pub last_backup: Timestamp,
}
