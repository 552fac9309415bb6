//! What is noted before each question of a walk, and what it means if the session breaks off in it.

use crate::limits::LEARNED_PATHS;
use crate::store::{Avoided, Branches, Learned};
use cwmp::rpc::{GetParameterNames, GetParameterValues};
use data_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is noted: the question, and what was learned since the store was last told.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    asked: Note,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    learned: Option<Learned>,
}

/// The question under way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    /// The names of a branch, to the bottom.
    Branch(String),
    /// The names of its next level.
    Level(String),
    /// The values of a branch.
    Values(String),
    /// So many values, all of them in this branch.
    Some { within: String, count: usize },
}

/// How the session broke off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt {
    /// The device has restarted since.
    pub restarted: bool,
    /// The number of this attempt.
    pub attempts: u32,
    /// Until when a branch is left alone.
    pub until: Timestamp,
}

pub(super) fn names(request: &GetParameterNames, learned: Option<&Learned>) -> Value {
    let path = request.parameter_path.clone();
    let asked = if request.next_level {
        Note::Level(path)
    } else {
        Note::Branch(path)
    };
    note(asked, learned)
}

pub(super) fn values(request: &GetParameterValues, learned: Option<&Learned>) -> Value {
    let asked = match request.parameter_names.as_slice() {
        [branch] if branch.is_empty() || branch.ends_with('.') => Note::Values(branch.clone()),
        names => Note::Some {
            within: common(names),
            count: names.len(),
        },
    };
    note(asked, learned)
}

fn note(asked: Note, learned: Option<&Learned>) -> Value {
    let learned = learned.cloned();
    // Texts and numbers always have a form in JSON.
    serde_json::to_value(Noted { asked, learned }).unwrap_or_default()
}

/// The object all names stand in; a single name is itself.
fn common(names: &[String]) -> String {
    let Some(first) = names.first() else {
        return String::new();
    };
    if names.len() == 1 {
        return first.clone();
    }
    let shared = names.iter().fold(first.as_str(), |shared, name| {
        let same = shared.bytes().zip(name.bytes());
        let length = same.take_while(|(one, other)| one == other).count();
        // Names are cut where they differ, which may be within a character.
        shared.get(..length).unwrap_or("")
    });
    let end = shared.rfind('.').map_or(0, |dot| dot + 1);
    shared[..end].to_owned()
}

/// Learns from a session that broke off. The line may have failed, so only a restart counts at once.
pub(super) fn learn(note: &Value, doubt: &Doubt, learned: &mut Learned) {
    let Ok(Noted {
        asked: note,
        learned: before,
    }) = Noted::deserialize(note)
    else {
        return;
    };
    if let Some(before) = before {
        *learned = before;
    }
    if !doubt.restarted && doubt.attempts < 3 {
        return;
    }
    match note {
        Note::Branch(path) => add(&mut learned.too_large, path),
        Note::Values(_) => learned.branches = Branches::ByName,
        Note::Level(path) => avoid(learned, path, doubt),
        Note::Some { within, count } => {
            if doubt.restarted {
                let whole = within.is_empty() || within.matches('.').count() < 2;
                if !whole {
                    avoid(learned, within, doubt);
                    return;
                }
            }
            if count > 1 {
                learned.batch = Some(count.div_ceil(4));
                let before = learned.too_many.unwrap_or(count);
                learned.too_many = Some(before.min(count));
            } else {
                avoid(learned, within, doubt);
            }
        }
    }
}

fn add(paths: &mut Vec<String>, path: String) {
    if paths.len() < LEARNED_PATHS && !paths.contains(&path) {
        paths.push(path);
    }
}

/// Leaves a path alone for a while. Of two in one branch the branch is the trouble: a device with hundreds of them must
/// not restart once for each.
fn avoid(learned: &mut Learned, path: String, doubt: &Doubt) {
    let shared = learned.avoided.iter().find_map(|known| {
        let branch = common(&[known.path.clone(), path.clone()]);
        (branch.matches('.').count() > 1).then_some(branch)
    });
    let path = shared.unwrap_or(path);
    let inside = |known: &Avoided| known.path.starts_with(&path);
    learned.avoided.retain(|known| !inside(known));
    if learned.avoided.len() < LEARNED_PATHS && !path.is_empty() {
        let until = doubt.until;
        learned.avoided.push(Avoided { path, until });
    }
}
