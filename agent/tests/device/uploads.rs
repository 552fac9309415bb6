//! Upload: which file goes where, how its end is told, and what is never in it.

use crate::support::requests::{firmware, set, upload};
use crate::support::{Bench, Setup};
use agent::device::io::{SectionKind, TransferWork};
use cwmp::rpc::{Status, Upload};
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::DateTime;

const CONFIGURATION: &str = "1 Vendor Configuration File";
const LOG: &str = "4 Vendor Log File 1";

fn ask(bench: &mut Bench, request: Upload) -> Result<Status, Fault> {
    match bench.ask(request)? {
        CpeResponse::UploadResponse(response) => Ok(response.status),
        other => panic!("{}", other.name()),
    }
}

/// Covers T-01, T-07, T-13, E-04, A-13.
#[test]
fn the_configuration_is_sent_after_the_session_and_its_end_reported_once() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().takes_after(20);
    let answer = ask(&mut bench, upload("backup 7", CONFIGURATION));
    assert_eq!(answer, Ok(Status::Committed));
    let session = bench.session();
    session
        .succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Upload: backup 7"]);
    assert_eq!(session.reported(), [("backup 7".to_owned(), 0)]);
    let report = &session.reports[0];
    let (start, end) = (report.start_time.instant(), report.complete_time.instant());
    assert!(end.unwrap().since_ms(start.unwrap()) >= 20_000);
    let job = bench.files().asked[0].clone();
    assert_eq!(job.url, "https://files.example.net:7567/uploads/it");
    assert_eq!(
        (job.username.as_str(), job.password.reveal()),
        ("writer", "file-secret")
    );
    bench.is_quiet_for(3600);
    assert_eq!(bench.files().asked.len(), 1);
    assert!(!bench.stored(SectionKind::Transfers).contains("file-secret"));
}

/// Covers T-13, W-29.
#[test]
fn the_file_type_alone_decides_what_is_sent() {
    let mut bench = Bench::bootstrapped("ata192");
    let types = [
        (CONFIGURATION, true),
        ("3 Vendor Configuration File 1", true),
        ("1", true),
        ("2 Vendor Log File", false),
        (LOG, false),
    ];
    for (file_type, is_configuration) in types {
        bench.files().takes();
        ask(&mut bench, upload("x", file_type)).unwrap();
        bench.session().succeeds();
        let sent = bench.files().sent().pop().unwrap();
        assert_eq!(
            sent.contains("<flat-profile>"),
            is_configuration,
            "{file_type}"
        );
        assert_eq!(sent.contains(" session: 0 BOOTSTRAP"), !is_configuration);
    }
}

/// Covers T-09, T-11, T-04.
#[test]
fn requests_that_cannot_work_are_refused_at_once() {
    let mut bench = Bench::bootstrapped("ata192");
    let with_url = |url: &str| Upload {
        url: url.into(),
        ..upload("x", LOG)
    };
    let cases = [
        (upload("x", "5 Something"), 9003),
        (upload("x", ""), 9003),
        (upload("x", "3 Vendor Configuration File"), 9003),
        (upload("x", "3 Vendor Configuration File 2"), 9003),
        (upload("x", "4 Vendor Log File 0"), 9003),
        (upload("x", "4 Vendor Log File 99999999999"), 9003),
        (upload("x", "X 00562B Trace"), 9003),
        (with_url("ftp://files.example.net/x"), 9013),
        (with_url("file:///etc/passwd"), 9013),
        (with_url("http://user:pass@files.example.net/x"), 9003),
        (with_url("uploads/x"), 9003),
        (
            with_url(&format!("http://x.example/{}", "x".repeat(3_000))),
            9003,
        ),
        (
            Upload {
                password: "x".repeat(3_000),
                ..upload("x", LOG)
            },
            9003,
        ),
    ];
    for (request, code) in cases {
        let shown = format!("{} {}", request.file_type, request.url);
        let fault = ask(&mut bench, request).unwrap_err();
        assert_eq!(fault.code.number(), code, "{shown}");
    }
    bench.is_quiet_for(600);
    assert!(bench.files().asked.is_empty());
}

/// Covers T-03, T-07.
#[test]
fn a_failed_upload_is_reported_and_not_repeated() {
    let codes = [
        FaultCode::UPLOAD_FAILURE,
        FaultCode::TRANSFER_AUTHENTICATION,
        FaultCode::CONTACT_FILE_SERVER,
    ];
    for code in codes {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().fails_after(3, code);
        ask(&mut bench, upload("u", LOG)).unwrap();
        let session = bench.session();
        session.informs(&["7 TRANSFER COMPLETE", "M Upload: u"]);
        assert_eq!(session.reported(), [("u".to_owned(), code.number())]);
        assert_eq!(session.reports[0].complete_time, DateTime::unknown());
        bench.is_quiet_for(3600);
        assert_eq!(bench.files().asked.len(), 1);
    }
}

