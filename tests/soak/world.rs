//! The world of one run: the real device core, a clock that is a number, storage that is a map, power that may fail
//! between any two things the device does.
//!
//! Long because it stands for all that is around a device.

use crate::acs::{Acs, VENDOR, config};
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::profiles::Profiles;
use crate::setup::{CALLER, CALLER_PASSWORD, ENVIRONMENT, setup};
use crate::weather::{Counts, Trouble, Weather};
use crate::words::{events, is_http, kind, what};
use agent::device::io::{ConnectionRequest, Restart, TransferJob, TransferOutcome, TransferWork};
use agent::device::{Device, DeviceConfig, Input, Output, Saved};
use agent::firmware::ImageHeader;
use cwmp::http::{Authorizer, Challenge};
use cwmp::{Fault, FaultCode};
use data_model::package::PackageHeader;
use data_model::{Secret, Timestamp};

/// 2026-03-02T08:15:00Z.
const START: Timestamp = Timestamp::from_secs(1_772_439_300);
/// What a device may do without time going by; more is a loop.
const OUTPUTS_AT_A_MOMENT: usize = 2_000;
/// Bytes a device may take beside what all of its type share.
const MEMORY_BYTES: usize = 32 * 1024;
/// Bytes of everything it keeps.
const STORED_BYTES: usize = 64 * 1024;
/// The longest silence: the last wait of the retry schedule, a profile, and a session that takes all its time.
const SILENCE_SECS: u64 = 5_120 + 10 * 60 + 15 * 60 + 60;

/// The world.
pub struct World {
    setup: DeviceConfig,
    device: Option<Device>,
    stable: Saved,
    /// The time.
    pub now: Timestamp,
    /// What chance has decided so far.
    pub dice: Dice,
    /// How rough it is.
    pub weather: Weather,
    /// The ACS.
    pub acs: Acs,
    /// The server of its profiles.
    profiles: Profiles,
    /// The books.
    pub ledger: Ledger,
    /// What has happened how often.
    pub counts: Counts,
    /// What has happened, for failures to be understood.
    pub trace: Vec<String>,
    arriving: Vec<(Timestamp, Input)>,
    /// The Inform before, as it stands in the trace.
    told: String,
    /// The file that was asked for last, by its number and the key of its transfer.
    moving: (u32, String),
    answer: Option<(u16, Vec<String>)>,
    calls: u64,
    retry: Retry,
    /// Since when a session is due at the latest.
    heard: Timestamp,
    /// The most bytes the device has taken.
    largest_bytes: usize,
}

/// Where the device stands in the retry schedule.
#[derive(Debug, Clone, Copy, Default)]
struct Retry {
    failures: u32,
    failed_at: Option<Timestamp>,
    /// Something has happened since the failed session began.
    news: bool,
}

impl World {
    /// A device fresh from the factory, switched on.
    pub fn new(seed: u64) -> World {
        let setup = setup(seed);
        let fresh = Device::boot(setup.clone(), &Saved::new(), START);
        let factory = config(|name| fresh.core().value_of(name));
        let mut dice = Dice::new(seed);
        let mut world = World {
            setup,
            device: None,
            stable: Saved::new(),
            now: START,
            weather: Weather::of(&mut dice),
            dice,
            acs: Acs::new(factory.expect("the factory sets nothing by halves")),
            profiles: Profiles::default(),
            ledger: Ledger::default(),
            counts: Counts::default(),
            trace: Vec::new(),
            arriving: Vec::new(),
            told: String::new(),
            moving: Default::default(),
            answer: None,
            calls: 0,
            retry: Retry::default(),
            heard: START,
            largest_bytes: 0,
        };
        world.power_on(true);
        world
    }

    /// The most bytes the device has taken.
    pub fn largest_bytes(&self) -> usize {
        self.largest_bytes
    }

    /// How many software modules the device has.
    pub fn modules(&self) -> usize {
        let device = self.device.as_ref();
        device.map_or(0, |device| device.core().units().len())
    }

