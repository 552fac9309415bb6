//! A disk that takes nothing more: an error, not a loss, and over when there is room again.
//!
//! Two kinds: the kernel's limit of file sizes, by which no file of the server grows from one moment to the next; and a
//! file system of its own that is full, where the kernel lets a process have one.

use crate::world::by_hand::{Hand, fetch};
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::Rest;
use crate::world::{FACTORY_SECRET, counted, eventually, runs};
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Full disks in a row.
const ROUNDS: u64 = 5;
/// Requests to the server while its disk is full.
const REQUESTS: u64 = 20;
/// Time in which a server must work again once there is room (promise P8).
const RESUMES: Duration = Duration::from_secs(10);

/// A program that becomes the server; the signal that goes with the limit is ignored, as a full disk sends none.
fn limited() -> Command {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        r#"trap '' XFSZ; exec "$0" "$@" 2>/dev/null"#,
        DIALTONE,
    ]);
    command
}

/// Sets how large files of the server may get; `unlimited` for a disk with room.
async fn room(server: &AcsProcess, bytes: &str) {
    let mut command = Command::new("prlimit");
    let limit = format!("--fsize={bytes}:unlimited");
    command.args(["--pid", &server.id().to_string(), &limit]);
    let set = command.status().await.expect("there is prlimit");
    assert!(set.success());
}

/// Asks for changes of every kind; each must be refused in words, or be kept. Says how many were acknowledged.
async fn ask(api: &Rest, tasks: &str, round: u64) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0..REQUESTS {
        let answer = match number % 3 {
            0 => {
                let path = format!("/files?name=f{round}-{number}");
                api.upload(&path, vec![7; 200_000]).await
            }
            1 => {
                let value = json!({ "name": "~.A", "value": "x".repeat(20_000) });
                let path = format!("/profiles/p{round}-{number}");
                api.put(&path, json!({ "values": [value] })).await
            }
            _ => api.post(tasks, json!({ "kind": "reboot" })).await,
        };
        match answer {
            Ok(created) => acknowledged.extend(created["id"].as_str().map(str::to_owned)),
            Err(refused) => {
                let known = [503, 507].contains(&refused.status);
                assert!(known && refused.body.contains("fix"), "{refused}");
            }
        }
    }
    acknowledged
}

/// Covers P8.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_what_it_cannot_keep_and_the_server_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let mut server = AcsProcess::start_by(limited(), &data, &ports, "").await;
    let api = server.sign_in(&data).await;
    let mut hand = Hand::with_password(server.cwmp, "FULL", FACTORY_SECRET);
    hand.open().await;
    let tasks = format!("{}/tasks", hand.path());
    let (mut acknowledged, mut refusals, mut slowest) = (Vec::new(), 0, Duration::ZERO);
    for round in 0..runs(ROUNDS) {
        room(&server, "0").await;
        let kept = ask(&api, &tasks, round).await;
        refusals += REQUESTS - kept.len() as u64;
        acknowledged.extend(kept);
        let ready = fetch(server.api, "/readyz").await;
        assert_eq!(ready.status, 503, "{}", ready.text());
        // What is only read is answered as ever, and a device is asked to come again instead of being told a lie.
        assert!(api.get(&hand.path()).await.is_ok());
        assert_eq!(fetch(server.api, "/metrics").await.status, 200);
        hand.hang_up();
        hand.cookie = None;
        let answer = hand.post(hand.inform(Vec::new())).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        room(&server, "unlimited").await;
        let since = Instant::now();
        let task = eventually("the server takes tasks again", || async {
            api.post(&tasks, json!({ "kind": "reboot" })).await.ok()
        })
        .await;
        slowest = slowest.max(since.elapsed());
        acknowledged.extend(task["id"].as_str().map(str::to_owned));
        assert_eq!(fetch(server.api, "/readyz").await.status, 200);
    }
    assert!(server.is_alive());
    assert!(slowest <= RESUMES, "it took {slowest:?}");
    assert!(refusals > 0, "the disk was never full");
    server.stop().await;
    let server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let listed = api.all(&tasks).await.expect("a list");
    let files = api.get("/files").await.expect("a list");
    let both = listed.iter().chain(files.as_array().into_iter().flatten());
    let known: Vec<&str> = both.filter_map(|thing| thing["id"].as_str()).collect();
    let lost = acknowledged
        .iter()
        .filter(|id| !known.contains(&id.as_str()));
    let (lost, all) = (lost.count(), acknowledged.len());
    counted(format!(
        "full disk: {} times; {all} acknowledged, {lost} lost; {refusals} refused; works again after {slowest:?} at most",
        runs(ROUNDS)
    ));
    assert_eq!(lost, 0);
}

