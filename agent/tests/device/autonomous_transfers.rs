//! Transfers the ACS did not ask for, as far as its policy wants to hear of them, and files the device asks it for.

use crate::support::requests::set;
use crate::support::{Bench, Reaction, enveloped};
use agent::device::Input;
use agent::transfer::{OwnTransfer, OwnTransferMade, TransferFile};
use cwmp::rpc::{FileTypeArgument, InformResponse, RequestDownload};
use cwmp::{AcsResponse, Fault, FaultCode, Header, Namespace};
use data_model::{Secret, Timestamp};

const POLICY: &str = "Device.ManagementServer.AutonomousTransferCompletePolicy.";
const TYPES: &str =
    "1 Firmware Upgrade Image,3 Vendor Configuration File,6 Vendor Configuration File";
const URL: &str = "http://provider.example.net/spa.cfg";
const NEW: &str = "11-3-3MPP0104-240";

/// A device whose ACS wants to hear of these.
fn bench(transfer_type: &str, result_type: &str, file_types: &str) -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    let names = [
        "Enable",
        "TransferTypeFilter",
        "ResultTypeFilter",
        "FileTypeFilter",
    ];
    let names = names.map(|name| format!("{POLICY}{name}"));
    let values = ["1", transfer_type, result_type, file_types];
    let values: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
    bench
        .ask(set(&values, "policy"))
        .expect("a policy is taken");
    bench
}

fn wants(bench: &mut Bench, file: TransferFile) {
    bench.input(Input::OwnTransfer(Box::new(OwnTransfer {
        file,
        url: URL.into(),
        username: "device".into(),
        password: Secret::new("own-secret"),
    })));
}

fn has_made(bench: &mut Bench, file: TransferFile, fault: Option<Fault>) {
    let started = Timestamp::from_millis(bench.now().as_millis() - 4_000);
    bench.input(Input::OwnTransferMade(Box::new(OwnTransferMade {
        file,
        url: URL.into(),
        file_size: 4711,
        target_file_name: String::new(),
        started,
        fault,
    })));
}

/// Covers T-18, S-01, E-01.
#[test]
fn a_transfer_of_the_device_itself_is_reported_as_autonomous() {
    let mut bench = bench("Both", "Both", TYPES);
    bench
        .files()
        .gives_after(5, "<flat-profile><Proxy_1_>own</Proxy_1_></flat-profile>");
    wants(&mut bench, TransferFile::Configuration);
    let session = bench.session();
    session
        .succeeds()
        .informs(&["10 AUTONOMOUS TRANSFER COMPLETE"]);
    assert!(session.reports.is_empty());
    let [report] = &session.autonomous[..] else {
        panic!("{:?}", session.autonomous)
    };
    assert_eq!(report.transfer_url, URL);
    assert_eq!(report.announce_url, "");
    assert_eq!(report.file_type, "3 Vendor Configuration File");
    assert!(report.is_download);
    assert_eq!(report.fault_struct.fault_code, 0);
    assert_eq!(bench.knows("Device.X_CISCO_ATA.Line.1.Proxy"), "own");
    bench.is_quiet_for(600);
}

/// Covers T-18, E-11, P3.
#[test]
fn a_report_survives_reboots_and_a_fault_of_the_acs() {
    let mut bench = bench("Both", "Both", TYPES);
    bench.acs().goes_away();
    let fault = Fault::from(FaultCode::ACCESS_FILE);
    has_made(
        &mut bench,
        TransferFile::SendConfiguration(Some(1)),
        Some(fault),
    );
    bench.settle();
    bench.power_cut();
    bench.advance(10);
    bench.sessions();
    bench.acs().comes_back();
    bench
        .acs()
        .lets_pass(1)
        .refuses(FaultCode::ACS_INTERNAL_ERROR);
    let refused = bench.session();
    refused.informs(&["1 BOOT", "10 AUTONOMOUS TRANSFER COMPLETE"]);
    let again = bench.session();
    again.informs(&["10 AUTONOMOUS TRANSFER COMPLETE"]);
    let report = &again.autonomous[0];
    assert_eq!(report.file_type, "6 Vendor Configuration File 1");
    assert_eq!((report.file_size, report.is_download), (4711, false));
    assert_eq!(report.fault_struct.fault_code, 9016);
    bench.is_quiet_for(600);
}

/// Covers T-18.
#[test]
fn what_the_policy_filters_out_is_never_told() {
    let bad = || Some(Fault::from(FaultCode::ACCESS_FILE));
    let download = TransferFile::Configuration;
    let send = TransferFile::SendConfiguration(Some(1));
    let cases = [
        (("Both", "Both", TYPES), download, None, true),
        (("Download", "Success", TYPES), download, None, true),
        (("Upload", "Failure", TYPES), send, bad(), true),
        (("Upload", "Both", TYPES), download, None, false),
        (("Download", "Both", TYPES), send, None, false),
        (("Both", "Failure", TYPES), download, None, false),
        (("Both", "Success", TYPES), download, bad(), false),
        (("Both", "Both", ""), download, None, false),
        (
            ("Both", "Both", "1 Firmware Upgrade Image"),
            download,
            None,
            false,
        ),
    ];
    for ((transfer_type, result_type, file_types), file, fault, told) in cases {
        let mut bench = bench(transfer_type, result_type, file_types);
        has_made(&mut bench, file, fault);
        if told {
            assert_eq!(bench.session().autonomous.len(), 1);
        } else {
            bench.is_quiet_for(600);
        }
    }
    // From the factory the policy is off.
    let mut bench = Bench::bootstrapped("ata192");
    has_made(&mut bench, download, None);
    bench.is_quiet_for(600);
}

