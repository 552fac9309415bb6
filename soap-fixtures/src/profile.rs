//! Profiles of the vendor's own provisioning as a device meets them: damaged, hostile, odd.

use crate::{read_bytes, read_toml, root};
use serde::Deserialize;
use std::io::Write as _;

/// A file, and what becomes of it.
#[derive(Debug, Clone)]
pub struct ProfileFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The key of the rule that fetches it.
    pub key: Option<String>,
    /// What becomes of it.
    pub outcome: ProfileOutcome,
    /// What is said about it: the error, or a warning if it is taken. `None` if nothing, or nothing certain, is.
    pub says: Option<String>,
    /// What a device says that does not come to read it.
    pub unread: Option<String>,
}

/// What becomes of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileOutcome {
    /// The reader cannot read it.
    Refused,
    /// It cannot be unpacked or decrypted.
    Sealed,
    /// A value is out of its range.
    Values,
    /// A device takes it.
    Taken,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    profile: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[expect(dead_code, reason = "for whoever reads the table")]
    why: String,
    file: Option<String>,
    #[serde(default)]
    made: bool,
    key: Option<String>,
    outcome: ProfileOutcome,
    says: Option<String>,
    device: Option<String>,
}

/// All of them, in the order of their table.
pub fn profiles() -> Vec<ProfileFile> {
    let folder = root().join("profiles");
    let table: Table = read_toml(&folder.join("profiles.toml"));
    let rows = table.profile.into_iter();
    rows.map(|row| ProfileFile {
        bytes: match &row.file {
            Some(file) => read_bytes(&folder.join(file)),
            None => {
                assert!(row.made, "{}: neither a file nor made", row.name);
                made(&row.name)
            }
        },
        name: row.name,
        key: row.key,
        outcome: row.outcome,
        says: row.says,
        unread: row.device,
    })
    .collect()
}

/// What would be large as a file.
fn made(name: &str) -> Vec<u8> {
    const WANTED: &str = "<flat-profile><Proxy_1_>evil.example.net</Proxy_1_>";
    const END: &str = "</flat-profile>";
    let text = match name {
        "very-deep" => format!("{WANTED}{}", "<a><b>".repeat(50_000)),
        "too-many-elements" => format!("{WANTED}{}{END}", "<a/>".repeat(20_000)),
        "value-too-long" => format!(
            "{WANTED}<Display_Name_1_>{}</Display_Name_1_>{END}",
            "x".repeat(32 * 1024 + 1)
        ),
        "file-too-large" => format!("{WANTED}{END}{}", " ".repeat(4 * 1024 * 1024)),
        "very-long-attribute" => format!("{WANTED}<a b=\"{}\"/>{END}", "x".repeat(400 * 1024)),
        "gzip-bomb" => return packed(&vec![b' '; 4 * 1024 * 1024 + 1]),
        other => panic!("nothing is made for {other}"),
    };
    text.into_bytes()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(bytes)
        .expect("memory takes what is written");
    encoder.finish().expect("memory takes what is written")
}
