//! Bulk data: reports of parameter values that the device sends to a collector by itself (TR-069 Annex N,
//! TR-181 BulkData).
//!
//! Pure: [`BulkData`] says when a report is due and what becomes of those that failed, [`collect`] takes the values,
//! [`csv`] and [`json`] encode them, [`request`] makes the HTTP request that the shell sends.

pub mod collect;
pub mod csv;
mod engine;
pub mod json;
mod profile;
pub mod report;
pub mod request;

pub use engine::BulkData;
pub use request::{ReportJob, ReportOutcome};
