//! Download of firmware: the queue, the two slots, the trial of an image, and the one report of each end.
//!
//! Long because each way a transfer can end is a case of its own.

use crate::support::requests::{command_key, firmware, reboot, set};
use crate::support::{Bench, Reaction};
use agent::device::io::TransferWork;
use agent::firmware::SlotName;
use cwmp::rpc::{Download, FactoryReset, Status};
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::DateTime;
use data_model::device_type::UnsignedFirmware;

const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
const OLD: &str = "11-3-2MPP0102-233";
const NEW: &str = "11-3-3MPP0104-240";

fn download(bench: &mut Bench, request: Download) -> Result<Status, Fault> {
    match bench.ask(request)? {
        CpeResponse::DownloadResponse(response) => Ok(response.status),
        other => panic!("{}", other.name()),
    }
}

fn delayed(key: &str, delay_seconds: u32) -> Download {
    Download {
        delay_seconds,
        ..firmware(key)
    }
}

/// Covers T-01, T-02, T-07, E-04, S-01.
#[test]
fn an_image_is_reported_when_it_runs_and_shows_its_version() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers_after(30, "ATA192", NEW);
    assert_eq!(
        download(&mut bench, firmware("image 17")),
        Ok(Status::Committed)
    );
    let asked_at = bench.now();
    let session = bench.session();
    session.succeeds();
    session.informs(&[
        "1 BOOT",
        "4 VALUE CHANGE",
        "7 TRANSFER COMPLETE",
        "M Download: image 17",
    ]);
    assert_eq!(session.value(VERSION), Some(NEW));
    assert_eq!(session.reported(), [("image 17".to_owned(), 0)]);
    let report = &session.reports[0];
    let started = report.start_time.instant().unwrap();
    let completed = report.complete_time.instant().unwrap();
    assert!(started.since_ms(asked_at) < 2_000);
    assert!(completed.since_ms(started) >= 30_000);
    bench.power_cut();
    let later = bench.session();
    later.informs(&["1 BOOT"]);
    assert_eq!(later.value(VERSION), Some(NEW));
}

/// Covers T-12, A-13.
#[test]
fn the_file_is_fetched_after_the_session_with_the_credentials_of_the_call() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().hangs();
    bench.acs().calls(firmware("image")).calls(firmware("next"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    assert!(
        bench.files().asked.is_empty(),
        "not while the session is open"
    );
    bench.resumes();
    bench.session().succeeds();
    bench.settle();
    let asked = &bench.files().asked;
    assert_eq!(asked.len(), 1, "one at a time");
    assert_eq!(
        asked[0].url,
        "http://files.example.net:7567/firmware/image.bin"
    );
    assert_eq!(
        (asked[0].username.as_str(), asked[0].password.reveal()),
        ("reader", "file-secret")
    );
    assert_eq!(
        asked[0].work,
        TransferWork::Image(SlotName::B, UnsignedFirmware::Refuse)
    );
}

/// Covers T-03, T-07, T-08, T-01.
#[test]
fn a_failed_transfer_is_reported_once_and_not_tried_again() {
    let codes = [
        FaultCode::TRANSFER_FAILURE,
        FaultCode::TRANSFER_AUTHENTICATION,
        FaultCode::CONTACT_FILE_SERVER,
        FaultCode::ACCESS_FILE,
        FaultCode::COMPLETE_DOWNLOAD,
        FaultCode::FILE_CORRUPTED,
        FaultCode::FILE_AUTHENTICATION,
    ];
    for code in codes {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().fails_after(7, code);
        download(&mut bench, firmware("image")).unwrap();
        let session = bench.session();
        session
            .succeeds()
            .informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
        assert_eq!(session.reported(), [("image".to_owned(), code.number())]);
        assert_eq!(session.reports[0].complete_time, DateTime::unknown());
        assert_eq!(bench.get(VERSION), OLD);
        bench.is_quiet_for(3600);
        assert_eq!(bench.files().asked.len(), 1);
    }
}

/// Covers T-07, T-08, E-04.
#[test]
fn each_of_several_transfers_is_reported_by_itself() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .files()
        .fails(FaultCode::ACCESS_FILE)
        .fails(FaultCode::CONTACT_FILE_SERVER);
    bench.acs().calls(firmware("same")).calls(firmware("same"));
    bench.acs().calls(set(&[], "done"));
    bench.call_device();
    bench.session().succeeds();
    bench.acs().goes_away();
    bench.advance(1);
    bench.sessions();
    bench.acs().comes_back();
    let session = bench.session();
    let expected = [
        "7 TRANSFER COMPLETE",
        "M Download: same",
        "M Download: same",
    ];
    session.succeeds().informs(&expected);
    let same = || "same".to_owned();
    assert_eq!(session.reported(), [(same(), 9016), (same(), 9015)]);
    assert_eq!(bench.files().asked.len(), 2);
    bench.is_quiet_for(60);
}

