//! `dialtone fleet` against a real server: devices come as their scenario says, and what they believe is what it says.

use crate::world::process::DIALTONE;
use crate::world::{FACTORY_SECRET, World, eventually};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Output, Stdio};
use tokio::process::Command;

/// Plays a scenario to its end, and gives what the program has said.
async fn fleet(world: &World, scenario: &str, more: &[&str]) -> (Output, Option<Value>) {
    let folder = world.folder.path().join("report");
    let file = world.folder.path().join("scenario.toml");
    std::fs::write(&file, scenario).expect("a folder of ours");
    let server = format!("http://{}", world.api.address());
    let output = Command::new(DIALTONE)
        .args(["fleet", "--acs-url", &world.server.acs_url()])
        .args(["--server", &server])
        .args(["--scenario".as_ref(), file.as_os_str()])
        .args(["--report".as_ref(), folder.as_os_str()])
        .args(more)
        .env("DIALTONE_TOKEN", world.api.token())
        .env("DIALTONE_ENROL_SECRET", FACTORY_SECRET)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("the program runs");
    (output, report(&folder))
}

fn report(folder: &Path) -> Option<Value> {
    let text = std::fs::read(folder.join("report.json")).ok()?;
    serde_json::from_slice(&text).ok()
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}

const STORM: &str = r#"
title = "A small storm"
about = "Sixty devices come within three seconds, of which some lose their power again."
[[devices]]
type = "ata192"
share = 0.7
[[devices]]
type = "ata191"
version = "11-1-0MPP0001-077"
share = 0.3
[arrival]
pattern = "storm"
over_secs = 3.0
[outage]
at_secs = 4.0
off_secs = 1.0
back_over_secs = 1.0
share = 0.5
[end]
when = "drained"
secs = 120
"#;

/// Covers P6.
#[tokio::test]
async fn every_device_of_a_storm_arrives_and_the_ledger_has_no_difference() {
    let world = World::start().await;
    let (output, report) = fleet(&world, STORM, &["--count", "60", "--ledger"]).await;
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("ledger: 60 devices compared, 0 differences"),
        "{said}"
    );
    let report = report.expect("a report was written");
    assert_eq!(report["totals"]["registered"], 60, "{said}");
    assert_eq!(report["totals"]["waiting"], 0, "{said}");
    let boots = report["totals"]["boots"].as_u64().expect("a number");
    assert!((75..=105).contains(&boots), "half of them twice: {boots}");
    let peak = &report["acs"]["peak_resident_bytes"];
    assert!(peak.as_u64().is_some_and(|bytes| bytes > 0), "{report}");
    // The server has the mix of the scenario.
    let old = "/devices/count?q=software_version%20%3D%20%2211-1-0MPP0001-077%22";
    let old = world.api.get(old).await.expect("a count");
    let old = old["devices"].as_u64().expect("a number");
    assert!((8..=30).contains(&old), "three in ten of 60: {old}");
    let page = world.folder.path().join("report/report.html");
    let page = std::fs::read_to_string(page).expect("a page was written");
    assert!(page.contains("60 devices compared, no difference") && page.contains("<svg"));
}

/// What a device believes and the server does not know is told by device, and is the exit status.
#[tokio::test]
async fn a_device_the_server_has_forgotten_is_named() {
    let world = World::start().await;
    let scenario = r#"
title = "Some devices"
about = "Five devices come, and stay until they are told to end, so that one can be forgotten meanwhile."
[informs]
interval_secs = 3600
[end]
when = "time"
secs = 8
"#;
    let forgets = async {
        let five = || async {
            let devices = world.api.get("/devices?fields=serial_number").await.ok()?;
            (devices["items"].as_array()?.len() == 5).then_some(devices)
        };
        let devices = eventually("five devices are known", five).await;
        let id = devices["items"][0]["id"].as_str().expect("an id");
        let gone = world.api.delete(&format!("/devices/{id}")).await;
        gone.expect("it is forgotten");
        devices["items"][0]["serial_number"].clone()
    };
    let arguments = ["--count", "5", "--ledger"];
    let (forgotten, (output, _)) = tokio::join!(forgets, fleet(&world, scenario, &arguments));
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    let line = format!(
        "{} known: it believes 1 Informs answered",
        forgotten.as_str().expect("a serial number")
    );
    assert!(said.contains(&line), "{said}");
}

const LIFE: &str = r#"
title = "A short day"
about = "Devices whose lines register, of which some are behind a NAT, on lines that lose what is sent."
[arrival]
over_secs = 1.0
[informs]
interval_secs = 3
[day]
hour_secs = 1.0
registered = 1.0
lost_registrations = 0.0
[changes]
per_hour = 600.0
[[lines]]
share = 0.5
delay_ms = [5, 60]
lost = 0.1
lost_secs = 0.2
[hostile]
peers = 5
[end]
when = "time"
secs = 15
"#;

/// Sessions that break off anywhere leave nothing the two sides disagree about.
#[tokio::test]
async fn devices_on_bad_lines_and_among_hostile_peers_agree_with_the_server() {
    let world = World::start().await;
    let arguments = ["--count", "40", "--ledger", "--seed", "3"];
    let (output, report) = fleet(&world, LIFE, &arguments).await;
    let said = said(&output);
    let report = report.expect("a report was written");
    assert!(
        said.contains("ledger: 40 devices compared, 0 differences"),
        "{said}"
    );
    let failed = report["totals"]["failed"].as_u64().expect("a number");
    assert!(failed > 0, "one exchange in twenty is lost: {said}");
    let sessions = report["totals"]["sessions"].as_u64().expect("a number");
    assert!(sessions > 100, "they come again and again: {said}");
    let tricks = report["totals"]["tricks"].as_u64().expect("a number");
    assert!(tricks > 0, "{said}");
}

/// A person who asks for the ledger has to be signed in, and is told so before anything runs.
#[tokio::test]
async fn without_a_token_the_ledger_is_refused_before_any_device_boots() {
    let world = World::start().await;
    let output = Command::new(DIALTONE)
        .args(["fleet", "--acs-url", &world.server.acs_url(), "--ledger"])
        .arg("--token-file")
        .arg(world.folder.path().join("none.toml"))
        .env_remove("DIALTONE_TOKEN")
        .output()
        .await
        .expect("the program runs");
    let said = said(&output);
    assert!(!output.status.success());
    assert!(said.contains("dialtone sign-in"), "{said}");
    let count = world.api.get("/devices/count").await.expect("a count");
    assert_eq!(count, json!({ "devices": 0 }));
}

/// The library prints its scenarios, and what it prints can be played.
#[tokio::test]
async fn a_scenario_of_the_library_is_printed_as_a_file_that_can_be_played() {
    let world = World::start().await;
    let printed = Command::new(DIALTONE)
        .args(["fleet", "scenario", "blackout"])
        .output()
        .await
        .expect("the program runs");
    let text = String::from_utf8(printed.stdout).expect("a text");
    let shorter = text.replace("over_secs = 120.0", "over_secs = 1.0");
    assert_ne!(text, shorter, "{text}");
    let (output, report) = fleet(&world, &shorter, &["--count", "20", "--seed", "9"]).await;
    assert!(output.status.success(), "{}", said(&output));
    let report = report.expect("a report was written");
    assert_eq!(report["title"], "The night after a blackout");
    assert_eq!(report["totals"]["registered"], 20);
    assert!(report["ledger"].is_null(), "nobody asked for it");
}
