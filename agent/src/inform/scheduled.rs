//! Informs the ACS has ordered for later, until their time has come (TR-069 A.4.1.2).

use crate::limits::SCHEDULED_INFORMS;
use cwmp::CommandKey;
use data_model::Timestamp;
use serde::{Deserialize, Serialize};

/// What is ordered and not yet due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scheduled {
    #[expect(
        clippy::box_collection,
        reason = "one word instead of three in each of thousands of devices"
    )]
    waiting: Option<Box<Vec<ScheduledInform>>>,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ScheduledInform {
    due: Timestamp,
    command_key: CommandKey,
}

/// There is no room for another order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{SCHEDULED_INFORMS} calls of ScheduleInform wait already")]
pub struct TooMany;

impl Scheduled {
    /// Keeps an order. One with the key of an order that waits takes its place; orders without a key are all kept.
    ///
    /// # Errors
    /// If as many wait as may.
    pub fn order(&mut self, command_key: CommandKey, due: Timestamp) -> Result<(), TooMany> {
        let waiting = self.waiting.get_or_insert_default();
        let same = |other: &ScheduledInform| other.command_key == command_key;
        if !command_key.as_str().is_empty()
            && let Some(known) = waiting.iter_mut().find(|other| same(other))
        {
            known.due = due;
            return Ok(());
        }
        if waiting.len() >= SCHEDULED_INFORMS {
            return Err(TooMany);
        }
        waiting.push(ScheduledInform { due, command_key });
        Ok(())
    }

    /// Whether nothing is ordered.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_none()
    }

    /// When the next order is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        let waiting = self.waiting.as_ref()?;
        waiting.iter().map(|order| order.due).min()
    }

    /// Takes the orders that are due and gives their keys, the earliest first.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<CommandKey> {
        let Some(waiting) = &mut self.waiting else {
            return Vec::new();
        };
        let mut due: Vec<ScheduledInform> =
            waiting.extract_if(.., |order| order.due <= now).collect();
        due.sort_by_key(|order| order.due);
        if waiting.is_empty() {
            self.waiting = None;
        }
        due.into_iter().map(|order| order.command_key).collect()
    }

    /// Keeps only the orders that pass.
    pub fn retain(&mut self, mut keep: impl FnMut(Timestamp) -> bool) {
        if let Some(waiting) = &mut self.waiting {
            waiting.retain(|order| keep(order.due));
            if waiting.is_empty() {
                self.waiting = None;
            }
        }
    }

    /// Bytes this takes beside the struct itself.
    pub fn heap_bytes(&self) -> usize {
        self.waiting.as_ref().map_or(0, |waiting| {
            size_of::<Vec<ScheduledInform>>() + waiting.capacity() * size_of::<ScheduledInform>()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> CommandKey {
        CommandKey::new(text).unwrap()
    }

    #[test]
    fn orders_come_due_in_the_order_of_their_times() {
        let at = Timestamp::from_secs;
        let mut scheduled = Scheduled::default();
        scheduled.order(key("late"), at(30)).unwrap();
        scheduled.order(key("early"), at(10)).unwrap();
        scheduled.order(key(""), at(20)).unwrap();
        scheduled.order(key(""), at(20)).unwrap();
        scheduled.order(key("late"), at(15)).unwrap();
        assert_eq!(scheduled.next_due(), Some(at(10)));
        let taken = scheduled.take_due(at(20));
        let taken: Vec<&str> = taken.iter().map(CommandKey::as_str).collect();
        assert_eq!(taken, ["early", "late", "", ""]);
        assert!(scheduled.is_empty());
    }
}