/// Covers M-04.
#[test]
fn an_upgrade_from_elsewhere_is_refused_while_the_acs_manages_upgrades() {
    let mut bench = bench("Both", "Both", TYPES);
    bench.files().delivers("ATA192", NEW);
    let managed = "Device.ManagementServer.UpgradesManaged";
    bench.ask(set(&[(managed, "1")], "k")).unwrap();
    wants(&mut bench, TransferFile::Firmware);
    bench.is_quiet_for(60);
    assert!(bench.files().asked.is_empty());
    bench.ask(set(&[(managed, "0")], "k")).unwrap();
    wants(&mut bench, TransferFile::Firmware);
    let session = bench.session();
    session.informs(&[
        "1 BOOT",
        "4 VALUE CHANGE",
        "10 AUTONOMOUS TRANSFER COMPLETE",
    ]);
    assert_eq!(session.autonomous[0].file_type, "1 Firmware Upgrade Image");
}

/// Covers T-18, T-04.
#[test]
fn a_flood_of_own_transfers_takes_no_place_away_from_the_acs() {
    let mut bench = bench("Both", "Both", TYPES);
    bench.acs().goes_away();
    for _ in 0..100 {
        bench.files().takes();
        has_made(&mut bench, TransferFile::Configuration, None);
        bench.settle();
        wants(&mut bench, TransferFile::SendLog(None));
        bench.advance(1);
    }
    bench.sessions();
    bench.acs().comes_back();
    let session = bench.session();
    assert!((1..=8).contains(&session.autonomous.len()));
    let mut later = crate::support::requests::firmware("asked");
    later.delay_seconds = 600;
    assert!(bench.ask(later).is_ok());
}

/// Covers T-18, V-05.
#[test]
fn an_acs_of_version_1_0_is_not_asked_what_it_does_not_know() {
    let mut bench = bench("Both", "Both", TYPES);
    let header = Header::with_id("1");
    let answer = AcsResponse::from(InformResponse::default());
    bench
        .acs()
        .reacts(enveloped(Namespace::Cwmp10, &header, answer));
    has_made(&mut bench, TransferFile::Configuration, None);
    let session = bench.session();
    assert!(session.autonomous.is_empty());
    bench.is_quiet_for(3600);
}

fn wish() -> Input {
    Input::RequestDownload(Box::new(RequestDownload {
        file_type: "1 Firmware Upgrade Image".into(),
        file_type_arg: vec![FileTypeArgument {
            name: "Version".into(),
            value: NEW.into(),
        }],
    }))
}

/// Covers S-01, E-01.
#[test]
fn a_file_somebody_asks_for_at_the_page_is_asked_of_the_acs() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.input(wish());
    let session = bench.session();
    session.succeeds().informs(&["9 REQUEST DOWNLOAD"]);
    let [wish] = &session.wishes[..] else {
        panic!("{:?}", session.wishes)
    };
    assert_eq!(wish.file_type, "1 Firmware Upgrade Image");
    assert_eq!(wish.file_type_arg[0].value, NEW);
    bench.is_quiet_for(600);
}

/// Covers E-01.
#[test]
fn a_wish_in_a_session_is_told_in_the_next_one() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.advance(5);
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.input(wish());
    bench.resumes();
    let open = bench.session();
    assert!(open.wishes.is_empty());
    let next = bench.session();
    next.informs(&["9 REQUEST DOWNLOAD"]);
    assert_eq!(next.wishes.len(), 1);
}

/// Whoever presses twice asks twice, each time in a session that says so.
///
/// Covers E-01.
#[test]
fn a_second_wish_while_the_first_is_told_has_a_session_of_its_own() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.advance(5);
    bench.acs().reacts(Reaction::Pause);
    bench.input(wish());
    bench.runs_to_pause();
    bench.input(wish());
    bench.resumes();
    for _ in 0..2 {
        let session = bench.session();
        session.succeeds().informs(&["9 REQUEST DOWNLOAD"]);
        assert_eq!(session.wishes.len(), 1);
    }
    bench.is_quiet_for(600);
}

/// Covers E-01.
#[test]
fn a_wish_the_acs_refuses_or_never_hears_is_not_repeated() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .acs()
        .lets_pass(1)
        .refuses(FaultCode::ACS_METHOD_NOT_SUPPORTED);
    bench.input(wish());
    assert_eq!(bench.session().wishes.len(), 1);
    bench.is_quiet_for(600);
    bench.acs().reacts(Reaction::Break);
    bench.input(wish());
    bench.session().fails("cable");
    let next = bench.session();
    assert!(next.wishes.is_empty() && !next.tells("9 REQUEST DOWNLOAD"));
}
