//! What only this backend promises.
//!
//! - [`audit`]: a trail somebody has laid hands on
//! - [`opening`]: one process, whole files, no file of somebody else
//! - [`disk`]: stable storage, and errors of the disk
//! - [`mistakes`]: a mistake of ours in one call
//! - [`rows`]: what is written for what, and rows nobody can read
//! - [`sealed`]: the key of the secrets, and a change of it
//! - [`shares`]: what sessions leave to people
//! - [`unreadable`]: secrets that do not open, and values that only look sealed

mod audit;
mod disk;
mod mistakes;
mod opening;
mod rows;
mod sealed;
mod shares;
mod unreadable;

use super::SqliteStore;
use rusqlite::Connection;
use std::path::PathBuf;
use tempfile::TempDir;

/// A temporary folder with at most one database.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        Place { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path()).unwrap()
    }

    /// The database by itself, beside a store that may have it open.
    fn database(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

/// The number a question yields.
fn count(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}
