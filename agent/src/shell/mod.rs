//! The shells: they move bytes and keep time for pure devices, and decide nothing.
//!
//! [`runner`] drives one device or thousands in one loop, [`handle`] is how others speak to it; [`journal`] keeps their
//! state and [`slots`] their images on stable storage, both by [`disk`]; [`machine`] asks the platform, [`discovery`]
//! watches what DHCP says; [`http`] talks to the ACS over connections of [`dial`], [`transfers`] moves files, [`report`]
//! posts bulk data, [`diagnostics`] measures; [`listener`] and [`udp`] take connection requests, [`reach`] knows the host
//! they come to; [`page`] shows people the device's page, [`orders`] passes on what they want, [`sip_notify`] what an
//! exchange wants, [`provisioning`] is what an installer says of provisioning; [`record`] writes sessions
//! down, without what [`redact`] takes out; [`log`] is the log of the small program, [`stop`] how programs are told to
//! end.

mod called;
mod carry_out;
pub mod clock;
mod datagram;
pub mod diagnostics;
pub mod dial;
pub mod discovery;
pub mod disk;
mod dns;
mod file_http;
pub mod handle;
pub mod http;
mod image;
pub mod journal;
pub mod listener;
pub mod log;
mod machine;
mod orders;
mod package;
mod packing;
pub mod page;
mod place;
mod power;
mod provision_http;
pub mod provisioning;
mod reach;
pub mod record;
pub mod redact;
pub mod report;
pub mod runner;
mod server_trust;
pub mod sip_notify;
pub mod slots;
mod start;
pub mod stop;
mod stream;
pub mod surroundings;
mod tftp;
pub mod tls;
pub mod transfers;
pub mod udp;
pub mod upload;

pub use clock::Clock;
pub use handle::{Counters, RunnerHandle};
pub use runner::{Runner, RunnerConfig};
pub use udp::UdpCalls;