    fn note(&mut self, what: impl Into<String>) {
        let line = format!("{} {}", self.now.to_xsd_millis(), what.into());
        self.trace.push(line);
    }

    // ---- power and time

    fn power_on(&mut self, cut: bool) {
        let reset = self.acs.belief.reset;
        self.acs.belief.booted();
        self.ledger.booted(reset, cut);
        if reset != crate::belief::Reset::No {
            self.acs.forgets_rows();
            self.profiles.forgotten();
        }
        self.retry = Retry::default();
        self.heard = self.now;
        self.counts.add("boots");
        self.note("boots");
        self.device = Some(Device::boot(self.setup.clone(), &self.stable, self.now));
        self.look(false);
    }

    /// Cuts the power and brings it back after so many seconds.
    pub fn power_cut(&mut self, secs: u64) {
        self.counts.add("power cuts");
        self.note("POWER CUT");
        self.device = None;
        self.off(secs);
        self.power_on(true);
    }

    fn off(&mut self, secs: u64) {
        self.arriving.clear();
        self.profiles.hung_up();
        self.acs.hung_up();
        self.now = self.now.plus_secs(secs);
    }

    /// Lets time go by; everything happens when it is due.
    pub fn advance(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        self.settle();
        while self.ledger.violations.is_empty()
            && let Some(moment) = self.next_moment().filter(|moment| *moment <= end)
        {
            let before = (self.now, self.trace.len());
            self.now = self.now.max(moment);
            self.happens(Input::Wake);
            self.settle();
            if before == (self.now, self.trace.len()) && self.next_moment() == Some(moment) {
                self.ledger
                    .wrong("woken at its deadline, the device does nothing and wants no later one");
            }
        }
        self.now = self.now.max(end);
        self.check_idle();
    }

    fn next_moment(&self) -> Option<Timestamp> {
        let deadline = self.device.as_ref().and_then(Device::deadline);
        let arriving = self.arriving.iter().map(|(moment, _)| *moment);
        arriving.chain(deadline).min()
    }

    fn happens(&mut self, input: Input) {
        if let Some(device) = &mut self.device {
            device.handle(input, self.now);
        }
    }

    /// Carries out everything the device wants at this moment, and lets arrive what has arrived.
    pub fn settle(&mut self) {
        for _ in 0..OUTPUTS_AT_A_MOMENT {
            if !self.step() || !self.ledger.violations.is_empty() {
                return;
            }
        }
        self.ledger.wrong("the device never comes to rest");
    }

    fn step(&mut self) -> bool {
        let now = self.now;
        self.ledger.now = now;
        let Some(device) = &mut self.device else {
            return false;
        };
        let output = device.poll();
        let due = |(moment, _): &(Timestamp, Input)| *moment <= now;
        let arrived = self.arriving.iter().position(due);
        if output.is_none() && arrived.is_none() {
            return false;
        }
        if self.dice.permille(self.weather.cuts) {
            let secs = self.dice.pick(&[1, 1, 5, 60, 900, 20_000]);
            self.power_cut(secs);
            return true;
        }
        match (output, arrived) {
            (Some(output), _) => self.carry_out(output),
            (None, Some(place)) => {
                let (_, input) = self.arriving.remove(place);
                self.arrives(input);
            }
            (None, None) => {}
        }
        true
    }

