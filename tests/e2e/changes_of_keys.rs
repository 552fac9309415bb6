//! A change of the key that secrets are sealed with: it survives being killed, and keys of others are refused.

use crate::secrets_at_rest::found;
use crate::world::left_behind::LeftBehind;
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use crate::world::rest::Rest;
use crate::world::{counted, runs};
use data_model::firmware::{hex, unhex};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const CANARY: &str = "canary-5d17";
const ACCOUNTS: usize = 2_000;
/// Changes of the key that are cut off.
const CUTS: u64 = 4;

fn hexadecimal(number: u64) -> String {
    format!("{number:064x}")
}

/// Starts a server and says what it said, if it does not start.
async fn refused(data: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(DIALTONE);
    command
        .arg("acs")
        .arg("--config")
        .arg(data.with_extension("toml"));
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
    let output = output.expect("it ends by itself").expect("it starts");
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn passwords(api: &Rest) -> String {
    let export = api
        .text("GET", "/subscribers/export-with-secrets?format=csv", "", "")
        .await;
    assert_eq!(export.status, 200, "{}", export.text());
    export.text()
}

/// What kill -9 has done to changes of the key.
#[derive(Default)]
struct Cuts {
    /// The key that everything is sealed with after the last of them.
    newest: u64,
    /// Kills that left everything sealed with the key from before.
    before: u64,
    /// Kills that came when everything was sealed with the other one.
    after: u64,
}

/// What tells keys apart in the database.
fn key_id(number: u64) -> String {
    let key: [u8; 32] = unhex(&hexadecimal(number)).expect("64 digits");
    hex(&Sha256::digest(key)[..4])
}

/// How everything begins that is sealed with a key: base64 of its id, as far as nothing else is in it.
fn beginning(key_id: &str) -> String {
    let id = u32::from_str_radix(key_id, 16).expect("eight digits");
    let digit = |value: u32| match value as u8 {
        0..26 => b'A' + value as u8,
        26..52 => b'a' + value as u8 - 26,
        52..62 => b'0' + value as u8 - 52,
        62 => b'+',
        _ => b'/',
    };
    let digits = (0..5).map(|at| char::from(digit(id >> (26 - 6 * at) & 63)));
    format!("sealed:{}", digits.collect::<String>())
}

/// The key that a store says it is sealed with; every password in it must be sealed with that one.
fn sealed_with(data: &Path) -> String {
    let left = LeftBehind::look(data);
    let said = "SELECT CAST(value AS TEXT) FROM setting WHERE name = 'secrets.key'";
    let said = left.database.query_row(said, [], |row| row.get(0));
    let said: String = said.expect("it says so");
    let (said, _) = said.split_once(' ').expect("and how many places that is");
    let passwords = "SELECT CAST(password AS TEXT) FROM line";
    let mut passwords = left.database.prepare(passwords).expect("a statement");
    let passwords = passwords.query_map([], |row| row.get(0));
    let passwords: Result<Vec<String>, _> = passwords.expect("lines").collect();
    let passwords = passwords.expect("texts");
    assert_eq!(passwords.len(), ACCOUNTS);
    let beginning = beginning(said);
    for password in passwords {
        assert!(
            password.starts_with(&beginning),
            "sealed with {said}, but not all: {password}"
        );
    }
    said.to_owned()
}

/// Puts one key after another above the ones in the file, and kills the server while it seals everything anew, each time
/// nearer to the moment at which the change is committed.
async fn cut_off_changes(data: &Path, keys: &Path) -> Cuts {
    let mut text = std::fs::read_to_string(keys).expect("the key file");
    let mut cuts = Cuts::default();
    let mut moment = Duration::from_millis(50);
    for _ in 0..runs(CUTS) {
        let next = cuts.newest + 1;
        let above = format!("{}\n{text}", hexadecimal(next));
        std::fs::write(keys, &above).expect("the key file");
        let mut command = Command::new(DIALTONE);
        command
            .arg("acs")
            .arg("--config")
            .arg(data.with_extension("toml"));
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("it starts");
        let ended = tokio::time::timeout(moment, child.wait()).await;
        assert!(ended.is_err(), "it ended by itself: {ended:?}");
        child.kill().await.expect("a running process");
        if sealed_with(data) == key_id(next) {
            cuts.after += 1;
            cuts.newest = next;
            let lines: Vec<&str> = above
                .lines()
                .filter(|line| !line.starts_with('#'))
                .collect();
            text = lines[..lines.len().min(10)].join("\n");
            moment = moment * 4 / 5;
        } else {
            cuts.before += 1;
            moment = moment * 5 / 4;
        }
    }
    cuts
}

/// How many lines of one table are not in another.
fn lost_of(before: &str, after: &str) -> usize {
    let after: HashSet<&str> = after.lines().collect();
    before.lines().filter(|line| !after.contains(line)).count()
}

/// Another key, in the file or in the environment, is refused in words.
async fn assert_other_keys_are_refused(data: &Path, keys: &Path) {
    std::fs::write(keys, hexadecimal(77)).expect("the key file");
    let said = refused(data, &[]).await;
    assert!(
        said.contains("cannot open the secrets of the store"),
        "{said}"
    );
    assert!(said.contains("secrets.key_file"), "{said}");
    let said = refused(data, &[("DIALTONE_SECRETS_KEY", "no key")]).await;
    assert!(
        said.contains("DIALTONE_SECRETS_KEY") && !said.contains("no key"),
        "{said}"
    );
    let said = refused(data, &[("DIALTONE_SECRETS_KEY", &hexadecimal(78))]).await;
    assert!(said.contains("another key"), "{said}");
}

/// A key file outside of the data folder; a new key above the old one; and the server killed while it seals everything
/// anew.
///
/// Covers U07, P1.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_keys_survives_being_killed_and_loses_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let keys = folder.path().join("keys");
    let settings = format!("\n[secrets]\nkey_file = '{}'\n", keys.display());
    let ports = Ports::free();
    let start = || AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, &settings);
    let server = start().await;
    assert!(
        keys.exists() && !data.join("secrets.key").exists(),
        "made where it is wanted"
    );
    let api = server.sign_in(&data).await;
    let rows: Vec<String> = (0..ACCOUNTS)
        .map(|number| format!("a{number},1,{number},u{number},{CANARY}-{number}\n"))
        .collect();
    let csv = format!("account,port,number,user,password\n{}", rows.concat());
    let headers = "Content-Type: text/csv\r\n";
    let answer = api.exchange(
        "POST",
        "/subscribers/import?format=csv",
        headers,
        csv.as_bytes(),
    );
    assert_eq!(answer.await.expect("an answer").status, 200);
    let before = passwords(&api).await;
    assert_eq!(before.matches(CANARY).count(), ACCOUNTS);
    server.stop().await;
    let cuts = cut_off_changes(&data, &keys).await;
    let server = start().await;
    let api = server.sign_in(&data).await;
    let mut lost = lost_of(&before, &passwords(&api).await);
    server.stop().await;
    // One more that nobody cuts off; the old ones may go after that.
    let last = cuts.newest + 1;
    let text = std::fs::read_to_string(&keys).expect("the key file");
    std::fs::write(&keys, format!("{}\n{text}", hexadecimal(last))).expect("the key file");
    start().await.stop().await;
    assert_eq!(sealed_with(&data), key_id(last));
    std::fs::write(&keys, hexadecimal(last)).expect("the key file");
    let server = start().await;
    let api = server.sign_in(&data).await;
    let after = passwords(&api).await;
    server.stop().await;
    lost = lost.max(lost_of(&before, &after));
    assert_eq!(found(&data, CANARY), [""; 0]);
    counted(format!(
        "starts with another key ended by kill -9: {} before the change was committed, {} after; secrets {ACCOUNTS}, \
         lost {lost}",
        cuts.before, cuts.after
    ));
    assert_eq!((lost, after), (0, before.clone()));
    assert_other_keys_are_refused(&data, &keys).await;
    // The environment holds the right one, and the file is not looked at.
    let mut command = Command::new(DIALTONE);
    command.env("DIALTONE_SECRETS_KEY", hexadecimal(last));
    let server = AcsProcess::start_by(command, &data, &ports, &settings).await;
    let api = server.sign_in(&data).await;
    assert_eq!(passwords(&api).await, before);
    server.stop().await;
}
