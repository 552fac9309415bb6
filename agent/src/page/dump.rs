//! The device as documents: its configuration, and how it stands.

use crate::configuration_file;
use crate::device::Core;
use data_model::provisioning::profile::{self, Line, Style};
use data_model::schema::XmlDocument;

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
            Document::Status => status(core),
        }
    }
}

/// As the maker's devices write it, without the session of whoever is logged in, which theirs shows to every reader.
fn status(core: &Core) -> String {
    let schema = &core.product().ty.schema;
    let elements = schema.xml_elements(XmlDocument::Status);
    let there = elements.filter(|(element, address)| {
        core.tree.exists(address) && !element.ends_with("/Session_ID")
    });
    let lines: Vec<Line<'_>> = there
        .map(|(element, address)| {
            let value = core.value(&address);
            let binding = core.tree.parameter(&address).xml.as_ref();
            Line {
                element: element.into(),
                user_access: None,
                text: match binding {
                    Some(binding) => binding.text_of(&value).to_owned().into(),
                    None => value.into(),
                },
                heading: None,
            }
        })
        .collect();
    profile::write_as("flat-status", &lines, Style::Plain)
}
