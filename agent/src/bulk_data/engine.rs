//! When profiles report, and what becomes of reports that failed (TR-069 N.2.2.1, N.3.3).

use super::collect::collect;
use super::profile::{Encoding, Settings, enabled};
use super::report::Report;
use super::request::{ReportJob, ReportOutcome, request};
use crate::device::Core;
use crate::inform::{Periodic, retry};
use crate::limits::REPORT_BYTES;
use crate::random::Random;
use data_model::Timestamp;
use std::collections::VecDeque;

/// The profiles that report.
#[derive(Debug)]
pub struct BulkData {
    profiles: Vec<Profile>,
    /// The number of the last job; it begins anywhere, so that an outcome from before a boot is nobody's.
    last_job: u32,
}

/// One profile that reports.
#[derive(Debug)]
struct Profile {
    /// Its instance number.
    number: u32,
    schedule: Periodic,
    encoding: Encoding,
    /// When its interval ends.
    due: Timestamp,
    /// What has not been delivered, the oldest first; the last one is that of the last interval.
    reports: VecDeque<Report>,
    /// Reports so far.
    collected: u64,
    /// The request that is under way.
    sending: Option<Sending>,
    /// Requests that have failed in this interval.
    failures: u32,
    /// When what waits is sent, if it is not sent with the next interval only.
    send_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Sending {
    job: u32,
    /// The newest report it carries.
    newest: u64,
}

impl BulkData {
    /// Puts what is set into force: a profile whose schedule has changed begins an interval, one whose encoding has
    /// changed forgets its reports, and one that no longer reports forgets everything. `None` if none reports.
    pub fn arm(
        before: Option<Box<BulkData>>,
        core: &Core,
        random: &mut Random,
        now: Timestamp,
    ) -> Option<Box<BulkData>> {
        let numbers = enabled(core);
        if numbers.is_empty() {
            return None;
        }
        let mut bulk_data = before.unwrap_or_else(|| {
            Box::new(BulkData {
                profiles: Vec::new(),
                last_job: random.next() as u32,
            })
        });
        let mut known = std::mem::take(&mut bulk_data.profiles);
        for number in numbers {
            let settings = Settings::of(core, number);
            let profile = match known.iter().position(|profile| profile.number == number) {
                Some(at) => known.swap_remove(at).rearmed(&settings, random, now),
                None => Profile::new(number, &settings, random, now),
            };
            bulk_data.profiles.push(profile);
        }
        Some(bulk_data)
    }

    /// When there is something to do.
    pub fn deadline(&self) -> Option<Timestamp> {
        let due = self.profiles.iter().map(|profile| profile.due);
        let waiting = self.profiles.iter().filter_map(|profile| profile.send_at);
        due.chain(waiting).min()
    }

    /// Collects what is due, and gives what is to be sent.
    pub fn run(&mut self, core: &Core, now: Timestamp) -> Vec<ReportJob> {
        let mut jobs = Vec::new();
        for profile in &mut self.profiles {
            let settings = Settings::of(core, profile.number);
            if profile.due <= now {
                profile.due = profile.schedule.next(profile.due, now);
                profile.collect(core, &settings, now);
            }
            if profile.send_at.is_some_and(|moment| moment <= now) {
                self.last_job = self.last_job.wrapping_add(1);
                jobs.extend(profile.send(core, &settings, self.last_job, now));
            }
        }
        jobs
    }

    /// A request has ended.
    pub fn ended(
        &mut self,
        job: u32,
        outcome: &ReportOutcome,
        core: &Core,
        random: &mut Random,
        now: Timestamp,
    ) {
        let sent = |profile: &Profile| profile.sending.is_some_and(|sending| sending.job == job);
        let Some(profile) = self.profiles.iter_mut().find(|profile| sent(profile)) else {
            return;
        };
        let settings = Settings::of(core, profile.number);
        match outcome {
            ReportOutcome::Delivered => profile.delivered(now),
            ReportOutcome::Failed(why) => {
                let number = profile.number;
                tracing::debug!(profile = number, why, "a bulk report is not delivered");
                profile.failed(&settings, random, now);
            }
        }
    }

    /// Bytes this takes.
    pub fn heap_bytes(&self) -> usize {
        let reports = self.profiles.iter().flat_map(|profile| &profile.reports);
        size_of::<BulkData>()
            + self.profiles.capacity() * size_of::<Profile>()
            + reports.map(Report::bytes).sum::<usize>()
    }
}

impl Profile {
    fn new(number: u32, settings: &Settings<'_>, random: &mut Random, now: Timestamp) -> Profile {
        let schedule = settings.schedule();
        Profile {
            number,
            schedule,
            encoding: settings.encoding(),
            due: schedule.first(random, now),
            reports: VecDeque::new(),
            collected: 0,
            sending: None,
            failures: 0,
            send_at: None,
        }
    }

    fn rearmed(mut self, settings: &Settings<'_>, random: &mut Random, now: Timestamp) -> Profile {
        let (schedule, encoding) = (settings.schedule(), settings.encoding());
        if self.schedule != schedule {
            self.schedule = schedule;
            self.due = schedule.first(random, now);
        }
        if self.encoding != encoding {
            self.encoding = encoding;
            self.reports.clear();
            self.send_at = None;
        }
        self
    }

    /// An interval has ended: what has not been delivered by now has failed.
    fn collect(&mut self, core: &Core, settings: &Settings<'_>, now: Timestamp) {
        self.keep_newest(settings.retained());
        self.collected += 1;
        let report = collect(core, &settings.parameters(), self.collected, now);
        self.reports.push_back(report);
        // The oldest go until the current one has room; that one itself is no larger than the limit.
        while self.reports.len() > 1 && self.bytes() > REPORT_BYTES {
            self.reports.pop_front();
        }
        self.failures = 0;
        // While a request is under way its end decides.
        self.send_at = self.sending.is_none().then_some(now);
    }

    fn send(
        &mut self,
        core: &Core,
        settings: &Settings<'_>,
        job: u32,
        now: Timestamp,
    ) -> Option<ReportJob> {
        self.send_at = None;
        let newest = self.reports.back()?.number;
        self.sending = Some(Sending { job, newest });
        let reports = self.reports.make_contiguous();
        Some(request(core, settings, reports, job, now))
    }

    fn delivered(&mut self, now: Timestamp) {
        if let Some(sending) = self.sending.take() {
            self.reports.retain(|report| report.number > sending.newest);
        }
        self.failures = 0;
        self.send_at = (!self.reports.is_empty()).then_some(now);
    }

    /// TR-069 N.2.2.1: tried again by the table of sessions until the next interval.
    fn failed(&mut self, settings: &Settings<'_>, random: &mut Random, now: Timestamp) {
        let Some(sending) = self.sending.take() else {
            return;
        };
        if self
            .reports
            .back()
            .is_some_and(|report| report.number > sending.newest)
        {
            // The next interval has ended meanwhile, and its report has not been tried.
            self.send_at = Some(now);
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let retry = settings.retry().map(|(minimum, multiplier)| {
            let wait_ms = retry::wait_ms(self.failures, minimum, multiplier, random);
            now.plus_ms(wait_ms)
        });
        self.send_at = retry.filter(|moment| *moment < self.due);
        if self.send_at.is_none() {
            self.keep_newest(settings.retained());
        }
    }

    fn keep_newest(&mut self, number: usize) {
        while self.reports.len() > number {
            self.reports.pop_front();
        }
    }

    fn bytes(&self) -> usize {
        self.reports.iter().map(Report::bytes).sum()
    }
}
