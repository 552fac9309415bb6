//! An archive is put back as it was, or not at all.

use super::*;
use crate::store::sqlite::SqliteStore;
use crate::store::{Actor, Id, Store as _};
use cwmp::DeviceId;
use data_model::Timestamp;
use std::path::Path;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A data folder with a user and a file.
async fn data(folder: &Path) -> std::path::PathBuf {
    let data = folder.join("data");
    std::fs::create_dir_all(data.join("files")).unwrap();
    std::fs::write(data.join("files/0123"), b"an image").unwrap();
    std::fs::write(data.join("files/partial-1"), b"half an im").unwrap();
    std::fs::write(data.join("provisioning.key"), b"a key").unwrap();
    let store = SqliteStore::open(&data.join(DATABASE)).unwrap();
    let identity = DeviceId {
        manufacturer: String::new(),
        oui: "00562B".into(),
        product_class: "ATA192".into(),
        serial_number: "KEPT".into(),
    };
    let registered = store.device_register(&Actor::Console, &identity, None, NOW);
    registered.await.unwrap();
    store.close().await;
    data
}

/// Covers P15.
#[tokio::test]
async fn what_was_put_away_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path()).await;
    let file = folder.path().join("backup.tar");
    let put_away = copy_offline(&data, NOW, &file).unwrap();
    // The image, the two keys and the database.
    assert_eq!(put_away.sum().files, 4);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing is left behind"
    );
    let target = folder.path().join("restored");
    let put_back = restore(&file, &target).unwrap();
    assert_eq!(put_back, put_away);
    let read = |name: &str| std::fs::read(target.join(name)).unwrap();
    assert_eq!(read("files/0123"), b"an image");
    assert_eq!(read("provisioning.key"), b"a key");
    let key = std::fs::read(data.join("secrets.key")).unwrap();
    assert_eq!(read("secrets.key"), key, "or no secret could be read");
    let store = SqliteStore::open(&target.join(DATABASE)).unwrap();
    let id = Id::of_identity("00562B-ATA192-KEPT");
    assert!(store.device_find(id).await.unwrap().is_some());
    store.close().await;
    let refused = restore(&file, &target).unwrap_err();
    assert!(refused.why.contains("something in it"), "{refused}");
}

/// Covers P15.
#[tokio::test]
async fn a_backup_that_is_cut_off_or_damaged_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path()).await;
    let file = folder.path().join("backup.tar");
    copy_offline(&data, NOW, &file).unwrap();
    let good = std::fs::read(&file).unwrap();
    let target = folder.path().join("restored");
    let image = good.windows(8).position(|it| it == b"an image").unwrap();
    let manifest = good
        .windows(13)
        .position(|it| it == MANIFEST.as_bytes())
        .unwrap();
    let mut changed = good.clone();
    changed[image] ^= 1;
    let mut cut = good.clone();
    cut.truncate(manifest);
    for (bytes, word) in [
        (changed, "files/0123 is missing or damaged"),
        (cut, "end is missing"),
        (good[..image].to_vec(), ""),
        (b"no archive".to_vec(), ""),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let refused = restore(&file, &target).unwrap_err();
        assert!(refused.why.contains(word), "{refused}");
        assert!(!target.exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

/// Covers M03.
#[test]
fn an_archive_writes_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.tar");
    let mut archive = tar::Builder::new(File::create(&file).unwrap());
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    let name = b"../outside";
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_cksum();
    archive.append(&header, &b"x"[..]).unwrap();
    archive.finish().unwrap();
    let refused = restore(&file, &folder.path().join("restored")).unwrap_err();
    assert!(refused.why.contains("no place"), "{refused}");
    assert!(!folder.path().join("outside").exists());
}
