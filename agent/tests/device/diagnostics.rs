//! Diagnostics (TR-181 DiagnosticsState): what may be asked, when a test begins, what its end means.
//!
//! Long because every rule of the state machine has a test of its own.

use crate::support::requests::{get, notify, set, set_attributes};
use crate::support::{Bench, Reaction};
use agent::device::Input;
use agent::diagnostics::findings::{Pings, ProbedBy};
use agent::diagnostics::{Findings, Outcome, Test, Trouble};
use cwmp::{AcsRequest, Fault};

const PING: &str = "Device.LAN.IPPingDiagnostics.";
const ROUTE: &str = "Device.LAN.TraceRouteDiagnostics.";
const DOWNLOAD: &str = "Device.DownloadDiagnostics.";

/// The state of a diagnostics object.
fn state(object: &str) -> String {
    format!("{object}DiagnosticsState")
}

/// Sets parameters of one object.
pub(super) fn ask(object: &str, settings: &[(&str, &str)]) -> AcsRequest {
    let names: Vec<(String, &str)> = settings
        .iter()
        .map(|(name, value)| (format!("{object}{name}"), *value))
        .collect();
    let values: Vec<(&str, &str)> = names
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    set(&values, "k")
}

/// A ping of 192.0.2.1 under way.
fn pinging() -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("Host", "192.0.2.1"), ("DiagnosticsState", "Requested")];
    bench
        .ask(ask(PING, &settings))
        .expect("the device takes it");
    assert_eq!(bench.tests().len(), 1);
    bench
}

fn pings() -> Outcome {
    Outcome::complete(Findings::Ping(
        Pings {
            sent: 4,
            round_trips_us: vec![1_000, 2_600, 3_000],
        },
        ProbedBy::Udp,
    ))
}

#[track_caller]
fn refused(answer: Result<impl std::fmt::Debug, Fault>) -> (u16, String) {
    let fault = answer.expect_err("the call is to be refused");
    assert_eq!(fault.code.number(), 9003);
    let parameter = &fault.parameters[0];
    let code = parameter.fault_code.number();
    (code, parameter.parameter_name.clone())
}

/// Covers G-03, G-04, G-05, G-11.
#[test]
fn a_test_begins_after_its_session_and_its_end_is_told_in_another() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(ask(
        PING,
        &[("DiagnosticsState", "Requested"), ("Host", "192.0.2.1")],
    ));
    bench.acs().calls(get(&[&state(PING)]));
    bench.acs().reacts(Reaction::Follow);
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    let shown = session
        .values(1)
        .parameter_list
        .get(&state(PING))
        .map(str::to_owned);
    assert_eq!(shown.as_deref(), Some("Requested"));
    let trace = bench.trace();
    assert!(
        !trace.contains("Test("),
        "not while the session is open: {trace}"
    );
    let tests = bench.tests();
    let [Test::Ping(ping)] = tests.as_slice() else {
        panic!("{tests:?}")
    };
    assert_eq!(
        (ping.host.to_string().as_str(), ping.repetitions),
        ("192.0.2.1", 4)
    );
    bench.is_quiet_for(60);

    bench.test_ends(pings());
    let session = bench.session();
    session.informs(&["8 DIAGNOSTICS COMPLETE"]).succeeds();
    let told: Vec<&str> = session
        .names()
        .into_iter()
        .filter(|name| name.contains("Diag"))
        .collect();
    assert!(told.is_empty(), "{told:?}");
    bench.is_quiet_for(600);

    let values = bench.get_all(&[PING]).unwrap();
    for (name, value) in [
        ("DiagnosticsState", "Complete"),
        ("SuccessCount", "3"),
        ("FailureCount", "1"),
        ("MinimumResponseTime", "1"),
        ("AverageResponseTime", "2"),
        ("MaximumResponseTime", "3"),
        ("X_DIALTONE_ProbedBy", "UDP"),
    ] {
        assert_eq!(values.get(&format!("{PING}{name}")), Some(value), "{name}");
    }
}

