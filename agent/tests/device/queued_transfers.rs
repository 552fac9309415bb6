//! The transfer queue as the ACS sees it, and what it may take out of it: GetQueuedTransfers, GetAllQueuedTransfers,
//! CancelTransfer.

use crate::support::Bench;
use crate::support::requests::{cancel, firmware, scheduled, upload, window};
use agent::device::Input;
use agent::transfer::{OwnTransfer, TransferFile};
use cwmp::rpc::{
    Download, GetAllQueuedTransfers, GetQueuedTransfers, QueuedTransferState, TransferDescription,
    Upload,
};
use cwmp::{CpeResponse, FaultCode};
use data_model::Secret;

fn queued(bench: &mut Bench) -> Vec<(String, u8)> {
    match bench.ask(GetQueuedTransfers {}) {
        Ok(CpeResponse::GetQueuedTransfersResponse(response)) => response
            .transfer_list
            .into_iter()
            .map(|transfer| (transfer.command_key.into(), transfer.state.into()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn all_queued(bench: &mut Bench) -> Vec<TransferDescription> {
    match bench.ask(GetAllQueuedTransfers {}) {
        Ok(CpeResponse::GetAllQueuedTransfersResponse(response)) => response.transfer_list,
        other => panic!("{other:?}"),
    }
}

fn delayed(key: &str, delay_seconds: u32) -> Download {
    Download {
        delay_seconds,
        target_file_name: "image.bin".into(),
        ..firmware(key)
    }
}

/// Covers T-04.
#[test]
fn the_queue_tells_what_waits_what_runs_and_what_the_device_does_of_its_own() {
    let mut bench = Bench::bootstrapped("ata192");
    assert!(queued(&mut bench).is_empty() && all_queued(&mut bench).is_empty());
    bench.files().hangs();
    bench.ask(firmware("running")).unwrap();
    bench.ask(delayed("waiting", 3_000)).unwrap();
    let later = Upload {
        delay_seconds: 3_000,
        ..upload("log", "4 Vendor Log File 1")
    };
    bench.ask(later).unwrap();
    bench
        .ask(scheduled("night", &[window(3_000, 4_000, 0)]))
        .unwrap();
    bench.input(Input::OwnTransfer(Box::new(OwnTransfer {
        file: TransferFile::Configuration,
        url: "http://files.example.net/own.cfg".into(),
        username: String::new(),
        password: Secret::new(""),
    })));
    let expected = [("running", 2), ("waiting", 1), ("log", 1), ("night", 1)];
    let expected = expected.map(|(key, state)| (key.to_owned(), state));
    assert_eq!(queued(&mut bench), expected);
    let all = all_queued(&mut bench);
    assert_eq!(all.len(), 5);
    assert_eq!(all[1].file_type, "1 Firmware Upgrade Image");
    assert_eq!((all[1].file_size, all[1].is_download), (4_194_304, true));
    assert_eq!(all[1].target_file_name, "image.bin");
    assert_eq!(
        (all[2].file_type.as_str(), all[2].is_download),
        ("7 Vendor Log File 1", false)
    );
    assert_eq!(all[4].file_type, "3 Vendor Configuration File");
    assert_eq!(all[4].command_key.as_str(), "");
    assert_eq!(all[4].state, QueuedTransferState::NotStarted);
    bench.files().hangs();
    bench.settle();
    bench.power_cut();
    bench.session().succeeds();
    assert_eq!(queued(&mut bench).len(), 4);
}

/// Covers T-04, T-16.
#[test]
fn a_transfer_stays_in_the_queue_until_its_end_is_told() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(FaultCode::ACCESS_FILE);
    bench.ask(firmware("failed")).unwrap();
    bench
        .acs()
        .lets_pass(1)
        .refuses(FaultCode::ACS_INTERNAL_ERROR);
    bench.acs().calls(GetQueuedTransfers {});
    let session = bench.session();
    let Ok(CpeResponse::GetQueuedTransfersResponse(response)) = session.answer() else {
        panic!("no list")
    };
    assert_eq!(
        response.transfer_list[0].state,
        QueuedTransferState::Finishing
    );
    assert_eq!(bench.session().reported(), [("failed".to_owned(), 9016)]);
    assert!(queued(&mut bench).is_empty());
}

/// Covers M16.
#[test]
fn cancelling_what_is_not_there_is_no_error() {
    let mut bench = Bench::bootstrapped("ata192");
    for key in ["nobody", ""] {
        assert!(bench.ask(cancel(key)).is_ok());
    }
    bench.ask(delayed("other", 60)).unwrap();
    assert!(bench.ask(cancel("Other")).is_ok());
    assert_eq!(queued(&mut bench).len(), 1);
}

/// Covers T-07.
#[test]
fn cancelled_transfers_are_forgotten_without_a_report() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.ask(delayed("same", 60)).unwrap();
    bench.ask(delayed("same", 90)).unwrap();
    bench.ask(scheduled("same", &[window(60, 90, 0)])).unwrap();
    bench.ask(delayed("kept", 120)).unwrap();
    assert!(bench.ask(cancel("same")).is_ok());
    bench.settle();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(queued(&mut bench), [("kept".to_owned(), 1)]);
    bench.files().fails(FaultCode::ACCESS_FILE);
    assert_eq!(bench.session().reported(), [("kept".to_owned(), 9016)]);
    bench.is_quiet_for(600);
}

/// Covers T-07.
#[test]
fn a_transfer_under_way_is_stopped_and_the_next_one_begins() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .files()
        .fails_after(60, FaultCode::CONTACT_FILE_SERVER);
    bench.files().fails(FaultCode::ACCESS_FILE);
    bench.ask(firmware("slow")).unwrap();
    bench.ask(firmware("next")).unwrap();
    assert!(bench.ask(cancel("slow")).is_ok());
    assert_eq!(bench.session().reported(), [("next".to_owned(), 9016)]);
    let number = bench.files().asked[0].number;
    assert_eq!(bench.files().stopped, [number]);
    bench.is_quiet_for(600);
}

/// Covers T-07.
#[test]
fn an_image_that_is_being_applied_can_no_longer_be_cancelled() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .files()
        .delivers_after(8, "ATA192", "11-3-3MPP0104-240");
    bench.ask(firmware("same")).unwrap();
    bench.ask(delayed("same", 3_000)).unwrap();
    // The image arrives while the session is open, so that it waits for its end.
    bench
        .acs()
        .lets_pass(1)
        .reacts(crate::support::Reaction::Pause);
    bench.acs().calls(cancel("same"));
    bench.call_device();
    bench.runs_to_pause();
    bench.files_arrive();
    bench.resumes();
    let session = bench.session();
    let fault = session.answer().clone().unwrap_err();
    assert_eq!(fault.code.number(), 9021);
    let booted = bench.session();
    assert_eq!(booted.reported(), [("same".to_owned(), 0)]);
    assert!(queued(&mut bench).is_empty(), "the other one is cancelled");
}
