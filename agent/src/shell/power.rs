//! Power of the devices of a loop: boots, restarts, and power that goes and comes.

use super::dial::SourcePort;
use super::handle::{Command, Event};
use super::runner::Runner;
use crate::device::boot::resets;
use crate::device::io::{Listener, Restart};
use crate::device::{Device, Input, Saved};
use crate::platform::Request;
use crate::random::Random;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

impl Runner {
    /// A device stops, and is booted anew after a while.
    pub(super) fn restart(&mut self, device: usize, restart: Restart) {
        let Some(stopped) = self.stop_device(device) else {
            return;
        };
        let request = match restart {
            Restart::Reboot => Some(Request::of_restart(&stopped)),
            Restart::PowerCut => None,
        };
        self.leave_off(device, &stopped, restart);
        let (asked, pause) = self.machine.restart(request);
        let (events, epoch) = (self.events.clone(), self.places[device].epoch);
        let back = Event::Boot {
            device,
            epoch,
            asked,
        };
        if let Some(around) = &self.surroundings {
            let on_trial = stopped.core().firmware.trial.is_some();
            if let Some(off_for) = around.off_for(device, restart, on_trial) {
                self.later(off_for, back);
            }
            return;
        }
        tokio::spawn(async move {
            pause.over().await;
            let _ = events.send(back);
        });
    }

    /// Takes the power from a device, for so long or until it is switched on.
    pub(super) fn cut_power(&mut self, device: usize, off_for: Option<Duration>) {
        if device >= self.places.len() {
            return;
        }
        self.places[device].boots_next = false;
        match self.stop_device(device) {
            Some(stopped) => self.leave_off(device, &stopped, Restart::PowerCut),
            // It was about to be booted: not by whoever wanted that.
            None => self.places[device].end_everything(),
        }
        if let Some(off_for) = off_for {
            let epoch = self.places[device].epoch;
            let asked = None;
            self.later(
                off_for,
                Event::Boot {
                    device,
                    epoch,
                    asked,
                },
            );
        }
    }

    /// Switches a device on that is off.
    pub(super) fn switch_on(&mut self, device: usize) {
        let off = self
            .places
            .get_mut(device)
            .filter(|place| place.device.is_none());
        if let Some(place) = off {
            place.end_everything();
            let epoch = place.epoch;
            self.back_on(device, epoch, None);
        }
    }

    /// The time a device was to be off is over.
    pub(super) fn back_on(&mut self, device: usize, epoch: u32, asked: Option<&Request>) {
        let place = &mut self.places[device];
        // Something else has happened to its power meanwhile.
        if place.epoch != epoch || place.device.is_some() {
            return;
        }
        if let Some(around) = &self.surroundings {
            around.powered(device);
            // A device opens a session with its boot.
            if self.open_sessions >= self.session_limit {
                place.boots_next = true;
                self.queued.push_back(device);
                return;
            }
        }
        let mut saved = match place.off.take() {
            Some(saved) => *saved,
            None => self.stable_state(device),
        };
        self.machine.still_runs(asked, &mut saved);
        self.boot(device, &saved);
    }

    /// There is room for the session of a device that has waited for it.
    pub(super) fn has_room(&mut self, device: usize) {
        let place = &mut self.places[device];
        match std::mem::take(&mut place.boots_next) {
            true => {
                let epoch = place.epoch;
                self.back_on(device, epoch, None);
            }
            false => self.handle(device, Input::Wake),
        }
    }

    /// Boots a device from what it has kept.
    pub(super) fn boot(&mut self, device: usize, saved: &Saved) {
        let now = self.clock.now();
        let place = &mut self.places[device];
        let hardware = self.machine.hardware(now);
        let config = place.config.clone();
        let booted = match &self.surroundings {
            None => Device::boot_on(hardware, config, saved, now),
            Some(around) => {
                let random = Random::new(around.seed(device));
                // What a NAT in between remembers of a port matters to nobody here.
                place.port = SourcePort::System;
                Device::boot_by(random, hardware, config, saved, now)
            }
        };
        self.machine.booted(&booted, saved);
        let on_trial = booted.core().firmware.trial.is_some();
        place.device = Some(booted);
        self.set_listener(device, Listener::Open);
        self.open_first_port(device);
        self.counters.boots.fetch_add(1, Relaxed);
        if let Some(around) = &self.surroundings {
            around.booted(device);
            if around.dies_at_boot(device, on_trial) {
                return self.restart(device, Restart::PowerCut);
            }
            if let Some((after, lines)) = around.registers(device) {
                let registered = Command::Input(device, Input::Registered(lines));
                self.in_this_life(device, after, registered);
            }
        }
        self.drain(device);
        // In a fleet the file is that of all, and what simulated devices have forgotten is no secret.
        if let Some(journal) = self
            .journal
            .as_ref()
            .filter(|_| self.places.len() == 1 && resets(saved))
        {
            journal.write_anew();
        }
    }

    /// Nothing of a device goes on; it is what it was when it stopped.
    fn stop_device(&mut self, device: usize) -> Option<Device> {
        let place = &mut self.places[device];
        let stopped = place.device.take()?;
        place.stops = place.stops.wrapping_add(1);
        place.end_everything();
        self.drop_orders(device);
        self.close_ports(device);
        self.settle(device);
        Some(stopped)
    }

    /// Remembers what a device that has stopped finds at its next boot. Everything in front of a reboot has been kept,
    /// so that is what a power cut would leave; where there is no journal, everything is kept at once.
    fn leave_off(&mut self, device: usize, stopped: &Device, restart: Restart) {
        let kept = restart == Restart::Reboot || self.journal.is_none();
        self.places[device].off = kept.then(|| Box::new(stopped.saved()));
    }

    /// Takes the power from a device after a time, unless it has stopped by then.
    pub(super) fn cut_power_later(
        &self,
        device: usize,
        after: Duration,
        off_for: Option<Duration>,
    ) {
        self.in_this_life(device, after, Command::CutPower(device, off_for));
    }

    /// Lets something happen to a device after a time, unless it has stopped by then.
    fn in_this_life(&self, device: usize, after: Duration, command: Command) {
        let stops = self.places[device].stops;
        self.later(
            after,
            Event::InThisLife {
                device,
                stops,
                command,
            },
        );
    }

    /// Lets something happen after a time.
    fn later(&self, after: Duration, event: Event) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _ = events.send(event);
        });
    }

    /// What is on stable storage for a device, or what it came with.
    fn stable_state(&self, device: usize) -> Saved {
        let kept = self
            .journal
            .as_ref()
            .map_or_else(Default::default, |journal| {
                journal.read_back().unwrap_or_else(|error| {
                    tracing::error!(%error, "the journal cannot be read back");
                    Default::default()
                })
            });
        let mut kept = kept;
        let new = || {
            let around = self.surroundings.as_ref();
            around.map_or_else(Saved::new, |around| around.first_state(device))
        };
        kept.remove(&(device as u32)).unwrap_or_else(new)
    }
}
