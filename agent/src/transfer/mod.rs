//! Transfers the ACS asked for: a queue that survives power cuts and reports each end exactly once
//! (TR-069 A.3.2.8).
//!
//! [`entry`] is one transfer, [`queue`] all of a device, [`report`] what the ACS is told of them.

pub mod entry;
pub mod queue;
pub mod report;

pub use entry::{Transfer, TransferState};
pub use queue::Transfers;
