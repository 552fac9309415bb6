//! Firmware campaigns, the deciding part: which version is older, by which images a device gets there, which stage is
//! open, what pauses, when a device may be touched. Pure: the store carries it out in one transaction.

pub mod calendar;
pub mod eligible;
pub mod lines;
pub mod pace;
pub mod path;
pub mod stages;
pub mod version;
