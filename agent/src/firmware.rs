//! The two firmware slots of a device: trial boot, confirmation, return to the old image.

pub use data_model::firmware::ImageHeader;

use crate::limits::TRIAL_BOOTS;
use serde::{Deserialize, Serialize};

/// One of the two places an image can lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotName {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

impl SlotName {
    /// The other one.
    pub const fn other(self) -> SlotName {
        match self {
            SlotName::A => SlotName::B,
            SlotName::B => SlotName::A,
        }
    }

    /// For file names and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            SlotName::A => "a",
            SlotName::B => "b",
        }
    }
}

/// What lies in the slots, and which of them is run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slots {
    /// The slot that is run.
    pub active: SlotName,
    /// The version of the image in it; empty for the one from the factory.
    pub version: String,
    /// The version the other slot holds; empty for the one from the factory.
    pub other_version: String,
    /// Whether the image in the other slot has run and proved itself, and nothing was written over it since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub other_proved: bool,
    /// Set while the image in the active slot has not proved itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

/// An image on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Boots since it became active, this one included.
    pub boots: u8,
    /// The number of the transfer that brought it.
    pub transfer: u32,
}

/// What a boot found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootedInto {
    /// The image that ran before.
    Same,
    /// An image on trial, brought by the transfer with this number.
    Trial(u32),
    /// The old image: the one this transfer brought has had its chances.
    RolledBack(u32),
}

impl Slots {
    /// Makes the image in the inactive slot the one to boot next, on trial.
    pub fn activate(&mut self, version: &str, transfer: u32) {
        self.active = self.active.other();
        self.other_version = std::mem::replace(&mut self.version, version.to_owned());
        self.other_proved = self.trial.is_none();
        self.trial = Some(Trial { boots: 0, transfer });
    }

    /// The inactive slot is about to be written over. Whether that is to be kept, because an image is lost by it.
    pub fn overwrite(&mut self) -> bool {
        std::mem::take(&mut self.other_proved)
    }

    /// Counts a boot. An image that was booted too often without being confirmed is left for the old one.
    pub fn boot(&mut self) -> BootedInto {
        let Some(trial) = &mut self.trial else {
            return BootedInto::Same;
        };
        if trial.boots < TRIAL_BOOTS {
            trial.boots += 1;
            return BootedInto::Trial(trial.transfer);
        }
        let transfer = trial.transfer;
        self.trial = None;
        self.active = self.active.other();
        std::mem::swap(&mut self.version, &mut self.other_version);
        self.other_proved = false;
        BootedInto::RolledBack(transfer)
    }

    /// The image on trial has had its chances.
    pub fn give_up_trial(&mut self) {
        if let Some(trial) = &mut self.trial {
            trial.boots = TRIAL_BOOTS;
        }
    }

    /// The image on trial has proved itself.
    pub fn confirm(&mut self) {
        self.trial = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgraded() -> Slots {
        let mut slots = Slots {
            version: "1".into(),
            ..Slots::default()
        };
        slots.activate("2", 7);
        slots
    }

    #[test]
    fn a_confirmed_image_stays() {
        let mut slots = upgraded();
        assert_eq!(slots.boot(), BootedInto::Trial(7));
        slots.confirm();
        assert_eq!(slots.boot(), BootedInto::Same);
        assert_eq!((slots.active, slots.version.as_str()), (SlotName::B, "2"));
    }

    /// Covers P4, T-19.
    #[test]
    fn an_image_that_never_proves_itself_is_left_for_the_old_one() {
        let mut slots = upgraded();
        for _ in 0..TRIAL_BOOTS {
            assert_eq!(slots.boot(), BootedInto::Trial(7));
        }
        assert_eq!(slots.boot(), BootedInto::RolledBack(7));
        assert_eq!((slots.active, slots.version.as_str()), (SlotName::A, "1"));
        assert_eq!(slots.boot(), BootedInto::Same);
    }
}
