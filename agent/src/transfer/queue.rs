//! The queue: what waits, what runs, what has ended, over reboots.
//!
//! Transfers run one at a time, in the order of their due times (TR-069 Table 33).

use super::entry::{Origin, OwnTransfer, OwnTransferMade, Transfer, TransferState, missed};
use super::file::TransferFile;
use super::windows::Windows;
use crate::limits::{AUTONOMOUS_TRANSFERS, TRANSFER_LATENESS_SECS, TRANSFERS};
use cwmp::rpc::{Download, ScheduleDownload, Upload};
use cwmp::{Fault, FaultCode};
use data_model::Timestamp;
use serde::{Deserialize, Serialize};

/// The transfers of a device.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transfers {
    pub(super) list: Vec<Transfer>,
    next_number: u32,
    /// The running transfer that was cancelled and is to be stopped.
    #[serde(skip)]
    pub(super) stopped: Option<u32>,
}

impl Transfers {
    /// Queues a Download.
    ///
    /// # Errors
    /// With fault 9004 if the queue is full.
    pub fn queue(
        &mut self,
        request: &Download,
        file: TransferFile,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let due = now.plus_secs(u64::from(request.delay_seconds));
        self.add(Transfer {
            command_key: request.command_key.clone(),
            url: request.url.clone(),
            username: request.username.clone(),
            password: request.password.clone(),
            file_size: request.file_size,
            target_file_name: request.target_file_name.clone(),
            latest: latest(request.delay_seconds, due),
            ..Transfer::waiting(Origin::Download, file, due)
        })
    }

    /// Queues an Upload.
    ///
    /// # Errors
    /// With fault 9004 if the queue is full.
    pub fn queue_upload(
        &mut self,
        request: &Upload,
        file: TransferFile,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let due = now.plus_secs(u64::from(request.delay_seconds));
        self.add(Transfer {
            command_key: request.command_key.clone(),
            url: request.url.clone(),
            username: request.username.clone(),
            password: request.password.clone(),
            latest: latest(request.delay_seconds, due),
            ..Transfer::waiting(Origin::Upload, file, due)
        })
    }

    /// Queues a ScheduleDownload.
    ///
    /// # Errors
    /// With fault 9003 if its windows make no sense, and 9004 if the queue is full.
    pub fn queue_scheduled(
        &mut self,
        request: &ScheduleDownload,
        file: TransferFile,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let windows = Windows::of(&request.time_window_list, now)?;
        let due = windows.next_start(now).unwrap_or(now);
        self.add(Transfer {
            command_key: request.command_key.clone(),
            url: request.url.clone(),
            username: request.username.clone(),
            password: request.password.clone(),
            file_size: request.file_size,
            target_file_name: request.target_file_name.clone(),
            windows: Some(Box::new(windows)),
            ..Transfer::waiting(Origin::ScheduleDownload, file, due)
        })
    }

    /// Queues a transfer the device itself wants.
    ///
    /// # Errors
    /// If the queue is full.
    pub fn queue_own(&mut self, own: OwnTransfer, now: Timestamp) -> Result<(), Fault> {
        self.add(Transfer {
            url: own.url,
            username: own.username,
            password: own.password.reveal().to_owned(),
            ..Transfer::waiting(Origin::Device, own.file, now)
        })
    }

    /// Takes note of a transfer the device has made by its own means.
    pub fn note_made(&mut self, made: OwnTransferMade, now: Timestamp) {
        let mut transfer = Transfer {
            number: self.take_number(),
            url: made.url,
            file_size: made.file_size,
            target_file_name: made.target_file_name,
            ..Transfer::waiting(Origin::Device, made.file, made.started)
        };
        transfer.end(made.started, now, made.fault);
        self.list.push(transfer);
    }

    fn add(&mut self, mut transfer: Transfer) -> Result<(), Fault> {
        let own = |transfer: &&Transfer| transfer.origin == Origin::Device;
        let own_count = self.list.iter().filter(own).count();
        let full = match transfer.origin {
            // What nobody at the ACS has asked for takes no place away from what somebody has.
            Origin::Device => own_count >= AUTONOMOUS_TRANSFERS,
            Origin::Download | Origin::ScheduleDownload | Origin::Upload => {
                self.list.len() - own_count >= TRANSFERS
            }
        };
        if full {
            return Err(Fault::new(
                FaultCode::RESOURCES_EXCEEDED,
                "the transfer queue is full",
            ));
        }
        transfer.number = self.take_number();
        self.list.push(transfer);
        Ok(())
    }

