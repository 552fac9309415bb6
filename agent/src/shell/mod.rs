//! The shells: they move bytes and keep time for pure devices, and decide nothing.
//!
//! [`runner`] drives one device or thousands in one loop, [`handle`] is how others speak to it; [`journal`] keeps their
//! state on stable storage; [`http`] talks to the ACS, [`transfers`] moves files, [`listener`] takes connection requests.

pub mod clock;
mod file_http;
pub mod handle;
pub mod http;
mod image;
pub mod journal;
pub mod listener;
mod place;
pub mod runner;
pub mod slots;
mod tftp;
pub mod tls;
pub mod transfers;

pub use clock::Clock;
pub use handle::{Counters, RunnerHandle};
pub use runner::{Runner, RunnerConfig};
