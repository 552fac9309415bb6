//! SetParameterAttributes on the device: all or none, in the order of the list (TR-069 A.3.2.4).

use super::{find, parameters_below};
use crate::device::Core;
use crate::limits::ATTRIBUTES;
use crate::tree::Notification;
use cwmp::rpc::{SetParameterAttribute, SetParameterAttributes, SetParameterAttributesResponse};
use cwmp::{CwmpVersion, Fault, FaultCode};
use data_model::schema::{Address, NotificationRule};

pub(super) fn serve(
    core: &mut Core,
    request: &SetParameterAttributes,
) -> Result<SetParameterAttributesResponse, Fault> {
    // Unknown names win over other faults (TR-069 A.3.2.4), so all names are looked up first.
    let mut named = Vec::with_capacity(request.parameter_list.len());
    for change in &request.parameter_list {
        let address = find(core, &change.name)?;
        named.push((change, parameters_below(core, &address)));
    }
    let mut checked = Vec::with_capacity(named.len());
    for (change, addresses) in named {
        checked.push((change, level(core, change, &addresses)?, addresses));
    }
    let count: usize = checked
        .iter()
        .map(|(_, _, addresses)| addresses.len())
        .sum();
    if count > ATTRIBUTES {
        return Err(FaultCode::RESOURCES_EXCEEDED.into());
    }
    for (change, level, addresses) in checked {
        for address in addresses {
            if let Some(level) = level {
                core.tree.attributes_mut().set_notification(&address, level);
            }
            if change.access_list_change {
                core.tree
                    .attributes_mut()
                    .set_access_list(&address, &change.access_list);
            }
        }
    }
    Ok(SetParameterAttributesResponse {})
}

/// The level a change asks for, if it asks for one and every parameter can have it.
fn level(
    core: &Core,
    change: &SetParameterAttribute,
    addresses: &[Address],
) -> Result<Option<Notification>, Fault> {
    if !change.notification_change {
        return Ok(None);
    }
    let level = Notification::try_from(change.notification).map_err(|why| {
        Fault::new(
            FaultCode::INVALID_ARGUMENTS,
            format!("Invalid arguments: {why}"),
        )
    })?;
    let light = level.by_datagram().is_some();
    if light && !(core.supports_lightweight() && core.version >= CwmpVersion::V1_4) {
        let why = "Invalid arguments: there is no lightweight notification";
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    if !level.is_active() {
        return Ok(Some(level));
    }
    let schema = &core.product().ty.schema;
    let denied = addresses.iter().find(|address| {
        schema
            .node(address.node)
            .parameter()
            .is_some_and(|parameter| parameter.notification == NotificationRule::CanDeny)
    });
    match denied {
        None => Ok(Some(level)),
        Some(address) => {
            let why = format!("{} cannot notify actively", schema.path(address));
            Err(Fault::new(FaultCode::NOTIFICATION_REJECTED, why))
        }
    }
}
