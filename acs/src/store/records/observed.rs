//! What was seen of a device's parameters.

use super::Learned;
use data_model::{ParameterList, Timestamp};

/// What a task's answer says about the device's parameters; kept together with the outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// Values seen or set.
    pub values: ParameterList,
    /// Branches whose content is exactly what `values` holds below them: anything else there is gone.
    pub complete_below: Vec<String>,
    /// Whether parameters and objects can be written, where a GetParameterNames has said so. Kept with the names
    /// of the observed state; what nobody has said yet stays unknown.
    pub writable: Vec<(String, bool)>,
    /// Branches all of whose names are in `writable`: any other name there is gone.
    pub listed_below: Vec<String>,
    /// Branches below those that could not be looked at; what is known of them stays.
    pub except_below: Vec<String>,
    /// What was learned of how the device wants to be asked.
    pub learned: Option<Box<Learned>>,
}

impl Observed {
    /// Whether it says nothing about parameters.
    pub fn shows_nothing(&self) -> bool {
        self.values.is_empty()
            && self.complete_below.is_empty()
            && self.writable.is_empty()
            && self.listed_below.is_empty()
    }
}

/// A parameter as the store last saw it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// Names, types and values, sorted by name.
    pub values: ParameterList,
    /// For each of `values`, in order: whether it can be written; `None` if nobody has asked.
    pub writable: Vec<Option<bool>>,
    /// For each of `values`, in order: when it was last seen.
    pub seen: Vec<Timestamp>,
    /// When it last changed; `None` if nothing has ever been seen.
    pub at: Option<Timestamp>,
}
