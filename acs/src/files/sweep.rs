//! Left-overs of a server that was ended in the middle of something: they are removed when the next one starts.

use crate::config::Config;
use crate::store::{Id, Store};
use std::collections::BTreeSet;
use std::path::Path;

/// Removes halves of uploads, copies of backups that broke off, and bytes nothing describes. What cannot be told is left
/// where it is: it is only disk space.
pub(super) async fn sweep(config: &Config, store: &dyn Store) {
    let data = &config.data;
    for name in names(data) {
        let copy = name.strip_prefix("backup-");
        if copy.is_some_and(|id| id.len() == 16 && id.parse::<Id>().is_ok()) {
            remove(&data.join(name)).await;
        }
    }
    let files = data.join("files");
    let described = store.file_list().await;
    let described: Option<BTreeSet<String>> = described
        .ok()
        .map(|files| files.into_iter().map(|file| file.sha256).collect());
    for name in names(&files) {
        let hash = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let unused = described
            .as_ref()
            .is_some_and(|described| !described.contains(&name));
        if name.starts_with("partial-") || hash && unused {
            remove(&files.join(name)).await;
        }
    }
    let of_devices = data.join("device-files");
    for name in names(&of_devices) {
        let Ok(id) = name.parse::<Id>() else { continue };
        if let Ok(None) = store.device_file_find(id).await {
            remove(&of_devices.join(name)).await;
        }
    }
}

/// The names of the files of a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    files
        .filter_map(|file| file.file_name().into_string().ok())
        .collect()
}

async fn remove(path: &Path) {
    match tokio::fs::remove_file(path).await {
        Ok(()) => tracing::info!(path = %path.display(), "a left-over was removed"),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "a left-over cannot be removed")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::SqliteStore;

    #[tokio::test]
    async fn what_nothing_describes_goes_and_everything_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_path_buf();
        let store = SqliteStore::open(&data.join("store.db")).unwrap();
        let config = Config {
            data: data.clone(),
            ..Config::default()
        };
        let hash = "a".repeat(64);
        let gone = [
            "backup-0123456789abcdef".to_owned(),
            "files/partial-0123456789abcdef".to_owned(),
            format!("files/{hash}"),
            "device-files/0123456789abcdef".to_owned(),
        ];
        let kept = [
            "backup-notes.txt",
            "files/README",
            "device-files/of-mine",
            "secrets.key",
        ];
        for folder in ["files", "device-files"] {
            std::fs::create_dir(data.join(folder)).unwrap();
        }
        for name in gone.iter().map(String::as_str).chain(kept) {
            std::fs::write(data.join(name), "x").unwrap();
        }
        sweep(&config, &store).await;
        for name in gone {
            assert!(!data.join(&name).exists(), "{name}");
        }
        for name in kept {
            assert!(data.join(name).exists(), "{name}");
        }
        assert!(data.join("store.db").exists());
    }
}
