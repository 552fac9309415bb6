//! How a device wants to be asked, as its answers have taught; and what else is kept of it beside its parameters.

use super::{FilePurpose, Id};
use crate::limits::MODEL_BATCH;
use data_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was learned of a device. It is good for one firmware: another one may do better.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Learned {
    /// The firmware it was learned of.
    pub software_version: String,
    /// The methods the device has named itself.
    pub methods: Vec<String>,
    /// Methods it has refused as unknown (fault 9000).
    pub lacks: Vec<String>,
    /// Paths whose names cannot be listed in one answer; they are listed level by level.
    pub too_large: Vec<String>,
    /// Whether values of a whole branch can be had in one answer, by its partial path.
    pub branches: Branches,
    /// Names in one GetParameterValues the device has answered, once more were too many.
    pub batch: Option<usize>,
    /// So many names in one GetParameterValues have made it restart, or have ended its sessions; as many are not asked
    /// for again.
    pub too_many: Option<usize>,
    /// Names that are asked for each in a question of its own: the device has refused all questions with them in.
    pub alone: Vec<String>,
    /// Names it lists and does not let anybody read.
    pub unreadable: Vec<String>,
    /// Branches that are left alone for a while: the device restarted when it was asked for them.
    pub avoided: Vec<Avoided>,
}

impl Learned {
    /// What a device says for its model: habits of the firmware, nothing of this one device. A method one device does
    /// not have may be there in others, and is asked for once in each.
    pub fn of_firmware(&self) -> Learned {
        Learned {
            lacks: Vec::new(),
            alone: Vec::new(),
            unreadable: Vec::new(),
            avoided: Vec::new(),
            ..self.clone()
        }
    }

    /// What so many of these devices agree on: one that is broken, or lies, must not spoil all others of its model.
    pub fn agreed(votes: &[Learned], agree: usize) -> Learned {
        let enough = |number: usize| number >= agree;
        let shared = |of: fn(&Learned) -> &Vec<String>| {
            let mut all: Vec<&String> = votes.iter().flat_map(of).collect();
            all.sort();
            let groups = all.chunk_by(|one, other| one == other);
            let shared = groups.filter(|group| enough(group.len()));
            shared.map(|group| group[0].clone()).collect()
        };
        // The largest number that still has so many behind it: devices that take more have taken this many.
        let number = |of: fn(&Learned) -> Option<usize>| {
            let mut all: Vec<usize> = votes.iter().filter_map(of).collect();
            all.sort_unstable();
            all.len().checked_sub(agree).map(|place| all[place])
        };
        let by_name = |vote: &&Learned| vote.branches == Branches::ByName;
        Learned {
            software_version: String::new(),
            methods: shared(|vote| &vote.methods),
            too_large: shared(|vote| &vote.too_large),
            branches: match enough(votes.iter().filter(by_name).count()) {
                true => Branches::ByName,
                false => Branches::Whole,
            },
            batch: number(|vote| vote.batch).map(|batch| batch.max(MODEL_BATCH)),
            too_many: number(|vote| vote.too_many).map(|many| many.max(2 * MODEL_BATCH)),
            ..Learned::default()
        }
    }
}

/// Whether values of a whole branch can be had in one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Branches {
    /// As far as anybody knows.
    #[default]
    Whole,
    /// The device has refused it: values are asked for by name.
    ByName,
}

/// A branch that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Avoided {
    /// The branch, or a single parameter.
    pub path: String,
    /// Until when.
    pub until: Timestamp,
}

/// A file a device has sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeviceFile {
    /// Its key.
    pub id: Id,
    /// Whose it is.
    pub device: Id,
    /// The task it was asked for with.
    pub task: Id,
    /// Why it is kept.
    pub purpose: FilePurpose,
    /// What the device was asked for.
    pub file_type: String,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its content.
    pub sha256: String,
    /// When it came.
    pub created: Timestamp,
    /// What its bytes are sealed with; nothing for one that lies there as it came.
    #[serde(skip)]
    #[schemars(skip)]
    pub key: Option<Secret>,
}

/// A value a parameter has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HistoryEntry {
    /// Counts entries; for pages.
    pub number: u64,
    /// The parameter.
    pub name: String,
    /// When it was first seen with this value.
    pub at: Timestamp,
    /// The value.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(batch: usize, path: &str) -> Learned {
        Learned {
            batch: Some(batch),
            too_large: vec![path.into()],
            branches: Branches::ByName,
            lacks: vec!["GetAllQueuedTransfers".into()],
            ..Learned::default()
        }
    }

    #[test]
    fn a_model_learns_what_several_devices_agree_on_and_nothing_of_one() {
        let (one, two, three) = (vote(64, "Device."), vote(48, "Device."), vote(1, "Device."));
        let lonely = Learned::agreed(&[one.of_firmware(), two.of_firmware()], 3);
        assert_eq!(lonely, Learned::default());
        let votes = [one, two, three, vote(1, "Device.X.")];
        let votes = votes.map(|vote| vote.of_firmware());
        let agreed = Learned::agreed(&votes, 3);
        assert_eq!(agreed.too_large, ["Device."]);
        assert_eq!(agreed.branches, Branches::ByName);
        assert_eq!(agreed.batch, Some(MODEL_BATCH), "not one by one");
        assert!(agreed.lacks.is_empty(), "{agreed:?}");
    }
}
