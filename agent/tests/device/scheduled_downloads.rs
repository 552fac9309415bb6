//! ScheduleDownload: windows of time, tries within them, and what becomes of a file that comes too late.

use crate::support::requests::{configuration, scheduled, window};
use crate::support::{Bench, Reaction};
use agent::limits::SCHEDULED_RETRY_SECS;
use cwmp::rpc::{ScheduleDownload, TimeWindow};
use cwmp::{Fault, FaultCode};

const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
const NEW: &str = "11-3-3MPP0104-240";
const CALL: &str = "Device.X_CISCO_ATA.Status.Line.1.Call.1.State";

fn ask(bench: &mut Bench, request: ScheduleDownload) -> Result<(), Fault> {
    bench.ask(request).map(drop)
}

/// Waits for the next session that reports a transfer; gives its report and the seconds until it began.
#[track_caller]
fn report(bench: &mut Bench) -> ((String, u16), u64) {
    let from = bench.now();
    loop {
        let session = bench.session();
        session.succeeds();
        if let [reported] = &session.reported()[..] {
            return (reported.clone(), session.began.since_ms(from) / 1000);
        }
    }
}

/// Covers T-17, T-01, T-07, E-04.
#[test]
fn an_image_is_fetched_and_applied_within_its_window() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers_after(30, "ATA192", NEW);
    ask(&mut bench, scheduled("night", &[window(3_600, 7_200, 0)])).unwrap();
    bench.advance(3_590);
    assert!(bench.files().asked.is_empty());
    let session = loop {
        let session = bench.session();
        if !session.reports.is_empty() {
            break session;
        }
    };
    session.succeeds().informs(&[
        "1 BOOT",
        "4 VALUE CHANGE",
        "7 TRANSFER COMPLETE",
        "M ScheduleDownload: night",
    ]);
    assert_eq!(session.reported(), [("night".to_owned(), 0)]);
    assert_eq!(session.value(VERSION), Some(NEW));
}

/// Covers T-17.
#[test]
fn windows_and_modes_that_make_no_sense_are_refused() {
    let mut bench = Bench::bootstrapped("ata192");
    let mode = |mode: &str| TimeWindow {
        window_mode: mode.into(),
        ..window(0, 60, 0)
    };
    let cases = [
        (scheduled("x", &[]), 9003),
        (scheduled("x", &[window(60, 60, 0)]), 9003),
        (scheduled("x", &[window(0, 60, 0), window(30, 90, 0)]), 9003),
        (scheduled("x", &[mode("4 Confirmation Needed")]), 9003),
        (scheduled("x", &[mode("9 Whenever")]), 9003),
        (
            ScheduleDownload {
                url: "ftp://files.example.net/x".into(),
                ..scheduled("x", &[window(0, 60, 0)])
            },
            9013,
        ),
        (
            ScheduleDownload {
                file_type: "2 Web Content".into(),
                ..scheduled("x", &[window(0, 60, 0)])
            },
            9003,
        ),
        (
            ScheduleDownload {
                file_size: u32::MAX,
                ..scheduled("x", &[window(0, 60, 0)])
            },
            9010,
        ),
    ];
    for (request, code) in cases {
        let fault = ask(&mut bench, request).unwrap_err();
        assert_eq!(fault.code.number(), code);
    }
    bench.is_quiet_for(600);
}

/// Covers T-17, T-03.
#[test]
fn what_may_pass_is_tried_again_as_often_as_the_window_says() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(FaultCode::CONTACT_FILE_SERVER);
    bench.files().fails(FaultCode::COMPLETE_DOWNLOAD);
    bench.files().fails(FaultCode::CONTACT_FILE_SERVER);
    ask(&mut bench, scheduled("x", &[window(0, 3_600, 2)])).unwrap();
    let (reported, after) = report(&mut bench);
    assert_eq!(reported, ("x".to_owned(), 9015));
    assert_eq!(bench.files().asked.len(), 3);
    assert!(after >= 2 * SCHEDULED_RETRY_SECS - 5, "{after}");
}

/// Covers T-17.
#[test]
fn a_second_window_makes_up_for_the_first_one() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(FaultCode::CONTACT_FILE_SERVER);
    bench.files().delivers("ATA192", NEW);
    let windows = [window(0, 600, 0), window(7_200, 7_800, 0)];
    ask(&mut bench, scheduled("x", &windows)).unwrap();
    bench.advance(7_100);
    assert_eq!(bench.files().asked.len(), 1);
    let (reported, _) = report(&mut bench);
    assert_eq!(reported, ("x".to_owned(), 0));
    assert_eq!(bench.knows(VERSION), NEW);
}

/// Covers T-17.
#[test]
fn what_cannot_pass_ends_the_transfer_in_its_first_window() {
    for code in [
        FaultCode::TRANSFER_AUTHENTICATION,
        FaultCode::ACCESS_FILE,
        FaultCode::FILE_CORRUPTED,
        FaultCode::FILE_AUTHENTICATION,
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().fails(code);
        let windows = [window(0, 600, -1), window(7_200, 7_800, -1)];
        ask(&mut bench, scheduled("x", &windows)).unwrap();
        let (reported, after) = report(&mut bench);
        assert_eq!(reported, ("x".to_owned(), code.number()));
        assert!(after < 60);
        assert_eq!(bench.files().asked.len(), 1);
    }
}

