//! What a device asks of us: every method of Annex A is answered, most of them by taking note.

use super::LiveSession;
use crate::app::App;
use crate::clock;
use crate::store::{Result, TaskFault, TransferMatch};
use cwmp::rpc::{OperationResult, TransferComplete};
use cwmp::session::AcsSession;
use cwmp::session::acs::{Called, Reply};
use cwmp::{CommandKey, CpeRequest};

/// Answers a request of the device.
pub async fn on_call(
    app: &App,
    session: &LiveSession,
    called: Called,
) -> Result<(Option<AcsSession>, Reply)> {
    match &called.request {
        CpeRequest::TransferComplete(message) => transfer_complete(app, session, message).await?,
        CpeRequest::AutonomousTransferComplete(message) => {
            tracing::info!(
                device.identity = %session.identity,
                fault = message.fault_struct.fault_code,
                file_type = %message.file_type,
                "autonomous transfer"
            );
        }
        CpeRequest::RequestDownload(message) => {
            tracing::info!(
                device.identity = %session.identity,
                file_type = %message.file_type,
                "the device asks for a file"
            );
        }
        CpeRequest::DUStateChangeComplete(message) => {
            let key = message.command_key.as_ref();
            let key = key.map(CommandKey::as_str).unwrap_or_default();
            tracing::info!(
                device.identity = %session.identity,
                command_key = %key,
                results = %in_words(&message.results),
                "software modules changed"
            );
            modules_changed(app, session, key, &message.results).await?;
        }
        CpeRequest::AutonomousDUStateChangeComplete(message) => {
            tracing::info!(
                device.identity = %session.identity,
                results = %in_words(&message.results),
                "software modules changed by the device itself"
            );
        }
        CpeRequest::Kicked(_) | CpeRequest::GetRPCMethods(_) | CpeRequest::Inform(_) => {}
    }
    let (machine, reply) = called.acknowledge();
    Ok((Some(machine), reply))
}

/// The end of a ChangeDUState is kept before it is acknowledged; one operation that failed fails its task.
async fn modules_changed(
    app: &App,
    session: &LiveSession,
    key: &str,
    results: &[OperationResult],
) -> Result<()> {
    let faults = results.iter().filter_map(|result| {
        let fault = result.fault.fault()?;
        Some((result.uuid.clone(), fault))
    });
    let fault = faults.into_iter().next().map(|(uuid, fault)| {
        let fault = TaskFault::from(fault);
        let text = format!("{uuid}: {} ({})", fault.text, in_words(results));
        TaskFault { text, ..fault }
    });
    let key = CommandKey::from_peer(key);
    let matched = app
        .store
        .transfer_complete(session.device, &key, fault, clock::now())
        .await?;
    if let TransferMatch::Ended(task) = matched {
        tracing::info!(device.identity = %session.identity, %task, "software modules done");
        app.nudge.notify_one();
    }
    Ok(())
}

/// Results of operations on software modules for a line of the log: UUID, state and fault code of each, as far as they
/// fit one.
fn in_words(results: &[OperationResult]) -> String {
    const SHOWN: usize = 16;
    let words = results.iter().take(SHOWN).map(|result| {
        // A UUID has 36 characters; what a device sends may have more.
        let uuid: String = result.uuid.chars().take(36).collect();
        let state: String = result.current_state.chars().take(16).collect();
        format!("{uuid} {state} {}", result.fault.fault_code)
    });
    words.collect::<Vec<String>>().join(", ")
}

/// The end of a transfer is kept before it is acknowledged: the device never tells it twice.
async fn transfer_complete(
    app: &App,
    session: &LiveSession,
    message: &TransferComplete,
) -> Result<()> {
    let fault = message.fault_struct.fault().map(TaskFault::from);
    let failed = fault.is_some();
    if let Some(fault) = message.fault_struct.fault() {
        app.metrics.wire.fault(fault.code);
    }
    let key = &message.command_key;
    let matched = app
        .store
        .transfer_complete(session.device, key, fault, clock::now())
        .await?;
    match matched {
        TransferMatch::Ended(task) => {
            tracing::info!(device.identity = %session.identity, %task, failed, "transfer complete");
            app.nudge.notify_one();
        }
        TransferMatch::Repeated(task) => {
            tracing::debug!(device.identity = %session.identity, %task, "transfer reported again");
        }
        TransferMatch::Unknown => {
            // Acknowledged all the same: a device would repeat it for ever.
            app.metrics.unknown_command_keys.inc();
            tracing::info!(device.identity = %session.identity, command_key = %key, "unknown transfer");
        }
    }
    Ok(())
}
