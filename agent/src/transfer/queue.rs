//! The queue: what waits, what runs, what has ended, over reboots.

use super::entry::{Transfer, TransferState};
use crate::firmware::BootedInto;
use crate::limits::{TRANSFER_LATENESS_SECS, TRANSFERS};
use cwmp::rpc::Download;
use cwmp::{Fault, FaultCode};
use data_model::Timestamp;
use serde::{Deserialize, Serialize};

/// The transfers of a device.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transfers {
    list: Vec<Transfer>,
    next_number: u32,
}

impl Transfers {
    /// Queues a Download.
    ///
    /// # Errors
    /// With fault 9004 if the queue is full.
    pub fn queue(&mut self, request: &Download, now: Timestamp) -> Result<(), Fault> {
        if self.list.len() == TRANSFERS {
            return Err(Fault::new(
                FaultCode::RESOURCES_EXCEEDED,
                "the transfer queue is full",
            ));
        }
        self.next_number = self.next_number.wrapping_add(1);
        let due = now.plus_secs(u64::from(request.delay_seconds));
        self.list.push(Transfer {
            number: self.next_number,
            command_key: request.command_key.clone(),
            url: request.url.clone(),
            username: request.username.clone(),
            password: request.password.clone(),
            due,
            latest: (request.delay_seconds > 0).then(|| due.plus_secs(TRANSFER_LATENESS_SECS)),
            state: TransferState::Waiting { attempts: 0 },
        });
        Ok(())
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// When the next waiting transfer is due; they run one at a time, by due time (TR-069 Table 33).
    pub fn next_due(&self) -> Option<Timestamp> {
        if self.is_busy() {
            return None;
        }
        self.waiting().map(|transfer| transfer.due)
    }

    /// Begins the next transfer if it is due.
    pub fn begin_due(&mut self, now: Timestamp) -> Option<&Transfer> {
        if self.is_busy() || self.waiting()?.due > now {
            return None;
        }
        let number = self.waiting()?.number;
        let transfer = self.find(number)?;
        let TransferState::Waiting { attempts } = transfer.state else {
            return None;
        };
        transfer.state = TransferState::Running {
            attempts,
            started: now,
        };
        Some(transfer)
    }

    /// Gives up what was to begin at a time that is more than an hour ago (TR-069 Table 33): the device was off, or
    /// busy. Whether there was any.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        if self.is_busy() {
            return false;
        }
        let mut any = false;
        for transfer in &mut self.list {
            let begun = transfer.state != (TransferState::Waiting { attempts: 0 });
            if !begun && transfer.latest.is_some_and(|latest| latest < now) {
                let why = "it could not be begun within an hour of its time";
                transfer.end(now, now, Some(Fault::new(FaultCode::TRANSFER_FAILURE, why)));
                any = true;
            }
        }
        any
    }

    /// The file is in its slot.
    pub fn staged(&mut self, number: u32, version: &str) {
        if let Some(transfer) = self.find(number)
            && let TransferState::Running { started, .. } = transfer.state
        {
            transfer.state = TransferState::Staged {
                started,
                version: version.to_owned(),
            };
        }
    }

    /// A running transfer has failed.
    pub fn failed(&mut self, number: u32, fault: Fault, now: Timestamp) {
        if let Some(transfer) = self.find(number)
            && let TransferState::Running { started, .. } = transfer.state
        {
            transfer.end(started, now, Some(fault));
        }
    }

    /// Marks the staged image as the one to boot; gives its version and the number of its transfer.
    pub fn activate_staged(&mut self) -> Option<(String, u32)> {
        self.list
            .iter_mut()
            .find_map(|transfer| match &transfer.state {
                TransferState::Staged { started, version } => {
                    let (started, version) = (*started, version.clone());
                    transfer.state = TransferState::Activated { started };
                    Some((version, transfer.number))
                }
                TransferState::Waiting { .. }
                | TransferState::Running { .. }
                | TransferState::Activated { .. }
                | TransferState::Ended { .. } => None,
            })
    }

    /// Whether an image waits for the end of the session.
    pub fn has_staged(&self) -> bool {
        self.list
            .iter()
            .any(|transfer| matches!(transfer.state, TransferState::Staged { .. }))
    }

    /// After a boot: a transfer that was cut off begins again or is given up; an activated image has arrived, or
    /// was left for the old one.
    pub fn booted(&mut self, into: BootedInto, now: Timestamp) {
        for transfer in &mut self.list {
            let number = transfer.number;
            match transfer.state {
                TransferState::Running { attempts, started } => {
                    transfer.cut_off(attempts, started, now);
                }
                TransferState::Activated { started } if into == BootedInto::Trial(number) => {
                    transfer.end(started, now, None);
                }
                // If it has ended, it was told to nobody yet, and is true no longer.
                TransferState::Activated { started } | TransferState::Ended { started, .. }
                    if into == BootedInto::RolledBack(number) =>
                {
                    let why = "the image did not prove itself; the old one runs again";
                    transfer.end(
                        started,
                        now,
                        Some(Fault::new(FaultCode::FILE_CORRUPTED, why)),
                    );
                }
                TransferState::Waiting { .. }
                | TransferState::Staged { .. }
                | TransferState::Activated { .. }
                | TransferState::Ended { .. } => {}
            }
        }
    }

    /// Forgets what has ended: a BOOTSTRAP discards every other event (TR-069 Table 8).
    pub fn discard_ended(&mut self) {
        self.list
            .retain(|transfer| !matches!(transfer.state, TransferState::Ended { .. }));
    }

    /// Whether a transfer waits to be reported.
    pub fn has_ended(&self) -> bool {
        self.ended().next().is_some()
    }

    /// The ACS has taken note of a report.
    pub fn reported(&mut self, number: u32) {
        self.list.retain(|transfer| transfer.number != number);
    }

    fn is_busy(&self) -> bool {
        self.list.iter().any(|transfer| match transfer.state {
            TransferState::Running { .. }
            | TransferState::Staged { .. }
            | TransferState::Activated { .. } => true,
            TransferState::Waiting { .. } | TransferState::Ended { .. } => false,
        })
    }

    fn waiting(&self) -> Option<&Transfer> {
        let waiting =
            |transfer: &&Transfer| matches!(transfer.state, TransferState::Waiting { .. });
        self.list
            .iter()
            .filter(waiting)
            .min_by_key(|transfer| transfer.due)
    }

    pub(super) fn ended(&self) -> impl Iterator<Item = &Transfer> {
        self.list
            .iter()
            .filter(|transfer| matches!(transfer.state, TransferState::Ended { .. }))
    }

    fn find(&mut self, number: u32) -> Option<&mut Transfer> {
        self.list
            .iter_mut()
            .find(|transfer| transfer.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::TRANSFER_ATTEMPTS;
    use cwmp::CommandKey;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn download(key: &str, delay_seconds: u32) -> Download {
        Download {
            command_key: CommandKey::new(key).unwrap(),
            url: "http://192.0.2.1/x".into(),
            delay_seconds,
            ..Download::default()
        }
    }

    /// Covers T-04.
    #[test]
    fn a_full_queue_refuses_with_9004() {
        let mut transfers = Transfers::default();
        for _ in 0..TRANSFERS {
            transfers.queue(&download("a", 0), NOW).unwrap();
        }
        let fault = transfers.queue(&download("a", 0), NOW).unwrap_err();
        assert_eq!(fault.code, FaultCode::RESOURCES_EXCEEDED);
    }

    /// Covers T-05.
    #[test]
    fn transfers_run_one_at_a_time_in_the_order_of_their_due_times() {
        let mut transfers = Transfers::default();
        transfers.queue(&download("late", 3600), NOW).unwrap();
        transfers.queue(&download("soon", 60), NOW).unwrap();
        assert!(transfers.begin_due(NOW).is_none());
        assert_eq!(transfers.next_due(), Some(NOW.plus_secs(60)));
        let soon = transfers.begin_due(NOW.plus_secs(60)).unwrap();
        assert_eq!(soon.command_key.as_str(), "soon");
        assert!(transfers.begin_due(NOW.plus_secs(9999)).is_none());
    }

    /// Covers P3, T-03.
    #[test]
    fn a_transfer_cut_off_by_reboots_is_begun_again_and_in_the_end_reported() {
        let mut transfers = Transfers::default();
        transfers.queue(&download("a", 0), NOW).unwrap();
        for _ in 0..TRANSFER_ATTEMPTS {
            assert!(transfers.begin_due(NOW).is_some());
            let kept = serde_json::to_vec(&transfers).unwrap();
            transfers = serde_json::from_slice(&kept).unwrap();
            transfers.booted(BootedInto::Same, NOW);
        }
        let reports = transfers.reports();
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].1.fault_struct.fault_code, 9017);
    }

    /// Covers T-07, E-04.
    #[test]
    fn each_transfer_is_reported_once_also_when_keys_are_equal() {
        let mut transfers = Transfers::default();
        for _ in 0..2 {
            transfers.queue(&download("same", 0), NOW).unwrap();
            let number = transfers.begin_due(NOW).unwrap().number;
            transfers.failed(number, FaultCode::ACCESS_FILE.into(), NOW);
        }
        let codes: Vec<String> = transfers
            .events()
            .iter()
            .map(|event| event.event_code.to_string())
            .collect();
        assert_eq!(codes, ["7 TRANSFER COMPLETE", "M Download", "M Download"]);
        let reports = transfers.reports();
        transfers.reported(reports[0].0);
        assert_eq!(transfers.reports().len(), 1);
        transfers.reported(reports[1].0);
        assert!(transfers.is_empty());
    }
}
