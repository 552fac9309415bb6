//! From a `<flat-profile>` document to checked changes of the tree.
//!
//! What a document says is for `data_model::provisioning::profile` to find out. One value the device cannot take refuses
//! the whole file: half a configuration is worse than the old one.

use crate::device::Facts;
use crate::limits::NAMED_BAD_VALUES;
use crate::tree::{Checked, Transaction, Tree};
use data_model::XsdType;
use data_model::provisioning::profile::{self, Aliases, Policy, Vocabulary};

/// Reads a document, its elements renamed, and checks every value of it.
///
/// # Errors
/// Says what is wrong with the document, or which values the device cannot take.
pub fn read(
    bytes: &[u8],
    aliases: &Aliases,
    tree: &Tree,
    facts: &Facts,
    policy: Policy,
) -> Result<Checked, String> {
    let document = profile::read_renamed(bytes, policy, aliases)
        .map_err(|error| format!("the configuration file cannot be read: {error}"))?;
    let schema = &tree.device_type().schema;
    let known = Vocabulary::filtered(schema, |address| tree.exists(address));
    let assessment = profile::assess(&document, &known, schema, policy);
    let bad: Vec<String> = assessment.errors().map(ToString::to_string).collect();
    if !bad.is_empty() {
        return Err(bad_values(&bad));
    }
    let mut transaction = Transaction::new(tree, facts);
    for change in &assessment.changes {
        if let Some(value) = &change.value
            && *tree.value(&change.address, facts) != **value
        {
            transaction.set(&schema.path(&change.address), XsdType::String, value);
        }
        if let Some(level) = change.user_access {
            transaction.set_user_access(change.address, level);
        }
    }
    transaction.check().map_err(|refused| {
        let named = refused
            .iter()
            .map(|fault| format!("{}: {}", fault.parameter_name, fault.fault_string));
        bad_values(&named.collect::<Vec<String>>())
    })
}

fn bad_values(bad: &[String]) -> String {
    let named = &bad[..bad.len().min(NAMED_BAD_VALUES)];
    format!("{} bad values: {}", bad.len(), named.join("; "))
}
