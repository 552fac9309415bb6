//! Devices that are waited for: a datagram is never answered, so a device that comes is the only sign that it was heard.

use crate::store::Id;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Who waits for whom.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// Asked by every Inform; so it is a number beside the lock.
    number: AtomicUsize,
    waiting: Mutex<HashMap<Id, Vec<oneshot::Sender<()>>>>,
}

impl Arrivals {
    /// Waits for a device from this moment on; the receiver hears of its next Inform.
    pub fn of(&self, device: Id) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting();
        // Those who have given up.
        waiting.retain(|_, senders| {
            senders.retain(|sender| !sender.is_closed());
            !senders.is_empty()
        });
        waiting.entry(device).or_default().push(sender);
        self.number.store(waiting.len(), Ordering::Release);
        receiver
    }

    /// A device has come.
    pub fn came(&self, device: Id) {
        if self.number.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut waiting = self.waiting();
        let senders = waiting.remove(&device).unwrap_or_default();
        self.number.store(waiting.len(), Ordering::Release);
        for sender in senders {
            // Whoever has given up does not need it.
            let _ = sender.send(());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Id, Vec<oneshot::Sender<()>>>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