    /// A number that names nothing else between device, shell and session.
    pub(crate) fn take_number(&mut self) -> u32 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    /// Every transfer.
    pub fn iter(&self) -> impl Iterator<Item = &Transfer> {
        self.list.iter()
    }

    /// The transfer with this number.
    pub fn get(&self, number: u32) -> Option<&Transfer> {
        self.list.iter().find(|transfer| transfer.number == number)
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// When something is to be done about a transfer that waits, or is ready to be applied. `idle` tells whether
    /// nobody is on the phone.
    pub fn next_due(&self, now: Timestamp, idle: &dyn Fn() -> bool) -> Option<Timestamp> {
        let ready = self.list.iter().find(|transfer| is_ready(transfer));
        if let Some(ready) = ready {
            return Some(ready.wake(now, idle));
        }
        if self.is_busy() {
            return None;
        }
        let waiting = self.list.iter().filter(|transfer| waits(transfer));
        waiting.map(|transfer| transfer.wake(now, idle)).min()
    }

    /// The transfer to begin at this moment, if one is due and may run.
    pub fn next_to_begin(&self, now: Timestamp, idle: &dyn Fn() -> bool) -> Option<u32> {
        if self.is_busy() {
            return None;
        }
        let waiting = self.list.iter().filter(|transfer| waits(transfer));
        let due = waiting.filter(|transfer| transfer.due <= now && transfer.may_act(now, idle));
        due.min_by_key(|transfer| transfer.due)
            .map(|transfer| transfer.number)
    }

    /// Begins a waiting transfer.
    pub fn begin(&mut self, number: u32, now: Timestamp) -> Option<&Transfer> {
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
    /// busy. What has missed a time window goes on to the next one or is given up. Whether anything has changed.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let busy = self.is_busy();
        let mut any = false;
        for transfer in &mut self.list {
            let begun = match transfer.state {
                // One that was cut off by a boot has to begin again, and may not any more either.
                TransferState::Waiting { .. } => false,
                TransferState::Staged { .. } | TransferState::Arrived { .. } => true,
                TransferState::Running { .. }
                | TransferState::Activated { .. }
                | TransferState::Ended { .. } => continue,
            };
            if let Some(windows) = &transfer.windows {
                if windows.open(now).is_some() {
                    continue;
                }
                match windows.next_start(now) {
                    Some(start) if transfer.due >= start && waits(transfer) => {}
                    Some(start) => {
                        any = true;
                        transfer.due = start.max(transfer.due);
                        // An image that waits for its window would keep all others waiting with it.
                        transfer.state = TransferState::Waiting { attempts: 0 };
                    }
                    None => {
                        transfer.end(now, now, Some(missed("")));
                        any = true;
                    }
                }
            } else if !busy && !begun && transfer.latest.is_some_and(|latest| latest < now) {
                let why = "it could not be begun within an hour of its time";
                let code = match transfer.origin {
                    Origin::Upload => FaultCode::UPLOAD_FAILURE,
                    Origin::Download | Origin::ScheduleDownload | Origin::Device => {
                        FaultCode::TRANSFER_FAILURE
                    }
                };
                transfer.end(now, now, Some(Fault::new(code, why)));
                any = true;
            }
        }
        any
    }

    /// Whether a file is on its way at this moment.
    pub(crate) fn is_moving(&self) -> bool {
        let mut transfers = self.list.iter();
        transfers.any(|transfer| matches!(transfer.state, TransferState::Running { .. }))
    }

    /// Whether a file is there and waits to be applied.
    pub(crate) fn has_ready(&self) -> bool {
        self.list.iter().any(is_ready)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.list.iter().any(|transfer| match transfer.state {
            TransferState::Running { .. }
            | TransferState::Staged { .. }
            | TransferState::Arrived { .. }
            | TransferState::Activated { .. } => true,
            TransferState::Waiting { .. } | TransferState::Ended { .. } => false,
        })
    }

    pub(super) fn find(&mut self, number: u32) -> Option<&mut Transfer> {
        self.list
            .iter_mut()
            .find(|transfer| transfer.number == number)
    }
}

fn latest(delay_seconds: u32, due: Timestamp) -> Option<Timestamp> {
    (delay_seconds > 0).then(|| due.plus_secs(TRANSFER_LATENESS_SECS))
}

fn waits(transfer: &Transfer) -> bool {
    matches!(transfer.state, TransferState::Waiting { .. })
}

/// Whether the file is there and has only to be applied.
pub(super) fn is_ready(transfer: &Transfer) -> bool {
    match transfer.state {
        TransferState::Staged { .. } | TransferState::Arrived { .. } => true,
        TransferState::Waiting { .. }
        | TransferState::Running { .. }
        | TransferState::Activated { .. }
        | TransferState::Ended { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::BootedInto;
    use crate::limits::TRANSFER_ATTEMPTS;
    use cwmp::{CommandKey, CpeRequest};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn begin_due(transfers: &mut Transfers, now: Timestamp) -> Option<Transfer> {
        let number = transfers.next_to_begin(now, &|| true)?;
        transfers.begin(number, now).cloned()
    }

    fn fault_code(request: &CpeRequest) -> u16 {
        match request {
            CpeRequest::TransferComplete(report) => report.fault_struct.fault_code,
            other => panic!("{}", other.name()),
        }
    }

    fn download(key: &str, delay_seconds: u32) -> Download {
        Download {
            command_key: CommandKey::new(key).unwrap(),
            url: "http://192.0.2.1/x".into(),
            delay_seconds,
            ..Download::default()
        }
    }

    /// Covers P3, T-04.
    #[test]
    fn what_an_older_release_has_kept_is_still_a_download() {
        let kept = r#"{"list":[{"number":3,"command_key":"old","url":"http://192.0.2.1/x","username":"",
            "password":"","due":1800000000000,"state":{"waiting":{"attempts":0}}}],"next_number":3}"#;
        let mut transfers: Transfers = serde_json::from_str(kept).unwrap();
        let begun = begin_due(&mut transfers, NOW).unwrap();
        assert_eq!(begun.file, TransferFile::Firmware);
        assert_eq!((begun.number, begun.origin), (3, Origin::Download));
    }

