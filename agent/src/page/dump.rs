//! The device as documents: its configuration, and how it stands.

use crate::configuration_file;
use crate::device::Core;

/// A document a script or a person takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// `/admin/config.xml`
    Configuration,
    /// `/admin/status.xml`
    Status,
}

impl Document {
    /// What it is called on the disk of whoever keeps it.
    pub fn file_name(self) -> &'static str {
        match self {
            Document::Configuration => "config.xml",
            Document::Status => "status.xml",
        }
    }

    /// The text of it.
    pub fn of(self, core: &Core) -> String {
        match self {
            Document::Configuration => configuration_file::write(&core.tree, &core.facts),
            Document::Status => configuration_file::status(&core.tree, &core.facts),
        }
    }
}
