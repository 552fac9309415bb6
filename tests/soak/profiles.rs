//! The server of the device's own profiles, and what it may show of them: values of one profile together, never of an
//! older one than it has shown before, never of one that is bad.

use crate::dice::Dice;
use agent::device::io::{FileContent, TransferOutcome};
use cwmp::{Fault, FaultCode};
use data_model::Timestamp;

/// What the device is installed with, below Device.X_CISCO_ATA.Provisioning.
pub const INSTALLED: [(&str, &str); 3] = [
    ("Profile_Rule", "http://p.example.net/$MA.cfg"),
    ("Resync_Periodic", "1800+600"),
    ("Resync_Error_Retry_Delay", "300,900"),
];
/// The values that come with one profile.
const TOGETHER: [&str; 2] = [
    "Device.X_CISCO_ATA.Line.1.Proxy",
    "Device.X_CISCO_ATA.Line.2.Proxy",
];
const ROUTER_MODE: &str = "Device.X_CISCO_ATA.Router.Router_Mode";

/// The server, and what is known of the device.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Profiles so far; each has its number in its values.
    served: u32,
    /// The transfer under way, and the number of the profile in it if that is one the device can take.
    moving: Option<(u32, Option<u32>)>,
    /// Until when the last file was, or is, on its way.
    until: Timestamp,
    /// The newest good profile that has reached the device.
    arrived: u32,
    /// The newest one the device has shown when all it stood on was kept.
    shown: u32,
}

impl Profiles {
    /// The device asks for its profile: what becomes of that, and after how many seconds.
    pub fn asked(&mut self, job: u32, now: Timestamp, dice: &mut Dice) -> (u64, TransferOutcome) {
        self.served += 1;
        let number = self.served;
        let document = |second: &str| {
            // One in four wants a restart.
            let router = match number % 4 {
                0 => format!(
                    "<router-configuration><Router_Mode>{}</Router_Mode></router-configuration>",
                    number / 4 % 2
                ),
                _ => String::new(),
            };
            let text = format!(
                "<flat-profile><Proxy_1_>profile-{number}</Proxy_1_>{router}{second}</flat-profile>"
            );
            TransferOutcome::Fetched(FileContent(text.into_bytes()))
        };
        let good = format!("<Proxy_2_>profile-{number}</Proxy_2_>");
        let bad = format!("{good}<Line_Enable_1_>perhaps</Line_Enable_1_>");
        let (secs, outcome, is_good) = match dice.below(10) {
            0 => (0, TransferOutcome::Answered(404), false),
            1 => {
                let fault = Fault::from(FaultCode::CONTACT_FILE_SERVER);
                (30, TransferOutcome::Failed(fault), false)
            }
            2 => (2, document(&bad), false),
            3 => (600, document(&good), true),
            4 => (0, document(&good), true),
            _ => (3, document(&good), true),
        };
        self.moving = Some((job, is_good.then_some(number)));
        self.until = now.plus_secs(secs);
        (secs, outcome)
    }

    /// A transfer has ended; whether it was one of these.
    pub fn ended(&mut self, job: u32) -> bool {
        let Some((moving, number)) = self.moving.take_if(|(moving, _)| *moving == job) else {
            return false;
        };
        self.arrived = number.unwrap_or(self.arrived);
        moving == job
    }

    /// The power is off: nobody waits for a file any more.
    pub fn hung_up(&mut self) {
        self.moving = None;
    }

    /// The device may have been reset.
    pub fn forgotten(&mut self) {
        self.shown = 0;
    }

    /// Whether a file is on its way, so that no session may be open.
    pub fn is_moving(&self) -> bool {
        self.moving.is_some()
    }

    /// Whether a session had to wait for a file until this moment.
    pub fn held(&self, now: Timestamp) -> bool {
        now <= self.until.plus_secs(1)
    }

    /// The device shows its values; `kept` if all it stands on is on stable storage.
    pub fn look(
        &mut self,
        kept: bool,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<(), String> {
        let values = TOGETHER.map(|name| value(name).unwrap_or_default());
        if values[0] != values[1] {
            return Err(format!("half a profile was applied: {values:?}"));
        }
        let number = match values[0].strip_prefix("profile-") {
            Some(number) => number.parse().unwrap_or(u32::MAX),
            None => 0,
        };
        if number > self.arrived {
            return Err(format!(
                "the device shows {values:?}, which is no good profile"
            ));
        }
        if number < self.shown {
            let shown = self.shown;
            return Err(format!("profile {shown} is lost, {number} is back"));
        }
        let mode = value(ROUTER_MODE).unwrap_or_default();
        if number > 0 && number % 4 == 0 && mode != (number / 4 % 2).to_string() {
            return Err(format!(
                "half of profile {number} was applied: the mode is {mode}"
            ));
        }
        if kept {
            self.shown = number;
        }
        Ok(())
    }

    /// In the end the device has what was offered last.
    pub fn close(&self, value: impl Fn(&str) -> Option<String>) -> Result<(), String> {
        let shown = value(TOGETHER[0]).unwrap_or_default();
        if self.arrived == 0 || shown != format!("profile-{}", self.arrived) {
            let newest = self.arrived;
            return Err(format!(
                "the device shows {shown}, profile {newest} has reached it"
            ));
        }
        Ok(())
    }
}
