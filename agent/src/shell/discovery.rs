//! Watches what the hooks of the DHCP clients leave behind, and lets the device know.

use super::handle::RunnerHandle;
use crate::device::Input;
use crate::discovery::{self, DiscoverySettings};
use crate::limits::DISCOVERY_FILE_BYTES;
use crate::provisioning::engine::Ask;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The files of the hooks, one for each version of DHCP.
const FILES: [&str; 2] = ["v4", "v6"];

/// How often they are looked at; a lease changes rarely, and nobody waits for it but a device without an ACS.
const PERIOD: Duration = Duration::from_secs(2);

/// Tells device 0 of the runner what DHCP offers, until the runner has ended.
pub async fn watch(settings: DiscoverySettings, runner: RunnerHandle) {
    let Some(folder) = &settings.folder else {
        return;
    };
    let files = FILES.map(|name| folder.join(name));
    let mut seen = [None, None];
    let mut named = Vec::new();
    loop {
        let stamps = [stamp(&files[0]), stamp(&files[1])];
        if stamps != seen {
            seen = stamps;
            let texts = texts(&files);
            if let Some(offer) = settings.offer(&texts) {
                runner.input(0, Input::Discovered(offer));
            }
            let servers = discovery::servers(&texts);
            if servers != named {
                named.clone_from(&servers);
                runner.input(0, Input::Provisioning(Box::new(Ask::Servers(servers))));
            }
        }
        if runner.has_ended() {
            return;
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// When a file was written last, and how long it is.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn texts(files: &[PathBuf]) -> Vec<String> {
    let text = |path: &PathBuf| {
        let file = std::fs::File::open(path).ok()?;
        let mut text = String::new();
        // One more than is taken, so that a file that is too long is told from one that just fits.
        let limit = DISCOVERY_FILE_BYTES as u64 + 1;
        file.take(limit).read_to_string(&mut text).ok()?;
        Some(text)
    };
    files.iter().filter_map(text).collect()
}