/// Covers G-01.
#[test]
fn only_requests_and_cancellations_are_written() {
    let mut bench = Bench::bootstrapped("ata192");
    for value in ["None", "Complete", "Error_Internal", "requested", ""] {
        let answer = bench.set(&[(&state(PING), value)], "k");
        assert_eq!(refused(answer), (9007, state(PING)), "{value}");
    }
    bench.set(&[(&state(PING), "Canceled")], "k").unwrap();
    assert_eq!(bench.get(&state(PING)), "None");
    assert!(bench.tests().is_empty());
}

/// Covers G-02, U01.
#[test]
fn what_cannot_be_measured_is_refused_when_it_is_asked_for() {
    let mut bench = Bench::bootstrapped("ata192");
    let lookup = "Device.NSLookupDiagnostics.";
    let upload = "Device.UploadDiagnostics.";
    let selection = "Device.X_DIALTONE_ServerSelectionDiagnostics.";
    let cases: &[(&str, &[(&str, &str)])] = &[
        (PING, &[]),
        (PING, &[("Host", "x/;id")]),
        (PING, &[("Host", "-f")]),
        (PING, &[("Host", "--")]),
        (PING, &[("Host", "a\nb")]),
        (PING, &[("Host", "$(id)")]),
        (PING, &[("Host", "\u{0430}cs.example.net")]),
        (PING, &[("Host", "127.1")]),
        (PING, &[("Host", "a"), ("NumberOfRepetitions", "1001")]),
        (PING, &[("Host", "a"), ("Timeout", "3600001")]),
        (
            PING,
            &[
                ("Host", "a"),
                ("NumberOfRepetitions", "1000"),
                ("Timeout", "5000"),
            ],
        ),
        (PING, &[("Host", "a"), ("DataBlockSize", "65508")]),
        (
            ROUTE,
            &[("Host", "a"), ("MaxHopCount", "64"), ("Timeout", "20000")],
        ),
        (lookup, &[("HostName", "a"), ("NumberOfRepetitions", "33")]),
        (lookup, &[("HostName", "a"), ("NumberOfRepetitions", "0")]),
        (lookup, &[("HostName", "a"), ("DNSServer", "192.0.2.1:0")]),
        (lookup, &[("HostName", "a b")]),
        (DOWNLOAD, &[("DownloadURL", "ftp://files.example.net/f")]),
        (
            DOWNLOAD,
            &[("DownloadURL", "http://user:secret@files.example.net/f")],
        ),
        (DOWNLOAD, &[("DownloadURL", "file:///etc/passwd")]),
        (DOWNLOAD, &[("DownloadURL", "http://-f/")]),
        (DOWNLOAD, &[("DownloadURL", "http://a/ b")]),
        (upload, &[("UploadURL", "http://files.example.net/")]),
        (
            upload,
            &[("UploadURL", "http://a/"), ("TestFileLength", "4000000000")],
        ),
        (selection, &[("HostList", "")]),
        (selection, &[("HostList", "a,,b")]),
        (
            selection,
            &[("HostList", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q")],
        ),
    ];
    for (object, settings) in cases {
        let mut settings = settings.to_vec();
        settings.push(("DiagnosticsState", "Requested"));
        let answer = bench.ask(ask(object, &settings));
        assert_eq!(refused(answer), (9007, state(object)), "{settings:?}");
        assert_eq!(bench.get(&state(object)), "None");
    }
    assert!(bench.tests().is_empty());
    // An interface has to be one of the device's.
    let name = format!("{DOWNLOAD}Interface");
    assert_eq!(
        refused(bench.set(&[(&name, "Device.Nowhere.1")], "k")),
        (9007, name.clone())
    );
    bench.set(&[(&name, "Device.LAN")], "k").unwrap();
    bench.set(&[(&name, "")], "k").unwrap();
}

/// Covers G-02.
#[test]
fn settings_written_before_the_request_are_used() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .ask(ask(PING, &[("Host", "acs.example.net"), ("DSCP", "46")]))
        .unwrap();
    bench
        .ask(ask(PING, &[("DiagnosticsState", "Requested")]))
        .unwrap();
    let tests = bench.tests();
    let [Test::Ping(ping)] = tests.as_slice() else {
        panic!("{tests:?}")
    };
    assert_eq!(
        (ping.host.to_string().as_str(), ping.probe.dscp),
        ("acs.example.net", 46)
    );
}

/// Covers G-04, G-05.
#[test]
fn a_test_that_fails_ends_in_an_error_state_its_object_has() {
    let cases = [
        (
            PING,
            Trouble::CannotResolveHostName,
            "Error_CannotResolveHostName",
        ),
        (PING, Trouble::Timeout, "Error_Other"),
        (
            ROUTE,
            Trouble::MaxHopCountExceeded,
            "Error_MaxHopCountExceeded",
        ),
        (
            DOWNLOAD,
            Trouble::CannotResolveHostName,
            "Error_InitConnectionFailed",
        ),
        (DOWNLOAD, Trouble::Internal, "Error_TransferFailed"),
    ];
    for (object, trouble, shown) in cases {
        let mut bench = Bench::bootstrapped("ata192");
        let whom = if object == DOWNLOAD {
            ("DownloadURL", "http://a/")
        } else {
            ("Host", "a")
        };
        bench
            .ask(ask(object, &[whom, ("DiagnosticsState", "Requested")]))
            .unwrap();
        bench.test_ends(Outcome::failed(trouble));
        bench
            .session()
            .informs(&["8 DIAGNOSTICS COMPLETE"])
            .succeeds();
        assert_eq!(bench.get(&state(object)), shown, "{trouble:?}");
    }
}

/// Covers G-06.
#[test]
fn results_stay_until_the_next_test() {
    let mut bench = pinging();
    bench.test_ends(pings());
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
    bench.advance(86_400);
    assert_eq!(bench.get(&format!("{PING}SuccessCount")), "3");
    bench
        .ask(ask(PING, &[("DiagnosticsState", "Requested")]))
        .unwrap();
    assert_eq!(bench.get(&format!("{PING}SuccessCount")), "0");
    assert_eq!(bench.get(&state(PING)), "Requested");
}

/// Covers G-06.
#[test]
fn after_a_boot_there_are_no_results_and_no_test() {
    for ended in [true, false] {
        let mut bench = pinging();
        let number = bench.test_number();
        if ended {
            bench.test_ends(pings());
            bench.session().succeeds();
        }
        bench.power_cut();
        bench.session().informs(&["1 BOOT"]).succeeds();
        assert_eq!(bench.get(&state(PING)), "None");
        assert_eq!(bench.get(&format!("{PING}SuccessCount")), "0");
        // What was asked for is configuration.
        assert_eq!(bench.get(&format!("{PING}Host")), "192.0.2.1");
        assert!(bench.tests().is_empty());
        // What the last boot's test has to say comes too late.
        bench
            .ask(ask(PING, &[("DiagnosticsState", "Requested")]))
            .unwrap();
        bench.input(Input::TestEnded(number, Box::new(pings())));
        assert_eq!(bench.get(&state(PING)), "Requested");
    }
}

/// Covers E-01. TR-069 Table 8: retried until the next boot.
#[test]
fn the_event_of_a_failed_session_is_brought_again_but_not_after_a_boot() {
    let mut bench = pinging();
    bench.acs().reacts(Reaction::Break);
    bench.test_ends(pings());
    bench.session().fails("broke");
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();

    let mut bench = pinging();
    bench.acs().reacts(Reaction::Break);
    bench.test_ends(pings());
    bench.session().fails("broke");
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]).succeeds();
}

