//! From the tree to a `<flat-profile>` document.

use crate::device::Facts;
use crate::tree::Tree;
use data_model::provisioning::profile::{self, Line, Style};
use data_model::schema::{Address, Parameter, Secrecy, XmlBinding, XmlDocument};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The configuration of a device. Secrets are left empty (spec M06): whoever reads the file back leaves them as they are.
pub fn write(tree: &Tree, facts: &Facts) -> String {
    let lines = elements(tree).map(|element| element.line(tree, facts));
    profile::write(&lines.collect::<Vec<_>>(), Style::Plain)
}

/// What a configuration was at one moment: a mark for each value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks(Box<[u64]>);

impl Marks {
    /// The configuration at this moment.
    pub fn of(tree: &Tree, facts: &Facts) -> Marks {
        Marks(elements(tree).map(|it| it.mark(tree, facts)).collect())
    }
}

/// What of the configuration is another than it was. Nothing is said of secrets, not even that they have changed.
pub fn write_changed(tree: &Tree, facts: &Facts, since: &Marks) -> String {
    let mut before = since.0.iter();
    let lines = elements(tree).filter_map(|element| {
        let same = before.next() == Some(&element.mark(tree, facts));
        let open = element.parameter.secret == Secrecy::Open;
        (open && !same).then(|| element.line(tree, facts))
    });
    profile::write(&lines.collect::<Vec<_>>(), Style::Plain)
}

/// An element of the profile of a device, whether its parameter exists or not.
struct Element<'t> {
    name: String,
    address: Address,
    parameter: &'t Parameter,
    binding: &'t XmlBinding,
}

fn elements(tree: &Tree) -> impl Iterator<Item = Element<'_>> {
    let schema = &tree.device_type().schema;
    let elements = schema.xml_elements(XmlDocument::Profile);
    elements.filter_map(move |(name, address)| {
        let parameter = schema.parameter(address.node)?;
        let binding = parameter.xml.as_ref()?;
        tree.exists(&address).then_some(Element {
            name,
            address,
            parameter,
            binding,
        })
    })
}

impl Element<'_> {
    fn line(&self, tree: &Tree, facts: &Facts) -> Line<'static> {
        let text = match self.parameter.secret {
            Secrecy::Secret => String::new(),
            Secrecy::Open => {
                let value = tree.value(&self.address, facts);
                self.binding.text_of(&value).to_owned()
            }
        };
        Line {
            element: self.name.clone().into(),
            user_access: Some(tree.user_access(&self.address)),
            text: text.into(),
            heading: None,
        }
    }

    fn mark(&self, tree: &Tree, facts: &Facts) -> u64 {
        let mut hasher = DefaultHasher::new();
        tree.value(&self.address, facts).hash(&mut hasher);
        hasher.finish()
    }
}
