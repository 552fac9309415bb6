//! SetParameterValues on the device: every value is tried, then all are set or none (TR-069 A.3.2.1).

use crate::device::Core;
use crate::device::exchange::absolute;
use crate::device::io::Restart;
use crate::limits::SET_VALUES;
use crate::tree::Transaction;
use cwmp::rpc::{SetParameterValues, SetParameterValuesResponse, Status};
use cwmp::{Fault, FaultCode, ParameterFault};
use data_model::schema::Applies;

pub(super) fn serve(
    core: &mut Core,
    request: &SetParameterValues,
) -> Result<SetParameterValuesResponse, Fault> {
    if request.parameter_list.len() > SET_VALUES {
        // TR-069 Table 87: 9004 is a fault of the call, never of a parameter.
        let why = format!("more than {SET_VALUES} values in one call");
        return Err(Fault::new(FaultCode::RESOURCES_EXCEEDED, why));
    }
    let mut transaction = Transaction::new(&core.tree, &core.facts);
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
    let unusable = core.unusable_tests(&checked);
    if !unusable.is_empty() {
        return Err(Fault::of_parameters(unusable));
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
        let address = core.tree.find(name);
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