/// Covers G-07.
#[test]
fn writing_a_setting_stops_the_test_and_forgets_its_state() {
    let mut bench = pinging();
    let number = bench.test_number();
    bench.ask(ask(PING, &[("Host", "192.0.2.2")])).unwrap();
    assert!(bench.tests().is_empty());
    assert_eq!(bench.get(&state(PING)), "None");
    // It may have ended at the same moment.
    bench.input(Input::TestEnded(number, Box::new(pings())));
    bench.is_quiet_for(60);
    assert_eq!(bench.get(&state(PING)), "None");

    let mut bench = pinging();
    bench.test_ends(pings());
    bench.session().succeeds();
    bench.ask(ask(PING, &[("Timeout", "900")])).unwrap();
    assert_eq!(bench.get(&state(PING)), "None");
    // Another object's settings are another matter.
    let mut bench = pinging();
    bench.ask(ask(ROUTE, &[("Host", "192.0.2.2")])).unwrap();
    assert_eq!(bench.get(&state(PING)), "Requested");
    assert_eq!(bench.tests().len(), 1);
}

/// Covers G-08.
#[test]
fn a_second_request_begins_the_test_anew() {
    let mut bench = pinging();
    let first = bench.test_number();
    let settings = [("Host", "192.0.2.2"), ("DiagnosticsState", "Requested")];
    bench.ask(ask(PING, &settings)).unwrap();
    let tests = bench.tests();
    let [Test::Ping(ping)] = tests.as_slice() else {
        panic!("{tests:?}")
    };
    assert_eq!(ping.host.to_string(), "192.0.2.2");
    assert_ne!(bench.test_number(), first);
    bench.test_ends(pings());
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
    bench.is_quiet_for(60);
}

