//! GetParameterValues on the device: all names or none (TR-069 A.3.2.2).

use super::parameters_below;
use super::paths::{push_named, targets};
use crate::device::Core;
use cwmp::Fault;
use cwmp::rpc::{GetParameterValues, GetParameterValuesResponse};
use data_model::ParameterList;

pub(super) fn serve(
    core: &Core,
    request: &GetParameterValues,
) -> Result<GetParameterValuesResponse, Fault> {
    let mut parameter_list = ParameterList::new();
    for name in &request.parameter_names {
        for target in targets(core, name)? {
            for parameter in parameters_below(core, &target.address) {
                let name = target.name(core, &parameter);
                push_named(core, &parameter, &name, &mut parameter_list);
            }
        }
    }
    Ok(GetParameterValuesResponse { parameter_list })
}
