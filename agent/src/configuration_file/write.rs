//! From the tree to a `<flat-profile>` document.

use crate::device::Facts;
use crate::tree::Tree;
use data_model::provisioning::profile::{self, Line, Style};
use data_model::schema::{Secrecy, XmlDocument};

/// The configuration of a device. Secrets are left empty (spec M06): whoever reads the file back leaves them as they are.
pub fn write(tree: &Tree, facts: &Facts) -> String {
    let schema = &tree.device_type().schema;
    let mut lines = Vec::new();
    for (element, address) in schema.xml_elements(XmlDocument::Profile) {
        let Some(parameter) = schema.parameter(address.node) else {
            continue;
        };
        let (Some(binding), true) = (&parameter.xml, tree.exists(&address)) else {
            continue;
        };
        let text = match parameter.secret {
            Secrecy::Secret => String::new(),
            Secrecy::Open => binding.text_of(&tree.value(&address, facts)).to_owned(),
        };
        lines.push(Line {
            element: element.into(),
            user_access: Some(tree.user_access(&address)),
            text: text.into(),
            heading: None,
        });
    }
    profile::write(&lines, Style::Plain)
}
