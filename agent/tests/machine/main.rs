//! The agent on a machine: what it reads there, what it asks of it, and what others leave there for it.

mod discovery;
mod hooks;
mod reading;
mod running;

#[path = "../support/tcp_acs.rs"]
mod tcp_acs;
