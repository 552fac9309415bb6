//! The 57 encodings: `variants/<nn>-<case>.xml`, each with what it means or why it is refused.

use crate::{file_name, read_bytes, read_toml, root, sorted_entries};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A message of a device, encoded in one of the ways a tolerant reader has to cope with.
#[derive(Debug, Clone)]
pub struct Variant {
    /// 1 to 57.
    pub number: u8,
    /// The file's name without its number and `.xml`.
    pub case: String,
    /// The file.
    pub path: PathBuf,
    /// The bytes of the message.
    pub bytes: Vec<u8>,
    /// What a reader has to make of it.
    pub meaning: Meaning,
    /// What is peculiar about it, in one sentence.
    pub why: String,
    /// Requirements and cases this is a case of, by ID.
    pub covers: Vec<String>,
    /// Why the oracle cannot read it, if it cannot though it has a meaning.
    pub oracle_skips: Option<String>,
}

/// What a reader has to make of a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// The same as this message, which [`crate::message()`] finds under this label.
    SameAs(String),
    /// This, in the oracle's words.
    Json(serde_json::Value),
    /// A request whose method nobody knows; its name has to be reported.
    UnknownMethod(String),
    /// Nothing: the document is refused (HTTP 400).
    Refused,
}

impl Variant {
    /// Number and case, as tests are named.
    pub fn label(&self) -> String {
        format!("{:02}-{}", self.number, self.case)
    }
}

/// The file beside a variant: exactly one of the first four tells the meaning.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecar {
    same_as: Option<String>,
    means: Option<String>,
    unknown_method: Option<String>,
    #[serde(default)]
    refused: bool,
    why: String,
    covers: Vec<String>,
    oracle: Option<Skip>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Skip {
    Skip,
}

/// Every variant, by number.
///
/// # Panics
/// If a file cannot be read or an expectation is malformed.
pub fn variants() -> Vec<Variant> {
    let files = sorted_entries(&root().join("variants"));
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .map(load)
        .collect()
}

fn load(path: PathBuf) -> Variant {
    let stem = path.with_extension("");
    let (number, case) = file_name(&stem).split_once('-').unwrap_or_default();
    let number = number.parse();
    let number = number.unwrap_or_else(|error| panic!("{}: no number: {error}", path.display()));
    let sidecar: Sidecar = read_toml(&path.with_extension("expect.toml"));
    Variant {
        number,
        case: case.to_owned(),
        bytes: read_bytes(&path),
        meaning: meaning(&path, &sidecar),
        oracle_skips: sidecar
            .oracle
            .map(|Skip::Skip| sidecar.reason.unwrap_or_default()),
        why: sidecar.why,
        covers: sidecar.covers,
        path,
    }
}

fn meaning(path: &Path, sidecar: &Sidecar) -> Meaning {
    match (
        &sidecar.same_as,
        &sidecar.means,
        &sidecar.unknown_method,
        sidecar.refused,
    ) {
        (Some(other), None, None, false) => {
            let label = other
                .strip_prefix("messages/")
                .and_then(|label| label.strip_suffix(".xml"));
            let label =
                label.unwrap_or_else(|| panic!("{}: `{other}` is no message", path.display()));
            Meaning::SameAs(label.to_owned())
        }
        (None, Some(file), None, false) => {
            let json = serde_json::from_slice(&read_bytes(&path.with_file_name(file)));
            Meaning::Json(json.unwrap_or_else(|error| panic!("{file}: {error}")))
        }
        (None, None, Some(method), false) => Meaning::UnknownMethod(method.clone()),
        (None, None, None, true) => Meaning::Refused,
        _ => panic!(
            "{}: one of same_as, means, unknown_method and refused",
            path.display()
        ),
    }
}
