//! DeleteObject on the device (TR-069 A.3.2.7).

use super::{find, unknown};
use crate::device::Core;
use crate::tree::Item;
use cwmp::Fault;
use cwmp::rpc::{DeleteObject, DeleteObjectResponse, Status};
use data_model::schema::Access;

pub(super) fn serve(
    core: &mut Core,
    request: &DeleteObject,
) -> Result<DeleteObjectResponse, Fault> {
    let address = find(core, &request.object_name)?;
    match core.tree.item(&address) {
        Item::Instance(table) if table.access == Access::ReadWrite => {}
        Item::Instance(_) | Item::Table(_) | Item::Object | Item::Parameter(_) => {
            return Err(unknown(&request.object_name));
        }
    }
    core.tree.delete_instance(&address);
    // TR-069 A.3.2.4: what is deleted has not changed.
    let tree = &core.tree;
    core.changes.retain(|address| tree.exists(address));
    core.set_parameter_key(&request.parameter_key);
    Ok(DeleteObjectResponse {
        status: Status::Applied,
    })
}