/// Covers T-04.
#[test]
fn the_queue_takes_at_least_three_and_says_when_it_is_full() {
    let mut bench = Bench::bootstrapped("ata192");
    let mut taken = 0;
    let refused = loop {
        match download(&mut bench, delayed("later", 3_000)) {
            Ok(_) => taken += 1,
            Err(fault) => break fault,
        }
    };
    assert!((3..=64).contains(&taken), "{taken}");
    assert_eq!(refused.code.number(), 9004);
    bench.power_cut();
    assert_eq!(
        download(&mut bench, firmware("x"))
            .unwrap_err()
            .code
            .number(),
        9004
    );
}

/// Covers T-05, T-04.
#[test]
fn delays_are_kept_over_reboots_and_decide_the_order() {
    let mut bench = Bench::bootstrapped("ata192");
    for _ in 0..3 {
        bench.files().fails(FaultCode::ACCESS_FILE);
    }
    let mut asked_at = bench.now();
    for (key, delay) in [("late", 3_600), ("soon", 60), ("middle", 600)] {
        download(&mut bench, delayed(key, delay)).unwrap();
        asked_at = bench.now();
    }
    bench.settle();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    for (key, delay) in [("soon", 60), ("middle", 600), ("late", 3_600)] {
        let session = bench.session();
        assert_eq!(session.reported(), [(key.to_owned(), 9016)]);
        let waited = session.began.since_ms(asked_at);
        let range = (delay - 20) * 1000..=(delay + 5) * 1000;
        assert!(range.contains(&waited), "{key} after {waited} ms");
    }
}

/// Covers T-05.
#[test]
fn a_transfer_whose_hour_has_gone_by_is_reported_as_failed() {
    let mut bench = Bench::bootstrapped("ata192");
    download(&mut bench, delayed("missed", 60)).unwrap();
    bench.settle();
    bench.power_off();
    bench.advance_while_off(2 * 3600);
    let session = bench.session();
    session
        .succeeds()
        .informs(&["1 BOOT", "7 TRANSFER COMPLETE", "M Download: missed"]);
    assert_eq!(session.reported(), [("missed".to_owned(), 9010)]);
    assert!(bench.files().asked.is_empty());

    // Within the hour it is made up for, and so is one for which no time was named.
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(FaultCode::ACCESS_FILE);
    download(&mut bench, delayed("late", 60)).unwrap();
    bench.settle();
    bench.power_off();
    bench.advance_while_off(3_000);
    let reported: Vec<_> = [bench.session(), bench.session()]
        .iter()
        .flat_map(|s| s.reported())
        .collect();
    assert_eq!(reported, [("late".to_owned(), 9016)]);
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().hangs().fails(FaultCode::ACCESS_FILE);
    download(&mut bench, firmware("late")).unwrap();
    bench.settle();
    bench.power_off();
    bench.advance_while_off(3 * 3600);
    let reported: Vec<_> = [bench.session(), bench.session()]
        .iter()
        .flat_map(|s| s.reported())
        .collect();
    assert_eq!(reported, [("late".to_owned(), 9016)]);
}

/// Covers T-09, T-10, T-11, M03.
#[test]
fn requests_that_cannot_work_are_refused_at_once() {
    let mut bench = Bench::bootstrapped("ata192");
    let with_url = |url: &str| Download {
        url: url.into(),
        ..firmware("x")
    };
    let with_type = |file_type: &str| Download {
        file_type: file_type.into(),
        ..firmware("x")
    };
    let with_size = |file_size: u32| Download {
        file_size,
        ..firmware("x")
    };
    let cases = [
        (with_url("ftp://files.example.net/x"), 9013),
        (with_url("tftp:///x"), 9003),
        (with_url("file:///etc/passwd"), 9013),
        (with_url("gopher://x/"), 9013),
        (with_url("http://user:pass@files.example.net/x"), 9003),
        (with_url("https://user@files.example.net/x"), 9003),
        (with_url("http:///x"), 9003),
        (with_url("files.example.net/x"), 9003),
        (with_url("http://files.example.net/a b"), 9003),
        (with_url(""), 9003),
        (with_type("2 Web Content"), 9003),
        (with_type("4 Tone File"), 9003),
        (with_type("10 Something"), 9003),
        (with_type("X 00562B Settings"), 9003),
        (with_type(""), 9003),
        (with_size(u32::MAX), 9010),
    ];
    for (request, code) in cases {
        let (url, ty, size) = (
            request.url.clone(),
            request.file_type.clone(),
            request.file_size,
        );
        let fault = download(&mut bench, request).unwrap_err();
        assert_eq!(fault.code.number(), code, "{url} {ty} {size}");
    }
    bench.is_quiet_for(600);
    assert!(bench.files().asked.is_empty());
}

