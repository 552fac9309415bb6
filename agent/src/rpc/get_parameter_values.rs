//! GetParameterValues on the device: all names or none (TR-069 A.3.2.2).

use super::{find, parameters_below, push_parameter};
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
        let address = find(core, name)?;
        for parameter in parameters_below(core, &address) {
            push_parameter(core, &parameter, &mut parameter_list);
        }
    }
    Ok(GetParameterValuesResponse { parameter_list })
}
