//! A backup that is made while the server works is put back whole.

use crate::command_line::{dialtone, text};
use crate::world::process::{AcsProcess, Ports};
use crate::world::rest::{ADMIN_PASSWORD, Rest};
use rusqlite::types::Value;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A hash of everything a store says, whatever its pages look like. Counters that every check of the store moves on are
/// left out, and so is the mark that a backup was made.
fn logical_hash(database: &Path) -> String {
    let database = rusqlite::Connection::open(database).expect("a database");
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut names = database.prepare(names).expect("a statement of ours");
    let names = names.query_map([], |row| row.get::<_, String>(0));
    let names: Vec<String> = names
        .expect("rows")
        .map(|name| name.expect("text"))
        .collect();
    let mut hash = Sha256::new();
    for name in names {
        if ["heartbeat", "setting", "audit", "sqlite_sequence", "token"].contains(&name.as_str()) {
            continue;
        }
        let mut rows = database
            .prepare(&format!("SELECT * FROM \"{name}\""))
            .expect("a statement of ours");
        let columns = rows.column_count();
        let rows = rows.query_map([], |row| {
            let values = (0..columns).map(|column| row.get::<_, Value>(column));
            values.collect::<Result<Vec<Value>, _>>()
        });
        let rows = rows
            .expect("rows")
            .map(|row| format!("{:?}", row.expect("a row")));
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        hash.update(format!("{name} {rows:?}"));
    }
    let hash: [u8; 32] = hash.finalize().into();
    data_model::firmware::hex(&hash)
}

/// Makes profiles and tasks until it is told to stop; says what was acknowledged before the backup began.
async fn load(api: Rest, over: Arc<AtomicBool>) -> u64 {
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        let profile = json!({ "values": [{ "name": "~.A", "value": count.to_string() }] });
        let put = api
            .put(&format!("/profiles/p{}", count % 50), profile)
            .await;
        count += u64::from(put.is_ok());
    }
    count
}

/// Covers P15.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_put_back_as_the_server_was_at_one_moment() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ports = Ports::free();
    let server = AcsProcess::start(&data, &ports).await;
    let api = server.sign_in(&data).await;
    let file = api
        .upload("/files?name=image&unverified=true", vec![9; 300_000])
        .await;
    let file = file.expect("a file")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for number in 0..50 {
        let device = json!({ "oui": "00562B", "serial_number": format!("BACK{number}") });
        api.post("/devices", device).await.expect("a device");
    }
    let run = async |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        dialtone(&words, folder.path()).await
    };
    let url = format!("http://{}", server.api);
    let sign_in = format!("sign-in --server {url} --password-file password --token-file t");
    std::fs::write(folder.path().join("password"), ADMIN_PASSWORD).expect("a file");
    assert!(run(&sign_in).await.status.success());
    let over = Arc::new(AtomicBool::new(false));
    let loading = tokio::spawn(load(api.clone(), Arc::clone(&over)));
    for number in 0..5 {
        let output = run(&format!(
            "acs backup --to under-load-{number}.tar --token-file t"
        ))
        .await;
        assert!(output.status.success(), "{}", text(&output));
    }
    over.store(true, Ordering::Relaxed);
    let changes = loading.await.expect("no panic");
    assert!(changes > 5, "{changes} changes are no load");
    for number in 0..5 {
        let words = format!("acs restore --from under-load-{number}.tar --data restored-{number}");
        let output = run(&words).await;
        assert!(output.status.success(), "{}", text(&output));
    }
    // At rest the copy says what the original says; by either way.
    for (way, name) in [("--token-file t", "api"), ("--data data", "folder")] {
        let output = run(&format!("acs backup --to {name}.tar {way}")).await;
        assert!(output.status.success(), "{}", text(&output));
        let output = run(&format!("acs restore --from {name}.tar --data {name}")).await;
        assert!(output.status.success(), "{}", text(&output));
        let (original, copy) = (
            data.join("dialtone.db"),
            folder.path().join(name).join("dialtone.db"),
        );
        assert_eq!(logical_hash(&copy), logical_hash(&original), "{name}");
    }
    let output = run("acs restore --from api.tar --data data").await;
    assert!(!output.status.success() && text(&output).contains("something in it"));
    server.stop().await;
    // A server lives on it.
    let server = AcsProcess::start(&folder.path().join("restored-0"), &ports).await;
    let api = Rest::sign_in(server.api, "admin", ADMIN_PASSWORD).await;
    let api = api.unwrap_or_else(|why| panic!("{why}"));
    assert!(api.get(&format!("/files/{file}")).await.is_ok());
    assert_eq!(api.all("/devices").await.expect("a list").len(), 50);
}
