//! Diagnostics of devices, pure: which arguments make sense, which object of which tree they go to, how a measurement
//! goes on from answer to answer, and what its results say.
//!
//! A measurement is a task of the kind `run_diagnostic`: [`steps`] finds the object, writes the arguments that
//! [`arguments`] has checked with `Requested`, lets go of the device, and reads the object again when `8 DIAGNOSTICS
//! COMPLETE` has come; [`results`] understands what is read. No process is started, here or anywhere else.

pub mod arguments;
pub mod objects;
pub mod results;
pub mod steps;
