//! Single messages: `messages/<Rpc>/<what>.xml`.

use crate::expect::{Expect, Side};
use crate::{file_name, read_bytes, read_toml, root, sorted_entries};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One message.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The folder: the name of the RPC, `Fault`, or `Unknown` for methods nobody defines.
    pub rpc: String,
    /// The file's name without `.xml`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The bytes of the message.
    pub bytes: Vec<u8>,
    /// What has to become of it, if it is a bad one; `None` for a good one.
    pub expect: Option<Expect>,
    /// Why the oracle cannot read this good message, if it cannot.
    pub oracle_skips: Option<String>,
}

impl Fixture {
    /// Who sends the message.
    pub fn from(&self) -> Side {
        if let Some(expect) = &self.expect {
            return expect.to.other();
        }
        if self.name.contains("from-cpe") {
            return Side::Cpe;
        }
        if self.name.contains("from-acs") {
            return Side::Acs;
        }
        let asked_by = if DEVICE_METHODS.contains(&self.rpc.as_str()) {
            Side::Cpe
        } else {
            Side::Acs
        };
        if self.is_response() {
            asked_by.other()
        } else {
            asked_by
        }
    }

    /// Whether it is the response of its RPC rather than the request.
    pub fn is_response(&self) -> bool {
        self.name.starts_with("response") || self.name.starts_with("bad-response")
    }

    /// Folder and name, as [`message`] takes them and as tests are named.
    pub fn label(&self) -> String {
        format!("{}/{}", self.rpc, self.name)
    }
}

/// The methods a device calls. GetRPCMethods is called by both; its files say by whom.
const DEVICE_METHODS: [&str; 7] = [
    "Inform",
    "TransferComplete",
    "AutonomousTransferComplete",
    "DUStateChangeComplete",
    "AutonomousDUStateChangeComplete",
    "RequestDownload",
    "Kicked",
];

/// The note beside a good message that the oracle cannot read: `<what>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OracleNote {
    oracle: Skip,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Skip {
    Skip,
}

/// Every message, by folder and name.
///
/// # Panics
/// If a file cannot be read or an expectation is malformed.
pub fn messages() -> Vec<Fixture> {
    let folders = sorted_entries(&root().join("messages"));
    let files = folders.iter().flat_map(|folder| sorted_entries(folder));
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .map(load)
        .collect()
}

/// One message by its folder and name: `message("Inform/bootstrap")`.
///
/// # Panics
/// If there is none of this name.
pub fn message(label: &str) -> Fixture {
    load(root().join("messages").join(format!("{label}.xml")))
}

fn load(path: PathBuf) -> Fixture {
    let name = file_name(&path.with_extension("")).to_owned();
    let rpc = file_name(path.parent().unwrap_or(Path::new(""))).to_owned();
    let expect = name
        .starts_with("bad-")
        .then(|| read_toml(&path.with_extension("expect.toml")));
    let note = path.with_extension("toml");
    let oracle_skips = note.exists().then(|| {
        let OracleNote {
            oracle: Skip::Skip,
            reason,
        } = read_toml(&note);
        reason
    });
    Fixture {
        rpc,
        name,
        bytes: read_bytes(&path),
        path,
        expect,
        oracle_skips,
    }
}
