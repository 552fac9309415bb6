//! Failed sessions: when the next attempt is made, and what it says of the ones before.

use crate::support::{Bench, Reaction, Session, Setup};
use cwmp::FaultCode;

/// Seconds from the end of a failed session to the beginning of the next one.
fn wait_secs(failed: &Session, next: &Session) -> f64 {
    next.began.since_ms(failed.ended) as f64 / 1000.0
}

/// Covers S-06, S-07, S-09, S-10.
#[test]
fn failed_sessions_are_retried_by_the_table_of_the_standard() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.call_device();
    let bounds = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120];
    bench.acs().reacts(Reaction::Status(503));
    let mut failed = bench.session();
    for retry in 1..=12_usize {
        if retry < 12 {
            bench.acs().reacts(Reaction::Status(503));
        }
        let next = bench.session();
        let row = retry.min(10);
        let range = f64::from(bounds[row - 1])..=f64::from(bounds[row]) + 0.001;
        let wait = wait_secs(&failed, &next);
        assert!(range.contains(&wait), "retry {retry} after {wait} s");
        assert_eq!(next.inform().retry_count, retry as u32);
        failed = next;
    }
    failed.succeeds();
    bench.call_device();
    let fresh = bench.session();
    assert_eq!(fresh.inform().retry_count, 0);
    bench.call_device();
    bench.acs().reacts(Reaction::Status(503));
    let failed = bench.session();
    let again = bench.session();
    assert!(
        wait_secs(&failed, &again) <= 10.001,
        "the table begins anew"
    );
}

/// An ACS with too much to do says when to come back: not before, and never longer than an hour. Covers P6.
#[test]
fn a_device_that_is_sent_away_stays_away_as_long_as_it_is_told() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.call_device();
    for (told, stays) in [
        (45, 45.0..=45.1),
        (1, 5.0..=10.1),
        (86_400, 3600.0..=3600.1),
    ] {
        bench.acs().reacts(Reaction::SentAway(told));
        let failed = bench.session();
        bench.acs().reacts(Reaction::SentAway(told));
        let next = bench.session();
        let wait = wait_secs(&failed, &next);
        assert!(stays.contains(&wait), "told {told} s, came after {wait} s");
        let again = bench.session();
        again.succeeds();
        bench.call_device();
    }
}

/// Covers S-07.
#[test]
fn the_settings_of_the_acs_stretch_the_table() {
    let setup = Setup {
        installed: vec![
            ("ManagementServer.CWMPRetryMinimumWaitInterval", "30"),
            ("ManagementServer.CWMPRetryIntervalMultiplier", "3000"),
        ],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    let mut failed = None;
    for (retry, low) in [30.0, 90.0, 270.0].into_iter().enumerate() {
        bench.acs().reacts(Reaction::Break);
        let last = failed.unwrap_or_else(|| bench.session());
        if retry < 2 {
            bench.acs().reacts(Reaction::Break);
        }
        let next = bench.session();
        let wait = wait_secs(&last, &next);
        assert!((low..=3.0 * low + 0.001).contains(&wait), "{retry}: {wait}");
        failed = Some(next);
    }
}

/// Covers S-06, S-08, E-03.
#[test]
fn a_new_event_ends_the_wait_but_not_the_count() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.call_device();
    for _ in 0..6 {
        bench.acs().reacts(Reaction::Break);
        bench.session();
    }
    // The sixth wait has 160 s at least.
    bench.advance(20);
    bench.acs().reacts(Reaction::Break);
    bench.call_device();
    let at_once = bench.session();
    assert_eq!(at_once.began, bench.now());
    at_once.informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(at_once.inform().retry_count, 6);
    let next = bench.session();
    assert!((320.0..=640.1).contains(&wait_secs(&at_once, &next)));
    assert_eq!(next.inform().retry_count, 7);
}

/// Covers S-08, S-09.
#[test]
fn a_reboot_begins_the_table_anew_and_keeps_the_count() {
    let mut bench = Bench::new("ata192");
    bench.acs().goes_away();
    for _ in 0..7 {
        bench.session();
    }
    bench.settle();
    bench.power_cut();
    let booted = bench.session();
    assert_eq!(booted.inform().retry_count, 7);
    let next = bench.session();
    let wait = wait_secs(&booted, &next);
    assert!((5.0..=10.001).contains(&wait), "{wait}");
    assert_eq!(next.inform().retry_count, 8);
}

/// Covers E-03, S-01, S-06, S-09.
#[test]
fn a_session_that_fails_after_its_inform_response_is_retried_without_events() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.call_device();
    bench.acs().lets_pass(1).reacts(Reaction::Break);
    let failed = bench.session();
    failed.fails("cable").informs(&["6 CONNECTION REQUEST"]);
    let retried = bench.session();
    retried.succeeds().informs(&[]);
    assert_eq!(retried.inform().retry_count, 1);
    assert!((5.0..=10.001).contains(&wait_secs(&failed, &retried)));
    bench.is_quiet_for(3600);
}

