//! SetParameterValues on the device: every value is tried, then all are set or none (TR-069 A.3.2.1).

use crate::device::Core;
use crate::device::exchange::absolute;
use crate::device::io::Restart;
use crate::inform::extra;
use crate::limits::SET_VALUES;
use crate::tree::{InstanceMode, Item, Transaction, Tree, Wildcards};
use cwmp::rpc::{SetParameterValues, SetParameterValuesResponse, Status};
use cwmp::{Fault, FaultCode, ParameterFault};
use data_model::schema::{Access, Address, Applies};

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
    let mut bad_values = unusable_acs_urls(core, request);
    bad_values.extend(unusable_inform_parameters(core, tree, request));
    let checked = match transaction.check() {
        Ok(checked) if bad_values.is_empty() => checked,
        Ok(_) => return Err(Fault::of_parameters(bad_values)),
        Err(mut refused) => {
            let known: Vec<String> = refused
                .iter()
                .map(|fault| fault.parameter_name.clone())
                .collect();
            refused.extend(
                bad_values
                    .into_iter()
                    .filter(|fault| !known.contains(&fault.parameter_name)),
            );
            return Err(Fault::of_parameters(refused));
        }
    };
    let mut unusable = core.unusable_tests(&checked);
    unusable.extend(core.unusable_module_states(&checked));
    if !unusable.is_empty() {
        return Err(Fault::of_parameters(unusable));
    }
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

/// TR-181 InformParameter: what every Inform carries anyway, stars that stand for no instance, and VALUE CHANGE are
/// refused there. A name that leads nowhere is not: it may come to exist.
fn unusable_inform_parameters(
    core: &Core,
    tree: &Tree,
    request: &SetParameterValues,
) -> Vec<ParameterFault> {
    let Some(known) = &core.product().known.inform_parameter else {
        return Vec::new();
    };
    let mut bad = Vec::new();
    for parameter in request.parameter_list.iter() {
        let Some(address) = tree.resolve(parameter.name) else {
            continue;
        };
        let checked = if address.node == known.event_list {
            extra::check_event_list(parameter.value)
        } else if address.node == known.parameter_name {
            check_pattern(core, parameter.value)
        } else {
            Ok(())
        };
        if let Err(why) = checked {
            let code = FaultCode::INVALID_PARAMETER_VALUE;
            bad.push(ParameterFault::new(parameter.name, code, why));
        }
    }
    bad
}

fn check_pattern(core: &Core, pattern: &str) -> Result<(), String> {
    let tree = &core.tree;
    let schema = &core.product().ty.schema;
    let wild = pattern.contains('*');
    if wild
        && tree
            .find_all(pattern, InstanceMode::Number, Wildcards::Known)
            .is_none()
    {
        return Err("a star stands for an instance only".into());
    }
    let forced = |address: &Address| {
        let parameter = schema.parameter(address.node);
        parameter.is_some_and(|parameter| parameter.forced_inform)
    };
    match extra::matching(core, pattern).iter().any(forced) {
        true => Err("every Inform carries it anyway".into()),
        false => Ok(()),
    }
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
