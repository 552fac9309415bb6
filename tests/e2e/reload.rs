//! Settings that are read again while sessions are open: all come into force at once, but for those that are named.

use crate::world::by_hand::Hand;
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::{FACTORY_SECRET, eventually};
use cwmp::{Event, EventCode};
use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;

/// Changes the settings beside a data folder, each of them once.
fn change(data: &Path, changes: &[(&str, &str)]) {
    let file = data.with_extension("toml");
    let mut text = std::fs::read_to_string(&file).expect("the settings");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}: {text}");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(file, text).expect("a file");
}

const SETTINGS: &str = "[admission]\nunknown = 'enrol'\n[query]\nindexed = []\n[discovery]\non_bootstrap = true\n\
                        [campaigns]\nconfirm_above = 7\n[connection_request]\nper_second = 10\n[outbound]\nallow = []\n\
                        [history]\nparameters = []\n[health]\nreboots = 3\n[device_files]\nlogs = 5\n[profiles]\n\
                        zone = 'UTC0'\n[provisioning]\nreports = false\n[xmpp]\n";

const CHANGES: [(&str, &str); 12] = [
    ("unknown = 'enrol'", "unknown = 'refuse'"),
    ("indexed = []", "indexed = ['Device.DeviceInfo.UpTime']"),
    ("on_bootstrap = true", "on_bootstrap = false"),
    ("confirm_above = 7", "confirm_above = 8"),
    ("per_second = 10", "per_second = 20"),
    ("allow = []", "allow = ['10.0.0.0/8']"),
    ("parameters = []", "parameters = ['Device.DeviceInfo.']"),
    ("reboots = 3", "reboots = 5"),
    ("logs = 5", "logs = 6"),
    ("zone = 'UTC0'", "zone = 'CET-1'"),
    ("reports = false", "reports = true"),
    (
        "basic_without_tls = true",
        "basic_without_tls = true\ndigest_sha256 = true",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn all_settings_but_listeners_and_data_come_into_force_without_ending_a_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, SETTINGS).await;
    let api = server.sign_in(&data).await;
    let mut hand = Hand::with_password(server.cwmp, "OPEN", FACTORY_SECRET);
    hand.open().await;
    let indexed = async || -> Value {
        let body = json!({ "query": "param(\"Device.DeviceInfo.UpTime\") = \"1\"" });
        let checked = api.post("/queries/check", body).await;
        checked.expect("a query")["indexed"].clone()
    };
    assert_eq!(indexed().await, false);
    change(&data, &CHANGES);
    let moved = format!("listen = '{}'", ports.files);
    change(
        &data,
        &[
            (moved.as_str(), "listen = '127.0.0.1:1'"),
            ("[xmpp]", "[xmpp]\nserver = 'x:1'"),
        ],
    );
    let reloaded = api
        .post("/reload", json!(null))
        .await
        .expect("good settings");
    let applied = [
        "admission.unknown",
        "campaigns.confirm_above",
        "connection_request.per_second",
        "cwmp.digest_sha256",
        "device_files.logs",
        "discovery.on_bootstrap",
        "health.reboots",
        "history.parameters",
        "outbound.allow",
        "profiles.zone.standard",
        "provisioning.reports",
        "query.indexed",
    ];
    assert_eq!(reloaded["applied"], json!(applied));
    assert_eq!(
        reloaded["needs_restart"],
        json!(["files.listen", "xmpp.server"])
    );
    // The session goes on.
    assert_eq!(hand.post("").await.status, 204);
    // Nobody is let in any more, and devices are asked for the other digest too.
    let mut stranger = Hand::with_password(server.cwmp, "LATE", FACTORY_SECRET);
    let refused = stranger
        .post(stranger.inform(vec![Event::new(EventCode::Periodic)]))
        .await;
    assert!(
        refused.text().contains("<FaultCode>8001<"),
        "{}",
        refused.text()
    );
    stranger.authorization.clear();
    let challenged = stranger.post(stranger.inform(Vec::new())).await;
    let offered: Vec<&str> = challenged
        .headers
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    assert!(
        offered.iter().any(|value| value.contains("SHA-256")),
        "{offered:?}"
    );
    eventually("the parameter has an index", || async {
        (indexed().await == true).then_some(())
    })
    .await;
    // What takes a restart is told until there is one; what is in force is not told twice.
    let again = api
        .post("/reload", json!(null))
        .await
        .expect("good settings");
    assert_eq!(again["applied"], json!([]));
    assert_eq!(again["needs_restart"], reloaded["needs_restart"]);
    server.stop().await;
}

/// Files that are named are read before anything changes.
#[tokio::test(flavor = "multi_thread")]
async fn settings_that_name_a_file_that_is_not_there_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, SETTINGS).await;
    let api = server.sign_in(&data).await;
    let bad = (
        "allow = []",
        "allow = []\nca_file = '/nowhere/outbound.pem'",
    );
    let worse = (
        "per_second = 10",
        "per_second = 10\nca_file = '/nowhere/calls.pem'",
    );
    change(
        &data,
        &[("unknown = 'enrol'", "unknown = 'refuse'"), bad, worse],
    );
    let refused = api
        .post("/reload", json!(null))
        .await
        .expect_err("no settings");
    assert_eq!(refused.status, 400);
    for file in ["/nowhere/outbound.pem", "/nowhere/calls.pem"] {
        assert!(refused.body.contains(file), "{refused}");
    }
    Hand::with_password(server.cwmp, "LATE", FACTORY_SECRET)
        .open()
        .await;
    server.stop().await;
}
