//! A disk that takes nothing more: an error, not a loss, and over when there is room again.
//!
//! The kernel's limit of file sizes stands for the disk: from one moment to the next no file of the server grows.

use crate::world::by_hand::{Hand, fetch};
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::Rest;
use crate::world::{FACTORY_SECRET, counted, eventually, runs};
use serde_json::json;
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
