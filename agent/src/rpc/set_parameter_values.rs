//! SetParameterValues on the device: every value is tried, then all are set or none (TR-069 A.3.2.1).

use crate::device::Core;
use crate::device::exchange::absolute;
use crate::device::io::Restart;
use crate::limits::SET_VALUES;
use crate::tree::{Item, Transaction, Tree};
use cwmp::rpc::{SetParameterValues, SetParameterValuesResponse, Status};
use cwmp::{Fault, FaultCode, ParameterFault};
use data_model::schema::{Access, Applies};

pub(super) fn serve(
    core: &mut Core,
    request: &SetParameterValues,
) -> Result<SetParameterValuesResponse, Fault> {
    if request.parameter_list.len() > SET_VALUES {
        // TR-069 Table 87: 9004 is a fault of the call, never of a parameter.
        let why = format!("more than {SET_VALUES} values in one call");
        return Err(Fault::new(FaultCode::RESOURCES_EXCEEDED, why));
    }
    // TR-069 A.3.2.1: instances that are added on the way come and go with the call as a whole.
    let grown = with_named_instances(core, request);
    let tree = grown.as_ref().unwrap_or(&core.tree);
    let mut transaction = Transaction::new(tree, &core.facts);
    for parameter in request.parameter_list.iter() {
        transaction.set(parameter.name, parameter.ty, parameter.value);
    }
    let bad_urls = unusable_acs_urls(core, request);
    let checked = match transaction.check() {
        Ok(checked) if bad_urls.is_empty() => checked,
        Ok(_) => return Err(Fault::of_parameters(bad_urls)),
        Err(mut refused) => {
            let known: Vec<String> = refused
                .iter()
                .map(|fault| fault.parameter_name.clone())
                .collect();
            refused.extend(
                bad_urls
                    .into_iter()
                    .filter(|fault| !known.contains(&fault.parameter_name)),
            );
            return Err(Fault::of_parameters(refused));
        }
    };
    if let Some(grown) = grown {
        core.tree = grown;
    }
    let status = match checked.applies {
        Applies::AtOnce => Status::Applied,
        Applies::AfterReboot => {
            // TR-069 A.3.2.1: in effect before the next session, with a restart of our own if it needs one.
            core.restart.get_or_insert(Restart::Reboot);
            Status::Committed
        }
    };
    core.commit_from_acs(checked);
    core.set_parameter_key(&request.parameter_key);
    Ok(SetParameterValuesResponse { status })
}

/// TR-069 3.1: the ACS URL is absolute, http or https, by whichever name it is set. Without one the device would have
/// to ask DHCP, which it does not; anything else would orphan it.
fn unusable_acs_urls(core: &Core, request: &SetParameterValues) -> Vec<ParameterFault> {
    let schema = &core.product().ty.schema;
    let url = core.product().known.url;
    let names_url = |name: &str| {
        let address = core.tree.resolve(name);
        address.is_some_and(|address| schema.storage(&address) == url)
    };
    let bad = request
        .parameter_list
        .iter()
        .filter(|parameter| names_url(parameter.name) && absolute(parameter.value).is_none());
    bad.map(|parameter| {
        let why = "the ACS URL is not an absolute http or https URL";
        ParameterFault::new(parameter.name, FaultCode::INVALID_PARAMETER_VALUE, why)
    })
    .collect()
}

/// The tree with the instances that values name by unknown aliases; `None` if none are to be added (TR-181
/// AutoCreateInstances). What cannot be added is left to be refused as unknown.
fn with_named_instances(core: &Core, request: &SetParameterValues) -> Option<Tree> {
    let by_alias = |name: &str| name.contains('[') && core.tree.resolve(name).is_none();
    let mut names = request
        .parameter_list
        .iter()
        .map(|parameter| parameter.name);
    if !core.creates_instances() || !names.any(by_alias) {
        return None;
    }
    let mut grown = core.tree.clone();
    for parameter in request.parameter_list.iter() {
        let mut from = 0;
        while let Some(end) = parameter.name[from..].find("].") {
            from += end + 2;
            add_named(&mut grown, &parameter.name[..from]);
        }
    }
    Some(grown)
}

/// Adds the instance a path `Table.[alias].` names, if there is none and the table lets the ACS add some.
fn add_named(tree: &mut Tree, path: &str) {
    let parts = path
        .strip_suffix("].")
        .and_then(|rest| rest.rsplit_once('['));
    let Some((table, alias)) = parts else { return };
    let Some(address) = tree.resolve(table) else {
        return;
    };
    let schema = &tree.device_type().schema;
    let node = schema.alias_of(address.node);
    let ty = node
        .and_then(|node| schema.parameter(node))
        .map(|parameter| &parameter.ty);
    let usable = ty.is_some_and(|ty| ty.check(alias).is_ok())
        && !alias.is_empty()
        && !alias.starts_with("cpe-");
    let grows =
        matches!(tree.item(&address), Item::Table(table) if table.access == Access::ReadWrite);
    if !usable || !grows || tree.number_of(&address, alias).is_some() {
        return;
    }
    if let Ok(number) = tree.add_instance(&address) {
        tree.set_alias(&address, number, alias);
    }
}
