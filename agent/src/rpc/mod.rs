//! What each RPC of the ACS means on the device, one file for each; shapes and names are those of `cwmp/src/rpc`.

mod add_object;
mod cancel_transfer;
pub(crate) mod change_du_state;
mod delete_object;
mod download;
mod factory_reset;
pub(crate) mod file_url;
mod get_all_queued_transfers;
mod get_parameter_attributes;
mod get_parameter_names;
mod get_parameter_values;
mod get_queued_transfers;
mod get_rpc_methods;
mod paths;
mod reboot;
mod schedule_download;
mod schedule_inform;
mod set_parameter_attributes;
mod set_parameter_values;
mod upload;

use crate::device::Core;
use crate::device::io::SectionKind;
use cwmp::{AcsRequest, CpeResponse, Fault, FaultCode};
use data_model::ParameterList;
use data_model::schema::Address;

/// The methods every device answers to, besides ChangeDUState where there is an execution environment; all others get
/// fault 9000 and are not named by GetRPCMethods.
pub const METHODS: [&str; 17] = [
    "GetRPCMethods",
    "SetParameterValues",
    "GetParameterValues",
    "GetParameterNames",
    "SetParameterAttributes",
    "GetParameterAttributes",
    "AddObject",
    "DeleteObject",
    "Reboot",
    "Download",
    "ScheduleDownload",
    "Upload",
    "GetQueuedTransfers",
    "GetAllQueuedTransfers",
    "CancelTransfer",
    "FactoryReset",
    "ScheduleInform",
];

/// Transfers in one answer about the queue (TR-069 A.4.1.4, A.4.1.7).
const QUEUED_TRANSFERS: usize = 16;

/// An answer, and the parts of the state that must be kept before it leaves.
type Answer = (Result<CpeResponse, Fault>, Vec<SectionKind>);

/// Carries out a request of the ACS.
pub fn serve(core: &mut Core, request: &AcsRequest) -> Answer {
    match request {
        AcsRequest::GetRPCMethods(_) => read(Ok(get_rpc_methods::serve(core).into())),
        AcsRequest::GetParameterValues(request) => {
            read(get_parameter_values::serve(core, request).map(Into::into))
        }
        AcsRequest::GetParameterNames(request) => {
            read(get_parameter_names::serve(core, request).map(Into::into))
        }
        AcsRequest::GetParameterAttributes(request) => {
            read(get_parameter_attributes::serve(core, request).map(Into::into))
        }
        AcsRequest::SetParameterValues(request) => {
            let answer = set_parameter_values::serve(core, request);
            written(
                answer.map(Into::into),
                &[SectionKind::Tree, SectionKind::Meta],
            )
        }
        AcsRequest::SetParameterAttributes(request) => {
            let answer = set_parameter_attributes::serve(core, request);
            written(answer.map(Into::into), &[SectionKind::Tree])
        }
        AcsRequest::AddObject(request) => {
            let answer = add_object::serve(core, request);
            written(
                answer.map(Into::into),
                &[SectionKind::Tree, SectionKind::Meta],
            )
        }
        AcsRequest::DeleteObject(request) => {
            let answer = delete_object::serve(core, request);
            written(
                answer.map(Into::into),
                &[SectionKind::Tree, SectionKind::Meta],
            )
        }
        AcsRequest::Reboot(request) => written(
            Ok(reboot::serve(core, request).into()),
            &[SectionKind::Events],
        ),
        AcsRequest::FactoryReset(_) => {
            written(Ok(factory_reset::serve(core).into()), &[SectionKind::Meta])
        }
        AcsRequest::Download(request) => queued(download::serve(core, request)),
        AcsRequest::ScheduleDownload(request) => queued(schedule_download::serve(core, request)),
        AcsRequest::Upload(request) => queued(upload::serve(core, request)),
        AcsRequest::GetQueuedTransfers(_) => read(Ok(get_queued_transfers::serve(core).into())),
        AcsRequest::GetAllQueuedTransfers(_) => {
            read(Ok(get_all_queued_transfers::serve(core).into()))
        }
        AcsRequest::ScheduleInform(request) => {
            let answer = schedule_inform::serve(core, request);
            written(answer.map(Into::into), &[SectionKind::Meta])
        }
        AcsRequest::CancelTransfer(request) => {
            // Some may be forgotten though one could not be.
            let answer = cancel_transfer::serve(core, request);
            (answer.map(Into::into), vec![SectionKind::Transfers])
        }
        AcsRequest::ChangeDUState(request) => written(
            change_du_state::serve(core, request).map(Into::into),
            &[SectionKind::Transfers, SectionKind::Modules],
        ),
        AcsRequest::SetVouchers(_) | AcsRequest::GetOptions(_) => {
            read(Err(FaultCode::METHOD_NOT_SUPPORTED.into()))
        }
    }
}

fn read(answer: Result<CpeResponse, Fault>) -> Answer {
    (answer, Vec::new())
}

/// A request that puts something into the transfer queue.
fn queued<R: Into<CpeResponse>>(answer: Result<R, Fault>) -> Answer {
    written(answer.map(Into::into), &[SectionKind::Transfers])
}

/// A refused request has changed nothing.
fn written(answer: Result<CpeResponse, Fault>, touched: &[SectionKind]) -> Answer {
    let touched = if answer.is_ok() {
        touched.to_vec()
    } else {
        Vec::new()
    };
    (answer, touched)
}

/// Appends a parameter under the device's own name for it, with its type and its value.
pub fn push_parameter(core: &Core, address: &Address, list: &mut ParameterList) {
    paths::push_named(core, address, &core.name(address), list);
}

/// What a name or partial path stands for.
///
/// # Errors
/// With fault 9005 if there is nothing of this name (TR-069 A.3.2.2).
fn find(core: &Core, path: &str) -> Result<Address, Fault> {
    core.tree.resolve(path).ok_or_else(|| unknown(path))
}

fn unknown(path: &str) -> Fault {
    let shown: String = path.chars().take(cwmp::limits::PEER_TEXT_CHARS).collect();
    Fault::new(
        FaultCode::INVALID_PARAMETER_NAME,
        format!("Invalid parameter name: {shown}"),
    )
}

/// Every parameter at an address or below it.
fn parameters_below(core: &Core, address: &Address) -> Vec<Address> {
    let mut found = Vec::new();
    core.tree.walk(address, &mut |address, item| match item {
        crate::tree::Item::Parameter(_) => found.push(*address),
        crate::tree::Item::Object
        | crate::tree::Item::Table(_)
        | crate::tree::Item::Instance(_) => {}
    });
    found
}
