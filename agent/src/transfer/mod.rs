//! Transfers of files: a queue that survives power cuts and reports each end exactly once (TR-069 A.3.2.8, A.4.1.5,
//! A.4.1.8).
//!
//! * [`mod@file`]: what can be moved, and what each RPC calls it;
//! * [`entry`]: one transfer, and how far it is;
//! * [`windows`]: when a scheduled one may run;
//! * [`queue`]: all of a device, what is due, what comes too late;
//! * [`progress`]: from the first byte to the end, over boots, and cancelling;
//! * [`report`]: what the ACS is told; [`autonomous`]: which of the transfers it did not ask for.

pub mod autonomous;
pub mod entry;
pub mod file;
pub mod progress;
pub mod queue;
pub mod report;
pub mod windows;

pub use autonomous::Policy;
pub use entry::{Origin, OwnTransfer, OwnTransferMade, Transfer, TransferState};
pub use file::{Direction, TransferFile};
pub use queue::Transfers;
pub use windows::Windows;
