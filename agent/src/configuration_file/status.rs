//! From the tree to a `status.xml` document, as the page of the maker's devices shows it.

use crate::device::Facts;
use crate::tree::Tree;
use data_model::provisioning::profile::{self, Line, Style};
use data_model::schema::{Secrecy, XmlDocument};

/// How a device does. What is secret, the key of a live web session above all, is left out.
pub fn status(tree: &Tree, facts: &Facts) -> String {
    let schema = &tree.device_type().schema;
    let mut lines = Vec::new();
    // Elements of a line stand together, since five of them are told apart by nothing else (`Registration_State`).
    let mut lines_begin = None;
    for (place, (element, address)) in schema.xml_elements(XmlDocument::Status).enumerate() {
        if !tree.exists(&address) {
            continue;
        }
        let parameter = tree.parameter(&address);
        let (Some(binding), Secrecy::Open) = (&parameter.xml, parameter.secret) else {
            continue;
        };
        let place = match address.instances.as_slice().first() {
            Some(line) => (*lines_begin.get_or_insert(place), *line),
            None => (place, 0),
        };
        let text = binding.text_of(&tree.value(&address, facts)).to_owned();
        let line = Line {
            element: element.into(),
            user_access: None,
            text: text.into(),
            heading: None,
        };
        lines.push((place, line));
    }
    lines.sort_by_key(|(place, _)| *place);
    let lines: Vec<Line<'_>> = lines.into_iter().map(|(_, line)| line).collect();
    profile::write_as("flat-status", &lines, Style::Plain)
}
