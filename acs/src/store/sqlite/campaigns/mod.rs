//! Campaigns in SQLite: what the pure [`crate::campaigns`] decides is carried out here, each time in one transaction.
//!
//! [`rows`] reads and counts campaigns, [`members`] chooses devices, [`begin`] writes them, [`turn`] knows whose turn it
//! is, [`advance`] starts them, [`steps`] follows what happens to one, [`lines`] knows of calls and registrations,
//! [`control`] is for people, [`report`] for looking back,
//! [`freezes`] keeps the calendar.

mod advance;
mod begin;
mod control;
mod freezes;
mod lines;
mod members;
mod report;
mod rows;
mod steps;
mod store;
mod turn;

pub(super) use control::needs_file;
pub(super) use lines::read_again;
pub(super) use steps::{Purpose, expired, purpose, reported, step, under_way};