/// Covers G-09, G-05.
#[test]
fn a_cancelled_test_ends_without_an_event() {
    let mut bench = pinging();
    bench
        .ask(ask(PING, &[("DiagnosticsState", "Canceled")]))
        .unwrap();
    assert!(bench.tests().is_empty());
    assert_eq!(bench.get(&state(PING)), "None");
    bench.is_quiet_for(600);
}

/// Covers G-09.
#[test]
fn a_test_cancelled_in_its_own_session_never_begins() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [("Host", "192.0.2.1"), ("DiagnosticsState", "Requested")];
    bench.ask_all(vec![
        ask(PING, &settings),
        ask(PING, &[("DiagnosticsState", "Canceled")]),
    ]);
    assert!(bench.tests().is_empty());
}

/// Covers G-10.
#[test]
fn tests_that_end_together_are_one_event() {
    let mut bench = pinging();
    bench
        .ask(ask(
            ROUTE,
            &[("Host", "a"), ("DiagnosticsState", "Requested")],
        ))
        .unwrap();
    assert_eq!(bench.tests().len(), 2);
    bench.acs().reacts(Reaction::Break);
    bench.test_ends(pings());
    bench.test_ends(Outcome::failed(Trouble::Internal));
    bench.session().fails("broke");
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
}

/// Covers G-11.
#[test]
fn a_state_is_told_only_to_those_who_asked_for_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .ask(set_attributes(vec![notify(&state(PING), 1)]))
        .unwrap();
    let settings = [("Host", "192.0.2.1"), ("DiagnosticsState", "Requested")];
    bench.ask(ask(PING, &settings)).unwrap();
    bench.test_ends(pings());
    let session = bench.session();
    session.informs(&["8 DIAGNOSTICS COMPLETE", "4 VALUE CHANGE"]);
    assert_eq!(session.value(&state(PING)), Some("Complete"));
}

#[test]
fn a_person_who_asks_for_a_test_is_no_matter_of_the_acs() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(&format!("{PING}Host"), "192.0.2.1");
    bench.changes(&state(PING), "Requested");
    assert_eq!(bench.tests().len(), 1);
    bench.test_ends(pings());
    bench.is_quiet_for(60);
    assert_eq!(bench.get(&state(PING)), "Complete");
}
