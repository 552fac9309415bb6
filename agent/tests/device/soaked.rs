//! What the soak (tests/soak of the workspace) has found, each as a test of its own.

use crate::support::requests::{firmware, reboot};
use crate::support::{Bench, Reaction};

/// Covers P3, P8.
#[test]
fn storage_that_fails_right_before_a_restart_does_not_stop_the_device_for_ever() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.settle();
    bench.acs().calls(reboot("asked"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    // What is to be kept next is the end of the session, with the restart behind it.
    bench.storage_fails_once();
    bench.resumes();
    bench.session();
    let back = bench.session();
    back.succeeds().informs(&["1 BOOT", "M Reboot: asked"]);
}

/// Covers P3, T-03.
#[test]
fn no_transfer_begins_between_a_session_that_timed_out_and_the_restart_behind_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.settle();
    bench.files().delivers("ATA192", "11-3-3");
    bench.acs().calls(firmware("up"));
    bench.acs().calls(reboot("asked"));
    bench.acs().lets_pass(3).reacts(Reaction::Silence);
    bench.call_device();
    bench.session().fails("in time");
    let back = bench.session();
    back.succeeds().informs(&["1 BOOT", "M Reboot: asked"]);
    let done = bench.session();
    assert_eq!(done.succeeds().reported(), [("up".to_owned(), 0)]);
    assert_eq!(
        bench.files().asked.len(),
        1,
        "asked for once, after the restart"
    );
}
