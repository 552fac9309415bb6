//! What is around the devices of a loop: lines, addresses, power, mischief; and who watches what becomes of them.
//!
//! A device that runs alone has none but the machine's. A fleet brings its own, made up from its scenario.

use crate::device::Saved;
use crate::device::io::{HttpFailure, HttpResponse, Restart, SessionSummary, TransferOutcome};
use std::net::IpAddr;
use std::time::Duration;

/// What is around the devices of a loop, which are told apart by their numbers.
pub trait Surroundings: Send + Sync + std::fmt::Debug {
    /// The address a device's connections come from, if it matters.
    fn source(&self, device: usize) -> Option<IpAddr>;

    /// All addresses connections of devices come from.
    fn sources(&self) -> Vec<IpAddr>;

    /// The address a device has behind a NAT, if it is behind one: nobody outside can reach it there.
    fn inside_nat(&self, device: usize) -> Option<IpAddr>;

    /// What a device comes with when it is switched on for the first time: nothing is how it left the factory.
    fn first_state(&self, device: usize) -> Saved;

    /// What decides the chances of a device from its next boot on.
    fn seed(&self, device: usize) -> u64;

    /// What the line does to the next exchange of a device with its ACS.
    fn line(&self, device: usize) -> Line;

    /// What becomes of the next transfer of a device; `image` says whether it is one of firmware.
    fn transfer(&self, device: usize, image: bool) -> Fate;

    /// How long a device is off when it restarts; `None` for ever. `on_trial` says whether an image that has not proved
    /// itself is about to be booted.
    fn off_for(&self, device: usize, restart: Restart, on_trial: bool) -> Option<Duration>;

    /// Whether a device that was just booted is cut off from its power before it has done anything.
    fn dies_at_boot(&self, device: usize, on_trial: bool) -> bool;

    /// A device has power, and is about to be booted.
    fn powered(&self, device: usize);

    /// A device has been booted.
    fn booted(&self, device: usize);

    /// How long after a boot the telephone side registers the lines of a device, and which: the lowest bit is line 1.
    fn registers(&self, device: usize) -> Option<(Duration, u8)>;

    /// An exchange with the ACS has ended, after so much time.
    fn exchanged(&self, device: usize, took: Duration, result: &Result<HttpResponse, HttpFailure>);

    /// A session has ended.
    fn session_over(&self, device: usize, summary: &SessionSummary);
}

/// What a line does to one exchange.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Line {
    /// Time on the way to the ACS.
    pub there: Duration,
    /// Time on the way back.
    pub back: Duration,
    /// What of it never arrives.
    pub lost: Lost,
}

/// What of an exchange never arrives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lost {
    /// All of it arrives.
    #[default]
    Nothing,
    /// The request: the ACS hears nothing of it.
    Request,
    /// The answer: the ACS has done what it was asked.
    Answer,
}

/// What becomes of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// What the file server makes of it.
    AsIs,
    /// It is as slow as this.
    Slow {
        /// Bytes a second.
        bytes_per_sec: u32,
    },
    /// It ends like this after a time, whatever the server does.
    Ends(Duration, TransferOutcome),
    /// The power goes in the middle of it, and comes back.
    PowerCut {
        /// When.
        after: Duration,
        /// As slow as it is until then.
        bytes_per_sec: u32,
    },
}
