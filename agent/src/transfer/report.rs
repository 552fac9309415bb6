//! What the ACS is told of transfers that have ended: events and reports.

use super::entry::{Transfer, TransferState};
use super::queue::Transfers;
use cwmp::rpc::{TransferComplete, TransferFault};
use cwmp::{Event, EventCode};
use data_model::DateTime;

impl Transfers {
    /// The events that ended transfers cause: `7 TRANSFER COMPLETE` once, `M Download` for each.
    pub fn events(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self
            .ended()
            .map(|transfer| Event::with_key(EventCode::MDownload, transfer.command_key.clone()))
            .collect();
        if !events.is_empty() {
            events.insert(0, Event::new(EventCode::TransferComplete));
        }
        events
    }

    /// The reports that are due, by transfer number.
    pub fn reports(&self) -> Vec<(u32, TransferComplete)> {
        self.ended()
            .filter_map(|transfer| Some((transfer.number, report(transfer)?)))
            .collect()
    }
}

fn report(transfer: &Transfer) -> Option<TransferComplete> {
    match &transfer.state {
        TransferState::Ended {
            started,
            ended,
            fault,
        } => Some(TransferComplete {
            command_key: transfer.command_key.clone(),
            fault_struct: TransferFault::from(fault.clone()),
            start_time: DateTime::at(*started),
            complete_time: match fault {
                None => DateTime::at(*ended),
                Some(_) => DateTime::unknown(),
            },
        }),
        TransferState::Waiting { .. }
        | TransferState::Running { .. }
        | TransferState::Staged { .. }
        | TransferState::Activated { .. } => None,
    }
}
