//! The world around one device: power, time, storage, the ACS and the file server.
//!
//! Long because it stands for all that is around a device.

mod asking;
mod carrying_out;
mod measuring;

use super::acs::Acs;
use super::collector::Collector;
use super::file_server::FileServer;
use super::nat::Ports;
use super::session::Session;
use agent::device::exchange::Downgrade;
use agent::device::io::{
    ConnectionRequestAnswer, Listener, NotificationOut, SectionKind, StreamOrder,
};
use agent::device::orders::LocalAnswer;
use agent::device::{Device, DeviceConfig, FilePolicy, Identity, Input, Product, Saved};
use cwmp::CwmpVersion;
use data_model::Timestamp;
use measuring::Measuring;
use std::collections::VecDeque;
use std::sync::Arc;

/// The ACS a device of the bench is installed with.
pub const ACS_URL: &str = "http://acs.example.net:7547/cwmp";
/// The password of the device at its ACS.
pub const DEVICE_PASSWORD: &str = "device-secret";
/// The user connection requests come from.
pub const CALLER: &str = "acs-calls";
/// The password of that user.
pub const CALLER_PASSWORD: &str = "caller-secret";
/// 2026-03-02T08:15:00Z.
pub const START: Timestamp = Timestamp::from_secs(1_772_439_300);
/// How long [`Bench::session`] waits: longer than the last wait of the retry schedule and a day's interval.
const PATIENCE_SECS: u64 = 2 * 24 * 3600;
/// What a device may do at one moment; more is a loop.
const OUTPUTS_AT_A_MOMENT: usize = 20_000;

/// A device and all it deals with.
pub struct Bench {
    config: DeviceConfig,
    device: Option<Device>,
    /// What a power cut leaves.
    stable: Saved,
    now: Timestamp,
    acs: Acs,
    files: FileServer,
    collector: Collector,
    measuring: Measuring,
    /// The device's ports for datagrams, and the network behind them.
    pub ports: Ports,
    /// What the device has wanted of its stream.
    pub orders: Vec<StreamOrder>,
    /// Whether the listener for HTTP calls is open.
    pub listener: Listener,
    /// What will happen to the device at a time to come.
    coming: Vec<(Timestamp, Input)>,
    /// What happens to it at this moment, behind its outputs.
    arriving: VecDeque<Input>,
    sessions: VecDeque<Session>,
    calls: Vec<ConnectionRequestAnswer>,
    /// What people at the device were answered.
    answered: Vec<LocalAnswer>,
    /// What was spoken so far, by line.
    pub spoken: Vec<(u32, agent::ivr::Spoken)>,
    /// Lightweight notifications so far.
    pub notifications: Vec<NotificationOut>,
    carried_out: usize,
    cuts: Vec<usize>,
    /// What was on stable storage at each of these cuts, and how many answers the ACS had by then.
    pub cut_states: Vec<(Saved, usize)>,
    /// The next thing that is to be kept cannot be.
    storage_fails: bool,
    written_bytes: usize,
    /// How often the device has asked for DHCP.
    pub discoveries: usize,
    /// Every output so far, for failures to be understood.
    trace: Vec<String>,
}

/// How the device of a bench is set up, where it matters.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The device type.
    pub device_type: &'static str,
    /// The ACS URL.
    pub url: String,
    /// Further values the installer put in, by name below the root.
    pub installed: Vec<(&'static str, &'static str)>,
    /// Whether redirects may lead from https to http.
    pub downgrade: Downgrade,
    /// The newest version it offers.
    pub newest_version: CwmpVersion,
    /// What decides everything that is left to chance.
    pub seed: u64,
    /// Where connection requests are taken.
    pub authority: &'static str,
    /// Hosts its files may be uploaded to; empty for any.
    pub upload_hosts: Vec<&'static str>,
}

impl Setup {
    /// The usual.
    pub fn of(device_type: &'static str) -> Setup {
        Setup {
            device_type,
            url: ACS_URL.into(),
            installed: Vec::new(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            seed: 1,
            authority: "192.0.2.10:7547",
            upload_hosts: Vec::new(),
        }
    }

    /// Boots a device fresh from the factory, as soon as the test wants to see something of it.
    pub fn bench(self) -> Bench {
        Bench::with(self)
    }
}

impl Bench {
    /// A device fresh from the factory, not yet switched on.
    pub fn new(device_type: &'static str) -> Bench {
        Bench::with(Setup::of(device_type))
    }

    /// A device that has had its first session.
    pub fn bootstrapped(device_type: &'static str) -> Bench {
        let mut bench = Bench::new(device_type);
        bench.session().succeeds();
        bench
    }

