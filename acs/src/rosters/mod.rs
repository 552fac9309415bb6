//! Subscribers and devices as files: CSV as spreadsheets write it, and JSON.
//!
//! Nothing in here reads a file or a store: bytes come in, and rows or what is wrong with them go out. [`check`] says
//! what a subscriber may be, for files and for the API alike.

pub mod cells;
pub mod check;
pub mod devices;
pub mod subscribers;

use crate::store::{ImportedRow, RowOutcome};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma separated values with a head, in UTF-8.
    Csv,
    /// A list of objects.
    Json,
}

/// Rows that can be used, and those that cannot, each with the reason.
#[derive(Debug)]
pub struct Read<T> {
    /// What can be used.
    pub rows: Vec<T>,
    /// What cannot.
    pub wrong: Vec<ImportedRow>,
}

impl<T> Default for Read<T> {
    fn default() -> Read<T> {
        Read {
            rows: Vec::new(),
            wrong: Vec::new(),
        }
    }
}

impl<T> Read<T> {
    fn refuse(&mut self, row: u64, subject: &str, why: String) {
        self.wrong.push(ImportedRow {
            row,
            subject: subject.chars().take(64).collect(),
            outcome: RowOutcome::Error,
            why,
        });
    }
}