/// Covers T-10, T-11, T-14, T-15, M03, W-29.
#[test]
fn what_says_nothing_about_the_image_is_not_held_against_it() {
    let odd = [
        Download {
            file_size: 0,
            ..firmware("x")
        },
        Download {
            file_size: 1,
            ..firmware("x")
        },
        Download {
            target_file_name: "../../etc/passwd".into(),
            ..firmware("x")
        },
        Download {
            success_url: "http://evil.example/".into(),
            failure_url: "file:///".into(),
            ..firmware("x")
        },
        Download {
            url: "https://files.example.net/firmware?x=%20&y".into(),
            username: String::new(),
            password: String::new(),
            ..firmware("x")
        },
        Download {
            file_type: "1 Firmware Upgrade".into(),
            ..firmware("x")
        },
        Download {
            file_type: "1".into(),
            ..firmware("x")
        },
        Download {
            command_key: command_key("ключ 鍵 with 32 characters......"),
            ..firmware("x")
        },
    ];
    for request in odd {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().delivers("ATA192", NEW);
        let key = request.command_key.as_str().to_owned();
        download(&mut bench, request).unwrap();
        let session = bench.session();
        assert_eq!(session.reported(), [(key, 0)]);
    }
}

/// Covers M04, T-02.
#[test]
fn an_image_for_something_else_or_too_old_is_not_started() {
    let limit = "Device.X_CISCO_ATA.Provisioning.Downgrade_Rev_Limit";
    for (product, version) in [
        ("ATA191", NEW),
        ("SPA122", NEW),
        ("", NEW),
        ("ATA192", "11-2-9"),
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        bench.set(&[(limit, "11-3-0")], "k").unwrap();
        bench.files().delivers(product, version);
        download(&mut bench, firmware("wrong")).unwrap();
        let session = bench.session();
        session.informs(&["7 TRANSFER COMPLETE", "M Download: wrong"]);
        assert_eq!(
            session.reported(),
            [("wrong".to_owned(), 9018)],
            "{product} {version}"
        );
        assert_eq!(bench.get(VERSION), OLD);
        assert!(bench.device().core().firmware.trial.is_none());
    }
}

/// Covers T-19, T-01, P4.
#[test]
fn an_image_that_never_reaches_its_acs_is_left_for_the_old_one_and_reported() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers("ATA192", NEW);
    download(&mut bench, firmware("bad")).unwrap();
    bench.acs().goes_away();
    for _ in 0..3 {
        let session = bench.session();
        session.fails("cable");
        assert_eq!(session.value(VERSION), Some(NEW));
        assert!(session.tells("7 TRANSFER COMPLETE"));
        bench.settle();
        bench.power_cut();
    }
    bench.acs().comes_back();
    let session = bench.session();
    session
        .succeeds()
        .informs(&["1 BOOT", "7 TRANSFER COMPLETE", "M Download: bad"]);
    assert_eq!(session.value(VERSION), Some(OLD));
    assert_eq!(session.reported(), [("bad".to_owned(), 9018)]);
    assert_eq!(bench.device().core().firmware.active, SlotName::A);
    bench.is_quiet_for(3600);
}

/// Covers T-02, P4.
#[test]
fn an_image_that_runs_for_long_enough_is_kept_though_its_acs_is_away() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers("ATA192", NEW);
    download(&mut bench, firmware("good")).unwrap();
    bench.acs().goes_away();
    bench.advance(11 * 60);
    for _ in 0..5 {
        bench.power_cut();
        bench.settle();
    }
    assert_eq!(bench.knows(VERSION), NEW);
    bench.sessions();
    bench.acs().comes_back();
    let session = bench.session();
    assert_eq!(session.reported(), [("good".to_owned(), 0)]);
}

/// Covers P4, T-19.
#[test]
fn the_image_to_go_back_to_is_not_overwritten_while_the_new_one_is_on_trial() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers("ATA192", NEW).hangs();
    bench
        .acs()
        .calls(firmware("first"))
        .calls(firmware("second"));
    bench.call_device();
    bench.session().succeeds();
    bench.acs().goes_away();
    bench.advance(60);
    assert_eq!(bench.files().asked.len(), 1, "the other slot is needed");
    bench.acs().comes_back();
    bench.call_device();
    bench.settle();
    assert_eq!(bench.files().asked.len(), 2);
    assert_eq!(
        bench.files().asked[1].work,
        TransferWork::Image(SlotName::A, UnsignedFirmware::Refuse)
    );
}

