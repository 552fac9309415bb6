//! `dialtone doctor` finds what would hurt later, says what to do, and changes nothing by looking.

use crate::command_line::{dialtone, text};
use crate::world::process::{AcsProcess, DIALTONE, Ports};
use acs::clock;
use acs::store::sqlite::{SqliteStore, checks};
use acs::store::{Actor, PeopleStore as _, Store as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tokio::process::Command;

/// What the doctor says of a data folder, and whether it has a problem.
async fn says(folder: &Path) -> (bool, String) {
    // Ports nobody listens on: nothing else is looked at here.
    let settings = "data = 'data'\n[cwmp]\nlisten = '127.0.0.1:0'\n[api]\nlisten = '127.0.0.1:0'\n\
                    [files]\nlisten = '127.0.0.1:0'\n";
    std::fs::write(folder.join("acs.toml"), settings).expect("a file");
    let output = dialtone(&["doctor", "--config", "acs.toml"], folder).await;
    (output.status.success(), text(&output))
}

async fn store(folder: &Path) {
    std::fs::create_dir(folder.join("data")).expect("a folder");
    private(&folder.join("data"), 0o700);
    let store = SqliteStore::open(&folder.join("data/dialtone.db")).expect("a store");
    let noted = store.audit_note(&Actor::Console, "export", "x".into(), clock::now());
    noted.await.expect("a line");
    store.close().await;
}

fn private(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a file of ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_store_is_found_and_the_right_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path()).await;
    let (well, said) = says(folder.path()).await;
    assert!(well && said.contains("fit the store"), "{said}");
    let key = folder.path().join("data/secrets.key");
    let kept = std::fs::read_to_string(&key).expect("a key");
    std::fs::write(&key, format!("{}\n", "ab".repeat(32))).expect("a file");
    let (well, said) = says(folder.path()).await;
    assert!(!well && said.contains("the key of another store"), "{said}");
    std::fs::remove_file(&key).expect("a file");
    let (well, said) = says(folder.path()).await;
    assert!(
        !well && said.contains("there is no data/secrets.key"),
        "{said}"
    );
    std::fs::write(&key, kept).expect("a file");
    let (well, said) = says(folder.path()).await;
    assert!(well, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_others_may_read_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path()).await;
    private(&folder.path().join("data"), 0o755);
    private(&folder.path().join("data/secrets.key"), 0o644);
    let (well, said) = says(folder.path()).await;
    assert!(
        !well && said.contains("chmod 600 data/secrets.key"),
        "{said}"
    );
    // Nobody else gets into the folder.
    private(&folder.path().join("data"), 0o700);
    let (well, said) = says(folder.path()).await;
    assert!(well, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_an_older_version_is_told_of_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path()).await;
    let path = folder.path().join("data/dialtone.db");
    let (_, newest) = checks::schema(&path).expect("a store");
    let database = rusqlite::Connection::open(&path).expect("a database");
    let older = newest - 1;
    database
        .pragma_update(None, "user_version", older)
        .expect("a pragma");
    drop(database);
    let (well, said) = says(folder.path()).await;
    assert!(
        well && said.contains(&format!("{older}; the next start brings it to {newest}")),
        "{said}"
    );
    assert_eq!(
        checks::schema(&path),
        Ok((older, newest)),
        "looking changes nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path()).await;
    let store = SqliteStore::open(&folder.path().join("data/dialtone.db")).expect("a store");
    let ahead = clock::now().plus_ms(3_600_000);
    let noted = store.audit_note(&Actor::Console, "export", "x".into(), ahead);
    noted.await.expect("a line");
    store.close().await;
    let (well, said) = says(folder.path()).await;
    assert!(!well && said.contains("was set back"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_url_nobody_answers_at_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ports) = (folder.path().join("data"), Ports::free());
    let server = AcsProcess::start_by(Command::new(DIALTONE), &data, &ports, "").await;
    let doctor = ["doctor", "--config", "data.toml"];
    let with_url = |url: &str| {
        let file = data.with_extension("toml");
        let text = std::fs::read_to_string(&file).expect("the settings");
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("public_url"))
            .collect();
        let text = kept
            .join("\n")
            .replace("[files]", &format!("[files]\npublic_url = '{url}'"));
        std::fs::write(file, text).expect("a file");
    };
    // A port that was free a moment ago.
    let nobody = Ports::free().files;
    with_url(&format!("http://{nobody}"));
    let said = text(&dialtone(&doctor, folder.path()).await);
    assert!(
        said.contains(&format!("devices could not fetch from http://{nobody}")),
        "{said}"
    );
    with_url(&format!("http://{}", ports.files));
    let said = text(&dialtone(&doctor, folder.path()).await);
    assert!(
        said.contains("files.public_url: http://127.0.0.1") && said.contains("answers"),
        "{said}"
    );
    server.stop().await;
}
