//! The heartbeat: a sign of life on a beat of its own, which travels alone and disturbs nothing.

use crate::support::requests::{get, notify, set, set_attributes};
use crate::support::{Bench, Reaction, START, Setup};
use cwmp::CwmpVersion;
use data_model::{DateTime, Timestamp};

const ENABLE: &str = "Device.ManagementServer.HeartbeatPolicy.Enable";
const INTERVAL: &str = "Device.ManagementServer.HeartbeatPolicy.ReportingInterval";
const PROVISIONING_CODE: &str = "Device.DeviceInfo.ProvisioningCode";
const PASSIVE: &str = "Device.LAN.TraceRouteDiagnostics.Host";

fn setup(interval: &'static str) -> Setup {
    Setup {
        installed: vec![
            ("ManagementServer.PeriodicInformEnable", "0"),
            ("ManagementServer.HeartbeatPolicy.Enable", "1"),
            (
                "ManagementServer.HeartbeatPolicy.ReportingInterval",
                interval,
            ),
            (
                "ManagementServer.HeartbeatPolicy.InitiationTime",
                "2026-03-02T08:00:30Z",
            ),
        ],
        ..Setup::of("ata192")
    }
}

/// A bootstrapped device with a beat every so many seconds, in phase with half past a minute.
fn beating(interval: &'static str) -> Bench {
    let mut bench = setup(interval).bench();
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    bench
}

/// How far a moment is from the phase.
fn offset_secs(moment: Timestamp, interval_secs: i64) -> i64 {
    let phase = DateTime::from_text("2026-03-02T08:00:30Z")
        .instant()
        .expect("a moment");
    (moment.as_millis() - phase.as_millis()).rem_euclid(interval_secs * 1000) / 1000
}

