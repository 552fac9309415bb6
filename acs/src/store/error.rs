//! What can go wrong in the store, sorted by who must act.

/// An error of the store. Its text never holds SQL or values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What the caller assumed is no longer so: somebody else changed it, or a name is taken (409).
    #[error("{0}")]
    Conflict(String),
    /// The store cannot take writes: disk full, I/O error, shutting down (503). Nothing was acknowledged.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A record does not make sense (500): which table, and which row.
    #[error("corrupt record in {table}: {row}: {why}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's key, as text.
        row: String,
        /// What is wrong with it.
        why: String,
    },
}

/// The result of a store method. "Not found" is `Ok(None)`, not an error.
pub type Result<T> = std::result::Result<T, StoreError>;
