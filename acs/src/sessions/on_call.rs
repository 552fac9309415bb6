//! What a device asks of us: every method of Annex A is answered, most of them by taking note.

use super::LiveSession;
use crate::app::App;
use crate::clock;
use crate::metrics::Metrics;
use crate::store::{Result, TaskFault, TransferMatch};
use cwmp::CpeRequest;
use cwmp::rpc::TransferComplete;
use cwmp::session::AcsSession;
use cwmp::session::acs::{Called, Reply};

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
        CpeRequest::DUStateChangeComplete(_)
        | CpeRequest::AutonomousDUStateChangeComplete(_)
        | CpeRequest::Kicked(_)
        | CpeRequest::GetRPCMethods(_)
        | CpeRequest::Inform(_) => {}
    }
    let (machine, reply) = called.acknowledge();
    Ok((Some(machine), reply))
}

/// The end of a transfer is kept before it is acknowledged: the device never tells it twice.
async fn transfer_complete(
    app: &App,
    session: &LiveSession,
    message: &TransferComplete,
) -> Result<()> {
    let fault = message.fault_struct.fault().map(TaskFault::from);
    let failed = fault.is_some();
    let key = &message.command_key;
    let matched = app
        .store
        .transfer_complete(session.device, key, fault, clock::now())
        .await?;
    match matched {
        TransferMatch::Ended(task) => {
            Metrics::count(
                &app.metrics.tasks_ended,
                if failed { "failed" } else { "done" },
            );
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
