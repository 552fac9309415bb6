//! GetParameterAttributes on the device (TR-069 A.3.2.5).

use super::parameters_below;
use super::paths::targets;
use crate::device::Core;
use cwmp::rpc::{GetParameterAttributes, GetParameterAttributesResponse, ParameterAttribute};
use cwmp::{CwmpVersion, Fault};
use data_model::schema::Address;

pub(super) fn serve(
    core: &Core,
    request: &GetParameterAttributes,
) -> Result<GetParameterAttributesResponse, Fault> {
    let mut parameter_list = Vec::new();
    for name in &request.parameter_names {
        for target in targets(core, name)? {
            for address in parameters_below(core, &target.address) {
                let name = target.name(core, &address);
                parameter_list.extend(attribute(core, &address, name));
            }
        }
    }
    Ok(GetParameterAttributesResponse { parameter_list })
}

fn attribute(core: &Core, address: &Address, name: String) -> Option<ParameterAttribute> {
    let schema = &core.product().ty.schema;
    let parameter = schema.parameter(address.node)?;
    let attributes = core.tree.attributes();
    let level = attributes.notification(address, parameter);
    let level = match core.version >= CwmpVersion::V1_4 {
        true => level,
        // TR-069 3.7.1.1: no level the version does not know.
        false => level.before_1_4(),
    };
    Some(ParameterAttribute {
        name,
        notification: level.into(),
        access_list: attributes.access_list(address),
    })
}
