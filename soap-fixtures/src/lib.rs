//! CWMP messages and sessions as files, for the tests of every crate; the README says how they are named.
//!
//! In reading order: [`messages`] gives single messages, good and bad, [`variants`] the same few messages in 57
//! encodings met in the field or sent by attackers, [`stories`] whole sessions,
//! [`profiles`] files of the vendor's own provisioning. [`oracle::read`] says what a
//! message means, as a second opinion.
//!
//! The files are part of the source tree, so what is wrong with one of them is a mistake of ours: the loaders
//! panic with the file's name.

mod expect;
mod message;
pub mod oracle;
mod profile;
mod story;
mod variant;

pub use expect::{Answer, Expect, Needs, ParameterExpect, Side};
pub use message::{Fixture, message, messages};
pub use profile::{ProfileFile, ProfileOutcome, profiles};
pub use story::{End, Entry, Story, stories, story, story_in};
pub use variant::{Meaning, Variant, variants};

use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

/// The directory all files are in.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read_bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_toml<T: DeserializeOwned>(path: &Path) -> T {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is in a directory, by name.
fn sorted_entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| match entry {
            Ok(entry) => entry.path(),
            Err(error) => panic!("{}: {error}", directory.display()),
        })
        .collect();
    paths.sort();
    paths
}

/// The last part of a path, as text.
fn file_name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.unwrap_or_else(|| panic!("{}: not a name in UTF-8", path.display()))
}
