//! Events that wait for delivery, by the rules of TR-069 A6, Table 8.

use cwmp::event::{Cumulation, Retention};
use cwmp::{Event, EventCode};
use serde::{Deserialize, Serialize};

/// The events of a device that no session has delivered.
///
/// Events of transfers are not kept here: they follow from the transfers that wait to be reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQueue {
    waiting: Vec<Event>,
    /// Events in the Inform of the running session.
    in_flight: Vec<Event>,
}

/// The events that survive a power cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SavedEvents(Vec<Event>);

impl EventQueue {
    /// Adds an event. A code that is reported once at most is not doubled; BOOTSTRAP discards all others.
    pub fn push(&mut self, event: Event) {
        let single = event.event_code.rule().cumulation == Cumulation::Single;
        if single && self.contains(&event.event_code) {
            return;
        }
        if event.event_code == EventCode::Bootstrap {
            self.waiting.clear();
            self.in_flight.clear();
        }
        self.waiting.push(event);
        drop_excess(&mut self.waiting);
    }

    /// Whether something waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether an event of this code waits.
    pub fn contains(&self, code: &EventCode) -> bool {
        self.waiting.iter().any(|event| event.event_code == *code)
    }

    /// Bytes this takes beside the struct itself.
    pub fn heap_bytes(&self) -> usize {
        (self.waiting.capacity() + self.in_flight.capacity()) * size_of::<Event>()
    }

    /// Takes what waits into the Inform of a session.
    pub fn take_for_inform(&mut self) -> Vec<Event> {
        self.in_flight = std::mem::take(&mut self.waiting);
        self.in_flight.clone()
    }

    /// The InformResponse has come: what was in the Inform is delivered.
    pub fn delivered(&mut self) {
        self.in_flight.clear();
    }

    /// The session has failed before its InformResponse: what was in the Inform waits again, in front of what has
    /// come since; events of one attempt are gone.
    pub fn undelivered(&mut self) {
        let came_since = std::mem::take(&mut self.waiting);
        self.waiting = std::mem::take(&mut self.in_flight);
        self.waiting
            .retain(|event| event.event_code.rule().retention != Retention::Once);
        for event in came_since {
            self.push(event);
        }
    }

    /// What is to be kept over a power cut.
    pub fn saved(&self) -> SavedEvents {
        let all = self.in_flight.iter().chain(&self.waiting);
        let kept = |event: &&Event| event.event_code.rule().retention == Retention::UntilConfirmed;
        SavedEvents(all.filter(kept).cloned().collect())
    }

    /// The queue after a boot.
    pub fn restore(saved: SavedEvents) -> EventQueue {
        EventQueue {
            waiting: saved.0,
            in_flight: Vec::new(),
        }
    }
}

/// An Inform holds 64 events; beyond that the oldest `M` events go (TR-069 Table 37).
pub(super) fn drop_excess(events: &mut Vec<Event>) {
    while events.len() > cwmp::limits::EVENTS {
        let multiple = |event: &Event| event.event_code.rule().cumulation == Cumulation::Multiple;
        match events.iter().position(multiple) {
            Some(oldest) => events.remove(oldest),
            None => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cwmp::CommandKey;

    fn codes(events: &[Event]) -> Vec<&str> {
        events
            .iter()
            .map(|event| event.event_code.as_str())
            .collect()
    }

    fn queue(events: &[EventCode]) -> EventQueue {
        let mut queue = EventQueue::default();
        for code in events {
            queue.push(Event::new(code.clone()));
        }
        queue
    }

    #[test]
    fn single_codes_are_not_doubled_and_multiple_ones_are() {
        let mut queue = queue(&[
            EventCode::Periodic,
            EventCode::Periodic,
            EventCode::MReboot,
            EventCode::MReboot,
        ]);
        assert_eq!(
            codes(&queue.take_for_inform()),
            ["2 PERIODIC", "M Reboot", "M Reboot"]
        );
    }

    #[test]
    fn bootstrap_discards_what_was_before_it_and_nothing_after() {
        let mut queue = queue(&[
            EventCode::MReboot,
            EventCode::Bootstrap,
            EventCode::Boot,
            EventCode::Bootstrap,
        ]);
        assert_eq!(codes(&queue.take_for_inform()), ["0 BOOTSTRAP", "1 BOOT"]);
    }

    /// Covers E-02, E-03.
    #[test]
    fn undelivered_events_come_again_and_new_ones_join_them() {
        let mut queue = queue(&[EventCode::Boot, EventCode::ConnectionRequest]);
        queue.take_for_inform();
        queue.push(Event::new(EventCode::Periodic));
        queue.undelivered();
        // CONNECTION REQUEST is never tried twice.
        assert_eq!(codes(&queue.take_for_inform()), ["1 BOOT", "2 PERIODIC"]);
        queue.delivered();
        queue.undelivered();
        assert!(queue.is_empty());
    }

    #[test]
    fn an_event_that_happens_again_during_its_delivery_is_reported_again() {
        let mut queue = queue(&[EventCode::Periodic]);
        queue.take_for_inform();
        queue.push(Event::new(EventCode::Periodic));
        queue.delivered();
        assert_eq!(codes(&queue.take_for_inform()), ["2 PERIODIC"]);
    }

    /// Covers E-06.
    #[test]
    fn beyond_64_events_the_oldest_m_events_are_dropped() {
        let mut queue = queue(&[EventCode::Boot]);
        for number in 0..70 {
            let key = CommandKey::new(&number.to_string()).unwrap();
            queue.push(Event::with_key(EventCode::MReboot, key));
        }
        let events = queue.take_for_inform();
        assert_eq!(events.len(), 64);
        assert_eq!(events[0].event_code, EventCode::Boot);
        assert_eq!(events[1].command_key.as_str(), "7");
    }

    /// Covers E-11.
    #[test]
    fn only_events_that_are_never_discarded_survive_a_power_cut() {
        let mut queue = queue(&[
            EventCode::Bootstrap,
            EventCode::Boot,
            EventCode::Periodic,
            EventCode::ValueChange,
            EventCode::MReboot,
        ]);
        queue.take_for_inform();
        queue.push(Event::new(EventCode::Scheduled));
        let mut restored = EventQueue::restore(queue.saved());
        assert_eq!(
            codes(&restored.take_for_inform()),
            ["0 BOOTSTRAP", "2 PERIODIC", "M Reboot", "3 SCHEDULED"]
        );
    }
}