    /// Covers T-04.
    #[test]
    fn a_full_queue_refuses_with_9004() {
        let mut transfers = Transfers::default();
        for _ in 0..TRANSFERS {
            transfers
                .queue(&download("a", 0), TransferFile::Firmware, NOW)
                .unwrap();
        }
        let fault = transfers
            .queue(&download("a", 0), TransferFile::Firmware, NOW)
            .unwrap_err();
        assert_eq!(fault.code, FaultCode::RESOURCES_EXCEEDED);
    }

    /// Covers T-05.
    #[test]
    fn transfers_run_one_at_a_time_in_the_order_of_their_due_times() {
        let mut transfers = Transfers::default();
        transfers
            .queue(&download("late", 3600), TransferFile::Firmware, NOW)
            .unwrap();
        transfers
            .queue(&download("soon", 60), TransferFile::Firmware, NOW)
            .unwrap();
        assert!(begin_due(&mut transfers, NOW).is_none());
        assert_eq!(transfers.next_due(NOW, &|| true), Some(NOW.plus_secs(60)));
        let soon = begin_due(&mut transfers, NOW.plus_secs(60)).unwrap();
        assert_eq!(soon.command_key.as_str(), "soon");
        assert!(begin_due(&mut transfers, NOW.plus_secs(9999)).is_none());
    }

    /// Covers P3, T-03.
    #[test]
    fn a_transfer_cut_off_by_reboots_is_begun_again_and_in_the_end_reported() {
        let mut transfers = Transfers::default();
        transfers
            .queue(&download("a", 0), TransferFile::Firmware, NOW)
            .unwrap();
        for _ in 0..TRANSFER_ATTEMPTS {
            assert!(begin_due(&mut transfers, NOW).is_some());
            let kept = serde_json::to_vec(&transfers).unwrap();
            transfers = serde_json::from_slice(&kept).unwrap();
            transfers.booted(BootedInto::Same, NOW);
        }
        let reports = transfers.reports();
        assert_eq!(reports.len(), 1);
        assert_eq!(fault_code(&reports[0].1), 9017);
    }

    /// Covers T-07, E-04.
    #[test]
    fn each_transfer_is_reported_once_also_when_keys_are_equal() {
        let mut transfers = Transfers::default();
        for _ in 0..2 {
            transfers
                .queue(&download("same", 0), TransferFile::Firmware, NOW)
                .unwrap();
            let number = begin_due(&mut transfers, NOW).unwrap().number;
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
