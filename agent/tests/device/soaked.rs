//! What the soak (tests/soak of the workspace) has found, each as a test of its own.

use crate::support::requests::{firmware, reboot};
use crate::support::{Bench, Reaction};
use cwmp::FaultCode;
use cwmp::rpc::Download;

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

/// Whether the first byte of it had moved when the power went, nobody outside can tell.
///
/// Covers T-05, T-03.
#[test]
fn a_delayed_transfer_that_was_cut_off_does_not_begin_again_when_its_hour_has_gone_by() {
    let delayed = |key: &str| Download {
        delay_seconds: 7_200,
        ..firmware(key)
    };
    for (off_secs, begun, code) in [(1_800, 2, 9016), (5 * 3_600, 1, 9010)] {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().hangs().fails(FaultCode::ACCESS_FILE);
        bench.ask(delayed("night")).expect("it is accepted");
        bench.advance(7_210);
        assert_eq!(bench.files().asked.len(), 1);
        bench.sessions();
        bench.power_off();
        bench.advance_while_off(off_secs);
        bench.advance(3_600);
        let sessions = bench.sessions();
        let reported: Vec<_> = sessions.iter().flat_map(|each| each.reported()).collect();
        assert_eq!(reported, [("night".to_owned(), code)]);
        assert_eq!(bench.files().asked.len(), begun);
    }
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
