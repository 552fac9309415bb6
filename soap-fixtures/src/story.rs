//! Whole sessions: `sessions/<story>/NN-<cpe|acs>-<Message>.xml` with a `story.toml`.

use crate::expect::Side;
use crate::{file_name, read_bytes, read_toml, root, sorted_entries};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One session, or several that belong together.
#[derive(Debug, Clone)]
pub struct Story {
    /// The folder.
    pub name: String,
    /// What happens, in one sentence.
    pub sentence: String,
    /// The type of the device: `ata192`, `ata191` or `spa122`.
    pub device_type: String,
    /// What the device's clock says at the beginning.
    pub clock: String,
    /// The bodies of HTTP requests and responses in their order.
    pub entries: Vec<Entry>,
    /// What must hold at the end.
    pub end: End,
}

/// The body of one HTTP request (from the device) or response (from the ACS).
#[derive(Debug, Clone)]
pub struct Entry {
    /// The number in the file's name, from 1.
    pub number: u8,
    /// Who sends it.
    pub from: Side,
    /// The message's name on the wire; `None` for an empty body (an empty POST, or 204).
    pub message: Option<String>,
    /// The body.
    pub bytes: Vec<u8>,
    /// Whether it is the first of a session: a new connection, a new Inform.
    pub opens_session: bool,
    /// Whether it never arrives: the connection breaks before.
    pub lost: bool,
}

/// What must hold when a story is over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// In words.
    pub holds: Vec<String>,
    /// What ManagementServer.ParameterKey is on the device.
    pub parameter_key: Option<String>,
    /// Values on the device by name; passwords read back as empty over CWMP but are set.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Values the ACS must not have changed on the device though it tried.
    #[serde(default)]
    pub unchanged: Vec<String>,
    /// Event codes the device still has to deliver.
    #[serde(default)]
    pub undelivered: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryFile {
    sentence: String,
    device_type: String,
    clock: String,
    sessions: Vec<u8>,
    #[serde(default)]
    lost: Vec<u8>,
    end: End,
}

/// Every story, by name.
///
/// # Panics
/// If a file cannot be read or a `story.toml` is malformed.
pub fn stories() -> Vec<Story> {
    let folders = sorted_entries(&root().join("sessions"));
    folders
        .iter()
        .map(|folder| story(file_name(folder)))
        .collect()
}

/// One story by the name of its folder.
///
/// # Panics
/// If there is none of this name, or it is malformed.
pub fn story(name: &str) -> Story {
    story_in(&root().join("sessions").join(name))
}

/// The story in a folder anywhere, as the agent records it.
///
/// # Panics
/// If it is malformed.
pub fn story_in(folder: &Path) -> Story {
    let about: StoryFile = read_toml(&folder.join("story.toml"));
    let files = sorted_entries(folder).into_iter();
    let entries = files.filter(|path| path.extension().is_some_and(|extension| extension == "xml"));
    Story {
        name: file_name(folder).to_owned(),
        entries: entries.map(|path| entry(path, &about)).collect(),
        sentence: about.sentence,
        device_type: about.device_type,
        clock: about.clock,
        end: about.end,
    }
}

fn entry(path: PathBuf, about: &StoryFile) -> Entry {
    let stem = path.with_extension("");
    let mut parts = file_name(&stem).splitn(3, '-');
    let number = parts.next().and_then(|number| number.parse().ok());
    let from = match parts.next() {
        Some("cpe") => Some(Side::Cpe),
        Some("acs") => Some(Side::Acs),
        Some(_) | None => None,
    };
    let (Some(number), Some(from), Some(message)) = (number, from, parts.next()) else {
        panic!("{}: not NN-<cpe|acs>-<Message>", path.display());
    };
    Entry {
        number,
        from,
        message: (message != "empty").then(|| message.to_owned()),
        bytes: read_bytes(&path),
        opens_session: about.sessions.contains(&number),
        lost: about.lost.contains(&number),
    }
}
