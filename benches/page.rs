//! The page of the server with a large fleet, in a real browser: until a view can be used, rows in the document, live
//! updates against typing, bytes transferred.
//!
//! `cargo bench --bench page -- 20000` takes another number of devices than 200,000; `--store FOLDER` keeps the loaded
//! store there and uses it again; `--round` has the server go round the fleet meanwhile, as after a change of profiles.
//! Needs node, Chromium and what `tests/tools` brings along; `benches/page.mjs` drives the browser and prints the
//! figures.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/large_fleet.rs"]
mod large_fleet;

use acs::Server;
use acs::config::Config;
use acs::store::sqlite::SqliteStore;
use acs::store::{Actor, NewRevision, ProfileStore as _, Publish, Store};
use cwmp::{Event, EventCode};
use data_model::Timestamp;
use large_fleet::{STATUS, identity, inform, load, mixed};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

/// Events a second while somebody types.
const EVENTS_PER_SEC: u64 = 1_000;
/// How often some of them are made.
const BEAT: Duration = Duration::from_millis(10);

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--store");
    let kept = arguments.nth(1).map(PathBuf::from);
    let devices = std::env::args().find_map(|argument| argument.parse().ok());
    let runtime = tokio::runtime::Runtime::new().expect("threads for a benchmark");
    let round = std::env::args().any(|argument| argument == "--round");
    runtime.block_on(run(devices.unwrap_or(200_000), kept.as_deref(), round));
}

/// A store with so many devices in this folder; a copy of the kept one, which is loaded if it is not there.
async fn fill(folder: &Path, devices: u64, kept: Option<&Path>) {
    let Some(kept) = kept else {
        return load(&folder.join("dialtone.db"), devices, now()).await;
    };
    let source = kept.join(devices.to_string());
    if !source.exists() {
        let partial = kept.join("partial");
        std::fs::create_dir_all(&partial).expect("a folder to keep it in");
        load(&partial.join("dialtone.db"), devices, now()).await;
        std::fs::rename(&partial, &source).expect("both are in one folder");
    }
    // The store, and the key its secrets are sealed with.
    for file in std::fs::read_dir(&source).expect("the kept store") {
        let file = file.expect("the kept store");
        std::fs::copy(file.path(), folder.join(file.file_name())).expect("room for another store");
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.expect("a clock behind 1970").as_millis();
    Timestamp::from_millis(i64::try_from(millis).expect("a clock of this age"))
}

/// Changes the profiles: a server compares every device with them once it starts.
async fn change_profiles(folder: &Path) {
    let profile = json!({
        "name": "round", "revision": 0,
        "selector": { "product_class": ["ATA190"] },
        "values": [{ "name": "Device.DeviceInfo.ProvisioningCode", "value": "bench" }],
    });
    let revision = NewRevision {
        profile: serde_json::from_value(profile).expect("a profile"),
        comment: String::new(),
        publish: Publish::AtOnce,
    };
    let store = SqliteStore::open(&folder.join("dialtone.db")).expect("the store");
    let written = store.profile_write(&Actor::Console, revision, now()).await;
    written.expect("a profile of ours");
    store.close().await;
}

async fn run(devices: u64, kept: Option<&Path>, round: bool) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the store");
    fill(folder.path(), devices, kept).await;
    if round {
        change_profiles(folder.path()).await;
    }
    let server = start(folder.path()).await;
    let first = server.first_password.as_ref().expect("a new store");
    let told = json!({
        "address": format!("http://{}", server.api_address),
        "user": "admin",
        "password": first.password.reveal(),
        "device": identity(devices / 2).username(),
        "devices": devices,
    });
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = std::env::var_os("DIALTONE_TEST_TOOLS").map_or(top.join(".tools"), PathBuf::from);
    let mut browser = Command::new("node")
        .arg(top.join("benches/page.mjs"))
        .env("DIALTONE_WALK", told.to_string())
        .env("DIALTONE_NODE", tools.join("node"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed (Debian: apt-get install nodejs), and tests/tools has run");
    let mut answers = browser.stdin.take().expect("it is piped");
    let mut lines = BufReader::new(browser.stdout.take().expect("it is piped")).lines();
    let mut storm = None;
    while let Some(line) = lines.next_line().await.expect("text") {
        match line.as_str() {
            "events!" => storm = Some(Storm::begin(&server, devices)),
            "no events!" => {
                let rate = storm.take().expect("it has begun").end().await;
                answers
                    .write_all(format!("{rate:.0}\n").as_bytes())
                    .await
                    .expect("node reads");
            }
            figures => println!("{figures}"),
        }
    }
    let status = browser.wait().await.expect("it ends");
    server.stop().await;
    assert!(
        status.success(),
        "the browser was driven to no good end: {status}"
    );
}

async fn start(folder: &Path) -> Server {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config {
        data: folder.to_owned(),
        ..Config::default()
    };
    config.cwmp.listen = anywhere;
    config.api.listen = anywhere;
    config.files.listen = anywhere;
    config.query.indexed = vec![STATUS.to_owned()];
    let server = Server::start(config).await;
    server.expect("a server with good settings")
}

/// Devices that boot, one after the other: each leaves an event.
struct Storm {
    begun: std::time::Instant,
    ends: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<u64>,
}

impl Storm {
    fn begin(server: &Server, devices: u64) -> Storm {
        let store = Arc::clone(&server.app().store);
        let (ends, mut ended) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            let mut beat = tokio::time::interval(BEAT);
            let mut boots = tokio::task::JoinSet::new();
            let mut made = 0;
            let mut begun = 0;
            loop {
                tokio::select! {
                    _ = beat.tick() => {}
                    // What is still under way is not counted.
                    _ = &mut ended => return made,
                }
                let some = EVENTS_PER_SEC * BEAT.as_millis() as u64 / 1_000;
                for _ in 0..some {
                    begun += 1;
                    boots.spawn(boot(Arc::clone(&store), mixed(begun, 90) % devices));
                }
                while let Some(kept) = boots.try_join_next() {
                    made += u64::from(kept.unwrap_or(false));
                }
            }
        });
        Storm {
            begun: std::time::Instant::now(),
            ends,
            task,
        }
    }

    /// Events a second that there were.
    async fn end(self) -> f64 {
        let secs = self.begun.elapsed().as_secs_f64();
        // It ends with its task.
        let _ = self.ends.send(());
        self.task.await.expect("devices that boot") as f64 / secs
    }
}

async fn boot(store: Arc<dyn Store>, number: u64) -> bool {
    let mut record = inform(number, now());
    record.at = now();
    record.events = vec![Event::new(EventCode::Boot)];
    store.record_inform(record).await.is_ok()
}
