//! The Inform: which events and parameters go into it (TR-069 A.3.3.1, Table 37).

mod changes;
mod events;
pub mod extra;
mod periodic;
pub mod retry;
mod scheduled;

pub use changes::{Changes, Urgency};
pub use events::{EventQueue, SavedEvents};
pub use periodic::Periodic;
pub use scheduled::Scheduled;

use crate::device::Core;
use crate::device::product::addresses_of;
use cwmp::rpc::Inform;
use cwmp::{Event, EventCode};
use data_model::schema::Address;
use data_model::{DateTime, ParameterList};
use std::collections::BTreeSet;

/// Puts the Inform of a session together and moves what it reports into flight.
pub fn assemble(core: &mut Core) -> Inform {
    let changed = core.changes.take_for_inform();
    if !changed.is_empty() {
        core.events.push(Event::new(EventCode::ValueChange));
    }
    let mut event = core.events.take_for_inform();
    event.extend(core.transfers.events());
    event.extend(core.modules.events());
    events::drop_excess(&mut event);
    let mut addresses: BTreeSet<Address> = changed.into_iter().collect();
    addresses.extend(extra::addresses(core, &event));
    for node in &core.product().forced_inform {
        addresses.extend(addresses_of(&core.tree, *node));
    }
    Inform {
        device_id: core.device_id(),
        event,
        max_envelopes: 1,
        current_time: DateTime::local(core.facts.now, 0),
        retry_count: core.retry_count(),
        parameter_list: parameters(core, &addresses),
    }
}

/// The Inform of a heartbeat: the forced parameters and no other event. It neither tells nor clears changed values
/// (TR-069 Annex O).
pub fn heartbeat(core: &Core) -> Inform {
    let forced = core.product().forced_inform.iter();
    let addresses = forced.flat_map(|node| addresses_of(&core.tree, *node));
    Inform {
        device_id: core.device_id(),
        event: vec![Event::new(EventCode::Heartbeat)],
        max_envelopes: 1,
        current_time: DateTime::local(core.facts.now, 0),
        retry_count: core.retry_count(),
        parameter_list: parameters(core, &addresses.collect()),
    }
}

fn parameters(core: &Core, addresses: &BTreeSet<Address>) -> ParameterList {
    let mut list = ParameterList::with_capacity(addresses.len(), 64 * addresses.len());
    for address in addresses {
        crate::rpc::push_parameter(core, address, &mut list);
    }
    list
}
