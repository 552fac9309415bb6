//! What the loop has to do with the machine it runs on: when it looks at it, and what it asks of it.

use crate::device::boot::{active_slot, give_up_trial};
use crate::device::{Device, Hardware, Input, Saved};
use crate::limits::RESTART_PAUSE_MS;
use crate::platform::{Asked, Outcome, Platform, Request};
use crate::provisioning::notify::Wanted;
use data_model::Timestamp;
use std::path::PathBuf;
use std::time::Duration;

/// Milliseconds within which a machine is not looked at twice.
const FRESH_MS: u64 = 1_000;

/// The time between a stop and the boot in this process.
#[derive(Debug)]
pub(super) struct Pause {
    at_most: Duration,
    /// A file that ends it.
    failed: Option<PathBuf>,
}

impl Pause {
    /// How often it is looked for.
    const STEP: Duration = Duration::from_secs(1);

    /// Lets it go by.
    pub(super) async fn over(self) {
        let Some(failed) = self.failed else {
            return tokio::time::sleep(self.at_most).await;
        };
        let end = tokio::time::Instant::now() + self.at_most;
        while tokio::time::Instant::now() < end && !failed.exists() {
            tokio::time::sleep(Pause::STEP).await;
        }
    }
}

/// The machine of a loop.
#[derive(Debug)]
pub(super) struct Machine {
    platform: Box<dyn Platform>,
    looked_at: Option<Timestamp>,
    /// The image on trial could not be put to work, so there is nothing to take back at this boot.
    given_up: bool,
}

impl Machine {
    pub(super) fn new(platform: Box<dyn Platform>) -> Machine {
        Machine {
            platform,
            looked_at: None,
            given_up: false,
        }
    }

    /// How it stands.
    pub(super) fn hardware(&mut self, now: Timestamp) -> Option<Box<Hardware>> {
        let hardware = self.platform.hardware(now);
        self.looked_at = hardware.is_some().then_some(now);
        hardware
    }

    /// How it stands, as something that happens to a device.
    pub(super) fn look(&mut self, now: Timestamp) -> Option<Input> {
        self.hardware(now).map(Input::Hardware)
    }

    /// What a telephone exchange has asked of the device by way of the machine.
    pub(super) fn notified(&mut self) -> Vec<Wanted> {
        self.platform.notified()
    }

    /// How it stands, if a session may begin with what is about to happen and the last look is not fresh.
    pub(super) fn look_before(&mut self, input: &Input, now: Timestamp) -> Option<Input> {
        let looked_at = self.looked_at?;
        let opens = matches!(input, Input::Wake | Input::ConnectionRequest(_));
        if !opens || now.since_ms(looked_at) < FRESH_MS {
            return None;
        }
        self.look(now)
    }

    /// A device has stopped for a restart: what the machine was asked for, and what to wait for before the device is
    /// booted in this process.
    pub(super) fn restart(&mut self, request: Option<Request>) -> (Option<Request>, Pause) {
        if let Some(request) = request
            && let Asked::Told(failed) = self.platform.ask(&request)
        {
            let pause = Pause {
                at_most: request.patience(),
                failed: Some(failed),
            };
            tracing::info!(request = request.name(), "the machine was asked");
            return (Some(request), pause);
        }
        let pause = Pause {
            at_most: Duration::from_millis(RESTART_PAUSE_MS),
            failed: None,
        };
        (None, pause)
    }

    /// The machine was asked for something and still runs.
    pub(super) fn still_runs(&mut self, asked: Option<&Request>, saved: &mut Saved) {
        let Some(request) = asked else {
            return;
        };
        let outcome = self.platform.withdraw(request);
        tracing::warn!(request = request.name(), ?outcome, "the machine still runs");
        match (request, outcome) {
            (Request::ActivateFirmware { .. }, Outcome::Failed) => {
                give_up_trial(saved);
                self.given_up = true;
            }
            (_, Outcome::Taken | Outcome::Failed) => {}
        }
    }

    /// A device has booted. If it has left an image for the one before, the machine has to do the same.
    pub(super) fn booted(&mut self, device: &Device, saved: &Saved) {
        let given_up = std::mem::take(&mut self.given_up);
        if device.core().firmware.active != active_slot(saved) && !given_up {
            let _ = self.platform.ask(&Request::activation(device.core()));
        }
    }

    /// DHCP is to be asked for the ACS again.
    pub(super) fn discover(&mut self) {
        match self.platform.ask(&Request::Discover) {
            Asked::Told(_) => tracing::info!("the DHCP client was asked to ask again"),
            Asked::Nobody => tracing::debug!("nobody asks DHCP again; its next lease will tell"),
        }
    }
}
