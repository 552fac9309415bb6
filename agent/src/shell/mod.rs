//! The shells: they move bytes and keep time for pure devices, and decide nothing.
//!
//! [`runner`] drives one device or thousands in one loop, [`handle`] is how others speak to it; [`journal`] keeps their
//! state on stable storage; [`machine`] asks the platform, [`discovery`] watches what DHCP says; [`http`] talks to the
//! ACS, [`fetch`] to file servers, [`listener`] takes connection requests; [`log`] is the log of the small program.
//! state on stable storage; [`http`] talks to the ACS, [`fetch`] to file servers, [`report`] to
//! collectors of bulk data, [`listener`] takes connection requests.
//! state on stable storage; [`http`] talks to the ACS, [`fetch`] to file servers, [`listener`] takes connection requests;
//! [`record`] writes sessions down, without what [`redact`] takes out.

pub mod clock;
mod datagram;
pub mod discovery;
pub mod fetch;
pub mod handle;
pub mod http;
pub mod journal;
pub mod listener;
mod packing;
pub mod log;
mod machine;
mod place;
pub mod report;
pub mod record;
pub mod redact;
pub mod runner;
mod server_trust;
pub mod slots;
pub mod tls;

pub use clock::Clock;
pub use handle::{Counters, RunnerHandle};
pub use runner::{Runner, RunnerConfig};
