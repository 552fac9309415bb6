//! A test bench for one device without sockets, files or clocks: stable storage is a map, time is a number, and the
//! ACS is the session machine of the `cwmp` crate behind a script.
//!
//! ```ignore
//! let mut bench = Bench::bootstrapped("ata192");
//! bench.acs().calls(get(&["Device.DeviceInfo.UpTime"]));
//! bench.call_device();
//! bench.session().informs(&["6 CONNECTION REQUEST"]).succeeds();
//! ```
//!
//! The bench holds the device to rules that no test has to mention: one exchange at a time, the headers of every
//! POST, cookies returned, version headers in nothing but the Inform, everything kept before it is acknowledged, no
//! deadline that has gone by.

mod acs;
mod bench;
mod collector;
mod file_server;
pub mod modules;
mod nat;
pub mod requests;
mod session;
mod stun_server;

pub use acs::{Reaction, enveloped, header, holding};
pub use bench::{ACS_URL, Bench, CALLER, CALLER_PASSWORD, DEVICE_PASSWORD, START, Setup};
pub use nat::{LOCAL, STUN_PASSWORD, STUN_USER, Sent};
pub use session::Session;
pub use stun_server::Demand;
