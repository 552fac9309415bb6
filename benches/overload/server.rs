//! The server as a process of its own on a part of one processor, with devices it knows.

use crate::known_devices::register;
use crate::load;
use crate::process::{Process, address};
use acs::store::Store as _;
use acs::store::sqlite::SqliteStore;
use futures_util::stream::{self, StreamExt as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A running server.
pub struct Server {
    process: Process,
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
        command.env("DIALTONE_LOG", "error");
        let also = ["API:       http://", "one-time password "];
        let (process, [api, one_time]) = Process::start(&mut command, "devices:   http://", also);
        Server {
            process,
            api: address(&api),
            one_time,
        }
    }

    /// Where devices come.
    pub fn devices(&self) -> SocketAddr {
        self.process.address
    }

    /// The most memory it has had, in MiB.
    pub fn peak_mib(&self) -> f64 {
        self.process.peak_mib()
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
            register(store, &load::identity(number), load::PASSWORD).await;
        };
        stream::iter(0..devices)
            .for_each_concurrent(256, register)
            .await;
        store.close().await;
    });
}
