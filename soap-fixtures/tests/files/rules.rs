//! Checks the files together: their names, their numbers, and what has to be covered.

use crate::Outcome;
use libtest_mimic::{Failed, Trial};
use soap_fixtures::{Fixture, messages, root, stories, variants};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every RPC of TR-069 Annex A.
pub const RPCS: [&str; 27] = [
    "GetRPCMethods",
    "SetParameterValues",
    "GetParameterValues",
    "GetParameterNames",
    "SetParameterAttributes",
    "GetParameterAttributes",
    "AddObject",
    "DeleteObject",
    "Reboot",
    "Download",
    "ScheduleDownload",
    "Upload",
    "FactoryReset",
    "GetQueuedTransfers",
    "GetAllQueuedTransfers",
    "CancelTransfer",
    "ScheduleInform",
    "ChangeDUState",
    "SetVouchers",
    "GetOptions",
    "Inform",
    "TransferComplete",
    "AutonomousTransferComplete",
    "DUStateChangeComplete",
    "AutonomousDUStateChangeComplete",
    "RequestDownload",
    "Kicked",
];

/// The tests of this file.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rules/there are at least 120 messages", enough_messages),
        Trial::test(
            "rules/every RPC has good requests and good responses",
            every_rpc,
        ),
        Trial::test("rules/there are 57 variants, numbered from 1", all_variants),
        Trial::test("rules/the seven stories are there", all_stories),
        Trial::test(
            "rules/the XML cases X01 to X15 each have a file",
            all_xml_cases,
        ),
        Trial::test("rules/the oracle is spared few files", few_skips),
        Trial::test("rules/files are named in lower case with hyphens", names),
        Trial::test(
            "rules/every file beside a message belongs to one",
            no_strays,
        ),
    ]
}

fn enough_messages() -> Outcome {
    let count = messages().len();
    if count >= 120 {
        Ok(())
    } else {
        Err(format!("{count} messages").into())
    }
}

fn every_rpc() -> Outcome {
    let all = messages();
    let good = |rpc: &str, response: bool| {
        all.iter()
            .any(|one| one.rpc == rpc && one.is_response() == response && one.expect.is_none())
    };
    for rpc in RPCS {
        if !good(rpc, false) || !good(rpc, true) {
            return Err(format!("{rpc} lacks a request or a response").into());
        }
    }
    let known = |one: &&Fixture| {
        RPCS.contains(&one.rpc.as_str())
            || one.rpc == "Fault"
            || (one.rpc == "Unknown" && one.expect.is_some())
    };
    match all.iter().find(|one| !known(one)) {
        Some(stray) => Err(format!("{} is in no folder of an RPC", stray.label()).into()),
        None => Ok(()),
    }
}

fn all_variants() -> Outcome {
    let numbers: Vec<u8> = variants().iter().map(|variant| variant.number).collect();
    let expected: Vec<u8> = (1..=57).collect();
    if numbers == expected {
        Ok(())
    } else {
        Err(format!("{numbers:?}").into())
    }
}

fn all_stories() -> Outcome {
    let names: Vec<String> = stories().into_iter().map(|story| story.name).collect();
    for name in [
        "bootstrap",
        "periodic",
        "set-with-faults",
        "download-and-transfer-complete",
        "connection-request",
        "hold-requests",
        "lost-inform-response",
        "upload-and-transfer-complete",
        "schedule-download",
        "queued-transfers-and-cancel",
        "autonomous-transfer-complete",
        "request-download",
        "diagnostics",
        "diagnostics-refused-and-failed",
    ] {
        if !names.iter().any(|story| story == name) {
            return Err(format!("there is no story {name}").into());
        }
    }
    Ok(())
}

fn all_xml_cases() -> Outcome {
    let mut covered: BTreeSet<String> = BTreeSet::new();
    covered.extend(
        messages()
            .into_iter()
            .filter_map(|one| one.expect)
            .flat_map(|expect| expect.covers),
    );
    covered.extend(variants().into_iter().flat_map(|variant| variant.covers));
    // Case X14 (counts that lie) is tolerated, so it is a good message and a variant.
    let missing: Vec<String> = (1..=15)
        .map(|case| format!("X{case:02}"))
        .filter(|case| !covered.contains(case))
        .collect();
    if let Some(odd) = covered.iter().find(|id| !is_id(id)) {
        return Err(format!("`{odd}` is no ID").into());
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("nothing covers {missing:?}").into())
    }
}

/// `R-02`, `X06`, `W-14`: a letter, perhaps a hyphen, two digits.
fn is_id(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && digits.len() == 2
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn few_skips() -> Outcome {
    let skipped: Vec<String> = messages()
        .iter()
        .filter(|one| one.oracle_skips.is_some())
        .map(Fixture::label)
        .collect();
    if skipped.len() <= 5 {
        Ok(())
    } else {
        Err(format!("{skipped:?}").into())
    }
}

fn names() -> Outcome {
    let plain = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
            && !name.contains("--")
    };
    let messages = messages().into_iter().map(|one| one.name);
    let variants = variants().into_iter().map(|one| one.case);
    let stories = stories().into_iter().map(|one| one.name);
    match messages
        .chain(variants)
        .chain(stories)
        .find(|name| !plain(name))
    {
        Some(name) => Err(format!("`{name}`").into()),
        None => Ok(()),
    }
}

/// A sidecar whose message was renamed or removed would be believed to test something.
fn no_strays() -> Outcome {
    let mut folders = vec![root().join("variants")];
    for folder in fs::read_dir(root().join("messages"))? {
        folders.push(folder?.path());
    }
    for folder in folders {
        for file in fs::read_dir(folder)? {
            belongs(&file?.path())?;
        }
    }
    Ok(())
}

fn belongs(path: &Path) -> Result<(), Failed> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    if name.ends_with(".xml") {
        return Ok(());
    }
    let stem = [".expect.toml", ".means.json", ".toml"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    match stem {
        Some(stem) if path.with_file_name(format!("{stem}.xml")).exists() => Ok(()),
        Some(_) | None => Err(format!("{} belongs to nothing", path.display()).into()),
    }
}
