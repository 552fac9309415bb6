//! The part of a fleet that one loop drives: what is around its devices, and what becomes of them.

use super::figures::{Interval, note};
use super::ledger::Ledger;
use super::plan::{Plan, UpgradeGoes};
use crate::device::Saved;
use crate::device::boot::came_with;
use crate::device::io::{HttpFailure, HttpResponse, Restart, SessionSummary, TransferOutcome};
use crate::limits::RESTART_PAUSE_MS;
use crate::shell::surroundings::{Fate, Line, Surroundings};
use cwmp::{Fault, FaultCode};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a download runs before the power goes from it.
const CUT_AFTER: Duration = Duration::from_secs(2);
/// How slow a download is of which the power goes, so that it is not over before.
const CUT_BYTES_PER_SEC: u32 = 8 * 1024;
/// How long a device looks at an image before it finds that it is not for it.
const CHECKS_FOR: Duration = Duration::from_secs(2);
/// How long a device is off whose new image has died.
const DEAD_FOR: Duration = Duration::from_secs(1);
/// How long lines take to register after a boot.
const REGISTERS_AFTER: Duration = Duration::from_secs(3);
/// Lines of a device: those of an ATA 192.
pub(super) const LINES: u8 = 0b11;

/// One part of a fleet.
#[derive(Debug)]
pub struct Shard {
    plan: Arc<Plan>,
    /// The number of its first device in the fleet.
    first: usize,
    /// Devices come from addresses of the loopback network, where their ACS is.
    on_loopback: bool,
    ledger: Mutex<Ledger>,
    interval: Mutex<Interval>,
}

impl Shard {
    /// The part that begins with this device.
    pub fn new(plan: Arc<Plan>, first: usize, devices: usize, on_loopback: bool) -> Shard {
        Shard {
            plan,
            first,
            on_loopback,
            ledger: Mutex::new(Ledger::new(devices)),
            interval: Mutex::default(),
        }
    }

    /// What is planned for the fleet.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The number in the fleet of a device of this part.
    pub fn number(&self, device: usize) -> usize {
        self.first + device
    }

    /// What its devices believe.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has happened since this was called last.
    pub fn take_interval(&self) -> Interval {
        std::mem::take(&mut *self.interval())
    }

    fn interval(&self) -> MutexGuard<'_, Interval> {
        self.interval.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address of a device behind its NAT: one of documentation, which leads nowhere (RFC 5737).
    pub fn inside(&self, device: usize) -> Option<IpAddr> {
        let number = self.number(device);
        let inside = Ipv4Addr::new(192, 0, 2, 1 + (number % 250) as u8);
        self.plan
            .is_behind_nat(number)
            .then_some(IpAddr::V4(inside))
    }
}

impl Surroundings for Shard {
    fn source(&self, device: usize) -> Option<IpAddr> {
        self.on_loopback
            .then(|| self.plan.source(self.number(device)))
    }

    fn sources(&self) -> Vec<IpAddr> {
        match self.on_loopback {
            true => Plan::sources(),
            false => Vec::new(),
        }
    }

    fn inside_nat(&self, device: usize) -> Option<IpAddr> {
        self.inside(device)
    }

    fn first_state(&self, device: usize) -> Saved {
        let kind = self.plan.kind(self.number(device));
        let version = &self.plan.scenario().devices[kind].version;
        version.as_deref().map_or_else(Saved::new, came_with)
    }

    fn seed(&self, device: usize) -> u64 {
        let boots = self.ledger().entries()[device].boots;
        self.plan.seed_of(self.number(device), boots)
    }

    fn line(&self, device: usize) -> Line {
        if self.plan.scenario().lines.is_empty() {
            return Line::default();
        }
        let exchange = self.ledger().next_exchange(device);
        self.plan.line(self.number(device), exchange)
    }

    fn transfer(&self, device: usize, image: bool) -> Fate {
        if !image {
            return Fate::AsIs;
        }
        match self.plan.upgrade(self.number(device)) {
            UpgradeGoes::Well | UpgradeGoes::OldVersionBack | UpgradeGoes::NeverBack => Fate::AsIs,
            UpgradeGoes::WrongImage => {
                let why = "the image is for another product";
                let fault = Fault::new(FaultCode::FILE_CORRUPTED, why);
                Fate::Ends(CHECKS_FOR, TransferOutcome::Failed(fault))
            }
            UpgradeGoes::PowerCut => Fate::PowerCut {
                after: CUT_AFTER,
                bytes_per_sec: CUT_BYTES_PER_SEC,
            },
            UpgradeGoes::Slow(bytes_per_sec) => Fate::Slow { bytes_per_sec },
        }
    }

    fn off_for(&self, device: usize, restart: Restart, on_trial: bool) -> Option<Duration> {
        let goes = self.plan.upgrade(self.number(device));
        let off_for = match (restart, on_trial, goes) {
            (Restart::Reboot, true, UpgradeGoes::NeverBack) => None,
            (_, true, UpgradeGoes::OldVersionBack) => Some(DEAD_FOR),
            (_, _, _) => Some(Duration::from_millis(RESTART_PAUSE_MS)),
        };
        if off_for.is_none() {
            self.ledger().off(device);
        }
        off_for
    }

    fn dies_at_boot(&self, device: usize, on_trial: bool) -> bool {
        on_trial && self.plan.upgrade(self.number(device)) == UpgradeGoes::OldVersionBack
    }

    fn powered(&self, device: usize) {
        self.ledger().powered(device);
    }

    fn booted(&self, device: usize) {
        self.ledger().booted(device);
        self.interval().boots += 1;
    }

    fn registers(&self, device: usize) -> Option<(Duration, u8)> {
        let registers = self.plan.registers(self.number(device));
        registers.then_some((REGISTERS_AFTER, LINES))
    }

    fn exchanged(
        &self,
        _device: usize,
        took: Duration,
        result: &Result<HttpResponse, HttpFailure>,
    ) {
        let mut interval = self.interval();
        match result {
            Ok(response) if response.status < 300 => note(&mut interval.answers, took),
            Ok(response) => *interval.statuses.entry(response.status).or_default() += 1,
            // The session says why it failed.
            Err(_) => {}
        }
    }

    fn session_over(&self, device: usize, summary: &SessionSummary) {
        let retried = self.ledger().session_over(device, summary);
        let mut interval = self.interval();
        interval.retries += u64::from(retried);
        match &summary.failure {
            None => {
                interval.sessions += 1;
                note(
                    &mut interval.lengths,
                    Duration::from_millis(summary.duration_ms),
                );
            }
            Some(why) => interval.failed_for(why),
        }
    }
}
