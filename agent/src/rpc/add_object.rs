//! AddObject on the device (TR-069 A.3.2.6).

use super::{find, unknown};
use crate::device::Core;
use crate::tree::{AddRefused, Item};
use cwmp::rpc::{AddObject, AddObjectResponse, Status};
use cwmp::{Fault, FaultCode};
use data_model::schema::{Access, Address};

pub(super) fn serve(core: &mut Core, request: &AddObject) -> Result<AddObjectResponse, Fault> {
    let (table, alias) = split_alias(&request.object_name);
    let address = find(core, table)?;
    match core.tree.item(&address) {
        Item::Table(table) if table.access == Access::ReadWrite => {}
        Item::Table(_) | Item::Instance(_) | Item::Object | Item::Parameter(_) => {
            return Err(unknown(&request.object_name));
        }
    }
    if let Some(alias) = alias {
        check_alias(core, &address, alias, &request.object_name)?;
    }
    let instance_number = core
        .tree
        .add_instance(&address)
        .map_err(|refused| match refused {
            AddRefused::Full => Fault::new(FaultCode::RESOURCES_EXCEEDED, refused.to_string()),
            AddRefused::NoTable => unknown(&request.object_name),
        })?;
    if let Some(alias) = alias {
        core.tree.set_alias(&address, instance_number, alias);
    }
    core.set_parameter_key(&request.parameter_key);
    Ok(AddObjectResponse {
        instance_number,
        status: Status::Applied,
    })
}

/// Takes the alias of the instance that is to be added from the end of a name: `Table.[alias].`.
fn split_alias(name: &str) -> (&str, Option<&str>) {
    let inner = name
        .strip_suffix("].")
        .and_then(|rest| rest.rsplit_once('['));
    match inner {
        Some((table, alias)) if table.ends_with('.') => (table, Some(alias)),
        Some(_) | None => (name, None),
    }
}

/// TR-069 A.3.2.6: an alias that is taken, or that the table does not know, is fault 9005.
fn check_alias(core: &Core, table: &Address, alias: &str, name: &str) -> Result<(), Fault> {
    let schema = &core.product().ty.schema;
    let known = schema.alias_of(table.node);
    let Some(parameter) = known.and_then(|node| schema.parameter(node)) else {
        return Err(unknown(name));
    };
    if core.tree.number_of(table, alias).is_some() {
        return Err(unknown(name));
    }
    if alias.is_empty() || alias.starts_with("cpe-") || parameter.ty.check(alias).is_err() {
        let why = format!("`{alias}` is no alias an ACS may give");
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    Ok(())
}
