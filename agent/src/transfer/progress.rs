//! How a transfer goes on once it has begun: files that arrive, are applied, fail, or are cut off by a boot.

use super::entry::{Transfer, TransferState};
use super::queue::{Transfers, is_ready};
use crate::firmware::BootedInto;
use cwmp::{CommandKey, Fault, FaultCode};
use data_model::Timestamp;

impl Transfers {
    /// The image is in its slot.
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

    /// The configuration file is there. Whether anybody waits for it.
    pub fn arrived(&mut self, number: u32) -> bool {
        match self.find(number) {
            Some(transfer) => match transfer.state {
                TransferState::Running { attempts, started } => {
                    transfer.state = TransferState::Arrived { attempts, started };
                    true
                }
                TransferState::Waiting { .. }
                | TransferState::Staged { .. }
                | TransferState::Arrived { .. }
                | TransferState::Activated { .. }
                | TransferState::Ended { .. } => false,
            },
            None => false,
        }
    }

    /// A transfer has come to a good end: the file has been sent, or has been applied.
    pub fn succeeded(&mut self, number: u32, now: Timestamp) {
        if let Some(transfer) = self.find(number)
            && let TransferState::Running { started, .. } | TransferState::Arrived { started, .. } =
                transfer.state
        {
            transfer.end(started, now, None);
        }
    }

    /// A transfer that was under way has failed.
    pub fn failed(&mut self, number: u32, fault: Fault, now: Timestamp) {
        if let Some(transfer) = self.find(number)
            && let TransferState::Running { started, .. } | TransferState::Arrived { started, .. } =
                transfer.state
        {
            transfer.fail(started, fault, now);
        }
    }

    /// The transfer whose file is there and may be applied at this moment.
    pub fn ready(&self, now: Timestamp, idle: &dyn Fn() -> bool) -> Option<&Transfer> {
        let ready = self.list.iter().find(|transfer| is_ready(transfer));
        ready.filter(|transfer| transfer.may_act(now, idle))
    }

    /// The file is active; what becomes of it shows with the next boot.
    pub fn activated(&mut self, number: u32) {
        if let Some(transfer) = self.find(number)
            && let TransferState::Staged { started, .. } | TransferState::Arrived { started, .. } =
                transfer.state
        {
            transfer.state = TransferState::Activated { started };
        }
    }

    /// After a boot: a transfer that was cut off begins again or is given up; what was activated has arrived, or was
    /// left for the old image.
    pub fn booted(&mut self, into: BootedInto, now: Timestamp) {
        for transfer in &mut self.list {
            let number = transfer.number;
            let is_image = transfer.file == super::TransferFile::Firmware;
            match transfer.state {
                TransferState::Running { attempts, started }
                | TransferState::Arrived { attempts, started } => {
                    transfer.cut_off(attempts, started, now);
                }
                // A configuration is in force as soon as the device has booted with it.
                TransferState::Activated { started }
                    if into == BootedInto::Trial(number) || !is_image =>
                {
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

    /// Forgets the transfers with this key, as far as that is still possible (TR-069 A.4.1.9). One that has ended is
    /// no transfer any more, only a report.
    ///
    /// # Errors
    /// With fault 9021 if one of them is being applied; the others are forgotten all the same.
    pub fn cancel(&mut self, key: &CommandKey) -> Result<(), Fault> {
        let mut applied = false;
        let mut stopped = None;
        self.list.retain(|transfer| {
            if transfer.command_key != *key || transfer.origin == super::Origin::Device {
                return true;
            }
            match transfer.state {
                TransferState::Waiting { .. } => false,
                TransferState::Running { .. } => {
                    stopped = Some(transfer.number);
                    false
                }
                TransferState::Staged { .. }
                | TransferState::Arrived { .. }
                | TransferState::Activated { .. } => {
                    applied = true;
                    true
                }
                TransferState::Ended { .. } => true,
            }
        });
        self.stopped = self.stopped.or(stopped);
        match applied {
            false => Ok(()),
            true => Err(FaultCode::CANCEL_NOT_PERMITTED.into()),
        }
    }

    /// The running transfer that was cancelled and has to be stopped.
    pub fn take_stopped(&mut self) -> Option<u32> {
        self.stopped.take()
    }
}
