//! Connection requests over HTTP: who may call, what they are answered, and the one session that follows.

use crate::support::requests::{get, set};
use crate::support::{Bench, CALLER, CALLER_PASSWORD, Reaction, Setup};
use cwmp::http::{Authorizer, Challenge};
use data_model::Secret;

const USER: &str = "Device.ManagementServer.ConnectionRequestUsername";
const PASSWORD: &str = "Device.ManagementServer.ConnectionRequestPassword";
const URL: &str = "Device.ManagementServer.ConnectionRequestURL";

/// Someone who has been challenged and knows the password.
fn authorizer(bench: &mut Bench) -> Authorizer {
    let path = bench.call_path();
    let challenges = bench.calls("GET", &path, None).www_authenticate;
    let mut authorizer = Authorizer::new(CALLER, Secret::new(CALLER_PASSWORD));
    let headers = challenges.iter().map(String::as_str);
    authorizer
        .challenge(headers, Challenge::DigestOnly)
        .expect("a digest challenge");
    authorizer
}

/// Covers C-01, C-05, C-13, S-01.
#[test]
fn a_call_with_the_right_password_brings_a_session_behind_its_answer() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.advance(100);
    assert_eq!(bench.calls_as(CALLER, CALLER_PASSWORD), 200);
    let session = bench.session();
    session.succeeds().informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(session.began, bench.now());
    bench.is_quiet_for(600);
}

/// Covers C-09, C-12, H02.
#[test]
fn nobody_else_brings_one() {
    let mut bench = Bench::bootstrapped("ata192");
    for (user, password) in [
        (CALLER, "wrong"),
        (CALLER, ""),
        ("", CALLER_PASSWORD),
        ("", ""),
        ("someone", CALLER_PASSWORD),
        ("ACS-CALLS", CALLER_PASSWORD),
    ] {
        assert_eq!(bench.calls_as(user, password), 401, "{user}");
    }
    let path = bench.call_path();
    let long = format!("Digest username=\"{}\"", "u".repeat(64 * 1024));
    for header in [
        "",
        " ",
        "Digest",
        "Digest ,,,",
        "Digest username=\"",
        "Digest username=\"\\",
        "Basic YWNzLWNhbGxzOmNhbGxlci1zZWNyZXQ=",
        "Bearer token",
        "Digest username=\"acs-calls\", nc=zzzzzzzz",
        &long,
        "Digest \u{0}",
    ] {
        let answer = bench.calls("GET", &path, Some(header.into()));
        assert_eq!(answer.status, 401, "{header}");
        assert!(!answer.www_authenticate.is_empty());
    }
    bench.is_quiet_for(600);
}

/// Covers C-12, A-01, A-02, A-12.
#[test]
fn an_answer_counts_once_and_every_challenge_is_another() {
    let mut bench = Bench::bootstrapped("ata192");
    let path = bench.call_path();
    let first = bench.calls("GET", &path, None).www_authenticate;
    let second = bench.calls("GET", &path, None).www_authenticate;
    assert_ne!(first, second);
    let header = authorizer(&mut bench).header("GET", &path, "c");
    assert_eq!(bench.calls("GET", &path, header.clone()).status, 200);
    bench.session().succeeds();
    assert_eq!(bench.calls("GET", &path, header.clone()).status, 401);
    bench.is_quiet_for(60);
    // After a restart, and long after.
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(bench.calls("GET", &path, header).status, 401);
    let mut slow = authorizer(&mut bench);
    bench.advance(600);
    let late = slow.header("GET", &path, "c");
    assert_eq!(bench.calls("GET", &path, late).status, 401);
    bench.is_quiet_for(60);
}

/// Covers C-10, H13.
#[test]
fn nothing_else_lives_at_the_listener() {
    let mut bench = Bench::bootstrapped("ata192");
    let path = bench.call_path();
    let mut authorizer = authorizer(&mut bench);
    for (method, target) in [
        ("POST", path.as_str()),
        ("HEAD", &path),
        ("PUT", &path),
        ("DELETE", &path),
        ("OPTIONS", &path),
        ("get", &path),
        ("", &path),
        ("GET", "/"),
        ("GET", ""),
        ("GET", "*"),
        ("GET", "/../.."),
        ("GET", "http://192.0.2.10:7547/"),
        ("GET", &format!("{path}/")),
        ("GET", &format!("{path}?x=1")),
        ("GET", &path.to_uppercase()),
        ("POST", "/UD/act?1"),
        ("GET", &"/a".repeat(32 * 1024)),
    ] {
        let header = authorizer.header(method, target, "c");
        let answer = bench.calls(method, target, header);
        assert!(
            matches!(answer.status, 404 | 405),
            "{method} {target}: {}",
            answer.status
        );
    }
    bench.is_quiet_for(600);
}

