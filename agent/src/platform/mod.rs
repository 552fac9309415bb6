//! What a device runs on: hardware that is simulated, or a Linux machine.
//!
//! [`linux`] reads how the machine stands from the files the kernel keeps for that ([`proc`] understands them), and
//! leaves to the operator's programs what only they can do ([`spool`], docs/adr/0007-hooks-without-processes.md).

pub mod linux;
pub mod proc;
pub mod simulated;
pub mod spool;

use crate::device::{Core, Device, Hardware};
use crate::firmware::SlotName;
use crate::provisioning::notify::Wanted;
use data_model::Timestamp;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// What a device runs on.
pub trait Platform: Send + std::fmt::Debug {
    /// How the hardware stands at this moment; `None` if it is simulated.
    fn hardware(&mut self, now: Timestamp) -> Option<Box<Hardware>>;

    /// Asks for something only the platform can do.
    fn ask(&mut self, request: &Request) -> Asked;

    /// SIP NOTIFYs for the device since the last time, taken and authenticated by whatever speaks SIP here. It is asked
    /// whenever the hardware is looked at; [`crate::shell::RunnerHandle::refresh`] makes that at once.
    fn notified(&mut self) -> Vec<Wanted> {
        Vec::new()
    }

    /// The time for what was asked has gone by, and the device still runs.
    fn withdraw(&mut self, request: &Request) -> Outcome;
}

/// Which platform a device runs on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Nothing of the machine is shown, and nothing of it is touched.
    #[default]
    Simulated,
    /// The machine the agent runs on.
    Linux,
}

/// Something only the platform can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Restart the machine.
    Reboot,
    /// Put the image of this slot to work, and restart the machine into it.
    ActivateFirmware {
        /// The slot.
        slot: SlotName,
        /// The version of the image in it; empty for the one from the factory.
        version: String,
    },
    /// Clear what the machine keeps beside the agent, and restart it.
    FactoryReset,
    /// Have the DHCP client ask again.
    Discover,
}

impl Request {
    /// What a device that has stopped for a restart needs of the machine.
    pub fn of_restart(stopped: &Device) -> Request {
        let core = stopped.core();
        if core.resets_at_boot() {
            return Request::FactoryReset;
        }
        match &core.firmware.trial {
            Some(trial) if trial.boots == 0 => Request::activation(core),
            Some(_) | None => Request::Reboot,
        }
    }

    /// The slot the device runs from is to be the machine's.
    pub fn activation(core: &Core) -> Request {
        Request::ActivateFirmware {
            slot: core.firmware.active,
            version: core.firmware.version.clone(),
        }
    }

    /// Its name, for files and settings.
    pub const fn name(&self) -> &'static str {
        match self {
            Request::Reboot => "reboot",
            Request::ActivateFirmware { .. } => "activate-firmware",
            Request::FactoryReset => "factory-reset",
            Request::Discover => "discover",
        }
    }

    /// How long the machine may go on running after it was asked.
    pub const fn patience(&self) -> Duration {
        match self {
            // Writing 16 MB to slow flash takes minutes.
            Request::ActivateFirmware { .. } => Duration::from_secs(30 * 60),
            Request::Reboot | Request::FactoryReset | Request::Discover => {
                Duration::from_secs(5 * 60)
            }
        }
    }
}

/// Whether somebody does what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nobody: the agent has only itself to restart.
    Nobody,
    /// Somebody was told. If it cannot be done, this file appears.
    Told(PathBuf),
}

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Whoever took it has not failed, as far as is known.
    Taken,
    /// Nobody has taken it, or whoever did has failed.
    Failed,
}
