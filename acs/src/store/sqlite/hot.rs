//! What the writer knows by heart, so that a periodic Inform that brings nothing new costs one narrow row.

use super::credential_cache::CredentialCache;
use super::history::Watched;
use super::parameter_index::Chosen;
use super::watch::Watched as Selectors;
use crate::metrics::store::Ended;
use crate::store::{Event, Id, ProfileStamps};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Devices remembered at most; beyond it everything is forgotten and learnt anew. About 60 bytes each.
const DEVICES: usize = 1_000_000;

/// A device with nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quiet {
    /// The hash of its last Inform.
    pub inform_hash: i64,
    /// How it stands to the profiles.
    pub stamps: ProfileStamps,
}

/// Devices that have no open task and no campaign under way. Whoever changes anything of a device forgets it here
/// first; a call that is undone forgets what it touched.
#[derive(Debug)]
pub(super) struct Hot {
    quiet: HashMap<Id, Quiet>,
    touched: Vec<Id>,
    credentials: Arc<CredentialCache>,
    /// Parameters whose changes are kept.
    pub watched: Watched,
    /// Devices whose credentials this batch has changed.
    changed: Vec<Id>,
    /// The parameters that are kept in the index, once somebody needed them.
    pub chosen: Option<Arc<Chosen>>,
    /// What selectors of profiles ask for, once somebody needed it.
    pub selectors: RefCell<Option<Arc<Selectors>>>,
    /// Devices to be forgotten before the next look.
    stale: RefCell<Vec<Id>>,
    /// Events of this batch.
    events: RefCell<Vec<Event>>,
    /// How many of them there were when the call began.
    events_before: usize,
    /// Tasks that have ended in this batch.
    ended: Vec<Ended>,
    /// How many of them there were when the call began.
    ended_before: usize,
}

impl Hot {
    /// Nothing is known yet.
    pub fn new(credentials: Arc<CredentialCache>, watched: Watched) -> Hot {
        Hot {
            quiet: HashMap::new(),
            touched: Vec::new(),
            credentials,
            watched,
            changed: Vec::new(),
            chosen: None,
            selectors: RefCell::default(),
            stale: RefCell::default(),
            events: RefCell::default(),
            events_before: 0,
            ended: Vec::new(),
            ended_before: 0,
        }
    }

    /// The credentials of a device change.
    pub fn credentials_change(&mut self, device: Id) {
        self.changed.push(device);
    }

    /// The batch has ended, well or not: readers are not to be told what was true before it.
    pub fn batch_ended(&mut self) {
        if !self.changed.is_empty() {
            self.credentials.forget(self.changed.drain(..));
        }
    }

    /// A device, if nothing has happened to it.
    pub fn get(&mut self, device: Id) -> Option<Quiet> {
        for stale in self.stale.get_mut().drain(..) {
            self.quiet.remove(&stale);
        }
        self.quiet.get(&device).copied()
    }

    /// Remembers a device.
    pub fn remember(&mut self, device: Id, quiet: Quiet) {
        if self.quiet.len() >= DEVICES {
            self.quiet.clear();
        }
        self.touched.push(device);
        self.quiet.insert(device, quiet);
    }

    /// Something of a device changes.
    pub fn forget(&mut self, device: Id) {
        self.touched.push(device);
        self.quiet.remove(&device);
    }

    /// Something of a device changes, for those who cannot change what is known by heart.
    pub fn forget_soon(&self, device: Id) {
        self.stale.borrow_mut().push(device);
    }

    /// Something of many devices changes.
    pub fn clear(&mut self) {
        self.chosen = None;
        *self.selectors.get_mut() = None;
        self.quiet.clear();
    }

    /// Something has happened that others want to hear of.
    pub fn happened(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }

    /// The events of the batch, at its end.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(self.events.get_mut())
    }

    /// A task has ended.
    pub fn ended(&mut self, ended: Ended) {
        self.ended.push(ended);
    }

    /// The tasks that have ended in the batch, at its end.
    pub fn take_ended(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.ended)
    }

    /// A call begins.
    pub fn begin(&mut self) {
        self.events_before = self.events.get_mut().len();
        self.ended_before = self.ended.len();
        self.touched.clear();
    }

    /// The call is undone: what it remembered is not so.
    pub fn undo(&mut self) {
        self.chosen = None;
        *self.selectors.get_mut() = None;
        self.events.get_mut().truncate(self.events_before);
        self.ended.truncate(self.ended_before);
        for device in self.touched.drain(..) {
            self.quiet.remove(&device);
        }
    }
}
