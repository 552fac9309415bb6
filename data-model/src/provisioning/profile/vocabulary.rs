//! Which elements the profile of a device has, under their names and under those the guides print instead.

use crate::schema::{Address, Schema, XmlDocument};
use std::collections::{BTreeMap, BTreeSet};

/// Elements by their path below the profile.
#[derive(Debug, Default)]
pub struct Vocabulary {
    parameters: BTreeMap<String, Address>,
    sections: BTreeSet<String>,
    /// Names as prose prints them (`Proxy_1`, `Resync_At_HHmm`), where only one element can be meant.
    aliases: BTreeMap<String, Option<String>>,
}

impl Vocabulary {
    /// The elements of what exists from the factory.
    pub fn of(schema: &Schema) -> Vocabulary {
        Vocabulary::filtered(schema, |_| true)
    }

    /// The elements of those parameters that exist.
    pub fn filtered(schema: &Schema, exists: impl Fn(&Address) -> bool) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for (element, address) in schema.xml_elements(XmlDocument::Profile) {
            if !exists(&address) {
                continue;
            }
            let ends = element.match_indices('/').map(|(end, _)| end);
            vocabulary
                .sections
                .extend(ends.map(|end| element[..end].to_owned()));
            if !element.contains('/') {
                vocabulary
                    .aliases
                    .entry(prose(&element))
                    .and_modify(|meant| *meant = None)
                    .or_insert_with(|| Some(element.clone()));
            }
            vocabulary.parameters.insert(element, address);
        }
        vocabulary
    }

    /// The parameter of an element.
    pub fn parameter(&self, element: &str) -> Option<Address> {
        self.parameters.get(element).copied()
    }

    /// Every element in the order of its name.
    pub fn elements(&self) -> impl Iterator<Item = (&str, &Address)> {
        self.parameters
            .iter()
            .map(|(element, address)| (element.as_str(), address))
    }

    /// Whether this is no parameter, but an element with parameters in it.
    pub fn is_section(&self, element: &str) -> bool {
        self.sections.contains(element)
    }

    /// The element that is meant by a name the guides print without its underscores.
    pub fn meant_by(&self, name: &str) -> Option<&str> {
        match name.contains('/') {
            true => None,
            false => self.aliases.get(&prose(name))?.as_deref(),
        }
    }
}

/// The name of the element for a label of the device's page: `Resync At (HHmm)` is `Resync_At__HHmm_`.
pub fn element_name(label: &str) -> String {
    label.replace([' ', '[', ']', '(', ')', '/'], "_")
}

/// A name without underscores at its end and without two in a row.
fn prose(name: &str) -> String {
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers M06.
    #[test]
    fn elements_are_named_after_the_labels_of_the_page() {
        for (label, element) in [
            ("Proxy[1]", "Proxy_1_"),
            ("Resync At (HHmm)", "Resync_At__HHmm_"),
            ("Use Auto Discovery (WPAD)", "Use_Auto_Discovery__WPAD_"),
            ("Auth Resync-Reboot[1]", "Auth_Resync-Reboot_1_"),
        ] {
            assert_eq!(element_name(label), element);
        }
        let ata = crate::catalogue::device_type("ata192").unwrap();
        let vocabulary = Vocabulary::of(&ata.schema);
        assert_eq!(vocabulary.meant_by("Proxy_1"), Some("Proxy_1_"));
        let at = vocabulary.meant_by("Resync_At_HHmm");
        assert_eq!(at, Some("Resync_At__HHmm_"));
    }
}
