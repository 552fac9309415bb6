//! One device, pure: what happens to it goes in by [`Device::handle`], what it wants comes out of [`Device::poll`],
//! and [`Device::deadline`] says when to wake it.
//!
//! The contract with the shell: after every [`Device::handle`], drain [`Device::poll`] and carry the outputs out in
//! order; nothing behind an [`Output::Persist`] may begin before that state is on stable storage. Because a device
//! emits `Persist` in front of the answer that acknowledges it, nothing acknowledged is ever lost.
//!
//! Long because whatever can happen to a device is dispatched here.

pub mod boot;
mod by_clock;
mod by_rule;
mod called;
pub mod core;
mod custom_ca;
mod customization;
mod diagnose;
mod discovery;
pub mod exchange;
pub mod facts;
pub mod hardware;
mod health;
pub mod io;
mod lightweight;
mod lines;
mod local;
pub mod log;
mod meta;
pub(crate) mod modules;
pub mod orders;
pub mod password;
pub mod phones;
pub mod product;
mod report_rule;
mod reports;
mod resync;
mod resync_due;
mod session;
mod transfers;
mod upgrades;
mod user_reset;
mod watch;
mod xmpp_calls;

pub use self::core::Core;
pub use facts::{Facts, Identity};
pub use hardware::Hardware;
pub use io::{Input, Output};
pub use product::Product;
pub use transfers::FilePolicy;

use crate::bulk_data::BulkData;
use crate::connection_request::{Call, Gate, Keys};
use crate::firmware::{BootedInto, Slots};
use crate::inform::{EventQueue, Periodic, retry};
use crate::limits::TRIAL_UPTIME_MS;
use crate::provisioning::engine::Engine;
use crate::provisioning::remembered::Cause;
use crate::random::Random;
use crate::transfer::Transfers;
use crate::tree::Tree;
use cwmp::{Event, EventCode};
use data_model::{Secret, Timestamp};
use exchange::Downgrade;
use io::{
    ConnectionRequest, ConnectionRequestAnswer, FileContent, Listener, Restart, Section,
    SectionKind,
};
use session::{ActiveSession, Purpose};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How a device is set up by whoever runs it.
#[derive(Debug, Clone)]
pub struct DeviceConfig {
    /// What it is.
    pub product: Arc<Product>,
    /// Which one it is.
    pub identity: Identity,
    /// Values the installer put in, by full name: they count as the factory's and come back after a reset.
    pub installed: Arc<[(String, String)]>,
    /// `host:port` of the connection request listener as the ACS can reach it; empty for none.
    pub authority: Arc<str>,
    /// Whether redirects may lead from https to http.
    pub downgrade: Downgrade,
    /// The newest CWMP version it offers.
    pub newest_version: cwmp::CwmpVersion,
    /// For jitter and identifiers.
    pub seed: u64,
    /// Where files may go, and how much is kept of what happens.
    pub files: FilePolicy,
}

/// The persistent state of a device, by part.
pub type Saved = BTreeMap<SectionKind, Vec<u8>>;

/// One device.
#[derive(Debug)]
pub struct Device {
    core: Core,
    session: Option<Box<ActiveSession>>,
    gate: Option<Box<Gate>>,
    outputs: VecDeque<Output>,
    random: Random,
    /// The settings of the periodic Inform that are in force, and when it is due by them.
    periodic: Option<(Periodic, Timestamp)>,
    /// Timers that few devices have.
    alarms: Option<Box<by_clock::Alarms>>,
    /// The session that failed last was one of a heartbeat.
    last_failed_was_heartbeat: bool,
    /// Whether the listener of the shell is open.
    listener: Listener,
    /// How it is called by UDP, if it is.
    udp: Option<Box<called::Udp>>,
    /// How it is called over XMPP, if it is.
    xmpp: Option<Box<crate::xmpp::Client>>,
    /// Not before this time unless something new happens; set by a failed session.
    retry_at: Option<Timestamp>,
    /// Something has happened since the last session was opened that the ACS is to be told.
    news: bool,
    /// Sessions, one after the other, in which the ACS refused the report of a transfer.
    refused_reports: u32,
    /// When the last session that succeeded was over.
    last_session_end: Option<Timestamp>,
    /// What people have changed while a session is open, by name; it counts from the end of the session on.
    held_back: BTreeMap<String, String>,
    /// Bulk data, while a profile reports.
    bulk_data: Option<Box<BulkData>>,
    /// The vendor's own provisioning, while there is anything to do for it.
    provisioning: Option<Box<Engine>>,
    /// Why provisioning has restarted the device, if it was that.
    restarted_for: Option<Cause>,
    /// Telephones that speak with the menu, or have something to wait for.
    phones: Option<Box<phones::Phones>>,
    /// A restart has been asked of the shell: nothing happens any more.
    stopped: bool,
    discovery: Option<Box<discovery::Discovery>>,
    /// The configuration file that waits to be applied, and the number of its transfer.
    arrived: Option<Box<(u32, FileContent)>>,
    /// What somebody at the page wants of the ACS; told in the next session.
    wanted: Option<Box<cwmp::rpc::RequestDownload>>,
    downgrade: Downgrade,
    newest_version: cwmp::CwmpVersion,
    /// What to offer after a session that failed as one with an ACS of 1.0 would.
    offer: cwmp::CwmpVersion,
}

