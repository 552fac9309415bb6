//! Parameters that something other than the ACS has changed, until the ACS knows (TR-069 3.7.1.5, Table 37).

use data_model::schema::Address;
use std::collections::BTreeSet;

/// Changes that wait to be reported. They are forgotten by a reboot, with the event that reports them,
/// but for a reboot a profile causes: what it has changed is told after it.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    active: BTreeSet<Address>,
    passive: BTreeSet<Address>,
    /// Changes in the Inform of the running session.
    in_flight: Vec<(Address, Urgency)>,
    /// Changes that are told by datagram.
    light: Option<Box<Light>>,
}

/// Changes that are told by lightweight notification.
#[derive(Debug, Clone, Default)]
struct Light {
    active: BTreeSet<Address>,
    passive: BTreeSet<Address>,
}

/// How soon a change is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// At once.
    Active,
    /// With whatever is told next.
    Passive,
}

impl Changes {
    /// A parameter has changed whose changes want a session of their own.
    pub fn note_active(&mut self, address: Address) {
        self.active.insert(address);
    }

    /// A parameter has changed whose changes ride on the next session.
    pub fn note_passive(&mut self, address: Address) {
        self.passive.insert(address);
    }

    /// A parameter has changed whose changes are told by datagram: at once, or with the next one.
    pub fn note_light(&mut self, address: Address, urgency: Urgency) {
        let light = self.light.get_or_insert_default();
        match urgency {
            Urgency::Active => light.active.insert(address),
            Urgency::Passive => light.passive.insert(address),
        };
    }

    /// Whether a change is to be told by datagram.
    pub fn has_light(&self) -> bool {
        self.light.is_some()
    }

    /// Whether one is to be told so at once.
    pub fn wants_datagram(&self) -> bool {
        let light = self.light.as_ref();
        light.is_some_and(|light| !light.active.is_empty())
    }

    /// Takes all that is to be told by datagram.
    pub fn take_for_datagram(&mut self) -> Vec<Address> {
        let Some(light) = self.light.take() else {
            return Vec::new();
        };
        light.active.union(&light.passive).copied().collect()
    }

    /// Whether a change wants a session.
    pub fn has_active(&self) -> bool {
        !self.active.is_empty()
    }

    /// Whether a change of this parameter waits for an Inform.
    pub fn waits_for(&self, address: &Address) -> bool {
        self.active.contains(address) || self.passive.contains(address)
    }

    /// The parameters whose changes wait for an Inform.
    pub fn waiting(&self) -> impl Iterator<Item = &Address> {
        self.active.union(&self.passive)
    }

    /// Whether nothing but a change of this parameter wants a session.
    pub fn only_active(&self, address: &Address) -> bool {
        self.active.len() == 1 && self.active.contains(address)
    }

    /// Whether the Inform of the running session tells of this parameter.
    pub fn is_in_flight(&self, address: &Address) -> bool {
        self.in_flight.iter().any(|(told, _)| told == address)
    }

    /// A change that has come to nothing.
    pub fn forget(&mut self, address: &Address) {
        self.active.remove(address);
        self.passive.remove(address);
    }

    /// Keeps only the changes of parameters that pass.
    pub fn retain(&mut self, mut keep: impl FnMut(&Address) -> bool) {
        self.active.retain(&mut keep);
        self.passive.retain(&mut keep);
        self.in_flight.retain(|(address, _)| keep(address));
        if let Some(light) = &mut self.light {
            light.active.retain(&mut keep);
            light.passive.retain(&mut keep);
            if light.active.is_empty() && light.passive.is_empty() {
                self.light = None;
            }
        }
    }

    /// Forgets every change: a BOOTSTRAP discards them with their event (TR-069 Table 8).
    pub fn discard(&mut self) {
        *self = Changes::default();
    }

    /// Takes what waits into the Inform of a session.
    pub fn take_for_inform(&mut self) -> Vec<Address> {
        let active = std::mem::take(&mut self.active).into_iter();
        let passive = std::mem::take(&mut self.passive).into_iter();
        self.in_flight = active
            .map(|address| (address, Urgency::Active))
            .chain(passive.map(|address| (address, Urgency::Passive)))
            .collect();
        self.in_flight.iter().map(|(address, _)| *address).collect()
    }

    /// The InformResponse has come.
    pub fn delivered(&mut self) {
        self.in_flight.clear();
    }

    /// The session has failed: what was in its Inform waits again.
    pub fn undelivered(&mut self) {
        for (address, urgency) in std::mem::take(&mut self.in_flight) {
            match urgency {
                Urgency::Active => self.active.insert(address),
                Urgency::Passive => self.passive.insert(address),
            };
        }
    }
}
