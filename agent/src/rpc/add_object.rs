//! AddObject on the device (TR-069 A.3.2.6).

use super::{find, unknown};
use crate::device::Core;
use crate::tree::{AddRefused, Item};
use cwmp::rpc::{AddObject, AddObjectResponse, Status};
use cwmp::{Fault, FaultCode};
use data_model::schema::Access;

pub(super) fn serve(core: &mut Core, request: &AddObject) -> Result<AddObjectResponse, Fault> {
    let address = find(core, &request.object_name)?;
    match core.tree.item(&address) {
        Item::Table(table) if table.access == Access::ReadWrite => {}
        Item::Table(_) | Item::Instance(_) | Item::Object | Item::Parameter(_) => {
            return Err(unknown(&request.object_name));
        }
    }
    let instance_number = core
        .tree
        .add_instance(&address)
        .map_err(|refused| match refused {
            AddRefused::Full => Fault::new(FaultCode::RESOURCES_EXCEEDED, refused.to_string()),
            AddRefused::NoTable => unknown(&request.object_name),
        })?;
    give_alias(core, &request.object_name, instance_number);
    core.set_parameter_key(&request.parameter_key);
    Ok(AddObjectResponse {
        instance_number,
        status: Status::Applied,
    })
}

/// TR-106 3.8.1: what has an alias gets one from the device, so that no two of a table are equal.
fn give_alias(core: &mut Core, table: &str, number: u32) {
    if let Some(alias) = core.tree.find(&format!("{table}{number}.Alias")) {
        core.tree.set_by_device(&alias, &format!("cpe-{number}"));
    }
}
