//! Credentials in memory: they are asked for at the beginning of every session.
//!
//! The writer forgets what it has changed after the commit and before anybody is answered. A reader that was under way
//! meanwhile may hold what was good before; its ticket tells, and what it has read is not kept.

use crate::store::{Credentials, Id};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Devices remembered at most; beyond it everything is forgotten and learnt anew. About 300 bytes each.
const DEVICES: usize = 200_000;

/// What was true when a device was not found in memory: how many changes there had been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// The credentials of devices, also of those that have none.
#[derive(Debug, Default)]
pub(super) struct CredentialCache {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<Id, Option<Credentials>>,
    changes: u64,
}

impl CredentialCache {
    /// What is known of a device, or a ticket with which it may be told after it was read.
    pub fn get(&self, device: Id) -> Result<Option<Credentials>, Ticket> {
        let state = self.state();
        match state.known.get(&device) {
            Some(known) => Ok(known.clone()),
            None => Err(Ticket(state.changes)),
        }
    }

    /// Remembers what was read with a ticket, unless anything has changed since.
    pub fn put(&self, ticket: Ticket, device: Id, credentials: Option<Credentials>) {
        let mut state = self.state();
        if state.changes != ticket.0 {
            return;
        }
        if state.known.len() >= DEVICES {
            state.known.clear();
        }
        state.known.insert(device, credentials);
    }

    /// The credentials of these devices have changed on the disk.
    pub fn forget(&self, devices: impl IntoIterator<Item = Id>) {
        let mut state = self.state();
        for device in devices {
            state.changes += 1;
            state.known.remove(&device);
        }
    }

    /// Nothing is known any more, and what is being read meanwhile is not kept.
    pub fn clear(&self) {
        let mut state = self.state();
        state.changes += 1;
        state.known.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let cache = CredentialCache::default();
        let device = Id::of_identity("x");
        let Err(ticket) = cache.get(device) else {
            panic!("nothing is known yet")
        };
        cache.forget([device]);
        cache.put(ticket, device, None);
        assert!(cache.get(device).is_err());
    }
}
