//! From a `<flat-profile>` document to checked changes of the tree.
//!
//! The last element of a name wins, elements nobody knows are ignored, and so are values that cannot be written. What
//! can be written is checked, and one value the device cannot take refuses the whole file: half a configuration is worse
//! than the old one.

use crate::device::Facts;
use crate::limits::NAMED_BAD_VALUES;
use crate::tree::{Checked, Transaction, Tree};
use cwmp::xml::{Tag, XmlError, XmlReader};
use data_model::XsdType;
use data_model::schema::{Access, Address, Secrecy, XmlDocument};
use std::collections::{BTreeMap, BTreeSet};

/// The root of the part that is read; it may stand inside any other element.
const PROFILE: &str = "flat-profile";

/// Elements that are known, by their path below the profile.
struct Vocabulary {
    parameters: BTreeMap<String, Address>,
    sections: BTreeSet<String>,
}

/// One value of the document.
struct Given {
    text: String,
    /// Its `ua` says that the user may change it.
    of_the_user: bool,
}

/// Reads a document and checks every value of it.
///
/// # Errors
/// Says what is wrong with the document, or which values the device cannot take.
pub fn read(bytes: &[u8], tree: &Tree, facts: &Facts) -> Result<Checked, String> {
    let not_read = |error: XmlError| format!("the configuration file cannot be read: {error}");
    let (text, _) = cwmp::xml::decode(bytes).map_err(not_read)?;
    let given = values(&text, &Vocabulary::of(tree)).map_err(not_read)?;
    let Some(given) = given else {
        return Err("the configuration file has no <flat-profile>".into());
    };
    let schema = &tree.device_type().schema;
    let mut transaction = Transaction::new(tree, facts);
    for (address, given) in given {
        if let Some(value) = wanted(tree, facts, &address, &given) {
            transaction.set(&schema.path(&address), XsdType::String, &value);
        }
    }
    transaction.check().map_err(|refused| {
        let named = refused.iter().take(NAMED_BAD_VALUES);
        let named: Vec<String> = named
            .map(|fault| format!("{}: {}", fault.parameter_name, fault.fault_string))
            .collect();
        format!("{} bad values: {}", refused.len(), named.join("; "))
    })
}

/// The value a parameter is to have; `None` if it stays as it is.
fn wanted(tree: &Tree, facts: &Facts, address: &Address, given: &Given) -> Option<String> {
    let parameter = tree.parameter(address);
    let binding = parameter.xml.as_ref()?;
    if parameter.access == Access::ReadOnly {
        return None;
    }
    let value = binding.value_of(&given.text, &parameter.ty);
    let kept = given.text.is_empty()
        && (given.of_the_user
            || parameter.secret == Secrecy::Secret
            || parameter.ty.check(&value).is_err());
    if kept || *tree.value(address, facts) == *value {
        return None;
    }
    Some(value.into_owned())
}

impl Vocabulary {
    fn of(tree: &Tree) -> Vocabulary {
        let schema = &tree.device_type().schema;
        let elements = schema.xml_elements(XmlDocument::Profile);
        let parameters: BTreeMap<String, Address> = elements
            .filter(|(_, address)| tree.exists(address))
            .collect();
        let mut sections = BTreeSet::new();
        for element in parameters.keys() {
            let ends = element.match_indices('/').map(|(end, _)| end);
            sections.extend(ends.map(|end| element[..end].to_owned()));
        }
        Vocabulary {
            parameters,
            sections,
        }
    }
}

/// The values of a document by where they belong; `None` if there is no profile in it.
fn values(text: &str, known: &Vocabulary) -> Result<Option<BTreeMap<Address, Given>>, XmlError> {
    let mut reader = XmlReader::new(text);
    let mut found = None;
    if let Some(root) = reader.child()? {
        look_for_profile(&mut reader, &root, known, &mut found)?;
    }
    Ok(found)
}

fn look_for_profile(
    reader: &mut XmlReader<'_>,
    tag: &Tag<'_>,
    known: &Vocabulary,
    found: &mut Option<BTreeMap<Address, Given>>,
) -> Result<(), XmlError> {
    if tag.local() == PROFILE {
        let values = found.get_or_insert_with(BTreeMap::new);
        return read_section(reader, "", known, values);
    }
    // The reader's limit on depth bounds this.
    while let Some(below) = reader.child()? {
        look_for_profile(reader, &below, known, found)?;
    }
    Ok(())
}

fn read_section(
    reader: &mut XmlReader<'_>,
    above: &str,
    known: &Vocabulary,
    values: &mut BTreeMap<Address, Given>,
) -> Result<(), XmlError> {
    while let Some(tag) = reader.child()? {
        let path = match above {
            "" => tag.local().to_owned(),
            _ => format!("{above}/{}", tag.local()),
        };
        if let Some(address) = known.parameters.get(&path) {
            let of_the_user = tag.attribute("ua") == Some("rw");
            let text = on_one_line(&reader.text()?);
            let given = Given { text, of_the_user };
            values.insert(*address, given);
        } else if known.sections.contains(&path) {
            read_section(reader, &path, known, values)?;
        } else {
            reader.skip()?;
        }
    }
    Ok(())
}

/// White space at the ends is no part of a value, and a line break stands for a blank.
fn on_one_line(text: &str) -> String {
    let text = text.trim();
    if text.contains('\n') {
        text.replace('\n', " ")
    } else {
        text.to_owned()
    }
}
