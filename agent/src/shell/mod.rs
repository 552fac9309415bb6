//! The shells: they move bytes and keep time for pure devices, and decide nothing.
//!
//! [`runner`] drives one device or thousands in one loop, [`handle`] is how others speak to it; [`journal`] keeps their
//! state on stable storage; [`http`] talks to the ACS, [`fetch`] to file servers, [`listener`] and [`udp`] take
//! connection requests.

mod called;
pub mod clock;
pub mod fetch;
pub mod handle;
pub mod http;
pub mod journal;
pub mod listener;
mod place;
pub mod runner;
pub mod slots;
mod stream;
pub mod tls;
pub mod udp;

pub use clock::Clock;
pub use handle::{Counters, RunnerHandle};
pub use runner::{Runner, RunnerConfig};
pub use udp::UdpCalls;