impl Device {
    /// Boots a device from what was persisted; nothing at all is a device fresh from the factory.
    pub fn boot(config: DeviceConfig, saved: &Saved, now: Timestamp) -> Device {
        Device::boot_on(None, config, saved, now)
    }

    /// As [`Device::boot`], on hardware that says something of itself before the first session.
    pub fn boot_on(
        hardware: Option<Box<Hardware>>,
        config: DeviceConfig,
        saved: &Saved,
        now: Timestamp,
    ) -> Device {
        let random = Random::new(config.seed ^ now.as_millis().unsigned_abs());
        Device::boot_by(random, hardware, config, saved, now)
    }

    /// [`Device::boot_on`] with chances that do not depend on the time, so that a run can be repeated.
    pub fn boot_by(
        mut random: Random,
        hardware: Option<Box<Hardware>>,
        config: DeviceConfig,
        saved: &Saved,
        now: Timestamp,
    ) -> Device {
        let newest_version = config.newest_version;
        let downgrade = config.downgrade;
        let mut core = Core::restore(config, saved, &mut random, now);
        if let Some(hardware) = hardware {
            core.told_by_hardware(hardware);
        }
        let booted_into = core.firmware.boot();
        core.booted(booted_into);
        let mut device = Device {
            core,
            session: None,
            gate: None,
            outputs: VecDeque::new(),
            random,
            periodic: None,
            alarms: None,
            last_failed_was_heartbeat: false,
            listener: Listener::Open,
            udp: None,
            xmpp: None,
            retry_at: None,
            news: false,
            refused_reports: 0,
            last_session_end: None,
            held_back: BTreeMap::new(),
            bulk_data: None,
            provisioning: None,
            restarted_for: None,
            phones: None,
            stopped: false,
            discovery: None,
            arrived: None,
            wanted: None,
            downgrade,
            newest_version,
            offer: newest_version,
        };
        device.arm_periodic();
        device.arm_alarms();
        device.arm_reports();
        device.provisioning_booted(booted_into);
        device.persist(&SectionKind::ALL);
        device.direct_tests();
        device.advance();
        device
    }

    /// Something happens at this moment; time never goes backwards.
    pub fn handle(&mut self, input: Input, now: Timestamp) {
        // The restart that stops the device may lie behind what could not be kept, and then it never comes.
        if self.stopped && !matches!(input, Input::StorageFailed) {
            return;
        }
        self.core.facts.now = self.core.facts.now.max(now);
        match input {
            Input::Wake => {}
            Input::HttpResponse(response) => self.http_response(response),
            Input::HttpFailed(failure) => self.http_failed(&failure),
            Input::TransferEnded(number, outcome) => self.transfer_ended(number, outcome),
            Input::ReportEnded(number, outcome) => self.report_ended(number, &outcome),
            Input::OwnTransfer(own) => self.own_transfer(*own),
            Input::OwnTransferMade(made) => self.own_transfer_made(*made),
            Input::RequestDownload(request) => self.request_download(request),
            Input::ChangeModules(operation) => self.own_module_change(*operation),
            Input::TestEnded(number, outcome) => self.test_ended(number, &outcome),
            Input::EchoCounted(counters) => self.core.echo_counted(*counters),
            Input::ConnectionRequest(call) => self.connection_request(&call),
            Input::LocalChange { name, value } => self.local_change(name, value),
            Input::Hardware(hardware) => self.hardware_tells(hardware),
            Input::Discovered(offer) => self.discovered(offer),
            Input::Listening { authority } => self.listening(&authority),
            Input::PortOpen(open) => self.port_open(open),
            Input::PortClosed(port) => self.port_closed(port),
            Input::Stream(news) => self.stream_news(news),
            Input::Datagram(datagram) => self.datagram(&datagram),
            Input::Registered(lines) => self.lines_registered(lines),
            Input::Key(line, key) => self.key_pressed(line, key),
            Input::ResetButton(press) => self.reset_button(press),
            Input::LocalFactoryReset => self.local_factory_reset(),
            Input::Provisioning(ask) => self.provisioning_asked(*ask),
            Input::LocalOrder(order) => self.local_order(*order),
            Input::StorageFailed => self.storage_failed(),
        }
        self.direct_tests();
        self.advance();
    }

