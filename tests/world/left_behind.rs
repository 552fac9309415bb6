//! What a server that was killed has left on the disk.

use rusqlite::Connection;
use std::path::Path;
use tempfile::TempDir;

/// The database as a server has left it that does not run, to look into: a copy, because whoever opens the original
/// repairs what the next start is to repair.
pub struct LeftBehind {
    /// The copy.
    pub database: Connection,
    _folder: TempDir,
}

impl LeftBehind {
    /// What lies in this data folder.
    pub fn look(data: &Path) -> LeftBehind {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["dialtone.db", "dialtone.db-wal"] {
            let from = data.join(name);
            if from.exists() {
                std::fs::copy(from, folder.path().join(name)).expect("a file of ours");
            }
        }
        let database = Connection::open(folder.path().join("dialtone.db"));
        LeftBehind {
            database: database.expect("a database"),
            _folder: folder,
        }
    }

    /// A number that a statement counts.
    pub fn count(&self, sql: &str) -> usize {
        let counted = self.database.query_row(sql, [], |row| row.get(0));
        let counted: i64 = counted.expect("a statement of ours");
        usize::try_from(counted).expect("a count")
    }
}
