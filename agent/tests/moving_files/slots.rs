//! What lies in a slot when an image has come.

use crate::file_server::{FileServer, cut_off};
use crate::{image, job, key};
use agent::device::io::{TransferOutcome, TransferWork};
use agent::firmware::SlotName;
use agent::shell::disk::Disk;
use agent::shell::slots::SlotStore;
use agent::shell::transfers::{TransferConfig, carry_out};
use data_model::device_type::UnsignedFirmware;
use data_model::firmware::ImageHeader;

/// Whoever writes the image to the flash can check again who signed it.
///
/// Covers T-02.
#[tokio::test]
async fn a_slot_holds_the_whole_container_that_was_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = image(&key(), 50_000);
    let server = FileServer::answering(vec![cut_off("", &file, file.len())]).await;
    let config = TransferConfig {
        slots: SlotStore::new(Disk::default(), Some(folder.path().into())),
        ..crate::config(&Default::default())
    };
    let job = job(
        &server.url("/image"),
        TransferWork::Image(SlotName::B, UnsignedFirmware::Refuse),
    );
    let outcome = carry_out(&config, job).await;
    assert!(matches!(outcome, TransferOutcome::Staged(_)), "{outcome:?}");
    let slot = std::fs::read(folder.path().join("slot-b.image")).expect("it is there");
    assert_eq!(slot, file);
    let signed = ImageHeader::read(&slot, &[key().verifying_key()]);
    let signed = signed.expect("it is signed").expect("the header is whole");
    assert_eq!(signed.header.bytes as usize, slot.len() - signed.length);
}
