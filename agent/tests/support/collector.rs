//! What becomes of the bulk reports the device sends, as the shell would tell it.

use agent::bulk_data::{ReportJob, ReportOutcome};
use data_model::Timestamp;
use std::collections::VecDeque;

/// A collector that follows a script, one line for each request; without a line it takes what it is sent.
#[derive(Debug, Default)]
pub struct Collector {
    script: VecDeque<Taken>,
    is_down: bool,
    /// What the device has sent, and when.
    pub requests: Vec<(Timestamp, ReportJob)>,
}

/// What happens to one request.
#[derive(Debug)]
pub enum Taken {
    /// It ends after so many seconds.
    Ends(u64, ReportOutcome),
    /// It never ends; only a power cut does.
    Hangs,
}

impl Collector {
    /// The next request fails after so many seconds.
    pub fn fails_after(&mut self, secs: u64) -> &mut Collector {
        self.script.push_back(Taken::Ends(secs, failed()));
        self
    }

    /// The next request is taken after so many seconds.
    pub fn takes_after(&mut self, secs: u64) -> &mut Collector {
        let outcome = ReportOutcome::Delivered;
        self.script.push_back(Taken::Ends(secs, outcome));
        self
    }

    /// The next request never ends.
    pub fn hangs(&mut self) -> &mut Collector {
        self.script.push_back(Taken::Hangs);
        self
    }

    /// Every request fails until the collector is up again.
    pub fn goes_down(&mut self) {
        self.is_down = true;
    }

    /// Requests are taken again.
    pub fn comes_up(&mut self) {
        self.is_down = false;
    }

    /// The requests so far, forgotten with this.
    pub fn take_requests(&mut self) -> Vec<(Timestamp, ReportJob)> {
        std::mem::take(&mut self.requests)
    }

    /// The device sends reports.
    pub fn take(&mut self, job: ReportJob, now: Timestamp) -> Taken {
        self.requests.push((now, job));
        match self.script.pop_front() {
            Some(taken) => taken,
            None if self.is_down => Taken::Ends(0, failed()),
            None => Taken::Ends(0, ReportOutcome::Delivered),
        }
    }
}

fn failed() -> ReportOutcome {
    ReportOutcome::Failed("the collector answered 500".into())
}
