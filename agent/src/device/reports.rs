//! Bulk reports as part of a device's life: armed when the settings change, sent while no session is open.

use super::{Device, Output};
use crate::bulk_data::{BulkData, ReportOutcome};

impl Device {
    /// Puts the settings of bulk data into force, if there are any.
    pub(super) fn arm_reports(&mut self) {
        let now = self.now();
        let before = self.bulk_data.take();
        self.bulk_data = BulkData::arm(before, &self.core, &mut self.random, now);
    }

    /// Sends the reports that are due.
    pub(super) fn send_reports(&mut self) {
        let now = self.now();
        if let Some(bulk_data) = &mut self.bulk_data
            && bulk_data.deadline().is_some_and(|due| due <= now)
        {
            let jobs = bulk_data.run(&self.core, now);
            self.outputs.extend(
                jobs.into_iter()
                    .map(|job| Output::PostReport(Box::new(job))),
            );
        }
    }

    pub(super) fn report_ended(&mut self, job: u32, outcome: &ReportOutcome) {
        let now = self.now();
        if let Some(bulk_data) = &mut self.bulk_data {
            bulk_data.ended(job, outcome, &self.core, &mut self.random, now);
        }
    }
}