    /// The next thing the device wants, until there is none.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to wake the device at the latest.
    pub fn deadline(&self) -> Option<Timestamp> {
        if self.stopped {
            return None;
        }
        let side_due = [self.stun_due(), self.xmpp_due(), self.phones_due()];
        let side_due = side_due.into_iter().flatten().min();
        if let Some(session) = &self.session {
            return side_due.into_iter().chain([session.deadline]).min();
        }
        let on_trial = self.core.firmware.trial.is_some();
        let candidates = [
            self.periodic.map(|(_, due)| due),
            self.session_due(),
            self.clock_due(),
            self.transfer_due().filter(|_| !on_trial),
            self.provisioning_due(),
            on_trial.then(|| self.trial_end()),
            self.bulk_data
                .as_ref()
                .and_then(|bulk_data| bulk_data.deadline()),
            side_due,
        ];
        candidates.into_iter().flatten().min()
    }

    /// What the device is and how it stands, for whoever watches it.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Whether a session is open.
    pub fn in_session(&self) -> bool {
        self.session.is_some()
    }

    /// Bytes this device takes beside what all of its type share.
    pub fn memory_bytes(&self) -> usize {
        let bulk_data = self
            .bulk_data
            .as_ref()
            .map_or(0, |bulk_data| bulk_data.heap_bytes());
        size_of::<Device>()
            + self.core.heap_bytes()
            + self
                .provisioning
                .as_ref()
                .map_or(0, |_| size_of::<Engine>())
            + self.outputs.capacity() * size_of::<Output>()
            + bulk_data
    }

    fn now(&self) -> Timestamp {
        self.core.facts.now
    }

    /// Does whatever has become due.
    fn advance(&mut self) {
        if self.stopped {
            return;
        }
        self.tend_phones();
        if self.stopped {
            return;
        }
        self.notify_lightly();
        self.tend_ways_to_call();
        self.tend_xmpp();
        let now = self.now();
        if let Some(session) = &self.session {
            if session.deadline <= now {
                self.session_failed("the ACS did not answer in time".into());
                if self.stopped {
                    return;
                }
            } else {
                return;
            }
        }
        self.consider_offer();
        if self.core.firmware.trial.is_some() && self.trial_end() <= now {
            self.confirm_firmware();
        }
        if let Some((settings, due)) = self.periodic.filter(|(_, due)| *due <= now) {
            self.periodic = Some((settings, settings.next(due, now)));
            self.raise(Event::new(EventCode::Periodic));
        }
        if self.by_clock() {
            return;
        }
        self.send_reports();
        self.begin_tests();
        self.expire_transfers();
        if self.finish_transfer() || self.provision() {
            return;
        }
        self.begin_transfer();
        self.change_modules();
        // TR-069 Annex O: a heartbeat goes before whatever else is due at its moment.
        if self.heartbeat_due().is_some_and(|due| due <= now) {
            self.open_session(Purpose::Heartbeat);
        } else if self.session_due().is_some_and(|due| due <= now) {
            self.open_session(Purpose::Events);
        }
    }

    /// An event happens: it is kept, and a wait for a retry is over (TR-069 3.2.1.1).
    fn raise(&mut self, event: Event) {
        self.core.events.push(event);
        self.tell();
        self.persist(&[SectionKind::Events]);
    }

    /// Something has happened that the ACS is to be told: a wait for a retry is over.
    fn tell(&mut self) {
        self.retry_at = None;
        self.news = true;
    }