/// Covers C-06, C-08, C-07.
#[test]
fn calls_during_a_session_bring_exactly_one_more() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .acs()
        .calls(get(&[URL]))
        .lets_pass(1)
        .reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    for _ in 0..3 {
        bench.call_device();
    }
    assert!(bench.device().in_session(), "the running session goes on");
    bench.resumes();
    let first = bench.session();
    first.succeeds().informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(first.answers.len(), 1);
    let second = bench.session();
    second.succeeds().informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(second.began, first.ended);
    bench.is_quiet_for(600);
}

/// Covers C-08, C-05.
#[test]
fn a_call_during_a_session_that_fails_is_served_at_once() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.call_device();
    bench.advance(31);
    let sessions = bench.sessions();
    let failed = &sessions[0];
    failed.fails("in time");
    let next = &sessions[1];
    next.succeeds().informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(next.began, failed.ended);
    assert_eq!(next.inform().retry_count, 1);
}

/// Covers C-05, E-03.
#[test]
fn a_connection_request_is_told_once_and_never_again() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.call_device();
    bench.acs().reacts(Reaction::Break);
    bench
        .session()
        .fails("cable")
        .informs(&["6 CONNECTION REQUEST"]);
    bench.session().succeeds().informs(&[]);
    bench.call_device();
    bench.power_cut();
    let events: Vec<bool> = bench.sessions().iter().map(|s| s.tells("1 BOOT")).collect();
    assert_eq!(events, [true]);
}

/// Covers C-04, C10, C-06.
#[test]
fn calls_beyond_the_limit_get_503_and_cost_nothing() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().goes_away();
    let mut statuses = Vec::new();
    for _ in 0..50 {
        statuses.push(bench.calls_as(CALLER, CALLER_PASSWORD));
    }
    assert!(statuses[..10].iter().all(|status| *status == 200));
    assert!(
        statuses[30..].iter().all(|status| *status == 503),
        "{statuses:?}"
    );
    bench.sessions();
    let before = bench.trace();
    for _ in 0..1_000 {
        let path = bench.call_path();
        bench.calls("GET", &path, None);
    }
    assert_eq!(
        bench.trace().matches("Persist").count(),
        0,
        "no writes: {before}"
    );
    bench.acs().comes_back();
    bench.advance(120);
    bench.sessions();
    assert_eq!(bench.calls_as(CALLER, CALLER_PASSWORD), 200);
}

/// Covers C-11.
#[test]
fn the_path_is_random_and_stays() {
    let mut bench = Bench::bootstrapped("ata192");
    let path = bench.call_path();
    assert!(path.len() >= 17, "{path}");
    bench.power_cut();
    assert_eq!(bench.call_path(), path);
    assert!(bench.get(URL).ends_with(&path));
    let other = Setup {
        seed: 2,
        ..Setup::of("ata192")
    };
    assert_ne!(other.bench().call_path(), path);
}

/// Covers C-12.
#[test]
fn another_password_holds_from_the_answer_on() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .set(&[(USER, "new"), (PASSWORD, "secret")], "k")
        .unwrap();
    assert_eq!(bench.calls_as(CALLER, CALLER_PASSWORD), 401);
    assert_eq!(bench.calls_as("new", "secret"), 200);
    bench.session().succeeds();
    bench.power_cut();
    bench.session();
    assert_eq!(bench.calls_as("new", "secret"), 200);
    bench.session();
    bench.acs().calls(set(&[(USER, ""), (PASSWORD, "")], "k"));
    bench.calls_as("new", "secret");
    bench.session().succeeds();
    assert_eq!(
        bench.calls_as("", ""),
        401,
        "an empty password opens nothing"
    );
}
