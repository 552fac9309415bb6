//! What the store keeps of events and webhooks; the habits are those of [`Store`](super::Store).

use super::{Actor, Delivery, Event, Id, Page, Result, Webhook};
use crate::limits::{EVENTS_IN_MEMORY, EVENTS_PER_READ};
use async_trait::async_trait;
use data_model::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Events and webhooks. An event is written in the transaction of what it tells of.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// The newest events, as they are committed.
    fn feed(&self) -> &Arc<Feed>;

    /// Events behind this number, oldest first.
    async fn event_list(&self, after: u64, limit: usize) -> Result<Vec<Event>>;

    /// The numbers of the oldest event that is kept and of the newest; zeros if there is none.
    async fn event_ends(&self) -> Result<(u64, u64)>;

    /// Forgets all events but this many, the oldest first; a bounded number in one call. Says how many.
    async fn event_prune(&self, keep: u64) -> Result<u64>;

    /// Makes or changes a webhook; one that is made is told of what happens from then on.
    async fn webhook_put(&self, actor: &Actor, webhook: Webhook, now: Timestamp) -> Result<()>;

    /// Removes a webhook, with what it was still to be told. `None` if there is none.
    async fn webhook_delete(
        &self,
        actor: &Actor,
        webhook: Id,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// All webhooks, oldest first.
    async fn webhook_list(&self) -> Result<Vec<Webhook>>;

    /// Looks at events it has not looked at for a webhook, a bounded number, and makes deliveries of those it is to be
    /// told. Says how many it looked at.
    async fn webhook_collect(&self, webhook: Id, now: Timestamp) -> Result<u64>;

    /// Deliveries that are due, in the order of their events.
    async fn delivery_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>>;

    /// A delivery has arrived.
    async fn delivery_arrived(&self, delivery: u64) -> Result<()>;

    /// A delivery has failed; it is tried again when it is due, or not at all.
    async fn delivery_failed(
        &self,
        delivery: u64,
        why: String,
        due: Option<Timestamp>,
    ) -> Result<()>;

    /// What a webhook is still to be told, and what it could not be told, oldest first.
    async fn delivery_list(&self, webhook: Id, page: Page<u64>) -> Result<Vec<Delivery>>;

    /// Has everything tried once more that a webhook could not be told; says how much.
    async fn delivery_retry(&self, actor: &Actor, webhook: Id, now: Timestamp) -> Result<u64>;
}

/// The newest events, in memory: everybody who follows them reads the same ones.
#[derive(Debug)]
pub struct Feed {
    recent: Mutex<VecDeque<Arc<Event>>>,
    newest: watch::Sender<u64>,
}

impl Default for Feed {
    fn default() -> Feed {
        Feed {
            recent: Mutex::default(),
            newest: watch::Sender::new(0),
        }
    }
}

impl Feed {
    fn recent(&self) -> MutexGuard<'_, VecDeque<Arc<Event>>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events that are on stable storage.
    pub fn publish(&self, events: impl IntoIterator<Item = Event>) {
        let mut recent = self.recent();
        recent.extend(events.into_iter().map(Arc::new));
        let surplus = recent.len().saturating_sub(EVENTS_IN_MEMORY);
        recent.drain(..surplus);
        let Some(newest) = recent.back().map(|event| event.id) else {
            return;
        };
        drop(recent);
        self.newest.send_replace(newest);
    }

    /// Changes whenever there are more.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Events behind this number, oldest first and a bounded number of them; `None` if they reach back further than
    /// what is in memory.
    pub fn since(&self, after: u64) -> Option<Vec<Arc<Event>>> {
        let recent = self.recent();
        let oldest = recent.front()?.id;
        if after + 1 < oldest {
            return None;
        }
        let first = recent.partition_point(|event| event.id <= after);
        let events = recent.iter().skip(first).take(EVENTS_PER_READ);
        Some(events.cloned().collect())
    }
}