    /// When a session is to be opened, if there is anything to say.
    fn session_due(&self) -> Option<Timestamp> {
        if self.session.is_some() || !self.core.may_inform() || self.is_provisioning() {
            return None;
        }
        // A failed session is retried even if its events were delivered (TR-069 Table 37).
        let failed = self.core.retry_count() > 0 && !self.heartbeat_failed();
        let told = self.core.events.is_empty()
            && !self.core.transfers.has_ended()
            && !self.has_module_news();
        if told && !failed && !self.core.changes.has_active() {
            return None;
        }
        let mut due = self.retry_at.unwrap_or(Timestamp::from_millis(0));
        if told && !failed {
            // TR-181 DefaultActiveNotificationThrottle: nothing but a changed value wants this session.
            if let Some(end) = self.last_session_end {
                due = due.max(end.plus_secs(self.core.throttle_secs()));
            }
            due = due.max(self.udp_notification_due());
        }
        Some(due.max(self.boot_waits_for_xmpp()))
    }

    /// Puts the settings of the periodic Inform into force, if they are others than before.
    fn arm_periodic(&mut self) {
        let settings = self.core.periodic();
        if settings == self.periodic.map(|(settings, _)| settings) {
            return;
        }
        let now = self.now();
        let random = &mut self.random;
        self.periodic = settings.map(|settings| (settings, settings.first(random, now)));
    }

    fn trial_end(&self) -> Timestamp {
        self.core.facts.booted.plus_ms(TRIAL_UPTIME_MS)
    }

    fn confirm_firmware(&mut self) {
        self.core.firmware.confirm();
        self.persist(&[SectionKind::Firmware]);
    }

    fn stop(&mut self, restart: Restart) {
        self.outputs.push_back(Output::Restart(restart));
        self.stopped = true;
    }

    fn connection_request(&mut self, call: &ConnectionRequest) {
        let now = self.now();
        if !self.core.may_inform() || self.listener == Listener::Closed {
            // There would be no session (TR-181 EnableCWMP), so there is nothing to accept.
            let answer = ConnectionRequestAnswer {
                number: call.number,
                status: 503,
                www_authenticate: Vec::new(),
            };
            self.outputs
                .push_back(Output::AnswerConnectionRequest(answer));
            return;
        }
        let known = &self.core.product().known;
        let path = format!("/{:016x}", self.core.facts.connection_request_path);
        let username = self.core.value(&known.connection_request_username);
        let password = Secret::new(self.core.value(&known.connection_request_password));
        let random = &mut self.random;
        let gate = self.gate.get_or_insert_with(|| Box::new(Gate::new(random)));
        let keys = Keys {
            path: &path,
            username: &username,
            password: &password,
        };
        let (outcome, answer) = gate.answer(call, &keys, random, now);
        // The answer leaves before the session begins (TR-069 3.2.2.2).
        self.outputs
            .push_back(Output::AnswerConnectionRequest(answer));
        if outcome == Call::Accepted {
            self.raise(Event::new(EventCode::ConnectionRequest));
        }
    }

    fn listening(&mut self, authority: &str) {
        if &*self.core.facts.authority == authority {
            return;
        }
        let told = self.core.changes.has_active();
        self.core
            .observing(|core| core.facts.authority = authority.into());
        self.tell_changes(told);
    }

    /// Nothing can be kept, so nothing may be acknowledged: the device stands as after a power cut.
    fn storage_failed(&mut self) {
        self.outputs.clear();
        self.session = None;
        self.outputs.push_back(Output::CloseConnection);
        self.stop(Restart::PowerCut);
    }

    /// The whole state, for keeping.
    pub fn saved(&self) -> Saved {
        SectionKind::ALL
            .into_iter()
            .map(|kind| (kind, self.core.saved(kind)))
            .collect()
    }

    /// Asks for parts of the state to be kept.
    fn persist(&mut self, kinds: &[SectionKind]) {
        let sections = kinds.iter().map(|kind| Section {
            kind: *kind,
            bytes: self.core.saved(*kind),
        });
        self.outputs.push_back(Output::Persist(sections.collect()));
    }

    /// The wait after a failed session, by the number of those that failed one after the other and by what the ACS has
    /// asked for. What has happened since it was opened does not wait.
    fn back_off(&mut self, retry: u32, at_least_secs: u64) {
        if self.news {
            self.retry_at = None;
            return;
        }
        let wait_ms = self.retry_wait_ms(retry).max(at_least_secs * 1000);
        self.retry_at = Some(self.now().plus_ms(wait_ms));
    }

    fn retry_wait_ms(&mut self, retry: u32) -> u64 {
        let (minimum, multiplier) = self.core.retry_settings();
        retry::wait_ms(retry, minimum, multiplier, &mut self.random)
    }
}