    fn with(setup: Setup) -> Bench {
        let product = Product::load(setup.device_type).expect("the device type is of this build");
        let root = product.root;
        let mut installed = vec![
            (format!("{root}ManagementServer.URL"), setup.url),
            (
                format!("{root}ManagementServer.Password"),
                DEVICE_PASSWORD.into(),
            ),
            (
                format!("{root}ManagementServer.ConnectionRequestUsername"),
                CALLER.into(),
            ),
            (
                format!("{root}ManagementServer.ConnectionRequestPassword"),
                CALLER_PASSWORD.into(),
            ),
        ];
        let more = setup.installed.iter();
        installed.extend(more.map(|(name, value)| (format!("{root}{name}"), (*value).into())));
        let config = DeviceConfig {
            product,
            identity: Identity {
                serial_number: "FCH26480QXA".into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: installed.into(),
            authority: Arc::from(setup.authority),
            downgrade: setup.downgrade,
            newest_version: setup.newest_version,
            seed: setup.seed,
            files: FilePolicy {
                upload_hosts: setup
                    .upload_hosts
                    .iter()
                    .map(|host| (*host).into())
                    .collect(),
                ..FilePolicy::default()
            },
        };
        Bench {
            config,
            device: None,
            stable: Saved::new(),
            now: START,
            acs: Acs::new(),
            files: FileServer::default(),
            collector: Collector::default(),
            measuring: Measuring::default(),
            ports: Ports::default(),
            orders: Vec::new(),
            listener: Listener::Open,
            coming: Vec::new(),
            arriving: VecDeque::new(),
            sessions: VecDeque::new(),
            calls: Vec::new(),
            answered: Vec::new(),
            spoken: Vec::new(),
            notifications: Vec::new(),
            carried_out: 0,
            cuts: Vec::new(),
            cut_states: Vec::new(),
            storage_fails: false,
            written_bytes: 0,
            discoveries: 0,
            trace: Vec::new(),
        }
    }

    /// The ACS, to tell it what to do.
    pub fn acs(&mut self) -> &mut Acs {
        &mut self.acs
    }

    /// The file server, to tell it what to do.
    pub fn files(&mut self) -> &mut FileServer {
        &mut self.files
    }

    /// The collector of bulk data, to tell it what to do and to see what it got.
    pub fn collector(&mut self) -> &mut Collector {
        &mut self.collector
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The device, switched on.
    pub fn device(&mut self) -> &Device {
        self.power_on();
        self.device.as_ref().expect("it has just been switched on")
    }

    /// A value as the device itself knows it, secrets included.
    #[track_caller]
    pub fn knows(&mut self, name: &str) -> String {
        let value = self.device().core().value_of(name);
        value.unwrap_or_else(|| panic!("there is no parameter {name}"))
    }

    /// A stored part of the state, as text.
    pub fn stored(&self, kind: SectionKind) -> String {
        let bytes = self.stable.get(&kind).cloned().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Bytes written to stable storage so far.
    pub fn written_bytes(&self) -> usize {
        self.written_bytes
    }

    /// How many outputs have been carried out.
    pub fn carried_out(&self) -> usize {
        self.carried_out
    }

    /// The outputs so far, one word each, for failures to be understood.
    pub fn trace(&self) -> String {
        let from = self.trace.len().saturating_sub(60);
        self.trace[from..].join(" ")
    }

    // ---- power and time

    /// Switches the device on, if it is off.
    pub fn power_on(&mut self) {
        if self.device.is_none() {
            let device = Device::boot(self.config.clone(), &self.stable, self.now);
            self.device = Some(device);
        }
    }

    /// Cuts the power and brings it back a second later.
    pub fn power_cut(&mut self) {
        self.power_off();
        self.now = self.now.plus_secs(1);
        self.power_on();
    }

    /// Cuts the power. What was not on stable storage is gone.
    pub fn power_off(&mut self) {
        self.trace.push("CUT".into());
        self.device = None;
        self.measuring = Measuring::default();
        self.ports.power_off();
        self.listener = Listener::Open;
        self.arriving.clear();
        self.coming.clear();
        if let Some(session) = self.acs.hung_up() {
            self.sessions.push_back(session);
        }
    }

    /// The clock shows this before the device is first switched on.
    pub fn starts_at(&mut self, now: Timestamp) {
        assert!(self.device.is_none(), "the device is off");
        self.now = now;
    }

    /// Time goes by without power.
    pub fn advance_while_off(&mut self, secs: u64) {
        assert!(self.device.is_none(), "the device is off");
        self.now = self.now.plus_secs(secs);
    }

    /// Cuts the power right before the device's output with this number, counted from the first boot.
    pub fn cuts_power_before_output(&mut self, number: usize) {
        self.cuts.push(number);
    }

    /// The power stays on from here, whatever was planned: what follows only looks at the device.
    pub fn keeps_power(&mut self) {
        self.cuts.clear();
    }

    /// The next thing the device wants to be kept cannot be: the storage is full, or broken.
    pub fn storage_fails_once(&mut self) {
        self.storage_fails = true;
    }

    /// Something writes over a part of what is kept while the device is off.
    pub fn overwrites(&mut self, kind: SectionKind, bytes: &[u8]) {
        assert!(self.device.is_none(), "the device is off");
        self.stable.insert(kind, bytes.to_vec());
    }

    /// The address the device will have from the next boot on.
    pub fn moves_to(&mut self, authority: &str) {
        self.config.authority = Arc::from(authority);
    }

    /// Lets time go by; everything that becomes due happens when it is due.
    pub fn advance(&mut self, secs: u64) {
        let end = self.now.plus_secs(secs);
        self.settle();
        while let Some(moment) = self.next_moment().filter(|moment| *moment <= end) {
            self.go_to(moment);
            self.settle();
        }
        self.now = end;
        self.happens(Input::Wake);
        self.settle();
    }

    /// Carries out everything the device wants at this moment.
    pub fn settle(&mut self) {
        self.power_on();
        for _ in 0..OUTPUTS_AT_A_MOMENT {
            if !self.step() {
                return;
            }
        }
        panic!("the device never comes to rest: {}", self.trace());
    }

    /// When something will happen next.
    fn next_moment(&self) -> Option<Timestamp> {
        let deadline = self.device.as_ref().and_then(Device::deadline);
        let coming = self.coming.iter().map(|(moment, _)| *moment);
        coming.chain(deadline).min()
    }

    fn go_to(&mut self, moment: Timestamp) {
        self.now = self.now.max(moment);
        let due = |(when, _): &mut (Timestamp, Input)| *when <= moment;
        let inputs: Vec<(Timestamp, Input)> = self.coming.extract_if(.., due).collect();
        for (_, input) in inputs {
            self.arriving.push_back(input);
        }
        let before = self.carried_out;
        self.happens(Input::Wake);
        self.settle();
        let idle = self.carried_out == before && self.coming.is_empty();
        let late = self.next_moment().is_some_and(|next| next <= self.now);
        assert!(
            !(idle && late),
            "woken at its deadline, the device asks to be woken in the past"
        );
    }

    fn happens(&mut self, input: Input) {
        let now = self.now;
        self.power_on();
        if let Some(device) = &mut self.device {
            device.handle(input, now);
        }
    }

    // ---- what the device wants

    /// Carries out one output, or lets one thing happen; false if there is neither.
    fn step(&mut self) -> bool {
        let Some(device) = &mut self.device else {
            return false;
        };
        if let Some(output) = device.poll() {
            if self.cuts.contains(&self.carried_out) {
                let before = self.carried_out;
                self.cuts.retain(|cut| *cut != before);
                self.cut_states
                    .push((self.stable.clone(), self.acs.answered));
                self.power_cut();
                return true;
            }
            self.carried_out += 1;
            self.carry_out(output);
            return true;
        }
        match self.arriving.pop_front() {
            Some(input) => {
                self.happens(input);
                true
            }
            None => false,
        }
    }

    // ---- sessions

    /// The next session that nobody has looked at, from its first request to its end. Time goes by until there is
    /// one; what the device wants after its end waits, so that the ACS can be told what to do next.
    #[track_caller]
    pub fn session(&mut self) -> Session {
        let end = self.now.plus_secs(PATIENCE_SECS);
        self.power_on();
        for _ in 0..OUTPUTS_AT_A_MOMENT {
            if let Some(session) = self.sessions.pop_front() {
                return session;
            }
            if self.step() {
                continue;
            }
            match self.next_moment() {
                Some(moment) if moment <= end => {
                    self.now = self.now.max(moment);
                    self.bring_up_to_date();
                }
                Some(_) | None => panic!("there is no session: {}", self.trace()),
            }
        }
        panic!("the session never ends: {}", self.trace());
    }

    /// Goes on to where the ACS makes a pause ([`super::Reaction::Pause`]).
    #[track_caller]
    pub fn runs_to_pause(&mut self) {
        self.power_on();
        while self.acs.paused.is_none() {
            if self.step() {
                continue;
            }
            let moment = self.next_moment();
            self.now = self.now.max(moment.expect("the pause comes in a session"));
            self.bring_up_to_date();
        }
    }

    /// The ACS goes on after its pause.
    pub fn resumes(&mut self) {
        self.arriving.extend(self.acs.paused.take());
    }

    /// What becomes due at this moment happens, without anything being carried out.
    fn bring_up_to_date(&mut self) {
        let now = self.now;
        let due = |(when, _): &mut (Timestamp, Input)| *when <= now;
        let inputs: Vec<(Timestamp, Input)> = self.coming.extract_if(.., due).collect();
        self.arriving
            .extend(inputs.into_iter().map(|(_, input)| input));
        self.happens(Input::Wake);
    }

    /// The sessions so far that nobody has looked at.
    pub fn sessions(&mut self) -> Vec<Session> {
        self.settle();
        self.sessions.drain(..).collect()
    }

    /// There is no session for so long.
    #[track_caller]
    pub fn is_quiet_for(&mut self, secs: u64) {
        self.advance(secs);
        let sessions = self.sessions();
        let told: Vec<String> = sessions.iter().map(Session::line).collect();
        assert!(sessions.is_empty(), "no session was due: {told:?}");
    }
}

fn is_http(input: &Input) -> bool {
    matches!(input, Input::HttpResponse(_) | Input::HttpFailed(_))
}
