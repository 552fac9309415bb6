//! The order of messages in a session: whose turn it is, what may be said, when it is over.
//!
//! Long because each rule of the standard is a case of its own.

use crate::support::requests::{firmware, get, set};
use crate::support::{Bench, Reaction, Setup, enveloped, holding};
use cwmp::message::AcsResponse;
use cwmp::rpc::{GetRPCMethods, InformResponse, TransferCompleteResponse};
use cwmp::{AcsRequest, CwmpVersion, FaultCode, Header, Namespace};

const UP_TIME: &str = "Device.DeviceInfo.UpTime";

/// A device that has the failure of a download to report.
fn with_a_report() -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails_after(100, FaultCode::ACCESS_FILE);
    bench
        .ask(firmware("image"))
        .expect("a download is accepted");
    bench
}

/// Covers P-04, P-07, P-08.
#[test]
fn each_request_is_answered_in_the_next_post() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .acs()
        .calls(get(&[UP_TIME]))
        .calls(GetRPCMethods {})
        .calls(get(&[UP_TIME]));
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    let expected = [
        "Inform",
        "",
        "GetParameterValuesResponse",
        "GetRPCMethodsResponse",
        "GetParameterValuesResponse",
    ];
    assert_eq!(session.messages(), expected);
}

/// Covers P-05, T-01.
#[test]
fn reports_go_out_before_the_empty_post() {
    let mut bench = with_a_report();
    bench.acs().calls(get(&[UP_TIME]));
    let session = bench.session();
    let expected = [
        "Inform",
        "TransferComplete",
        "",
        "GetParameterValuesResponse",
    ];
    assert_eq!(session.messages(), expected);
    session
        .succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
}

/// Covers P-07, E-01.
#[test]
fn after_its_empty_post_the_device_asks_nothing_more() {
    let mut bench = with_a_report();
    // The transfer ends while the ACS thinks about the answer to the empty POST.
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(10);
    bench.resumes();
    bench.session().succeeds();
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails_after(20, FaultCode::ACCESS_FILE);
    bench.ask(firmware("image")).unwrap();
    bench.settle();
    bench.acs().calls(get(&[UP_TIME]));
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(25);
    bench.resumes();
    let session = bench.session();
    session.succeeds();
    assert_eq!(
        session.messages(),
        ["Inform", "", "GetParameterValuesResponse"]
    );
    let next = bench.session();
    next.succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
    assert_eq!(next.began, session.ended);
}

/// Covers T-01, E-04.
#[test]
fn a_transfer_that_ends_behind_the_inform_is_announced_before_it_is_reported() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails_after(20, FaultCode::ACCESS_FILE);
    bench.ask(firmware("image")).unwrap();
    bench.settle();
    bench.acs().reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.advance(25);
    bench.resumes();
    let session = bench.session();
    session.succeeds().informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(session.reported(), []);
    let next = bench.session();
    next.informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
    assert_eq!(next.reported(), [("image".to_owned(), 9016)]);
}

/// Covers P-05, P-06, X-13.
#[test]
fn while_held_the_device_waits_with_empty_posts_and_may_still_report() {
    let mut bench = with_a_report();
    let inform_response = AcsResponse::from(InformResponse::default());
    let transfer_response = AcsResponse::from(TransferCompleteResponse {});
    let AcsRequest::GetParameterValues(question) = get(&[UP_TIME]) else {
        unreachable!("it has just been built")
    };
    let question = AcsRequest::from(question);
    bench.acs().reacts(holding(true, inform_response));
    bench.acs().reacts(holding(true, question.clone()));
    bench.acs().reacts(holding(true, question));
    bench.acs().reacts(Reaction::Raw(Vec::new()));
    bench.acs().reacts(holding(false, transfer_response));
    let session = bench.session();
    session.succeeds();
    let expected = [
        "Inform",
        "",
        "GetParameterValuesResponse",
        "GetParameterValuesResponse",
        "TransferComplete",
        "",
    ];
    assert_eq!(session.messages(), expected);
    bench.is_quiet_for(60);
}