/// Covers T-04, T-05.
#[test]
fn uploads_and_downloads_share_one_queue_in_the_order_of_their_times() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().takes().fails(FaultCode::ACCESS_FILE);
    let later = Upload {
        delay_seconds: 100,
        ..upload("up", LOG)
    };
    let mut first = firmware("down");
    first.delay_seconds = 500;
    bench.ask(first).unwrap();
    ask(&mut bench, later.clone()).unwrap();
    bench.settle();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(bench.session().reported(), [("up".to_owned(), 0)]);
    assert_eq!(bench.session().reported(), [("down".to_owned(), 9016)]);
    let refused = loop {
        if let Err(fault) = ask(&mut bench, later.clone()) {
            break fault;
        }
    };
    assert_eq!(refused.code, FaultCode::RESOURCES_EXCEEDED);
}

/// Covers M06.
#[test]
fn no_secret_is_in_what_is_sent() {
    let mut bench = Bench::bootstrapped("ata192");
    let line = "Device.X_CISCO_ATA.Line.1.";
    let secret = "line-secret-77";
    let values = [
        (format!("{line}Password"), secret),
        (format!("{line}Display_Name"), "Grün & <Söhne>"),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    bench.ask(set(&values, "k")).unwrap();
    for file_type in [CONFIGURATION, LOG] {
        bench.files().takes();
        ask(&mut bench, upload("x", file_type)).unwrap();
        bench.session().succeeds();
    }
    let sent = bench.files().sent();
    assert!(sent[0].contains("Gr&#xFC;n &amp; &lt;S") || sent[0].contains("Gr&#252;n &amp; &lt;S"));
    for text in sent {
        for word in [secret, "device-secret", "caller-secret", "file-secret"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

/// Covers M07.
#[test]
fn files_go_only_where_the_installer_permits() {
    let setup = Setup {
        upload_hosts: vec!["files.example.net"],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench.files().takes();
    ask(&mut bench, upload("x", LOG)).unwrap();
    bench.session().succeeds();
    for url in [
        "https://elsewhere.example/x",
        "http://files.example.net.evil.example/x",
    ] {
        let request = Upload {
            url: url.into(),
            ..upload("x", LOG)
        };
        let fault = ask(&mut bench, request).unwrap_err();
        assert_eq!(fault.code, FaultCode::REQUEST_DENIED);
    }
    assert_eq!(bench.files().asked.len(), 1);
}

/// Covers M07.
#[test]
fn the_log_tells_what_has_happened_and_shows_in_the_tree() {
    let mut bench = Bench::bootstrapped("ata192");
    let code = "Device.DeviceInfo.ProvisioningCode";
    bench.changes(code, "by-hand");
    bench.files().fails(FaultCode::ACCESS_FILE);
    bench.ask(firmware("x")).unwrap();
    bench.session().succeeds();
    let log = bench.get("Device.DeviceInfo.DeviceLog");
    let expected = [
        "boot, firmware 11-3-2MPP0102-233",
        "session: 0 BOOTSTRAP, 1 BOOT",
        "Device.DeviceInfo.ProvisioningCode was changed on the device",
        "download of firmware, files.example.net:7567",
        "9016",
        "session: 7 TRANSFER COMPLETE, M Download",
    ];
    for text in expected {
        assert!(log.contains(text), "{text}: {log}");
    }
    assert!(!log.contains("by-hand") && !log.contains("image.bin"));
}

/// Covers T-01, P3, E-11.
#[test]
fn a_power_cut_at_any_moment_loses_no_report_and_makes_no_second_one() {
    let play = |cut: Option<usize>| {
        let mut bench = Bench::bootstrapped("ata192");
        bench.settle();
        for _ in 0..5 {
            bench.files().takes();
        }
        let first = bench.carried_out();
        if let Some(cut) = cut {
            bench.cuts_power_before_output(first + cut);
        }
        bench.acs().calls(upload("cut", LOG));
        bench.power_cut();
        bench.advance(600);
        bench.keeps_power();
        assert_eq!(bench.acs().pending(), 0, "{cut:?}");
        let sessions = bench.sessions();
        let told = sessions.iter().flat_map(|session| session.reported());
        let told: Vec<(String, u16)> = told.collect();
        // Asked again because the answer was lost, or reported again because the response was; never both.
        assert!((1..=2).contains(&told.len()), "{cut:?}: {told:?}");
        assert!(told.iter().all(|(key, code)| key == "cut" && *code == 0));
        let work = &bench.files().asked[0].work;
        assert!(matches!(work, TransferWork::Send(_)));
        bench.is_quiet_for(600);
        (told.len(), bench.carried_out() - first)
    };
    let (told, outputs) = play(None);
    assert_eq!(told, 1);
    for cut in 0..outputs {
        play(Some(cut));
    }
}
