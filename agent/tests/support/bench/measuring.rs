//! What becomes of the diagnostic tests a device asks for, as the shell would do it.

use super::Bench;
use agent::device::Input;
use agent::diagnostics::{EchoConfig, EchoCounters, Outcome, Test, TestJob};

/// The tests that are under way, and the echo service.
#[derive(Debug, Default)]
pub struct Measuring {
    running: Vec<TestJob>,
    pub(super) echo: Option<(EchoConfig, EchoCounters)>,
}

impl Measuring {
    pub(super) fn starts(&mut self, job: TestJob) {
        self.running.push(job);
    }

    #[track_caller]
    pub(super) fn cancels(&mut self, number: u32) {
        let before = self.running.len();
        self.running.retain(|job| job.number != number);
        assert!(
            self.running.len() < before,
            "only what runs can be cancelled"
        );
    }
}

impl Bench {
    /// The tests that are under way.
    pub fn tests(&mut self) -> Vec<Test> {
        self.settle();
        self.measuring
            .running
            .iter()
            .map(|job| job.test.clone())
            .collect()
    }

    /// The oldest test under way ends so.
    #[track_caller]
    pub fn test_ends(&mut self, outcome: Outcome) {
        self.settle();
        let job = self.measuring.running.remove(0);
        self.happens(Input::TestEnded(job.number, Box::new(outcome)));
    }

    /// The number of the oldest test under way.
    pub fn test_number(&mut self) -> u32 {
        self.settle();
        self.measuring.running[0].number
    }

    /// The echo service, if it is on, and the counters it began with.
    pub fn echo(&mut self) -> Option<(EchoConfig, EchoCounters)> {
        self.settle();
        self.measuring.echo.clone()
    }
}
