//! What the ACS is told of changes of modules: events 11 and 12, and one report for each change.

use super::policy::Policy;
use super::queue::{Change, Modules, Origin};
use crate::limits::AUTONOMOUS_MODULE_CHANGES;
use cwmp::rpc::{AutonomousDUStateChangeComplete, DUStateChangeComplete};
use cwmp::{CpeRequest, Event, EventCode};

impl Modules {
    /// The events that changes which are done cause: `11 DU STATE CHANGE COMPLETE` once with an `M ChangeDUState` for
    /// each, and `12 AUTONOMOUS DU STATE CHANGE COMPLETE` once (TR-069 Table 8).
    pub fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for change in self.done().filter(|change| change.origin == Origin::Acs) {
            if events.is_empty() {
                events.push(Event::new(EventCode::DuStateChangeComplete));
            }
            let key = change.command_key.clone().unwrap_or_default();
            events.push(Event::with_key(EventCode::MChangeDuState, key));
        }
        if self.done().any(|change| change.origin == Origin::Device) {
            events.push(Event::new(EventCode::AutonomousDuStateChangeComplete));
        }
        events
    }

    /// Whether an event is one of those that tell of modules.
    pub fn is_event(event: &Event) -> bool {
        matches!(
            event.event_code,
            EventCode::DuStateChangeComplete
                | EventCode::MChangeDuState
                | EventCode::AutonomousDuStateChangeComplete
        )
    }

    /// Whether a change waits to be reported.
    pub fn has_ended(&self) -> bool {
        self.done().next().is_some()
    }

    /// The reports that are due, by the numbers of their changes.
    pub fn reports(&self) -> impl Iterator<Item = (u32, CpeRequest)> {
        self.done().map(|change| {
            let results = change.results.clone();
            let report = match change.origin {
                Origin::Acs => DUStateChangeComplete {
                    results,
                    command_key: change.command_key.clone(),
                }
                .into(),
                Origin::Device => AutonomousDUStateChangeComplete { results }.into(),
            };
            (change.number, report)
        })
    }

    /// The ACS has taken note of a report. Whether it was one of these.
    pub fn reported(&mut self, number: u32) -> bool {
        let before = self.iter().count();
        self.retain(|change| change.number != number);
        self.iter().count() < before
    }

    /// Forgets what is done: a BOOTSTRAP discards every other event (TR-069 Table 8).
    pub fn discard_ended(&mut self) {
        self.retain(|change| !change.is_done());
    }

    /// Forgets the autonomous changes that are done, for an ACS that cannot be told of them. Whether there were any.
    pub fn discard_autonomous(&mut self) -> bool {
        let unknown = |change: &Change| change.origin == Origin::Device && change.is_done();
        let any = self.iter().any(unknown);
        self.retain(|change| !unknown(change));
        any
    }

    /// Forgets the results of autonomous changes of which the ACS does not want to hear, and the oldest of too many.
    pub fn keep_wanted(&mut self, policy: &Policy) {
        self.retain(|change| {
            let autonomous = change.origin == Origin::Device && change.is_done();
            if autonomous {
                change.results.retain(|result| policy.wants(result));
            }
            !(autonomous && change.results.is_empty())
        });
        let autonomous = self.done().filter(|change| change.origin == Origin::Device);
        let mut excess = autonomous.count().saturating_sub(AUTONOMOUS_MODULE_CHANGES);
        self.retain(|change| {
            let goes = excess > 0 && change.origin == Origin::Device && change.is_done();
            excess -= usize::from(goes);
            !goes
        });
    }

    fn done(&self) -> impl Iterator<Item = &Change> {
        self.iter().filter(|change| change.is_done())
    }
}
