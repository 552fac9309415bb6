//! What runs a server for years: old lines of the trail leave it without being lost, backups are noted and put back whole.

use crate::command_line::{dialtone, text};
use crate::world::by_hand::fetch;
use crate::world::eventually;
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use acs::clock;
use acs::store::sqlite::SqliteStore;
use acs::store::{Actor, PeopleStore as _, Store as _};
use data_model::Timestamp;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use tokio::process::Command;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A store whose audit trail has a line of each of the last ten days.
async fn ten_days(data: &Path) {
    std::fs::create_dir_all(data).expect("a folder");
    let store = SqliteStore::open(&data.join("dialtone.db")).expect("a store");
    let now = clock::now().as_millis();
    for day in (0..10).rev() {
        let at = Timestamp::from_millis(now - day * DAY_MS - 60_000);
        let noted = store.audit_note(&Actor::Console, "export", format!("{day} days ago"), at);
        noted.await.expect("a line");
    }
    store.close().await;
}

/// The only file of the archive, with what stands in it.
fn exported(data: &Path) -> Option<(std::path::PathBuf, String)> {
    let mut files = std::fs::read_dir(data.join("audit-archive")).ok()?;
    let path = files.next()?.ok()?.path();
    // One that is still being written has another name.
    let name = path.file_name()?.to_str()?;
    let whole = name.starts_with("audit-") && name.ends_with(".jsonl");
    let text = std::fs::read_to_string(&path).ok()?;
    whole.then_some((path, text))
}

#[tokio::test(flavor = "multi_thread")]
async fn old_lines_of_the_audit_trail_are_exported_before_they_go_and_both_can_be_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    ten_days(&data).await;
    let settings = "[retention]\naudit_days = 5\n";
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, settings).await;
    let (path, lines) = eventually("an export", || async { exported(&data) }).await;
    let api = server.sign_in(&data).await;
    eventually("the lines are gone", || async {
        let check = api.get("/audit/verify").await.ok()?;
        (check["first"] == 6 && check["intact"] == true).then_some(())
    })
    .await;
    assert!(
        lines.contains("\"5 days ago\"") && !lines.contains("\"4 days ago\""),
        "{lines}"
    );
    let cut = api.get("/audit?action=audit.cut").await.expect("the trail");
    let subject = cut["items"][0]["subject"].as_str().unwrap_or_default();
    assert!(subject.contains("audit-000000000001.jsonl"), "{cut}");
    let verify = async |words: &[&str]| {
        dialtone(&[&["audit", "verify"], words].concat(), folder.path()).await
    };
    let output = verify(&["--data", "data"]).await;
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).contains("5 lines, from number 1"),
        "{}",
        text(&output)
    );
    // The file alone, as an auditor has it.
    let kept = folder.path().join("kept.jsonl");
    std::fs::copy(&path, &kept).expect("a copy");
    assert!(verify(&["--archive", "kept.jsonl"]).await.status.success());
    // A line that was changed is found, in the file alone and in the folder.
    std::fs::write(&path, lines.replace("7 days ago", "8 days ago")).expect("a file");
    let output = verify(&["--data", "data"]).await;
    assert!(
        !output.status.success() && text(&output).contains("line 3"),
        "{}",
        text(&output)
    );
    // One that was moved away is told of, and is no trouble.
    std::fs::remove_file(&path).expect("a file");
    let output = verify(&["--data", "data"]).await;
    assert!(
        output.status.success() && text(&output).contains("--archive"),
        "{}",
        text(&output)
    );
    server.stop().await;
}

/// Covers P15.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_the_folder_is_noted_as_one_through_the_server_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let server = AcsProcess::start(&data, &ports).await;
    let metric = async || {
        let metrics = fetch(server.api, "/metrics").await.text();
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix("dialtone_last_backup_seconds "));
        line.and_then(|value| value.parse::<f64>().ok())
    };
    assert_eq!(metric().await, Some(0.0));
    // While the server runs.
    let output = dialtone(
        &["acs", "backup", "--data", "data", "--to", "b.tar"],
        folder.path(),
    )
    .await;
    assert!(output.status.success(), "{}", text(&output));
    eventually("the metric moves", || async {
        (metric().await? > 1e9).then_some(())
    })
    .await;
    server.stop().await;
    let said = text(&dialtone(&["doctor", "--config", "data.toml"], folder.path()).await);
    assert!(said.contains("backup:        0 days old"), "{said}");
}

/// A restore that is killed leaves nothing where the server looks, and the next one is not held up by it.
///
/// Covers P15.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_has_done_nothing_and_can_be_begun_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    ten_days(&path.join("data")).await;
    std::fs::create_dir(path.join("data/files")).expect("a folder");
    std::fs::write(path.join("data/files/large"), vec![7; 24_000_000]).expect("a file");
    let output = dialtone(&["acs", "backup", "--data", "data", "--to", "b.tar"], path).await;
    assert!(output.status.success(), "{}", text(&output));
    let restore = ["acs", "restore", "--from", "b.tar", "--data", "back"];
    let mut command = Command::new(DIALTONE);
    let mut child = command
        .args(restore)
        .current_dir(path)
        .kill_on_drop(true)
        .spawn()
        .expect("it runs");
    // The database comes first; with it there the restore is in the middle.
    eventually("it is in the middle", || async {
        path.join("back.restoring/dialtone.db")
            .exists()
            .then_some(())
    })
    .await;
    child.start_kill().expect("it runs");
    let status = child.wait().await.expect("it ended");
    assert_eq!(status.signal(), Some(9), "it was too quick for this test");
    assert!(!path.join("back").exists(), "all or nothing");
    let output = dialtone(&restore, path).await;
    assert!(output.status.success(), "{}", text(&output));
    assert!(!path.join("back.restoring").exists());
    assert_eq!(
        std::fs::metadata(path.join("back/files/large"))
            .expect("a file")
            .len(),
        24_000_000
    );
    let verify = dialtone(&["audit", "verify", "--data", "back"], path).await;
    assert!(verify.status.success(), "{}", text(&verify));
}
