//! Tasks in a session: which RPCs a task takes, and what their answers mean. Pure.
//!
//! [`running`] is a task under way; what its kind does stands in a file of its own: [`reading`], [`writing`],
//! [`objects`], [`transfers`], [`single`] for everything that is one question, and [`walk`] for learning a tree.
//! [`faults`] is the table of what a fault means for a task.

mod diagnostic;
pub mod faults;
mod objects;
mod reading;
mod rediscovery;
pub mod running;
mod single;
mod transfers;
mod walk;
mod writing;

pub use running::{Ground, Next, Running, Source};