/// Covers P-11, T-16.
#[test]
fn a_refused_report_is_repeated_in_a_later_session_only() {
    let mut bench = with_a_report();
    bench.acs().calls(get(&[UP_TIME]));
    bench
        .acs()
        .lets_pass(1)
        .refuses(FaultCode::ACS_INTERNAL_ERROR);
    let session = bench.session();
    session.succeeds();
    let expected = [
        "Inform",
        "TransferComplete",
        "",
        "GetParameterValuesResponse",
    ];
    assert_eq!(session.messages(), expected);
    let next = bench.session();
    next.succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
    assert_eq!(next.inform().retry_count, 0);
    assert_eq!(next.reported(), [("image".to_owned(), 9016)]);
    bench.is_quiet_for(60);
}

/// Covers P-11, T-16.
#[test]
fn an_acs_that_always_refuses_a_report_is_asked_more_and_more_seldom() {
    let mut bench = with_a_report();
    let mut gaps = Vec::new();
    let mut last = None;
    for _ in 0..8 {
        bench
            .acs()
            .lets_pass(1)
            .refuses(FaultCode::ACS_INTERNAL_ERROR);
        let session = bench.session();
        session.succeeds();
        if let Some(last) = last.replace(session.ended) {
            gaps.push(session.began.since_ms(last));
        }
    }
    assert!(gaps[0] >= 5_000, "{gaps:?}");
    assert!(gaps[6] >= 320_000, "{gaps:?}");
    // It does not keep anything else from being told at once.
    bench.call_device();
    let session = bench.session();
    session.informs(&[
        "6 CONNECTION REQUEST",
        "7 TRANSFER COMPLETE",
        "M Download: image",
    ]);
    assert_eq!(session.began, bench.now());
}

/// Covers P-12.
#[test]
fn fault_8005_has_a_report_sent_again_at_once() {
    let mut bench = with_a_report();
    bench.acs().lets_pass(1);
    for _ in 0..3 {
        bench.acs().refuses(FaultCode::ACS_RETRY_REQUEST);
    }
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.reports.len(), 4);
    bench.is_quiet_for(60);

    let mut bench = with_a_report();
    bench.acs().lets_pass(1);
    for _ in 0..4 {
        bench.acs().refuses(FaultCode::ACS_RETRY_REQUEST);
    }
    bench.session().fails("more than 3 times");
    let retried = bench.session();
    retried
        .succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
}

/// Covers P-16, P-13, M12.
#[test]
fn answers_nobody_waits_for_end_the_session_and_get_no_fault() {
    let stray = AcsResponse::from(TransferCompleteResponse {});
    for pass in [0, 1] {
        let mut bench = Bench::bootstrapped("ata192");
        bench
            .acs()
            .lets_pass(pass)
            .reacts(holding(false, stray.clone()));
        bench.call_device();
        let failed = bench.session();
        failed.fails("is due");
        assert_eq!(failed.posts.len(), pass + 1);
    }
    let fault = cwmp::Fault::from(FaultCode::ACS_REQUEST_DENIED);
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().lets_pass(1).reacts(holding(false, fault));
    bench.call_device();
    bench.session().fails("is due");
}

/// Covers M12.
#[test]
fn a_request_in_place_of_an_inform_response_ends_the_session() {
    let mut bench = Bench::new("ata192");
    bench.acs().reacts(holding(false, get(&[UP_TIME])));
    let failed = bench.session();
    failed.fails("where InformResponse is due");
    assert_eq!(failed.answers.len(), 0);
}

/// Covers M12.
#[test]
fn an_acs_that_never_lets_a_session_end_is_left() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().lets_pass(1);
    for _ in 0..4_200 {
        bench.acs().reacts(holding(false, get(&[UP_TIME])));
    }
    bench.call_device();
    let endless = bench.session();
    endless.fails("more than");
    assert!(endless.posts.len() < 4_200);

    // Slowly, an answer every 20 s.
    let mut bench = Bench::bootstrapped("ata192");
    for _ in 0..200 {
        bench.acs().calls(get(&[UP_TIME])).reacts(Reaction::Pause);
    }
    bench.call_device();
    let began = bench.now();
    while bench.device().in_session() {
        bench.runs_to_pause();
        bench.advance(20);
        bench.resumes();
        bench.settle();
    }
    let minutes = bench.now().since_ms(began) / 60_000;
    assert!((10..=20).contains(&minutes), "{minutes} minutes");
    assert!(
        bench.sessions()[0]
            .summary
            .as_ref()
            .unwrap()
            .failure
            .is_some()
    );
}

