//! GetParameterAttributes on the device (TR-069 A.3.2.5).

use super::{find, parameters_below};
use crate::device::Core;
use cwmp::rpc::{GetParameterAttributes, GetParameterAttributesResponse, ParameterAttribute};
use cwmp::{CwmpVersion, Fault};

pub(super) fn serve(
    core: &Core,
    request: &GetParameterAttributes,
) -> Result<GetParameterAttributesResponse, Fault> {
    let schema = &core.product().ty.schema;
    let mut parameter_list = Vec::new();
    for name in &request.parameter_names {
        let address = find(core, name)?;
        for address in parameters_below(core, &address) {
            let Some(parameter) = schema.node(address.node).parameter() else {
                continue;
            };
            let attributes = core.tree.attributes();
            let level = attributes.notification(&address, parameter);
            let level = match core.version >= CwmpVersion::V1_4 {
                true => level,
                // TR-069 3.7.1.1: no level the version does not know.
                false => level.before_1_4(),
            };
            parameter_list.push(ParameterAttribute {
                name: schema.path(&address),
                notification: level.into(),
                access_list: attributes.access_list(&address),
            });
        }
    }
    Ok(GetParameterAttributesResponse { parameter_list })
}
