//! SQLite under the contract: a temporary folder for each case.

use super::Place;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use async_trait::async_trait;
use std::sync::Arc;
use tempfile::TempDir;

/// A folder with at most one database.
pub(crate) struct Folder(TempDir);

/// A folder without one.
pub(crate) fn empty() -> Folder {
    Folder(tempfile::tempdir().expect("a folder for temporary files"))
}

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        let path = self.0.path().join("store.db");
        Arc::new(SqliteStore::open(&path).expect("nobody else has the folder"))
    }
}
