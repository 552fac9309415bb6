//! Tasks in a session: which RPCs a task takes, and what their answers mean. Pure.

mod diagnostic;
pub mod retry;
pub mod running;

pub use running::{Next, Running};