/// Megabytes of the file system.
const SIZE_MB: usize = 48;

/// A program that makes a small file system nobody else sees, and becomes the server on it.
fn on_a_small_disk(data: &Path) -> Command {
    let mut command = Command::new("unshare");
    let script = format!(
        r#"mount -t tmpfs -o size={SIZE_MB}m tmpfs '{}' && exec "$0" "$@" 2>/dev/null"#,
        data.display()
    );
    command.args(["--map-root-user", "--mount", "sh", "-c", &script, DIALTONE]);
    command
}

/// Whether this machine lets a process have file systems of its own.
async fn may_mount(folder: &Path) -> bool {
    let script = format!("mount -t tmpfs -o size=1m tmpfs '{}'", folder.display());
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script]);
    command.status().await.is_ok_and(|status| status.success())
}

/// Writes until nothing more fits.
fn fill(file: &Path) -> std::io::Result<()> {
    let mut file = std::fs::File::create(file)?;
    // Smaller and smaller pieces: not a byte stays free.
    for piece in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![0; piece]).is_ok() {}
    }
    Ok(())
}

/// Covers P8.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_system_without_room_costs_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    if !may_mount(&data).await {
        counted("full file system: left out, this machine lets nobody have one of their own");
        return;
    }
    let ports = Ports::free();
    let mut server = AcsProcess::start_by(on_a_small_disk(&data), &data, &ports, "").await;
    // The data folder as the server sees it.
    let inside = PathBuf::from(format!("/proc/{}/root{}", server.id(), data.display()));
    let api = server.sign_in(&inside).await;
    let mut hand = Hand::with_password(server.cwmp, "FULL", FACTORY_SECRET);
    hand.open().await;
    let tasks = format!("{}/tasks", hand.path());
    let ballast = inside.join("ballast");
    let (mut acknowledged, mut refusals, mut slowest) = (Vec::new(), 0, Duration::ZERO);
    for round in 0..runs(3) {
        fill(&ballast).expect("a file");
        let kept = ask(&api, &tasks, round).await;
        refusals += REQUESTS - kept.len() as u64;
        acknowledged.extend(kept);
        assert!(api.get(&hand.path()).await.is_ok(), "what is only read");
        assert_eq!(fetch(server.api, "/metrics").await.status, 200);
        assert!(server.is_alive());
        std::fs::remove_file(&ballast).expect("room");
        let since = Instant::now();
        let task = eventually("the server takes tasks again", || async {
            api.post(&tasks, json!({ "kind": "reboot" })).await.ok()
        })
        .await;
        slowest = slowest.max(since.elapsed());
        acknowledged.extend(task["id"].as_str().map(str::to_owned));
        assert_eq!(fetch(server.api, "/readyz").await.status, 200);
        hand.hang_up();
        hand.cookie = None;
        hand.open().await;
    }
    let listed = api.all(&tasks).await.expect("a list");
    let files = api.get("/files").await.expect("a list");
    let both = listed.iter().chain(files.as_array().into_iter().flatten());
    let known: Vec<&str> = both.filter_map(|thing| thing["id"].as_str()).collect();
    let lost = acknowledged
        .iter()
        .filter(|id| !known.contains(&id.as_str()));
    let lost = lost.count();
    counted(format!(
        "full file system: {} times; {} acknowledged, {lost} lost; {refusals} refused; works again after {slowest:?} at most",
        runs(3),
        acknowledged.len()
    ));
    assert_eq!(lost, 0);
    assert!(refusals > 0, "it was never full");
    assert!(slowest <= RESUMES, "it took {slowest:?}");
    server.stop().await;
}
