//! GetParameterNames on the device: the object and all below it, or its children only (TR-069 A.3.2.3).

use super::paths::{Target, targets};
use crate::device::Core;
use crate::tree::Item;
use cwmp::rpc::{GetParameterNames, GetParameterNamesResponse, ParameterInfo};
use cwmp::{Fault, FaultCode};
use data_model::schema::{Access, Address};

pub(super) fn serve(
    core: &Core,
    request: &GetParameterNames,
) -> Result<GetParameterNamesResponse, Fault> {
    let path = request.parameter_path.as_str();
    let mut parameter_list = Vec::new();
    for target in targets(core, path)? {
        let address = target.address;
        if !request.next_level {
            core.tree.walk(&address, &mut |address, item| {
                parameter_list.push(info(core, &target, address, item))
            });
            continue;
        }
        if let Item::Parameter(_) = core.tree.item(&address) {
            let why = "Invalid arguments: NextLevel on the name of a parameter";
            return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
        }
        // TR-069 Table 20: the level below the empty path is the root object itself.
        let children = if path.is_empty() {
            vec![address]
        } else {
            core.tree.children(&address)
        };
        for child in children {
            parameter_list.push(info(core, &target, &child, core.tree.item(&child)));
        }
    }
    Ok(GetParameterNamesResponse { parameter_list })
}

fn info(core: &Core, target: &Target, address: &Address, item: Item<'_>) -> ParameterInfo {
    // TR-069 Table 22: settable, AddObject possible, DeleteObject possible; a plain object is neither.
    let access = match item {
        Item::Object => Access::ReadOnly,
        Item::Table(table) | Item::Instance(table) => table.access,
        Item::Parameter(parameter) => parameter.access,
    };
    ParameterInfo {
        name: target.name(core, address),
        writable: access == Access::ReadWrite,
    }
}
