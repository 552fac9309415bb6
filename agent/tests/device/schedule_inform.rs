//! ScheduleInform: the device comes back when it was told to, over failures and power cuts.

use crate::support::requests::schedule;
use crate::support::{Bench, Reaction, START, Setup};
use cwmp::{CpeResponse, CwmpVersion};
use data_model::Timestamp;

const URL: &str = "Device.ManagementServer.URL";

/// A bootstrapped device that nothing but orders makes inform.
fn bench() -> Bench {
    bench_at(START)
}

fn bench_at(start: Timestamp) -> Bench {
    let setup = Setup {
        installed: vec![("ManagementServer.PeriodicInformEnable", "0")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.starts_at(start);
    bench.session().succeeds();
    bench
}

#[track_caller]
fn ordered(bench: &mut Bench, delay_secs: u32, key: &str) -> Timestamp {
    match bench.ask(schedule(delay_secs, key)) {
        Ok(CpeResponse::ScheduleInformResponse(_)) => bench.now().plus_secs(delay_secs.into()),
        other => panic!("{other:?}"),
    }
}

/// Covers S-01, E-04.
#[test]
fn a_device_comes_back_when_it_was_told_to() {
    let mut bench = bench();
    let due = ordered(&mut bench, 3600, "come-back");
    let session = bench.session();
    session
        .succeeds()
        .informs(&["3 SCHEDULED", "M ScheduleInform: come-back"]);
    assert_eq!(session.began, due);
    bench.is_quiet_for(24 * 3600);
}

/// Covers S-01, E-05.
#[test]
fn several_orders_wait_side_by_side_and_those_of_one_moment_are_told_together() {
    let mut bench = bench();
    let first = bench.now().plus_secs(4 + 300);
    bench.ask_all(vec![
        schedule(900, "late"),
        schedule(300, "early"),
        schedule(300, ""),
        schedule(300, ""),
        schedule(600, "middle"),
    ]);
    let session = bench.session();
    session.informs(&[
        "3 SCHEDULED",
        "M ScheduleInform: early",
        "M ScheduleInform",
        "M ScheduleInform",
    ]);
    assert_eq!(session.began, first);
    bench
        .session()
        .informs(&["3 SCHEDULED", "M ScheduleInform: middle"]);
    bench
        .session()
        .informs(&["3 SCHEDULED", "M ScheduleInform: late"]);
    bench.is_quiet_for(24 * 3600);
}

/// Covers S-01.
#[test]
fn an_order_with_the_key_of_one_that_waits_takes_its_place() {
    let mut bench = bench();
    ordered(&mut bench, 300, "again");
    let due = ordered(&mut bench, 600, "again");
    let session = bench.session();
    session.informs(&["3 SCHEDULED", "M ScheduleInform: again"]);
    assert_eq!(session.began, due);
    bench.is_quiet_for(24 * 3600);
}

/// Covers M16.
#[test]
fn no_delay_an_endless_one_and_too_many_orders_are_refused() {
    let mut bench = bench();
    for delay_secs in [0, u32::MAX] {
        let fault = bench.ask(schedule(delay_secs, "extreme")).unwrap_err();
        assert_eq!(fault.code.number(), 9003, "{delay_secs}");
    }
    let orders = (0..100).map(|number| schedule(3600, &format!("order-{number}")));
    let answers = bench.ask_all(orders.collect());
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!((3..=64).contains(&taken), "{taken} orders are kept");
    for refused in answers.into_iter().filter_map(Result::err) {
        assert_eq!(refused.code.number(), 9003);
    }
    // An order that waits can still be put off.
    bench.ask(schedule(60, "order-0")).unwrap();
    let session = bench.session();
    session.informs(&["3 SCHEDULED", "M ScheduleInform: order-0"]);
    let session = bench.session();
    assert_eq!(
        session.inform().event.len(),
        taken,
        "3 SCHEDULED and the rest"
    );
}

/// Covers E-11.
#[test]
fn orders_survive_power_cuts_before_and_after_they_are_due() {
    let mut bench = bench();
    let due = ordered(&mut bench, 3600, "kept");
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    let session = bench.session();
    session.informs(&["3 SCHEDULED", "M ScheduleInform: kept"]);
    assert_eq!(session.began, due);
    ordered(&mut bench, 600, "missed");
    bench.power_off();
    bench.advance_while_off(3600);
    bench
        .session()
        .informs(&["1 BOOT", "3 SCHEDULED", "M ScheduleInform: missed"]);
    ordered(&mut bench, 600, "undelivered");
    bench.acs().goes_away();
    bench.advance(601);
    bench.sessions();
    bench.acs().comes_back();
    bench.power_cut();
    bench
        .session()
        .informs(&["1 BOOT", "3 SCHEDULED", "M ScheduleInform: undelivered"]);
}

/// Covers E-11.
#[test]
fn without_a_clock_an_order_does_not_outlive_the_boot() {
    let mut bench = bench_at(Timestamp::from_secs(5_000));
    ordered(&mut bench, 3600, "relative");
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    bench.is_quiet_for(24 * 3600);
}

/// Covers E-01, E-02.
#[test]
fn a_failed_session_brings_the_order_again_until_it_is_delivered() {
    let mut bench = bench();
    ordered(&mut bench, 600, "again");
    bench.acs().goes_away();
    bench.session().fails("");
    bench.session().fails("");
    bench.acs().comes_back();
    let session = bench.session();
    session.informs(&["3 SCHEDULED", "M ScheduleInform: again"]);
    assert_eq!(session.inform().retry_count, 2);
    bench.is_quiet_for(24 * 3600);
}

/// Covers S-05, S-03.
#[test]
fn an_order_that_comes_due_in_a_session_is_told_in_the_next() {
    let mut bench = bench();
    bench.acs().calls(schedule(1, "soon"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(20);
    bench.resumes();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
    bench
        .session()
        .informs(&["3 SCHEDULED", "M ScheduleInform: soon"]);
}

/// Covers E-11.
#[test]
fn bootstrap_discards_what_was_due_but_not_what_is_still_to_come() {
    let mut bench = bench();
    ordered(&mut bench, 60, "due");
    ordered(&mut bench, 7200, "to-come");
    bench.acs().goes_away();
    bench.advance(70);
    bench.sessions();
    bench.changes(URL, "http://other.example.net:7547/cwmp");
    bench.acs().comes_back();
    bench.advance(600);
    bench.sessions();
    bench
        .session()
        .informs(&["3 SCHEDULED", "M ScheduleInform: to-come"]);
}

/// Covers S-01.
#[test]
fn an_acs_of_1_0_gets_its_call_as_well() {
    let setup = Setup {
        newest_version: CwmpVersion::V1_0,
        installed: vec![("ManagementServer.PeriodicInformEnable", "0")],
        ..Setup::of("ata191")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench.ask(schedule(300, "old")).unwrap();
    bench
        .session()
        .informs(&["3 SCHEDULED", "M ScheduleInform: old"]);
}
