//! Diagnostics, pure: what a test is asked by, how it stands, and what its findings say in the parameters of its object.
//!
//! An ACS writes `Requested` into the state of a diagnostics object (TR-181 DiagnosticsState). [`description`] finds
//! those objects in a device's model, [`mod@test`] reads strictly what is asked, [`runs`] is the state machine,
//! [`findings`] become parameters in [`report`] and
//! [`results`]. [`echo`] is the UDP echo service of TR-143, which has no state.
//! The measuring itself is the shell's: `shell/diagnostics`.

pub mod description;
pub mod echo;
pub mod findings;
mod report;
mod results;
mod runs;
pub mod test;

pub use data_model::Host;
pub use description::{Description, Kind};
pub use echo::{EchoConfig, EchoCounters};
pub use findings::{Findings, Outcome, Trouble};
pub use runs::{Asker, Diagnostics};
pub(crate) use runs::{Begun, EchoChange};
pub use test::{Test, TestJob};
