//! Tasks in a session: which RPCs a task takes, and what their answers mean. Pure.

pub mod retry;
pub mod running;

pub use running::{Next, Running};
