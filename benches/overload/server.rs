//! The server as a process of its own on a part of one processor, with devices it knows.

use acs::app::REALM;
use acs::store::sqlite::SqliteStore;
use acs::store::{Actor, Credentials, Id, Rotation, Store as _};
use cwmp::http::Verifier;
use data_model::{Secret, Timestamp};
use futures_util::stream::{self, StreamExt as _};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::load;

/// A running server.
pub struct Server {
    child: Child,
    /// Where devices come.
    pub devices: SocketAddr,
    /// Where people come.
    pub api: SocketAddr,
    /// The one-time password of its first user.
    pub one_time: String,
}

impl Server {
    /// Starts it on this processor, of which others have the larger part, with so many devices.
    pub fn start(processor: &str, devices: usize) -> Server {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("overload");
        // Left over from an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder below target");
        fill(&folder, devices);
        let config = settings(&folder);
        let mut command = Command::new("taskset");
        command.args(["-c", processor, "nice", "-n", "10"]);
        command.arg(env!("CARGO_BIN_EXE_dialtone"));
        command.arg("acs").arg("--config").arg(config);
        command.env("DIALTONE_LOG", "error").stdout(Stdio::piped());
        let mut child = command.spawn().expect("there is a program `taskset`");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let mut after = |before: &str| {
            lines.by_ref().find_map(|line| {
                let line = line.expect("text");
                line.split_once(before).map(|(_, rest)| rest.to_owned())
            })
        };
        let mut address = |before| {
            let rest = after(before).expect("it prints where it listens");
            let rest = rest.split('/').next().expect("an address");
            rest.parse::<SocketAddr>().expect("an address")
        };
        let devices = address("devices:   http://");
        let api = address("API:       http://");
        let one_time = after("one-time password ").expect("a new store");
        // What it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server {
            child,
            devices,
            api,
            one_time,
        }
    }

    /// The most memory it has had, in MiB.
    pub fn peak_mib(&self) -> f64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        let kib: f64 = kib.and_then(|text| text.parse().ok()).expect("kilobytes");
        kib / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(folder: &Path) -> PathBuf {
    let config = folder.join("acs.toml");
    // Devices boot again and again here, and nobody is to be told of a loop. Several addresses of ours, so that there
    // are ports for all connections.
    let text = format!(
        "data = '{}'\n[cwmp]\nlisten = '0.0.0.0:0'\nbasic_without_tls = true\n\
         [api]\nlisten = '127.0.0.1:0'\n[files]\nlisten = '127.0.0.1:0'\n[health]\nreboots = 1000\n",
        folder.display()
    );
    std::fs::write(&config, text).expect("a file below target");
    config
}

/// Registers the devices.
fn fill(folder: &Path, devices: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let store = SqliteStore::open(&folder.join("dialtone.db")).expect("a new store");
        let store = &store;
        let register = |number| async move {
            let identity = load::identity(number);
            let password = Secret::new(load::PASSWORD.to_owned());
            let credentials = Credentials {
                device: Id::of_device(&identity),
                verifier: Some(Verifier::new(&identity.username(), REALM, &password)),
                pending: None,
                connection_request_username: "acs".into(),
                connection_request_password: Secret::new("bench".to_owned()),
                rotation: Rotation::None,
            };
            let now = Timestamp::from_millis(1_772_438_400_000);
            let device = store.device_register(&Actor::Console, &identity, Some(credentials), now);
            device.await.expect("a new device");
        };
        stream::iter(0..devices)
            .for_each_concurrent(256, register)
            .await;
        store.close().await;
    });
}
