//! ChangeDUState on the device: queue the operations; their ends are reported by DUStateChangeComplete
//! (TR-069 A.4.1.10).

use super::file_url::check_texts;
use crate::device::Core;
use crate::device::modules::FIRST_VERSION;
use crate::limits::MODULE_URL_BYTES;
use crate::modules::Origin;
use cwmp::rpc::{ChangeDUState, ChangeDUStateResponse, Operation};
use cwmp::{Fault, FaultCode};

/// Whether the device of this session answers to it.
pub(super) fn is_supported(core: &Core) -> bool {
    core.version >= FIRST_VERSION && core.has_modules()
}

pub(super) fn serve(
    core: &mut Core,
    request: &ChangeDUState,
) -> Result<ChangeDUStateResponse, Fault> {
    if !is_supported(core) {
        return Err(FaultCode::METHOD_NOT_SUPPORTED.into());
    }
    if request.operations.is_empty() {
        let why = "there is no operation";
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    // Everything else that can be wrong with an operation is told in its result.
    request.operations.iter().try_for_each(check)?;
    core.modules
        .check_room(Origin::Acs, request.operations.len())?;
    let number = core.transfers.take_number();
    let who = (Origin::Acs, request.command_key.clone());
    let now = core.facts.now;
    core.modules.accept(number, who, &request.operations, now);
    Ok(ChangeDUStateResponse {})
}

/// Looks at the lengths of an operation's texts, which are kept until it is done.
///
/// # Errors
/// With fault 9003 if one is too long.
pub(crate) fn check(operation: &Operation) -> Result<(), Fault> {
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let (url, others) = match operation {
        Operation::Install(it) => (
            it.url.clone(),
            vec![
                of(&it.uuid),
                of(&it.username),
                of(&it.password),
                of(&it.execution_env_ref),
            ],
        ),
        Operation::Update(it) => (
            of(&it.url),
            vec![
                of(&it.uuid),
                of(&it.version),
                of(&it.username),
                of(&it.password),
            ],
        ),
        Operation::Uninstall(it) => (
            String::new(),
            vec![it.uuid.clone(), of(&it.version), of(&it.execution_env_ref)],
        ),
    };
    if url.len() > MODULE_URL_BYTES {
        let why = format!("a URL has more than {MODULE_URL_BYTES} bytes");
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    check_texts(&others)
}
