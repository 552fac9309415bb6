//! Simulated hardware: it says nothing of itself, and restarting it is restarting the device in it.

use super::{Asked, Outcome, Platform, Request};
use crate::device::Hardware;
use data_model::Timestamp;

/// Simulated hardware.
#[derive(Debug, Clone, Copy, Default)]
pub struct Simulated;

impl Platform for Simulated {
    fn hardware(&mut self, _now: Timestamp) -> Option<Box<Hardware>> {
        None
    }

    fn ask(&mut self, _request: &Request) -> Asked {
        Asked::Nobody
    }

    fn withdraw(&mut self, _request: &Request) -> Outcome {
        Outcome::Taken
    }
}