/// Covers T-07, T-19.
#[test]
fn a_roll_back_takes_nothing_from_an_earlier_image_that_runs() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .files()
        .delivers("ATA192", NEW)
        .delivers("ATA192", "11-4-0");
    bench.acs().calls(firmware("good")).calls(firmware("bad"));
    bench.call_device();
    bench.session().succeeds();
    bench.acs().goes_away();
    // The first proves itself by running; the second is fetched then and never does.
    bench.advance(11 * 60);
    assert_eq!(bench.knows(VERSION), "11-4-0");
    for _ in 0..3 {
        bench.power_cut();
        bench.settle();
    }
    bench.sessions();
    assert_eq!(bench.knows(VERSION), NEW);
    bench.acs().comes_back();
    let session = bench.session();
    let expected = [("good".to_owned(), 0), ("bad".to_owned(), 9018)];
    assert_eq!(session.reported(), expected);
}

/// Covers T-01, P3.
#[test]
fn a_transfer_that_reboots_cut_off_is_begun_again_and_given_up_in_the_end() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().hangs().hangs().hangs();
    download(&mut bench, firmware("cut")).unwrap();
    bench.settle();
    for _ in 0..2 {
        bench.power_cut();
        bench.session().informs(&["1 BOOT"]);
        bench.settle();
    }
    bench.power_cut();
    let session = bench.session();
    session.informs(&["1 BOOT", "7 TRANSFER COMPLETE", "M Download: cut"]);
    assert_eq!(session.reported(), [("cut".to_owned(), 9017)]);
    assert_eq!(bench.files().asked.len(), 3);
}

/// Covers P3, E-11.
#[test]
fn a_transfer_complete_survives_twenty_reboots_and_a_week_without_an_acs() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(FaultCode::ACCESS_FILE);
    download(&mut bench, firmware("image")).unwrap();
    bench.acs().goes_away();
    for round in 0..20 {
        bench.advance(7 * 24 * 3600 / 20);
        let told = bench.sessions();
        assert!(
            told.iter().all(|session| session.tells("M Download")),
            "round {round}"
        );
        bench.power_cut();
    }
    bench.acs().comes_back();
    let session = bench.session();
    assert_eq!(session.reported(), [("image".to_owned(), 9016)]);
    bench.settle();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
}

/// Covers T-01, E-03.
#[test]
fn a_report_whose_answer_was_lost_is_made_again() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(FaultCode::ACCESS_FILE);
    bench
        .acs()
        .lets_pass(3)
        .lets_pass(1)
        .reacts(Reaction::Break);
    download(&mut bench, firmware("image")).unwrap();
    let lost = bench.session();
    lost.fails("cable");
    assert_eq!(lost.reported().len(), 1);
    let again = bench.session();
    again
        .succeeds()
        .informs(&["7 TRANSFER COMPLETE", "M Download: image"]);
    assert_eq!(again.reported(), [("image".to_owned(), 9016)]);
    bench.is_quiet_for(600);
}

/// Covers P-15, E-07.
#[test]
fn a_reboot_and_an_upgrade_asked_for_in_one_session_are_both_told() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers("ATA192", NEW);
    bench.acs().calls(firmware("image")).calls(reboot("asked"));
    bench.call_device();
    bench.session().succeeds();
    bench.session().informs(&["1 BOOT", "M Reboot: asked"]);
    let upgraded = bench.session();
    assert_eq!(upgraded.reported(), [("image".to_owned(), 0)]);
    assert_eq!(upgraded.value(VERSION), Some(NEW));
}

/// Covers T-04.
#[test]
fn the_password_of_a_transfer_is_gone_when_the_transfer_is_reported() {
    use agent::device::io::SectionKind;
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails_after(60, FaultCode::ACCESS_FILE);
    download(&mut bench, firmware("image")).unwrap();
    assert!(bench.stored(SectionKind::Transfers).contains("file-secret"));
    let shown = format!("{:?}", bench.device());
    assert!(
        !shown.contains("file-secret") && !shown.contains("device-secret"),
        "in a log"
    );
    bench.session().succeeds();
    bench.settle();
    assert!(!bench.stored(SectionKind::Transfers).contains("file-secret"));
    bench.ask(FactoryReset {}).unwrap();
}
