//! Parameters the ACS wants to see with certain events (TR-181 ManagementServer.InformParameter).

use crate::device::Core;
use crate::device::product::addresses_of;
use crate::limits::INFORM_PARAMETERS;
use crate::tree::{InstanceMode, Item, Wildcards};
use cwmp::{Event, EventCode};
use data_model::schema::Address;

/// What goes into an Inform with these events besides forced and changed parameters.
pub fn addresses(core: &Core, events: &[Event]) -> Vec<Address> {
    // TR-069 Table 37: with VALUE CHANGE an Inform tells nothing but what has changed.
    let changes = |event: &Event| event.event_code == EventCode::ValueChange;
    if events.is_empty() || events.iter().any(changes) {
        return Vec::new();
    }
    let Some(known) = &core.product().known.inform_parameter else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for enable in addresses_of(&core.tree, known.enable) {
        let value = |node| {
            core.value(&Address {
                node,
                instances: enable.instances,
            })
        };
        if core.value(&enable) != "1" || !wants(&value(known.event_list), events) {
            continue;
        }
        found.extend(matching(core, &value(known.parameter_name)));
        if found.len() >= INFORM_PARAMETERS {
            found.truncate(INFORM_PARAMETERS);
            break;
        }
    }
    found
}

/// The parameters a pattern matches at this moment.
pub fn matching(core: &Core, pattern: &str) -> Vec<Address> {
    let found = core
        .tree
        .find_all(pattern, InstanceMode::Number, Wildcards::Known);
    let addresses = found.into_iter().flatten().map(|found| found.address);
    addresses
        .filter(|address| matches!(core.tree.item(address), Item::Parameter(_)))
        .collect()
}

/// Whether a list of events names one of these; an empty one names all.
fn wants(list: &str, events: &[Event]) -> bool {
    let mut codes = list.split(',').map(str::trim);
    list.trim().is_empty()
        || codes.any(|code| events.iter().any(|event| event.event_code.as_str() == code))
}

/// Whether the table takes this list of events: known ones, and not VALUE CHANGE.
///
/// # Errors
/// Says which one it does not take.
pub fn check_event_list(list: &str) -> Result<(), String> {
    let mut codes = list.split(',').map(str::trim);
    let bad = codes.find(|code| {
        let vendor = code.starts_with("X ") || code.starts_with("M X_");
        let known = EventCode::STANDARD
            .iter()
            .any(|known| known.as_str() == *code);
        !(vendor || known) || *code == EventCode::ValueChange.as_str()
    });
    match bad {
        Some(code) if !list.trim().is_empty() => Err(format!("`{code}` is no event for this list")),
        Some(_) | None => Ok(()),
    }
}