/// Covers T-17, T-04, T-05.
#[test]
fn windows_that_go_by_without_power_end_with_9020() {
    let mut bench = Bench::bootstrapped("ata192");
    let windows = [window(600, 1_200, 0), window(1_800, 2_400, 0)];
    ask(&mut bench, scheduled("missed", &windows)).unwrap();
    bench.settle();
    bench.power_off();
    bench.advance_while_off(3_000);
    let session = bench.session();
    session.informs(&[
        "1 BOOT",
        "7 TRANSFER COMPLETE",
        "M ScheduleDownload: missed",
    ]);
    assert_eq!(session.reported(), [("missed".to_owned(), 9020)]);
    assert!(bench.files().asked.is_empty());

    // The second one is enough.
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers("ATA192", NEW);
    ask(&mut bench, scheduled("made up", &windows)).unwrap();
    bench.settle();
    bench.power_off();
    bench.advance_while_off(1_300);
    assert_eq!(report(&mut bench).0, ("made up".to_owned(), 0));
}

/// Covers T-17.
#[test]
fn an_image_that_comes_after_its_window_is_not_applied() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers_after(900, "ATA192", NEW);
    ask(&mut bench, scheduled("slow", &[window(0, 600, 0)])).unwrap();
    let (reported, _) = report(&mut bench);
    assert_eq!(reported, ("slow".to_owned(), 9020));
    assert_ne!(bench.knows(VERSION), NEW);

    // In the second window it is fetched again, and the queue is free in between.
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers_after(900, "ATA192", NEW);
    bench
        .files()
        .gives("<flat-profile/>")
        .delivers("ATA192", NEW);
    let windows = [window(0, 600, 0), window(7_200, 7_800, 0)];
    ask(&mut bench, scheduled("slow", &windows)).unwrap();
    bench.advance(1_000);
    bench.ask(configuration("between")).unwrap();
    assert_eq!(report(&mut bench).0, ("between".to_owned(), 0));
    assert_eq!(report(&mut bench).0, ("slow".to_owned(), 0));
    assert_eq!(bench.knows(VERSION), NEW);
}

/// Covers T-17.
#[test]
fn a_call_is_not_interrupted_when_the_window_says_when_idle() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(CALL, "Connected");
    bench.files().delivers("ATA192", NEW);
    let idle = TimeWindow {
        window_mode: "3 When Idle".into(),
        ..window(60, 3_600, 0)
    };
    ask(&mut bench, scheduled("idle", std::slice::from_ref(&idle))).unwrap();
    bench.advance(1_800);
    assert!(bench.files().asked.is_empty());
    bench.changes(CALL, "Idle");
    assert_eq!(report(&mut bench).0, ("idle".to_owned(), 0));

    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(CALL, "Connected");
    ask(&mut bench, scheduled("busy", &[idle])).unwrap();
    let (reported, after) = report(&mut bench);
    assert_eq!(reported, ("busy".to_owned(), 9020));
    assert!((3_500..3_700).contains(&after), "{after}");
}

/// Covers T-17, T-05.
#[test]
fn one_that_waits_for_silence_does_not_hold_up_the_others() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(CALL, "Connected");
    let idle = TimeWindow {
        window_mode: "3 When Idle".into(),
        ..window(0, 3_600, 0)
    };
    bench.files().gives("<flat-profile/>");
    ask(&mut bench, scheduled("idle", &[idle])).unwrap();
    bench.ask(configuration("now")).unwrap();
    assert_eq!(report(&mut bench).0, ("now".to_owned(), 0));
}

/// Covers T-17, T-04, P3.
#[test]
fn a_power_cut_at_any_moment_leaves_the_schedule_in_force() {
    let play = |cut: Option<usize>| {
        let mut bench = Bench::bootstrapped("ata192");
        bench.settle();
        bench.files().always_delivers("ATA192", NEW);
        let first = bench.carried_out();
        if let Some(cut) = cut {
            bench.cuts_power_before_output(first + cut);
        }
        bench
            .acs()
            .calls(scheduled("cut", &[window(600, 3_600, 1)]));
        bench.power_cut();
        bench.advance(500);
        assert_ne!(bench.knows(VERSION), NEW, "{cut:?}: before its window");
        bench.advance(6_000);
        bench.keeps_power();
        assert_eq!(bench.acs().pending(), 0, "{cut:?}");
        let sessions = bench.sessions();
        let told = sessions.iter().flat_map(|session| session.reported());
        let told: Vec<(String, u16)> = told.collect();
        assert!((1..=2).contains(&told.len()), "{cut:?}: {told:?}");
        assert!(told.iter().all(|(key, code)| key == "cut" && *code == 0));
        assert_eq!(bench.knows(VERSION), NEW, "{cut:?}");
        bench.is_quiet_for(600);
        bench.carried_out() - first
    };
    for cut in 0..play(None) {
        play(Some(cut));
    }
}

/// Covers T-17, P-15.
#[test]
fn an_image_is_not_applied_when_its_window_closes_within_a_session() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers_after(50, "ATA192", NEW);
    ask(&mut bench, scheduled("x", &[window(0, 60, 0)])).unwrap();
    bench.advance(40);
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(25);
    bench.resumes();
    let (reported, _) = report(&mut bench);
    assert_eq!(reported, ("x".to_owned(), 9020));
    assert_ne!(bench.knows(VERSION), NEW);
}
