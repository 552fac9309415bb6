//! What the ACS is told of transfers: events, reports of those that have ended, and the queue when it asks.

use super::Direction;
use super::autonomous::Policy;
use super::entry::{Origin, Transfer, TransferState};
use super::queue::Transfers;
use crate::limits::{AUTONOMOUS_TRANSFERS, FAULT_TEXT_CHARS};
use cwmp::rpc::{
    AutonomousTransferComplete, QueuedTransferState, TransferComplete, TransferDescription,
    TransferFault,
};
use cwmp::{CpeRequest, Event, EventCode, Fault};
use data_model::{DateTime, Timestamp};

/// How a transfer has ended.
struct Ended<'t> {
    started: Timestamp,
    ended: Timestamp,
    fault: &'t Option<Fault>,
}

impl Transfers {
    /// The events that ended transfers cause: `7 TRANSFER COMPLETE` once with an `M` event for each, and
    /// `10 AUTONOMOUS TRANSFER COMPLETE` once.
    pub fn events(&self) -> Vec<Event> {
        let mut asked = Vec::new();
        let mut autonomous = false;
        for transfer in self.ended() {
            let code = match transfer.origin {
                Origin::Download => EventCode::MDownload,
                Origin::ScheduleDownload => EventCode::MScheduleDownload,
                Origin::Upload => EventCode::MUpload,
                Origin::Device => {
                    autonomous = true;
                    continue;
                }
            };
            asked.push(Event::with_key(code, transfer.command_key.clone()));
        }
        if !asked.is_empty() {
            asked.insert(0, Event::new(EventCode::TransferComplete));
        }
        if autonomous {
            asked.push(Event::new(EventCode::AutonomousTransferComplete));
        }
        asked
    }

    /// Whether a transfer waits to be reported.
    pub fn has_ended(&self) -> bool {
        self.ended().next().is_some()
    }

    /// The reports that are due, by transfer number.
    pub fn reports(&self) -> Vec<(u32, CpeRequest)> {
        let ended = self.list.iter().filter_map(|transfer| {
            let how = how_ended(transfer)?;
            Some((transfer.number, report(transfer, &how)))
        });
        ended.collect()
    }

    /// The ACS has taken note of a report.
    pub fn reported(&mut self, number: u32) {
        self.list.retain(|transfer| transfer.number != number);
    }

    /// Forgets what has ended: a BOOTSTRAP discards every other event (TR-069 Table 8).
    pub fn discard_ended(&mut self) {
        self.list.retain(|transfer| how_ended(transfer).is_none());
    }

    /// Forgets the autonomous transfers whose end the ACS does not want to know, and the oldest of too many.
    pub fn keep_wanted(&mut self, policy: &Policy) {
        let autonomous = |transfer: &Transfer| transfer.origin == Origin::Device;
        self.list.retain(|transfer| match how_ended(transfer) {
            Some(how) if autonomous(transfer) => policy.wants(transfer.file, how.fault.is_none()),
            Some(_) | None => true,
        });
        let ended = |transfer: &Transfer| autonomous(transfer) && how_ended(transfer).is_some();
        while self.list.iter().filter(|it| ended(it)).count() > AUTONOMOUS_TRANSFERS {
            match self.list.iter().position(ended) {
                Some(oldest) => self.list.remove(oldest),
                None => return,
            };
        }
    }

    /// What GetAllQueuedTransfers tells of every transfer; a report that has not reached the ACS counts as part of
    /// its transfer.
    pub fn descriptions(&self) -> impl Iterator<Item = (Origin, TransferDescription)> {
        self.list.iter().map(|transfer| {
            let description = TransferDescription {
                command_key: transfer.command_key.clone(),
                state: match transfer.state {
                    TransferState::Waiting { .. } => QueuedTransferState::NotStarted,
                    TransferState::Running { .. } => QueuedTransferState::InProgress,
                    TransferState::Staged { .. }
                    | TransferState::Arrived { .. }
                    | TransferState::Activated { .. }
                    | TransferState::Ended { .. } => QueuedTransferState::Finishing,
                },
                is_download: transfer.file.direction() == Direction::Download,
                file_type: transfer.file.reported().into_owned(),
                file_size: transfer.file_size,
                target_file_name: transfer.target_file_name.clone(),
            };
            (transfer.origin, description)
        })
    }

    fn ended(&self) -> impl Iterator<Item = &Transfer> {
        self.list
            .iter()
            .filter(|transfer| how_ended(transfer).is_some())
    }
}

fn how_ended(transfer: &Transfer) -> Option<Ended<'_>> {
    match &transfer.state {
        TransferState::Ended {
            started,
            ended,
            fault,
        } => Some(Ended {
            started: *started,
            ended: *ended,
            fault,
        }),
        TransferState::Waiting { .. }
        | TransferState::Running { .. }
        | TransferState::Staged { .. }
        | TransferState::Arrived { .. }
        | TransferState::Activated { .. } => None,
    }
}

fn report(transfer: &Transfer, how: &Ended<'_>) -> CpeRequest {
    let mut fault_struct = TransferFault::from(how.fault.clone());
    if let Some((end, _)) = fault_struct
        .fault_string
        .char_indices()
        .nth(FAULT_TEXT_CHARS)
    {
        fault_struct.fault_string.truncate(end);
    }
    let start_time = DateTime::at(how.started);
    let complete_time = match how.fault {
        None => DateTime::at(how.ended),
        Some(_) => DateTime::unknown(),
    };
    match transfer.origin {
        Origin::Download | Origin::ScheduleDownload | Origin::Upload => TransferComplete {
            command_key: transfer.command_key.clone(),
            fault_struct,
            start_time,
            complete_time,
        }
        .into(),
        Origin::Device => AutonomousTransferComplete {
            announce_url: String::new(),
            transfer_url: transfer.url.clone(),
            is_download: transfer.file.direction() == Direction::Download,
            file_type: transfer.file.reported().into_owned(),
            file_size: transfer.file_size,
            target_file_name: transfer.target_file_name.clone(),
            fault_struct,
            start_time,
            complete_time,
        }
        .into(),
    }
}
