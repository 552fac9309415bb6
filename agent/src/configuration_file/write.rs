//! From the tree to a `<flat-profile>` document.

use crate::device::Facts;
use crate::tree::Tree;
use cwmp::xml::XmlWriter;
use data_model::schema::{Secrecy, UserAccess, XmlDocument};

/// Room for the document of the whole ATA tree.
const USUAL_BYTES: usize = 96 * 1024;

/// An element with elements in it.
#[derive(Default)]
struct Section {
    name: String,
    values: Vec<Value>,
    sections: Vec<Section>,
}

struct Value {
    element: String,
    user_access: UserAccess,
    text: String,
}

/// The configuration of a device. Secrets are left empty (spec M06): whoever reads the file back leaves them as they are.
pub fn write(tree: &Tree, facts: &Facts) -> String {
    let schema = &tree.device_type().schema;
    let mut profile = Section::default();
    for (element, address) in schema.xml_elements(XmlDocument::Profile) {
        let Some(parameter) = schema.parameter(address.node) else {
            continue;
        };
        let (Some(binding), true) = (&parameter.xml, tree.exists(&address)) else {
            continue;
        };
        let text = match parameter.secret {
            Secrecy::Secret => String::new(),
            Secrecy::Open => {
                let value = tree.value(&address, facts);
                binding.text_of(&value).to_owned()
            }
        };
        let mut path = element.split('/');
        let name = path.next_back().unwrap_or_default().to_owned();
        let section = path.fold(&mut profile, Section::below);
        section.values.push(Value {
            element: name,
            user_access: binding.user_access,
            text,
        });
    }
    let mut writer = XmlWriter::with_capacity(USUAL_BYTES);
    writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<flat-profile>\n");
    profile.write(&mut writer);
    writer.raw("</flat-profile>\n");
    writer.into_string()
}

impl Section {
    /// The section of this name, made if it is not there.
    fn below<'s>(&'s mut self, name: &str) -> &'s mut Section {
        let place = self.sections.iter().position(|below| below.name == name);
        let place = place.unwrap_or_else(|| {
            self.sections.push(Section {
                name: name.to_owned(),
                ..Section::default()
            });
            self.sections.len() - 1
        });
        &mut self.sections[place]
    }

    fn write(&self, writer: &mut XmlWriter) {
        for value in &self.values {
            let element = &value.element;
            let access = match value.user_access {
                UserAccess::None => "na",
                UserAccess::ReadOnly => "ro",
                UserAccess::ReadWrite => "rw",
            };
            writer.raw(&format!("<{element} ua=\"{access}\">"));
            writer.text(&value.text);
            writer.raw(&format!("</{element}>\n"));
        }
        for section in &self.sections {
            writer.raw(&format!("<{}>\n", section.name));
            section.write(writer);
            writer.raw(&format!("</{}>\n", section.name));
        }
    }
}
