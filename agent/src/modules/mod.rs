//! Software modules: deployment units that ChangeDUState or a person installs, updates and removes, and the execution
//! units they bring (TR-069 A.4.1.10, TR-181 SoftwareModules).
//!
//! The units themselves stand in the tree, as rows that survive reboots and not a factory reset. What is asked for and
//! what came of it stands in a part of the state of its own. Both change together or not at all, so that no power cut
//! does an operation twice or loses its result. The environment is a simulated one: a module that runs is a state.
//!
//! * [`queue`]: the changes that wait, are under way or unreported;
//! * [`units`]: the rows of the tree; [`running`]: which execution units run;
//! * [`decide`]: what an operation does, and the fault of each reason why not; [`outcome`]: its result;
//! * [`report`]: what the ACS is told; [`policy`]: which of the changes it did not ask for.

pub mod decide;
pub mod outcome;
pub mod policy;
pub mod queue;
pub mod report;
pub mod running;
pub mod units;

pub use policy::Policy;
pub use queue::{Change, Modules, Origin, Step};
