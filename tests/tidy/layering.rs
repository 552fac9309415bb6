//! Who may import whom, and what the pure crates may not name.

use crate::tree::{code, files, read, shown, top};

/// Our crates, each with those it may depend on.
const ARROWS: [(&str, &[&str]); 5] = [
    ("data-model", &[]),
    ("soap-fixtures", &[]),
    ("cwmp", &["data-model"]),
    ("agent", &["cwmp", "data-model"]),
    ("acs", &["cwmp", "data-model"]),
];

/// Folders without sockets, clocks, files, randomness and runtimes.
const PURE: [&str; 23] = [
    "data-model/src",
    "cwmp/src",
    "agent/src/device",
    "agent/src/diagnostics",
    "agent/src/tree",
    "agent/src/rpc",
    "agent/src/inform",
    "agent/src/ivr",
    "agent/src/bulk_data",
    "agent/src/transfer",
    "agent/src/modules",
    "agent/src/configuration_file",
    "agent/src/stun",
    "agent/src/xmpp",
    "agent/src/page",
    "agent/src/provisioning",
    "acs/src/campaigns",
    "acs/src/diagnostics",
    "acs/src/health",
    "acs/src/provisioning",
    "acs/src/query",
    "acs/src/tasks",
    "soap-fixtures/src/oracle",
];

const IMPURE: [&str; 12] = [
    "tokio",
    "std::net::Tcp",
    "std::net::Udp",
    "std::fs",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "rand::",
    "hyper::",
    "async fn",
    ".await",
];

#[test]
fn crates_depend_on_nothing_but_what_the_arrows_allow() {
    for (name, allowed) in ARROWS {
        let manifest = read(&top().join(name).join("Cargo.toml"));
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for (other, _) in ARROWS {
            let depends = dependencies
                .lines()
                .any(|line| line.starts_with(&format!("{other}.")));
            assert!(
                !depends || allowed.contains(&other),
                "{name} must not depend on {other}"
            );
        }
    }
}

#[test]
fn sources_import_nothing_but_what_the_arrows_allow() {
    for (name, allowed) in ARROWS {
        for file in files(&format!("{name}/src"), ".rs") {
            let code = code(&read(&file));
            for (other, _) in ARROWS.iter().filter(|(other, _)| *other != name) {
                let module = other.replace('-', "_");
                let imports = code.lines().any(|line| {
                    let line = line.trim_start();
                    line.starts_with(&format!("use {module}::"))
                        || line.starts_with(&format!("pub use {module}::"))
                });
                assert!(
                    !imports || allowed.contains(other),
                    "{} imports {other}",
                    shown(&file)
                );
            }
        }
    }
}

#[test]
fn pure_folders_name_no_socket_clock_file_or_runtime() {
    for folder in PURE {
        let sources = files(folder, ".rs");
        assert!(!sources.is_empty(), "{folder} is empty");
        for file in sources {
            let code = code(&read(&file));
            for word in IMPURE {
                assert!(!names(&code, word), "{} names `{word}`", shown(&file));
            }
        }
    }
}

/// Whether code names a word whole: `.awaited` is not `.await`, `Operand::` is not `rand::`.
fn names(code: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let behind = code[at + word.len()..].chars().next();
        let begins = !word.starts_with(goes_on) || !before.is_some_and(goes_on);
        let ends = !word.ends_with(goes_on) || !behind.is_some_and(goes_on);
        begins && ends
    })
}

#[test]
fn only_the_clock_of_the_server_reads_a_clock_or_makes_up_numbers() {
    for file in files("acs/src", ".rs") {
        if file.ends_with("clock.rs") {
            continue;
        }
        let code = code(&read(&file));
        for word in ["SystemTime", "rand::", "Utc::now"] {
            assert!(!code.contains(word), "{} names `{word}`", shown(&file));
        }
    }
}

/// Bytes from a peer never reach the two XML libraries that are slow or overflow the stack on hostile input.
#[test]
fn slow_xml_libraries_stay_away_from_the_wire() {
    for folder in ["cwmp/src", "agent/src", "acs/src"] {
        for file in files(folder, ".rs") {
            let code = code(&read(&file));
            for word in ["yaserde", "xmltree"] {
                assert!(!code.contains(word), "{} names `{word}`", shown(&file));
            }
        }
    }
}

/// No shell and no other program is ever started by the server or the device (rule 1 of the security rules). Covers U01.
#[test]
fn no_process_is_started() {
    for folder in ["cwmp/src", "agent/src", "acs/src", "data-model/src"] {
        for file in files(folder, ".rs") {
            let code = code(&read(&file));
            assert!(
                !code.contains("process::Command"),
                "{} starts processes",
                shown(&file)
            );
        }
    }
}