/// Covers E-02, E-03.
#[test]
fn undelivered_events_stay_together_until_they_are_delivered() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.power_cut();
    for _ in 0..2 {
        bench.acs().reacts(Reaction::Break);
        bench.session().informs(&["1 BOOT"]);
    }
    bench.call_device();
    bench
        .session()
        .succeeds()
        .informs(&["1 BOOT", "6 CONNECTION REQUEST"]);
    bench.call_device();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
}

/// Covers P-09, H-12.
#[test]
fn a_silent_acs_has_at_least_thirty_seconds() {
    let mut bench = Bench::bootstrapped("ata192");
    for pass in 0..2 {
        bench.call_device();
        bench.acs().lets_pass(pass).reacts(Reaction::Silence);
        let failed = bench.session();
        failed.fails("in time");
        let waited = failed.ended.since_ms(failed.began);
        assert!(waited >= 30_000, "{waited} ms");
        // Never the same request again in the same session.
        assert_eq!(failed.posts.len(), pass + 1);
        bench.session().succeeds();
    }
}

/// Covers P-10.
#[test]
fn every_fault_to_the_inform_but_8005_ends_the_session() {
    for code in [8000, 8001, 8002, 8003, 8004, 8006, 8899] {
        let mut bench = Bench::new("ata192");
        bench.acs().refuses(FaultCode::new(code));
        let failed = bench.session();
        failed.fails("refused");
        assert_eq!(failed.messages(), ["Inform"], "{code}");
        bench.session().informs(&["0 BOOTSTRAP", "1 BOOT"]);
    }
}

/// Covers P-12.
#[test]
fn fault_8005_has_the_inform_sent_again_three_times() {
    let mut bench = Bench::new("ata192");
    for _ in 0..3 {
        bench.acs().refuses(FaultCode::ACS_RETRY_REQUEST);
    }
    let patient = bench.session();
    patient.succeeds();
    assert_eq!(
        patient.messages(),
        ["Inform", "Inform", "Inform", "Inform", ""]
    );
    let bodies: Vec<&str> = patient
        .posts
        .iter()
        .map(|post| post.body.as_str())
        .collect();
    assert!(bodies[..4].iter().all(|body| *body == bodies[0]));

    let mut bench = Bench::new("ata192");
    for _ in 0..4 {
        bench.acs().refuses(FaultCode::ACS_RETRY_REQUEST);
    }
    let failed = bench.session();
    failed.fails("more than 3 times");
    assert_eq!(failed.posts.len(), 4);
}

/// Covers P-13.
#[test]
fn what_is_no_message_ends_the_session() {
    for bytes in ["<html>busy</html>", "<soap:Envelope", "hello", "\u{0}"] {
        for pass in 0..2 {
            let mut bench = Bench::new("ata192");
            let raw = Reaction::Raw(bytes.as_bytes().to_vec());
            bench.acs().lets_pass(pass).reacts(raw);
            let failed = bench.session();
            failed.fails("");
            assert_eq!(failed.posts.len(), pass + 1, "{bytes:?}");
            bench.session().succeeds();
        }
    }
}

/// Covers P-14.
#[test]
fn statuses_nobody_expects_end_the_session() {
    for status in [400, 403, 404, 415, 500, 502, 503] {
        let mut bench = Bench::new("ata192");
        bench.acs().reacts(Reaction::Status(status));
        bench.session().fails(&status.to_string());
        bench.session().succeeds();
    }
}

/// Covers V-06.
#[test]
fn an_acs_that_stumbles_over_the_newest_version_is_tried_with_the_oldest() {
    let troubles = [
        Reaction::Refuse(FaultCode::ACS_VERSION_INCOMPATIBLE),
        Reaction::Refuse(FaultCode::ACS_INVALID_ARGUMENTS),
        Reaction::Status(400),
        Reaction::Status(500),
    ];
    for trouble in troubles {
        let mut bench = Bench::new("ata192");
        bench.acs().reacts(trouble.clone());
        let newest = bench.session();
        assert_eq!(newest.namespace, cwmp::Namespace::Cwmp12);
        let oldest = bench.session();
        oldest.succeeds();
        assert_eq!(oldest.namespace, cwmp::Namespace::Cwmp10, "{trouble:?}");
        assert_eq!(oldest.header.supported_versions, None);
        assert_eq!(oldest.header.session_timeout, None);
        bench.call_device();
        assert_eq!(bench.session().namespace, cwmp::Namespace::Cwmp12);
    }
}

/// Covers S-12, H-09.
#[test]
fn the_connection_is_closed_when_all_is_said_and_not_before() {
    let mut bench = Bench::bootstrapped("ata192");
    let from = bench.trace().len();
    bench.call_device();
    bench.session();
    let trace = bench.trace();
    let words: Vec<&str> = trace[from..]
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect();
    assert_eq!(
        words.iter().filter(|word| **word == "Close").count(),
        1,
        "{words:?}"
    );
    let close = words.iter().position(|word| *word == "Close");
    let last = words
        .iter()
        .rposition(|word| word.starts_with("Http") || *word == "bytes)");
    assert!(close > last, "{words:?}");
}
