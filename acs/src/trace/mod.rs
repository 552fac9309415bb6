//! The message trace: the messages of chosen devices, kept for people who look for what went wrong.
//!
//! A session of a device whose trace is on carries a [`Recording`]; it takes the bodies as they come and go, and nothing
//! else happens on the way of a message. When the session is over, however it ends, the recording goes to one writer
//! beside the sessions, which takes every secret out ([`mask`]) before anything is stored.

pub mod export;
pub mod mask;
mod writer;

pub use writer::write_all;

use crate::clock;
use crate::config::trace::TraceConfig;
use crate::limits::{TRACE_BODIES, TRACE_BYTES, TRACE_WAITING};
use crate::store::{Id, Side};
use data_model::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Which devices are traced, and the way to the writer.
#[derive(Debug)]
pub struct Traces {
    all: AtomicBool,
    /// Whether any device is traced: what a session that is not asks first.
    any: AtomicBool,
    until: RwLock<HashMap<Id, Timestamp>>,
    sender: mpsc::Sender<Finished>,
    receiver: Mutex<Option<mpsc::Receiver<Finished>>>,
}

impl Traces {
    /// The traces of a server.
    pub fn new(config: &TraceConfig, until: Vec<(Id, Timestamp)>) -> Traces {
        let (sender, receiver) = mpsc::channel(TRACE_WAITING);
        Traces {
            all: AtomicBool::new(config.all),
            any: AtomicBool::new(!until.is_empty()),
            until: RwLock::new(until.into_iter().collect()),
            sender,
            receiver: Mutex::new(Some(receiver)),
        }
    }

    /// The settings have changed.
    pub fn set_all(&self, all: bool) {
        self.all.store(all, Ordering::Relaxed);
    }

    /// Traces a device until a time; one that has passed ends it.
    pub fn set(&self, device: Id, until: Timestamp, now: Timestamp) {
        let mut known = self.until.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(device, until);
        known.retain(|_, until| now < *until);
        self.any.store(!known.is_empty(), Ordering::Relaxed);
    }

    /// Until when a device is traced, if it is by itself.
    pub fn until(&self, device: Id, now: Timestamp) -> Option<Timestamp> {
        let known = self.until.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&device).copied().filter(|until| now < *until)
    }

    /// Whether every device is traced.
    pub fn all(&self) -> bool {
        self.all.load(Ordering::Relaxed)
    }

    /// A recording, if the device is traced.
    pub fn begin(&self, device: Id, identity: &Arc<str>, now: Timestamp) -> Option<Recording> {
        let any = self.any.load(Ordering::Relaxed) && self.until(device, now).is_some();
        if !any && !self.all() {
            return None;
        }
        Some(Recording {
            sender: self.sender.clone(),
            session: Some(Box::new(Finished {
                id: clock::new_id(),
                device,
                identity: Arc::clone(identity),
                begin: now,
                end: now,
                bodies: Vec::new(),
                bytes: 0,
                full: false,
                outcome: None,
            })),
        })
    }

    /// What the writer reads from; it is taken once.
    pub fn take_receiver(&self) -> Option<mpsc::Receiver<Finished>> {
        self.receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// A session with all its messages, as they went over the wire.
pub struct Finished {
    id: Id,
    device: Id,
    identity: Arc<str>,
    begin: Timestamp,
    end: Timestamp,
    bodies: Vec<(Side, Timestamp, Vec<u8>)>,
    bytes: usize,
    /// It has grown beyond what is kept.
    full: bool,
    outcome: Option<String>,
}

impl std::fmt::Debug for Finished {
    /// Without the bodies: there are secrets in them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finished")
            .field("device", &self.device)
            .field("bodies", &self.bodies.len())
            .finish_non_exhaustive()
    }
}

/// The messages of a session that is open.
#[derive(Debug)]
pub struct Recording {
    sender: mpsc::Sender<Finished>,
    session: Option<Box<Finished>>,
}

impl Recording {
    /// A body came in or went out.
    pub fn push(&mut self, side: Side, body: &[u8]) {
        let Some(session) = &mut self.session else {
            return;
        };
        let now = clock::now();
        session.end = now;
        session.bytes += body.len();
        session.full |= session.bytes > TRACE_BYTES || session.bodies.len() >= TRACE_BODIES;
        if !session.full {
            session.bodies.push((side, now, body.to_vec()));
        }
    }

    /// The session is over, in this way.
    pub fn ended(&mut self, outcome: impl Into<String>) {
        if let Some(session) = &mut self.session {
            session.end = clock::now();
            session.outcome = Some(outcome.into());
        }
    }
}

impl Drop for Recording {
    /// However a session ends, what was recorded of it goes to the writer. If that is behind, this one is left out: a
    /// trace is not worth memory without end.
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        match self.sender.try_send(*session) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                tracing::warn!("a traced session is left out: the writer of traces is behind");
            }
            // The server ends.
            Err(TrySendError::Closed(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traces(all: bool) -> Traces {
        let config = TraceConfig {
            all,
            ..TraceConfig::default()
        };
        Traces::new(&config, Vec::new())
    }

    const DEVICE: &str = "00562B-A";

    #[test]
    fn a_device_is_traced_for_its_time_and_no_other_one() {
        let (traces, now) = (traces(false), Timestamp::from_secs(1_800_000_000));
        let (device, identity) = (Id::of_identity(DEVICE), Arc::from(DEVICE));
        assert!(traces.begin(device, &identity, now).is_none());
        traces.set(device, now.plus_secs(60), now);
        assert!(traces.begin(device, &identity, now).is_some());
        assert!(traces.begin(Id::of_identity("b"), &identity, now).is_none());
        assert!(traces.begin(device, &identity, now.plus_secs(60)).is_none());
        traces.set(device, now, now);
        assert!(traces.begin(device, &identity, now).is_none());
        traces.set_all(true);
        assert!(traces.begin(Id::of_identity("b"), &identity, now).is_some());
    }

    #[test]
    fn a_session_goes_to_the_writer_however_it_ends_and_within_its_limits() {
        let (traces, now) = (traces(true), Timestamp::from_secs(1_800_000_000));
        let identity = Arc::from(DEVICE);
        let mut receiver = traces.take_receiver().unwrap();
        assert!(traces.take_receiver().is_none());
        let device = Id::of_identity(DEVICE);
        let mut recording = traces.begin(device, &identity, now).unwrap();
        recording.push(Side::Cpe, &vec![0; TRACE_BYTES / 2]);
        recording.push(Side::Acs, &vec![0; TRACE_BYTES]);
        recording.push(Side::Cpe, b"late");
        drop(recording);
        let finished = receiver.try_recv().unwrap();
        assert_eq!((finished.bodies.len(), finished.full), (1, true));
        assert_eq!(finished.outcome, None);
        for _ in 0..TRACE_WAITING + 5 {
            drop(traces.begin(device, &identity, now));
        }
        assert_eq!(receiver.len(), TRACE_WAITING);
    }
}
