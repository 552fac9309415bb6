//! Reboots that are ordered by a parameter: at a time, and after a delay.

use crate::support::requests::set;
use crate::support::{Bench, Reaction, Setup};
use data_model::DateTime;

const SCHEDULE: &str = "Device.ManagementServer.ScheduleReboot";
const DELAY: &str = "Device.ManagementServer.DelayReboot";

fn bench() -> Bench {
    let setup = Setup {
        installed: vec![("ManagementServer.PeriodicInformEnable", "0")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench
}

/// Covers M-02.
#[test]
fn a_reboot_happens_at_its_time_and_only_once() {
    let mut bench = bench();
    bench
        .set(&[(SCHEDULE, "2026-03-03T02:30:00Z")], "k")
        .unwrap();
    let session = bench.session();
    session.succeeds().informs(&["1 BOOT"]);
    let due = DateTime::from_text("2026-03-03T02:30:00Z")
        .instant()
        .unwrap();
    assert_eq!(session.began, due.plus_secs(1), "a second for the boot");
    bench.is_quiet_for(3 * 24 * 3600);
}

/// Covers M-02.
#[test]
fn a_time_that_has_gone_by_does_nothing() {
    let mut bench = bench();
    bench
        .set(&[(SCHEDULE, "2026-03-01T02:30:00Z")], "k")
        .unwrap();
    bench.sessions();
    bench.is_quiet_for(3 * 24 * 3600);
    // One that comes while there is no power has gone by as well.
    bench
        .set(&[(SCHEDULE, "2026-03-05T12:00:00Z")], "k")
        .unwrap();
    bench.power_off();
    bench.advance_while_off(24 * 3600);
    bench.session().informs(&["1 BOOT"]);
    bench.is_quiet_for(3 * 24 * 3600);
}

/// Covers M-02.
#[test]
fn an_order_survives_a_power_cut_and_can_be_taken_back() {
    let mut bench = bench();
    bench
        .set(&[(SCHEDULE, "2026-03-03T02:30:00Z")], "k")
        .unwrap();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    bench.session().informs(&["1 BOOT"]);
    bench
        .set(&[(SCHEDULE, "2026-03-04T02:30:00Z")], "k")
        .unwrap();
    bench.set(&[(SCHEDULE, DateTime::UNKNOWN)], "k").unwrap();
    bench.sessions();
    bench.is_quiet_for(3 * 24 * 3600);
}

/// Covers M-02, P-15.
#[test]
fn a_reboot_that_comes_due_in_a_session_waits_for_its_end() {
    let mut bench = bench();
    bench
        .acs()
        .calls(set(&[(SCHEDULE, "2026-03-02T08:15:10Z")], "k"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(25);
    bench.resumes();
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    bench.session().succeeds().informs(&["1 BOOT"]);
    bench.is_quiet_for(24 * 3600);
}

/// Covers M-03.
#[test]
fn a_delay_counts_from_the_end_of_its_session_and_is_over_with_the_reboot() {
    let mut bench = bench();
    bench.acs().calls(set(&[(DELAY, "600")], "k"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(25);
    bench.resumes();
    let ordered = bench.session();
    ordered.succeeds();
    assert_eq!(bench.knows(DELAY), "600");
    let session = bench.session();
    session.informs(&["1 BOOT"]);
    assert_eq!(
        session.began,
        ordered.ended.plus_secs(601),
        "a second for the boot"
    );
    assert_eq!(bench.knows(DELAY), "-1");
    bench.is_quiet_for(24 * 3600);
}

/// Covers M-03.
#[test]
fn the_same_delay_set_again_begins_anew_and_minus_one_takes_it_back() {
    let mut bench = bench();
    bench.set(&[(DELAY, "600")], "k").unwrap();
    bench.advance(500);
    bench.set(&[(DELAY, "600")], "k").unwrap();
    let again = bench.now();
    bench.sessions();
    let session = bench.session();
    session.informs(&["1 BOOT"]);
    assert_eq!(session.began, again.plus_secs(601));
    bench.set(&[(DELAY, "600")], "k").unwrap();
    bench.set(&[(DELAY, "-1")], "k").unwrap();
    bench.sessions();
    bench.is_quiet_for(24 * 3600);
}

/// Covers M-03.
#[test]
fn any_reboot_ends_a_delay() {
    let mut bench = bench();
    bench.set(&[(DELAY, "600")], "k").unwrap();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(bench.get(DELAY), "-1");
    bench.is_quiet_for(24 * 3600);
}