/// Covers P-03.
#[test]
fn while_a_session_is_open_nobody_but_the_acs_changes_the_configuration() {
    let code = "Device.DeviceInfo.ProvisioningCode";
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .acs()
        .calls(get(&[code]))
        .calls(get(&[code]))
        .calls(set(&[(UP_TIME, "1")], "k"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.changes(code, "by hand");
    bench.resumes();
    let session = bench.session();
    session.succeeds();
    for index in [0, 1] {
        assert_eq!(
            session.values(index).parameter_list.get(code),
            Some(""),
            "{index}"
        );
    }
    // Then it counts, is told, and survives.
    let told = bench.session();
    told.informs(&["4 VALUE CHANGE"]);
    assert_eq!(told.value(code), Some("by hand"));
    bench.power_cut();
    assert_eq!(bench.knows(code), "by hand");
}

/// Covers P-03.
#[test]
fn what_is_held_back_in_a_session_is_kept_before_a_restart_that_follows() {
    let code = "Device.DeviceInfo.ProvisioningCode";
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(crate::support::requests::reboot("k"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.changes(code, "by hand");
    bench.resumes();
    bench.session().succeeds();
    bench.session().succeeds();
    assert_eq!(bench.knows(code), "by hand");
}

/// Covers V-01, X-12.
#[test]
fn only_a_device_of_1_4_lists_the_versions_it_speaks() {
    for (version, list, timeout) in [
        (CwmpVersion::V1_4, Some("1.0,1.1,1.2,1.3,1.4"), true),
        (CwmpVersion::V1_3, None, true),
        (CwmpVersion::V1_2, None, false),
        (CwmpVersion::V1_0, None, false),
    ] {
        let setup = Setup {
            newest_version: version,
            ..Setup::of("ata192")
        };
        let mut bench = setup.bench();
        let session = bench.session();
        session.succeeds();
        assert_eq!(
            session.header.supported_versions.as_deref(),
            list,
            "{version}"
        );
        let told = session.header.session_timeout;
        assert_eq!(told.is_some(), timeout, "{version}");
        assert!(told.is_none_or(|seconds| seconds >= 30));
        assert_eq!(session.namespace, version.namespace());
    }
}

/// Covers V-03, V-02.
#[test]
fn a_version_that_was_not_offered_ends_the_session() {
    let chosen = |version: &str| {
        let header = Header {
            use_version: Some(version.into()),
            ..Header::with_id("1")
        };
        let body = AcsResponse::from(InformResponse::default());
        enveloped(Namespace::Cwmp12, &header, body)
    };
    for version in ["9.9", "1.5", "", "one"] {
        let mut bench = Bench::new("ata192");
        bench.acs().reacts(chosen(version));
        bench.session().fails("was not offered");
        bench.session().informs(&["0 BOOTSTRAP", "1 BOOT"]);
    }
    for version in ["1.0", "1.1", "1.2", "1.3", "1.4"] {
        let mut bench = Bench::new("ata192");
        bench.acs().reacts(chosen(version));
        bench.session().succeeds();
    }
}

/// Covers V-05, V-04, V-02.
#[test]
fn to_an_acs_of_1_0_transfers_fail_with_the_code_it_knows() {
    for (namespace, code) in [(Namespace::Cwmp10, 9010), (Namespace::Cwmp11, 9016)] {
        let mut bench = with_a_report();
        let body = AcsResponse::from(InformResponse::default());
        bench
            .acs()
            .reacts(enveloped(namespace, &Header::with_id("1"), body));
        let session = bench.session();
        session.succeeds();
        assert_eq!(session.reported(), [("image".to_owned(), code)]);
    }
}