    fn arrives(&mut self, input: Input) {
        if matches!(input, Input::HttpResponse(_)) {
            self.ledger.answer_arrives();
        }
        if let Input::TransferEnded(number, outcome) = &input
            && self.profiles.ended(*number)
        {
            self.note(format!("profile {number}: {outcome:?}"));
        } else if let Input::TransferEnded(number, outcome) = &input {
            self.retry.news = true;
            let what = match outcome {
                TransferOutcome::Staged(header) => format!("file {number}: {}", header.version),
                TransferOutcome::Failed(fault) => format!("file {number}: {fault}"),
                TransferOutcome::Package(header) => format!("file {number}: {}", header.name),
                TransferOutcome::Sent => format!("file {number}: sent"),
                other => format!("file {number}: {other:?}, and nobody asked for it"),
            };
            self.note(what);
            let usable = match outcome {
                TransferOutcome::Staged(header) => header.product == "ATA192",
                TransferOutcome::Package(header) => header.environment == ENVIRONMENT,
                TransferOutcome::Sent => true,
                _ => false,
            };
            if usable && self.moving.0 == *number {
                self.ledger.file_arrived(&self.moving.1);
            }
        }
        self.happens(input);
    }

    // ---- what the device wants

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Persist(_) if self.dice.permille(self.weather.writes) => {
                self.counts.add("writes that failed");
                self.note("STORAGE FAILS");
                // As the shell does: what waits behind the lost state must not happen.
                while self.device.as_mut().and_then(Device::poll).is_some() {}
                self.happens(Input::StorageFailed);
            }
            Output::Persist(sections) => {
                for section in sections {
                    self.stable.insert(section.kind, section.bytes);
                }
            }
            Output::Http(request) => self.exchange(&request),
            Output::CloseConnection => {
                self.arriving.retain(|(_, input)| !is_http(input));
                self.acs.hung_up();
            }
            Output::StartTransfer(job) => self.transfer(&job),
            // Nobody stands at the other end of these ports.
            Output::Listener(_)
            | Output::OpenPort(_)
            | Output::ClosePort(_)
            | Output::SendDatagram(_) => {}
            Output::StopTransfer(_)
            | Output::Stream(_)
            | Output::PostReport(_)
            | Output::StartTest(_)
            | Output::CancelTest(_)
            | Output::Echo(_)
            | Output::Speak(..)
            | Output::SendNotification(_)
            | Output::AnswerLocalOrder(_)
            | Output::Discover => self.ledger.wrong("something no story asks for"),
            Output::AnswerConnectionRequest(answer) => {
                if answer.status == 200 {
                    self.ledger.called();
                    self.retry.news = true;
                }
                self.answer = Some((answer.status, answer.www_authenticate));
            }
            Output::Restart(restart) => {
                if restart == Restart::Reboot {
                    self.check_durable();
                }
                self.note(format!("{restart:?}"));
                self.device = None;
                self.off(1);
                self.power_on(restart == Restart::PowerCut);
            }
            Output::SessionOver(summary) => self.session_over(summary.failure),
        }
    }

    fn exchange(&mut self, request: &agent::device::io::HttpRequest) {
        self.check_durable();
        self.look(true);
        if self.profiles.is_moving() {
            self.ledger.wrong("a session while a profile is on its way");
        }
        if self.arriving.iter().any(|(_, input)| is_http(input)) {
            self.ledger.wrong("two requests at one time");
        }
        let trouble = self.weather.exchange(&mut self.dice);
        self.counts.add("HTTP exchanges");
        let what = what(&request.body);
        self.note(format!("{what} [{trouble:?}]"));
        if trouble != Trouble::None {
            self.counts.add(format!("trouble: {}", kind(trouble)));
        }
        if !self.acs.in_session() {
            let by_clock = ["2 PERIODIC", "3 SCHEDULED"];
            let by_clock = by_clock.iter().any(|code| what.contains(code));
            // Besides, a transfer whose hour has gone by ends by the clock.
            let before: Vec<&str> = events(&self.told).collect();
            let reports = |event: &str| event.contains("load ") || event.contains("ChangeDUState ");
            let ended = |event: &str| reports(event) && !before.contains(&event);
            let by_clock = by_clock || events(&what).any(ended);
            self.told.clone_from(&what);
            self.check_schedule(by_clock);
        }
        let arrives = self
            .acs
            .take(request, trouble, &mut self.ledger, &mut self.dice);
        if let Some((delay_ms, input)) = arrives {
            self.arriving.push((self.now.plus_ms(delay_ms), input));
        }
    }

    fn transfer(&mut self, job: &TransferJob) {
        if matches!(job.work, TransferWork::Provision(_)) {
            return self.profile(job);
        }
        self.counts.add("files asked for");
        let key = job.url.rsplit('/').next().unwrap_or_default().to_owned();
        self.ledger.transfer_begins(&key);
        self.note(format!("asks for file {} ({key})", job.number));
        let fault = |code: FaultCode| TransferOutcome::Failed(Fault::from(code));
        let image = |product: &str| {
            TransferOutcome::Staged(ImageHeader {
                product: product.into(),
                version: key.clone(),
                bytes: 4_194_304,
                sha256: [7; 32],
            })
        };
        let package = |environment: &str| {
            TransferOutcome::Package(PackageHeader {
                name: key.clone(),
                vendor: VENDOR.into(),
                version: "1".into(),
                environment: environment.into(),
                bytes: 65_536,
                sha256: [7; 32],
            })
        };
        let is_package = matches!(job.work, TransferWork::Package(_));
        let sends = matches!(job.work, TransferWork::Send(_));
        let (secs, outcome) = match self.dice.below(10) {
            3 if is_package => (20, package("Other-Modules-1")),
            4 if is_package => (600, package(ENVIRONMENT)),
            5.. if is_package => (2, package(ENVIRONMENT)),
            0 => (0, fault(FaultCode::ACCESS_FILE)),
            1 => (5, fault(FaultCode::FILE_CORRUPTED)),
            // The shell gives up after an hour.
            2 => (3_600, fault(FaultCode::TRANSFER_FAILURE)),
            3 if !sends => (20, image("SPA122")),
            chance => {
                let secs = if chance == 4 { 600 } else { 2 };
                let whole = if sends {
                    TransferOutcome::Sent
                } else {
                    image("ATA192")
                };
                (secs, whole)
            }
        };
        self.moving = (job.number, key);
        let ended = Input::TransferEnded(job.number, outcome);
        self.arriving.push((self.now.plus_secs(secs), ended));
    }

    fn profile(&mut self, job: &TransferJob) {
        self.counts.add("profiles asked for");
        self.note(format!("asks for profile {}", job.number));
        if self.acs.in_session() {
            self.ledger.wrong("a profile is asked for in a session");
        }
        let (now, dice) = (self.now, &mut self.dice);
        let (secs, outcome) = self.profiles.asked(job.number, now, dice);
        let ended = Input::TransferEnded(job.number, outcome);
        self.arriving.push((now.plus_secs(secs), ended));
    }

    fn session_over(&mut self, failure: Option<String>) {
        self.counts.add(if failure.is_some() {
            "failed sessions"
        } else {
            "sessions"
        });
        self.note(match &failure {
            None => "session over".to_owned(),
            Some(why) => format!("session failed: {why}"),
        });
        self.ledger.session_over(failure.is_some());
        if failure.is_none() {
            self.retry = Retry::default();
        } else {
            self.retry.failures += 1;
            self.retry.failed_at = Some(self.now);
        }
        self.heard = self.now;
    }

    // ---- what people and the ACS do

    /// Calls the device as its ACS would.
    pub fn call(&mut self) {
        self.settle();
        self.counts.add("connection requests");
        self.note("is called");
        let Some(device) = &self.device else { return };
        let url = device.core().facts.connection_request_url();
        let path = format!("/{}", url.rsplit('/').next().unwrap_or_default());
        let mut authorizer = Authorizer::new(CALLER, Secret::new(CALLER_PASSWORD));
        for _ in 0..2 {
            self.calls += 1;
            self.answer = None;
            self.happens(Input::ConnectionRequest(ConnectionRequest {
                number: self.calls,
                method: "GET".into(),
                target: path.clone(),
                authorization: authorizer.header("GET", &path, "0123456789abcdef"),
            }));
            self.settle();
            let Some((401, challenges)) = self.answer.take() else {
                return;
            };
            let challenges = challenges.iter().map(String::as_str);
            if authorizer
                .challenge(challenges, Challenge::DigestOnly)
                .is_err()
            {
                self.ledger
                    .wrong("the device challenges with something else than digest");
            }
        }
    }

    /// Somebody changes a parameter whose changes are told.
    pub fn changes_by_hand(&mut self, value: &str) {
        self.settle();
        self.note(format!("by hand: {value}"));
        self.retry.news = true;
        self.ledger.changed_by_hand(value);
        self.happens(Input::LocalChange {
            name: crate::ledger::BY_HAND.into(),
            value: value.into(),
        });
        self.settle();
    }

    /// Somebody resets it.
    pub fn resets_by_hand(&mut self) {
        self.settle();
        self.note("is reset by hand");
        self.acs.belief.may_reset();
        self.happens(Input::LocalFactoryReset);
        self.settle();
    }

    // ---- what must always hold

    /// No parameter of those that change together has another value than the others, and all are what they may be.
    fn look(&mut self, kept: bool) {
        let Some(device) = &self.device else { return };
        let seen = config(|name| device.core().value_of(name)).map(drop);
        let profiles = &mut self.profiles;
        let shown = profiles.look(kept, |name| device.core().value_of(name));
        for wrong in [seen, shown].into_iter().filter_map(Result::err) {
            self.ledger.wrong(wrong);
        }
    }

    /// In the end the device has the newest profile that has reached it.
    pub fn close(&mut self) {
        let Some(device) = &self.device else { return };
        let shown = self.profiles.close(|name| device.core().value_of(name));
        if let Err(why) = shown {
            self.ledger.wrong(why);
        }
        self.ledger.close();
    }

    /// Nothing leaves the device, and no restart begins, before all that it stands on is kept.
    fn check_durable(&mut self) {
        let Some(device) = &self.device else { return };
        for (kind, bytes) in device.saved() {
            if self.stable.get(&kind) != Some(&bytes) {
                self.ledger
                    .wrong(format!("something leaves, but {kind:?} is not kept"));
            }
        }
    }

    /// TR-069 3.2.1.1: after a failed session not before and not after the wait of the table, unless there is news.
    fn check_schedule(&mut self, by_clock: bool) {
        if let Some(failed_at) = self.retry.failed_at.take() {
            let waited_ms = self.now.since_ms(failed_at);
            let low_ms = 5_000 << (self.retry.failures.clamp(1, 10) - 1);
            let news = self.retry.news || by_clock;
            // No session begins while a profile is on its way.
            let late = waited_ms > 2 * low_ms && !self.profiles.held(self.now);
            if (waited_ms < low_ms && !news) || late {
                let number = self.retry.failures;
                self.ledger
                    .wrong(format!("retry {number} comes after {waited_ms} ms"));
            }
            self.retry.news = false;
        } else if self.heard == self.now {
            self.retry.news = false;
        }
        self.heard = self.now;
    }

    fn check_idle(&mut self) {
        let Some(device) = &self.device else { return };
        let bytes = device.memory_bytes();
        self.largest_bytes = self.largest_bytes.max(bytes);
        if bytes > MEMORY_BYTES {
            self.ledger.wrong(format!("the device takes {bytes} bytes"));
        }
        let stored: usize = self.stable.values().map(Vec::len).sum();
        if stored > STORED_BYTES {
            self.ledger
                .wrong(format!("the device keeps {stored} bytes"));
        }
        if self.now.since_ms(self.heard) > SILENCE_SECS * 1000 {
            self.ledger
                .wrong(format!("nothing heard since {}", self.heard.to_xsd()));
        }
        if device.deadline().is_none() {
            self.ledger
                .wrong("the device wants never to be woken again");
        }
    }
}
