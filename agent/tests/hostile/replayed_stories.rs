//! The stories of the project, played to a device of this build: it says what the device of the story said.

use agent::replay::replay;
use soap_fixtures::{Story, root, stories};

/// Stories a fresh device on its own cannot live through, each with what it is without.
const OTHERS: [(&str, &str); 17] = [
    (
        "autonomous-du-state-change",
        "somebody who changes its modules",
    ),
    (
        "autonomous-transfer-complete",
        "a profile it has fetched by itself",
    ),
    ("change-du-state", "a file server"),
    ("device-asks-for-methods", "it is another vendor's device"),
    ("diagnostics", "somebody who measures"),
    ("diagnostics-refused-and-failed", "somebody who measures"),
    ("download-and-transfer-complete", "a file server"),
    ("heartbeat", "a heartbeat that was ordered before"),
    ("hold-requests", "an upload that has ended"),
    ("kicked", "it is another vendor's device"),
    ("periodic", "an order to tell its uptime"),
    ("queued-transfers-and-cancel", "transfers in its queue"),
    ("request-download", "somebody at its page"),
    ("schedule-download", "a file server"),
    ("upload-and-transfer-complete", "a file server"),
    ("value-change", "somebody who changes a value"),
    ("wakeup", "it is another vendor's device"),
];

fn differences(story: &Story) -> Vec<String> {
    let found = replay(&root().join("sessions").join(&story.name));
    let found = found.unwrap_or_else(|why| panic!("{}: {why}", story.name));
    found.iter().map(ToString::to_string).collect()
}

/// Covers Q-01, P-01, P-04, P-15, R-44, R-46, R-47, E-04, E-11.
#[test]
fn a_fresh_device_says_what_the_device_of_the_story_said() {
    for story in stories() {
        let lacks = OTHERS.iter().find(|(name, _)| *name == story.name);
        let found = differences(&story);
        match lacks {
            None => assert_eq!(found, [""; 0], "{}", story.name),
            // A reason that does not hold would hide a device that has changed.
            Some((_, reason)) => assert_ne!(found, [""; 0], "{}: {reason}", story.name),
        }
    }
}

/// A device that bootstraps is fresh, so nothing can be missing.
///
/// Covers E-01.
#[test]
fn no_story_that_begins_with_a_bootstrap_is_left_out() {
    for story in stories() {
        let inform = String::from_utf8_lossy(&story.entries[0].bytes).into_owned();
        let left_out = OTHERS.iter().any(|(name, _)| *name == story.name);
        let bootstraps = inform.contains("0 BOOTSTRAP");
        assert!(!(bootstraps && left_out), "{}", story.name);
    }
    let is_there = |name: &str| stories().iter().any(|story| story.name == name);
    assert!(OTHERS.iter().all(|(name, _)| is_there(name)));
}
