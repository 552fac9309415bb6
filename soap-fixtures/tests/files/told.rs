//! Checks that the stories together tell of every RPC and of every event.

use crate::Outcome;
use crate::rules::RPCS;
use libtest_mimic::Trial;
use soap_fixtures::{oracle, stories};
use std::collections::BTreeSet;

/// The one RPC that both sides may ask for (TR-069 A.3.1.1), asked by the device.
const FROM_CPE: &str = "GetRPCMethods from a device";

/// The event codes of TR-069 Table 8, without the families that vendors name themselves.
const EVENTS: [&str; 21] = [
    "0 BOOTSTRAP",
    "1 BOOT",
    "2 PERIODIC",
    "3 SCHEDULED",
    "4 VALUE CHANGE",
    "5 KICKED",
    "6 CONNECTION REQUEST",
    "7 TRANSFER COMPLETE",
    "8 DIAGNOSTICS COMPLETE",
    "9 REQUEST DOWNLOAD",
    "10 AUTONOMOUS TRANSFER COMPLETE",
    "11 DU STATE CHANGE COMPLETE",
    "12 AUTONOMOUS DU STATE CHANGE COMPLETE",
    "13 WAKEUP",
    "14 HEARTBEAT",
    "M Reboot",
    "M ScheduleInform",
    "M Download",
    "M ScheduleDownload",
    "M Upload",
    "M ChangeDUState",
];

/// The tests of this file.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test(
        "stories/every RPC and every event is told of",
        everything_is_told,
    )]
}

fn everything_is_told() -> Outcome {
    let told = told()?;
    for due in RPCS.into_iter().chain([FROM_CPE]).chain(EVENTS) {
        if !told.contains(due) {
            return Err(format!("no story tells of {due}").into());
        }
    }
    Ok(())
}

/// The names of all requests and the codes of all events in the stories.
fn told() -> Result<BTreeSet<String>, libtest_mimic::Failed> {
    let mut told = BTreeSet::new();
    for story in stories() {
        for entry in &story.entries {
            let Some(name) = &entry.message else { continue };
            let meaning = oracle::read(&entry.bytes)
                .map_err(|why| format!("{} {}: {why}", story.name, entry.number))?;
            let from_cpe = entry.from == soap_fixtures::Side::Cpe;
            if name == "GetRPCMethods" && from_cpe {
                told.insert(FROM_CPE.to_owned());
            } else {
                told.insert(name.clone());
            }
            let events = meaning["Body"][name.as_str()]["Event"].as_array();
            let codes = events.into_iter().flatten();
            told.extend(codes.filter_map(|event| event["EventCode"].as_str().map(str::to_owned)));
        }
    }
    Ok(told)
}