/// Covers E-09.
#[test]
fn beats_fall_on_their_phase_and_carry_the_forced_parameters_only() {
    let mut bench = beating("600");
    let forced = {
        bench.call_device();
        let session = bench.session();
        session.informs(&["6 CONNECTION REQUEST"]);
        session
            .names()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for _ in 0..3 {
        let session = bench.session();
        session.succeeds().informs(&["14 HEARTBEAT"]);
        assert_eq!(session.names(), forced);
        assert_eq!(offset_secs(session.began, 600), 0);
    }
    bench.set(&[(INTERVAL, "60")], "k").unwrap();
    let session = bench.session();
    session.informs(&["14 HEARTBEAT"]);
    assert!(session.began.since_ms(START) < 3_000_000);
    bench.set(&[(ENABLE, "0")], "k").unwrap();
    bench.sessions();
    bench.is_quiet_for(24 * 3600);
}

/// Covers E-09, M11.
#[test]
fn a_beat_faster_than_every_thirty_seconds_is_refused() {
    let mut bench = beating("600");
    let fault = bench.set(&[(INTERVAL, "29")], "k").unwrap_err();
    assert_eq!(fault.parameters[0].fault_code.number(), 9007);
    bench.set(&[(INTERVAL, "30")], "k").unwrap();
}

/// Covers E-09.
#[test]
fn a_beat_neither_tells_nor_forgets_changed_values() {
    let mut bench = beating("600");
    bench.ask(set_attributes(vec![notify(PASSIVE, 1)])).unwrap();
    bench.changes(PASSIVE, "192.0.2.77");
    let session = bench.session();
    session.informs(&["14 HEARTBEAT"]);
    assert_eq!(session.value(PASSIVE), None);
    bench.call_device();
    let session = bench.session();
    session.informs(&["6 CONNECTION REQUEST", "4 VALUE CHANGE"]);
    assert_eq!(session.value(PASSIVE), Some("192.0.2.77"));
}

/// Covers E-09.
#[test]
fn of_two_events_at_one_moment_the_heartbeat_goes_first_and_alone() {
    let mut installed = setup("600").installed;
    installed[0] = ("ManagementServer.PeriodicInformEnable", "1");
    installed.push(("ManagementServer.PeriodicInformInterval", "600"));
    installed.push((
        "ManagementServer.PeriodicInformTime",
        "2026-03-02T08:00:30Z",
    ));
    let setup = Setup {
        installed,
        ..setup("600")
    };
    let mut bench = setup.bench();
    bench.session().informs(&["0 BOOTSTRAP", "1 BOOT"]);
    for _ in 0..2 {
        let beat = bench.session();
        beat.informs(&["14 HEARTBEAT"]);
        let periodic = bench.session();
        periodic.informs(&["2 PERIODIC"]);
        assert_eq!(beat.began, periodic.began);
    }
}

/// Covers E-09.
#[test]
fn a_beat_waits_for_the_session_that_is_open() {
    let mut bench = beating("60");
    bench.sessions();
    let beat = bench.session().began;
    bench.advance(50);
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(20);
    bench.resumes();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
    let late = bench.session();
    late.informs(&["14 HEARTBEAT"]);
    assert!(late.began.since_ms(beat) >= 70_000);
    // The beat goes on as before.
    let next = bench.session();
    next.informs(&["14 HEARTBEAT"]);
    assert_eq!(offset_secs(next.began, 60), 0);
}

/// Covers E-09.
#[test]
fn a_beat_waits_until_the_retries_of_other_events_are_over() {
    let mut bench = beating("60");
    bench.sessions();
    bench.session().informs(&["14 HEARTBEAT"]);
    bench.acs().goes_away();
    bench.changes(PROVISIONING_CODE, "changed");
    bench.advance(400);
    let failed = bench.sessions();
    assert!(failed.len() >= 4);
    bench.acs().comes_back();
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
    bench.session().succeeds().informs(&["14 HEARTBEAT"]);
}

/// Covers E-09, S-09.
#[test]
fn a_beat_that_fails_is_retried_alone_and_takes_no_second_one_along() {
    let mut bench = beating("60");
    bench.sessions();
    bench.session().informs(&["14 HEARTBEAT"]);
    bench.acs().goes_away();
    bench.advance(500);
    let failed = bench.sessions();
    assert!(
        (3..=8).contains(&failed.len()),
        "the schedule of retries: {}",
        failed.len()
    );
    bench.acs().comes_back();
    let session = bench.session();
    session.succeeds().informs(&["14 HEARTBEAT"]);
    assert_eq!(session.inform().retry_count as usize, failed.len());
    let next = bench.session();
    next.informs(&["14 HEARTBEAT"]);
    assert_eq!(next.inform().retry_count, 0);
    assert_eq!(offset_secs(next.began, 60), 0);
}

/// Covers E-09, S-06.
#[test]
fn what_happens_while_a_beat_waits_for_its_retry_is_told_at_once() {
    let mut bench = beating("3600");
    bench.sessions();
    bench.acs().goes_away();
    bench.advance(3600);
    bench.sessions();
    bench.acs().comes_back();
    let before = bench.now();
    bench.changes(PROVISIONING_CODE, "changed");
    let session = bench.session();
    session.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(session.began, before);
    bench.session().succeeds().informs(&["14 HEARTBEAT"]);
}

/// Covers E-09.
#[test]
fn a_reboot_forgets_an_undelivered_beat() {
    let mut bench = beating("3600");
    bench.sessions();
    bench.acs().goes_away();
    bench.advance(3600);
    bench.sessions();
    bench.acs().comes_back();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    let session = bench.session();
    session.informs(&["14 HEARTBEAT"]);
    assert_eq!(offset_secs(session.began, 3600), 0);
}

/// Covers E-09.
#[test]
fn the_acs_may_ask_in_the_session_of_a_beat() {
    let mut bench = beating("600");
    bench.acs().calls(set(&[(PROVISIONING_CODE, "set")], "k"));
    bench.acs().calls(get(&[PROVISIONING_CODE]));
    let session = bench.session();
    session.succeeds().informs(&["14 HEARTBEAT"]);
    assert_eq!(
        session.values(1).parameter_list.get(PROVISIONING_CODE),
        Some("set")
    );
}

/// Covers E-09, V-05.
#[test]
fn a_device_before_1_4_has_no_heartbeat() {
    let setup = Setup {
        newest_version: CwmpVersion::V1_2,
        ..setup("60")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench.is_quiet_for(24 * 3600);
}
