//! Events: when they happen, how they share an Inform, how long they wait.

use crate::support::requests::{firmware, get, reboot, set};
use crate::support::{Bench, Reaction, Setup};
use cwmp::FaultCode;
use data_model::{DateTime, Timestamp};

const INTERVAL: &str = "Device.ManagementServer.PeriodicInformInterval";
const ENABLE: &str = "Device.ManagementServer.PeriodicInformEnable";
const TIME: &str = "Device.ManagementServer.PeriodicInformTime";

/// A bootstrapped device that informs every so many seconds.
fn periodic(interval: &'static str) -> Bench {
    let setup = Setup {
        installed: vec![("ManagementServer.PeriodicInformInterval", interval)],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench
}

/// When the next `count` periodic sessions begin.
fn beats(bench: &mut Bench, count: usize) -> Vec<Timestamp> {
    let mut found = Vec::new();
    while found.len() < count {
        let session = bench.session();
        session.succeeds().informs(&["2 PERIODIC"]);
        found.push(session.began);
    }
    found
}

/// Milliseconds between neighbours.
fn gaps(moments: &[Timestamp]) -> Vec<u64> {
    moments
        .windows(2)
        .map(|pair| pair[1].since_ms(pair[0]))
        .collect()
}

/// Covers S-01, S-13.
#[test]
fn without_a_phase_the_device_informs_at_its_interval_all_the_same() {
    let mut bench = periodic("600");
    let began = bench.now();
    let beats = beats(&mut bench, 6);
    assert!(
        beats[0].since_ms(began) <= 600_000,
        "the first within one interval"
    );
    assert_eq!(gaps(&beats), [600_000; 5]);
}

/// Covers S-01, S-13.
#[test]
fn what_the_acs_sets_beside_it_does_not_move_the_periodic_inform() {
    let mut bench = periodic("600");
    let first = beats(&mut bench, 1)[0];
    for count in 1..=4_u64 {
        let code = format!("step-{count}");
        bench
            .acs()
            .calls(set(&[("Device.DeviceInfo.ProvisioningCode", &code)], "k"));
        let session = bench.session();
        session.informs(&["2 PERIODIC"]);
        assert_eq!(session.began.since_ms(first), count * 600_000);
    }
    bench.changes("Device.LAN.TraceRouteDiagnostics.Host", "192.0.2.1");
    assert_eq!(beats(&mut bench, 1)[0].since_ms(first), 5 * 600_000);
}

/// Covers S-13.
#[test]
fn the_phase_is_kept_for_times_far_in_the_past_and_in_the_future() {
    for phase in [
        "2026-03-02T00:07:00Z",
        "1999-12-31T23:57:00Z",
        "2099-01-01T00:17:00Z",
        "2026-03-02T02:07:00+02:00",
    ] {
        let mut bench = periodic("600");
        bench.set(&[(TIME, phase)], "phase").unwrap();
        let instant = DateTime::from_text(phase).instant().unwrap();
        for beat in beats(&mut bench, 3) {
            let offset = (beat.as_millis() - instant.as_millis()).rem_euclid(600_000);
            assert_eq!(offset, 0, "{phase}: an Inform at {beat}");
        }
    }
}

/// Covers S-13.
#[test]
fn unknown_time_leaves_the_phase_to_the_device() {
    let mut bench = periodic("600");
    bench.set(&[(TIME, "2026-03-02T00:07:00Z")], "a").unwrap();
    bench.set(&[(TIME, DateTime::UNKNOWN)], "b").unwrap();
    let beats = beats(&mut bench, 3);
    assert_eq!(gaps(&beats), [600_000; 2]);
}

/// Covers M-06.
#[test]
fn another_interval_holds_at_once() {
    let mut bench = periodic("86400");
    bench.set(&[(INTERVAL, "60")], "faster").unwrap();
    let set_at = bench.now();
    let fast = beats(&mut bench, 3);
    assert!(fast[0].since_ms(set_at) <= 60_000);
    assert_eq!(gaps(&fast), [60_000; 2]);
    bench.set(&[(INTERVAL, "30")], "faster").unwrap();
    let set_at = bench.now();
    assert!(beats(&mut bench, 1)[0].since_ms(set_at) <= 30_000);
    bench.changes(INTERVAL, "10");
    let changed_at = bench.now();
    assert!(beats(&mut bench, 1)[0].since_ms(changed_at) <= 10_000);
    bench.set(&[(ENABLE, "0")], "off").unwrap();
    bench.sessions();
    bench.is_quiet_for(7 * 24 * 3600);
    bench.set(&[(ENABLE, "1")], "on").unwrap();
    let enabled_at = bench.now();
    assert!(beats(&mut bench, 1)[0].since_ms(enabled_at) <= 10_000);
}

/// Covers M-06.
#[test]
fn the_other_name_of_the_interval_holds_at_once_as_well() {
    let mut bench = periodic("86400");
    let name = "Device.X_CISCO_ATA.Router.TR_069.TR_069_Periodic_Inform_Interval";
    bench.set(&[(name, "60")], "faster").unwrap();
    let set_at = bench.now();
    assert!(beats(&mut bench, 1)[0].since_ms(set_at) <= 60_000);
}

/// Covers M11, R-07.
#[test]
fn intervals_at_the_edge_are_refused_or_kept_to() {
    let mut bench = periodic("86400");
    let fault = bench.set(&[(INTERVAL, "0")], "none").unwrap_err();
    assert_eq!(fault.parameters[0].fault_code.number(), 9007);
    bench.set(&[(INTERVAL, "4294967295")], "never").unwrap();
    bench.set(&[(TIME, "9999-12-31T23:59:58Z")], "far").unwrap();
    bench.is_quiet_for(24 * 3600);
    bench.set(&[(TIME, "0001-01-01T00:00:01Z")], "far").unwrap();
    bench.set(&[(INTERVAL, "1")], "always").unwrap();
    let began = bench.now();
    bench.advance(100);
    let sessions = bench.sessions();
    assert!(
        (90..=101).contains(&sessions.len()),
        "{} sessions",
        sessions.len()
    );
    let last = sessions.last().unwrap();
    assert!(last.began.since_ms(began) >= 98_000);
}

/// Covers E-05, E-04.
#[test]
fn events_of_one_moment_share_an_inform() {
    let mut bench = periodic("600");
    bench.files().fails_after(300, FaultCode::ACCESS_FILE);
    bench.acs().calls(firmware("image"));
    beats(&mut bench, 1);
    // The transfer ends while the ACS is away; then everything goes together.
    bench.acs().goes_away();
    bench.advance(610);
    bench.sessions();
    bench.acs().comes_back();
    bench.call_device();
    let session = bench.session();
    session.succeeds().informs(&[
        "2 PERIODIC",
        "6 CONNECTION REQUEST",
        "7 TRANSFER COMPLETE",
        "M Download: image",
    ]);
    assert_eq!(session.reported(), [("image".to_owned(), 9016)]);
    bench.is_quiet_for(60);
}

/// Covers S-05, E-01.
#[test]
fn what_becomes_due_in_a_session_waits_for_the_next_one() {
    let mut bench = periodic("20");
    bench.acs().calls(get(&["Device.DeviceInfo.UpTime"]));
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.runs_to_pause();
    bench.advance(25);
    bench.resumes();
    let first = bench.session();
    first.succeeds().informs(&["2 PERIODIC"]);
    assert_eq!(first.informs.len(), 1);
    let second = bench.session();
    second.succeeds().informs(&["2 PERIODIC"]);
    assert_eq!(second.began, first.ended);
}

/// Covers E-11, E-01.
#[test]
fn periodic_and_reboot_events_survive_power_cuts_until_they_are_delivered() {
    let mut bench = periodic("600");
    bench.acs().calls(reboot("asked"));
    beats(&mut bench, 1);
    bench.acs().goes_away();
    bench.session().informs(&["1 BOOT", "M Reboot: asked"]);
    bench.advance(700);
    bench.sessions();
    bench.power_cut();
    bench
        .session()
        .informs(&["1 BOOT", "2 PERIODIC", "M Reboot: asked"]);
    bench.settle();
    bench.power_off();
    bench.acs().comes_back();
    let delivered = bench.session();
    delivered
        .succeeds()
        .informs(&["1 BOOT", "2 PERIODIC", "M Reboot: asked"]);
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
}

/// Covers C-17, S-01.
#[test]
fn a_device_whose_cwmp_is_switched_off_says_nothing_and_takes_no_calls() {
    let mut bench = periodic("600");
    bench
        .set(&[("Device.ManagementServer.EnableCWMP", "0")], "off")
        .unwrap();
    bench.is_quiet_for(24 * 3600);
    let path = bench.call_path();
    let status = bench.calls_as(crate::support::CALLER, crate::support::CALLER_PASSWORD);
    assert_ne!(status / 100, 2, "an accepted request wants a session");
    assert_ne!(path, "/");
    bench.is_quiet_for(24 * 3600);
    bench.power_cut();
    bench.is_quiet_for(24 * 3600);
    bench.changes("Device.ManagementServer.EnableCWMP", "1");
    let session = bench.session();
    assert!(session.tells("1 BOOT") && session.tells("2 PERIODIC"));
}
