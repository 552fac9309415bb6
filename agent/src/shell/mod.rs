//! The shells: they move bytes and keep time for pure devices, and decide nothing.
//!
//! [`runner`] drives one device or thousands in one loop, [`handle`] is how others speak to it; [`journal`] keeps their
//! state on stable storage; [`machine`] asks the platform, [`discovery`] watches what DHCP says; [`http`] talks to the
//! ACS, [`transfers`] moves files, [`report`] posts bulk data, [`diagnostics`] measures; [`listener`] and [`udp`] take
//! connection requests; [`record`] writes sessions down, without what [`redact`] takes out; [`log`] is the log of the
//! small program.

mod called;
mod carry_out;
pub mod clock;
mod datagram;
pub mod diagnostics;
pub mod discovery;
mod file_http;
pub mod handle;
pub mod http;
mod image;
pub mod journal;
pub mod listener;
pub mod log;
mod machine;
mod package;
mod packing;
mod place;
pub mod record;
pub mod redact;
pub mod report;
pub mod runner;
mod server_trust;
pub mod slots;
mod stream;
mod tftp;
pub mod tls;
pub mod transfers;
pub mod udp;

pub use clock::Clock;
pub use handle::{Counters, RunnerHandle};
pub use runner::{Runner, RunnerConfig};
pub use udp::UdpCalls;
