//! Diagnostic tests in the life of a device: they begin when no session is open, and their end is an event.

use super::io::Output;
use super::{Device, EventCode};
use crate::diagnostics::{Asker, Begun, EchoChange, Outcome, Trouble};
use cwmp::Event;

impl Device {
    /// Stops what was taken back, and passes on what was asked of the echo service.
    pub(super) fn direct_tests(&mut self) {
        if self.stopped {
            return;
        }
        for number in self.core.diagnostics.take_cancelled() {
            self.outputs.push_back(Output::CancelTest(number));
        }
        let asked = match self.core.echo_change() {
            None => return,
            Some(EchoChange::End) => None,
            Some(EchoChange::Serve(config, counters)) => Some(Box::new((config, counters))),
        };
        self.outputs.push_back(Output::Echo(asked));
    }

    /// Begins the tests that wait; only ever called while no session is open (TR-181: after the one that asked).
    pub(super) fn begin_tests(&mut self) {
        while let Some(begun) = self.core.begin_test() {
            match begun {
                Begun::Job(job) => self.outputs.push_back(Output::StartTest(Box::new(job))),
                Begun::Failed(number) => self.test_ended(number, &Outcome::failed(Trouble::Other)),
            }
        }
    }

    /// A test has ended: its results can be read, and the ACS is told if it had asked for it.
    pub(super) fn test_ended(&mut self, number: u32, outcome: &Outcome) {
        let told = self.core.changes.has_active();
        match self.core.test_ended(number, outcome) {
            Some(Asker::Acs) => self.raise(Event::new(EventCode::DiagnosticsComplete)),
            Some(Asker::Person) | None => {}
        }
        self.tell_changes(told);
    }
}
