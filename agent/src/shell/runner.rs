//! One loop that drives any number of devices: the daemon runs it with one, a fleet with thousands.
//!
//! The loop owns every device. Requests, transfers and the journal work beside it and report by events; an event of
//! an exchange that is no longer the device's is told by its epoch and dropped.
//!
//! Long because the loop owns everything it decides about; how it starts stands in [`super::start`].

use super::clock::Clock;
use super::diagnostics::DiagnosticsConfig;
use super::dial::SourcePort;
use super::handle::{Command, Counters, Event};
use super::http::{Connection, Network};
use super::journal::Journal;
use super::machine::Machine;
use super::orders::Orders;
use super::place::Place;
use super::reach::Reach;
use super::report::Reporter;
use super::surroundings::Surroundings;
use super::transfers::TransferConfig;
use super::udp::{UdpCalls, UdpShell};
use crate::bulk_data::ReportOutcome;
use crate::device::io::{
    ConnectionRequest, ConnectionRequestAnswer, HttpFailure, HttpResponse, TransferOutcome,
};
use crate::device::orders::Order;
use crate::device::{Device, DeviceConfig, Input};
use crate::platform::Platform;
use crate::provisioning::engine::Ask;
use crate::provisioning::notify::Wanted;
use data_model::signing::VerifyingKey;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio_util::time::DelayQueue;

/// How devices are run.
#[derive(Debug)]
pub struct RunnerConfig {
    /// The devices, in the order of their numbers.
    pub devices: Vec<DeviceConfig>,
    /// How connections are made.
    pub network: Network,
    /// Where connection requests are taken; `None` for nowhere.
    pub listen: Option<SocketAddr>,
    /// The host the ACS reaches the listener under, if it is not the listener's own address.
    pub advertise: Option<String>,
    /// Which devices take calls by UDP as well, on the address above.
    pub udp: UdpCalls,
    /// Where state is kept; `None` forgets it with the process.
    pub journal: Option<PathBuf>,
    /// Where images go; `None` checks them and keeps nothing.
    pub slots: Option<PathBuf>,
    /// Whose images are run.
    pub trusted: Vec<VerifyingKey>,
    /// How diagnostic tests are carried out.
    pub diagnostics: DiagnosticsConfig,
    /// Sessions open at one time.
    pub sessions: usize,
    /// What the devices run on.
    pub platform: Box<dyn Platform>,
    /// What is around them, if not only the machine.
    pub surroundings: Option<Arc<dyn Surroundings>>,
    /// Whether they are on from the start.
    pub switched_on: bool,
    /// Where the sessions of the first device are recorded, if anywhere.
    pub record: Option<PathBuf>,
}

/// The loop.
pub struct Runner {
    pub(super) clock: Clock,
    pub(super) places: Vec<Place>,
    pub(super) timers: DelayQueue<usize>,
    /// Devices whose time has come while too many sessions were open.
    pub(super) queued: VecDeque<usize>,
    pub(super) open_sessions: usize,
    pub(super) session_limit: usize,
    pub(super) reporter: Reporter,
    pub(super) transfers: TransferConfig,
    pub(super) diagnostics: DiagnosticsConfig,
    pub(super) network: Network,
    pub(super) streams: u64,
    pub(super) journal: Option<Journal>,
    pub(super) events: mpsc::UnboundedSender<Event>,
    pub(super) incoming: mpsc::UnboundedReceiver<Event>,
    pub(super) calls: HashMap<u64, oneshot::Sender<ConnectionRequestAnswer>>,
    pub(super) next_call: u64,
    /// Orders of people that wait for their answers.
    pub(super) orders: Orders,
    pub(super) paths: Paths,
    pub(super) counters: Arc<Counters>,
    pub(super) machine: Machine,
    pub(super) surroundings: Option<Arc<dyn Surroundings>>,
    pub(super) listener: Option<AbortHandle>,
    /// Listeners at the devices' own addresses.
    pub(super) also_listening: Vec<AbortHandle>,
    /// Where it listens, or would.
    pub(super) listening: Option<SocketAddr>,
    /// The host it is reached under.
    pub(super) reach: Arc<Reach>,
    pub(super) udp: Arc<UdpShell>,
}

impl Drop for Runner {
    fn drop(&mut self) {
        for listener in self.listener.iter().chain(&self.also_listening) {
            listener.abort();
        }
    }
}

/// The paths of connection request URLs, by device.
pub(super) type Paths = Arc<RwLock<HashMap<String, usize>>>;

impl Runner {
    /// Runs until it is told to stop.
    pub async fn run(mut self) {
        loop {
            let timers = &mut self.timers;
            let event = tokio::select! {
                event = self.incoming.recv() => event,
                Some(due) = std::future::poll_fn(|context| timers.poll_expired(context)),
                    if !timers.is_empty() =>
                {
                    self.fire(due.into_inner());
                    continue;
                }
            };
            match event {
                None | Some(Event::Command(Command::Stop)) => return,
                Some(event) => self.take(event),
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Http {
                device,
                epoch,
                result,
                connection,
            } => self.exchanged(device, epoch, result, connection),
            Event::Persisted { device, kept } => self.persisted(device, kept),
            Event::Transfer {
                device,
                number,
                outcome,
            } => self.transferred(device, number, outcome),
            Event::Report {
                device,
                number,
                outcome,
            } => self.reported(device, number, outcome),
            Event::Call {
                device,
                call,
                answer,
            } => self.called(device, call, answer),
            Event::Datagram {
                device,
                datagram,
                place,
            } => {
                self.handle(device, Input::Datagram(datagram));
                drop(place);
            }
            Event::Stream {
                device,
                number,
                news,
                place,
            } => self.take_stream(device, number, news, place),
            Event::Boot {
                device,
                epoch,
                asked,
            } => self.back_on(device, epoch, asked.as_ref()),
            Event::InThisLife {
                device,
                stops,
                command,
            } => {
                if self.places[device].stops == stops {
                    self.told(command);
                }
            }
            Event::Order {
                device,
                order,
                answer,
            } => self.ordered(device, order, answer),
            Event::Command(command) => self.told(command),
        }
    }

    /// Somebody outside wants something of the loop.
    fn told(&mut self, command: Command) {
        match command {
            Command::Input(device, input) => self.handle(device, input),
            Command::Look(device, look) => {
                let place = self.places.get(device);
                look(place.and_then(|place| place.device.as_ref()));
            }
            Command::LookAtAll(look) => {
                let all = self.places.iter().enumerate();
                look(&mut all.filter_map(|(number, place)| Some((number, place.device.as_ref()?))));
            }
            Command::Hold => self.session_limit = 0,
            Command::SwitchOn(device) => self.switch_on(device),
            Command::CutPower(device, off_for) => self.cut_power(device, off_for),
            Command::Refresh(device) => {
                if let Some(input) = self.machine.look(self.clock.now()) {
                    self.handle(device, input);
                }
                for wanted in self.machine.notified() {
                    self.notified(device, wanted);
                }
            }
            Command::Own(own) => self.own_address(own),
            Command::Stop => {}
        }
    }

    /// A telephone exchange wants something of a device.
    fn notified(&mut self, device: usize, wanted: Wanted) {
        let ask = match wanted {
            Wanted::Resync => Ask::SipResync,
            Wanted::Report => Ask::SipReport,
            Wanted::Restart => {
                // Nobody waits for the answer.
                let (answer, _) = oneshot::channel();
                return self.ordered(device, Order::Restart, answer);
            }
        };
        self.handle(device, Input::Provisioning(Box::new(ask)));
    }

    /// An exchange with the ACS has ended.
    fn exchanged(
        &mut self,
        device: usize,
        epoch: u32,
        result: Result<HttpResponse, HttpFailure>,
        connection: Option<Connection>,
    ) {
        let place = &mut self.places[device];
        if place.epoch != epoch {
            return;
        }
        place.exchange = None;
        // Where a redirect leads to may be reached by another way than the ACS itself.
        let url = place.device.as_ref().map(|device| device.core().acs_url());
        let to_acs = connection
            .as_ref()
            .filter(|open| url.is_some_and(|url| open.leads_to(&url)));
        let local = to_acs.and_then(|open| open.local);
        place.connection = connection;
        if let (Some(recorder), Ok(response)) = (&mut place.recorder, &result) {
            recorder.response(response);
        }
        let input = match result {
            Ok(response) => {
                place.port = SourcePort::System;
                Input::HttpResponse(response)
            }
            Err(failure) => Input::HttpFailed(failure),
        };
        self.handle(device, input);
        if let Some(own) = local {
            self.own_address(own);
        }
    }

    /// A transfer has ended.
    fn transferred(&mut self, device: usize, number: u32, outcome: TransferOutcome) {
        // One that was stopped may have ended just before.
        self.places[device]
            .transfer
            .take_if(|(running, _)| *running == number);
        self.handle(device, Input::TransferEnded(number, outcome));
    }

    /// A request with bulk reports has ended.
    fn reported(&mut self, device: usize, number: u32, outcome: ReportOutcome) {
        if let (ReportOutcome::Failed(why), 1) = (&outcome, self.places.len()) {
            // Whoever runs one device looks here first; what fails waits for its next interval at the latest.
            tracing::warn!(why, "a bulk report is not delivered");
        }
        self.handle(device, Input::ReportEnded(number, outcome));
    }

    /// Somebody calls at the listener.
    fn called(
        &mut self,
        device: usize,
        mut call: ConnectionRequest,
        answer: oneshot::Sender<ConnectionRequestAnswer>,
    ) {
        if self.places[device].device.is_none() {
            // Between a stop and the next boot, which may be minutes away: nobody would answer.
            let _ = answer.send(ConnectionRequestAnswer {
                number: call.number,
                status: 503,
                www_authenticate: Vec::new(),
            });
            return;
        }
        self.next_call += 1;
        call.number = self.next_call;
        self.calls.insert(call.number, answer);
        self.handle(device, Input::ConnectionRequest(call));
    }

    /// Wakes a device whose time has come, if it may have a session; otherwise it waits for one to end.
    fn fire(&mut self, device: usize) {
        let place = &mut self.places[device];
        place.armed = None;
        let idle = place
            .device
            .as_ref()
            .is_some_and(|device| !device.in_session());
        if idle && self.open_sessions >= self.session_limit {
            self.queued.push_back(device);
        } else {
            self.handle(device, Input::Wake);
        }
    }

    pub(super) fn handle(&mut self, device: usize, input: Input) {
        let now = self.clock.now();
        let Some(place) = self.places.get_mut(device) else {
            return;
        };
        place.remember(&input);
        if let Some(running) = &mut place.device {
            if !running.in_session()
                && let Some(look) = self.machine.look_before(&input, now)
            {
                running.handle(look, now);
            }
            running.handle(input, now);
        }
        self.drain(device);
    }

    /// Carries out what a device wants, as far as the journal allows.
    pub(super) fn drain(&mut self, device: usize) {
        loop {
            let place = &mut self.places[device];
            if let Some(running) = &mut place.device {
                while let Some(output) = running.poll() {
                    place.waiting.push_back(output);
                }
            }
            if place.persisting {
                break;
            }
            let Some(output) = place.waiting.pop_front() else {
                break;
            };
            self.carry_out(device, output);
        }
        self.settle(device);
    }

    fn persisted(&mut self, device: usize, kept: bool) {
        let place = &mut self.places[device];
        place.persisting = false;
        if kept {
            self.drain(device);
        } else {
            // What waits behind the lost state must not happen.
            place.waiting.clear();
            self.handle(device, Input::StorageFailed);
        }
    }

    /// Sets the timer of a device and counts its session; lets a queued one go when there is room.
    pub(super) fn settle(&mut self, device: usize) {
        let place = &mut self.places[device];
        let in_session = place.device.as_ref().is_some_and(Device::in_session);
        match (place.counted, in_session) {
            (false, true) => self.open_sessions += 1,
            (true, false) => self.open_sessions -= 1,
            (true, true) | (false, false) => {}
        }
        place.counted = in_session;
        if place.waiting.is_empty() && in_session != place.counted {
            // Most devices do nothing most of the time.
            place.waiting = VecDeque::new();
        }
        self.arm(device);
        if self.open_sessions < self.session_limit
            && let Some(next) = self.queued.pop_front()
        {
            self.has_room(next);
        }
    }

    /// Sets the timer of a device, if it is to go off at another time than it is set to.
    fn arm(&mut self, device: usize) {
        let place = &mut self.places[device];
        let deadline = place.device.as_ref().and_then(Device::deadline);
        let armed = place.armed.as_ref().map(|(moment, _)| *moment);
        if deadline == armed {
            return;
        }
        match (deadline, &mut place.armed) {
            (Some(moment), Some((armed, key))) => {
                *armed = moment;
                self.timers
                    .reset_at(key, self.clock.instant_of(moment).into());
            }
            (Some(moment), none) => {
                let at = self.clock.instant_of(moment).into();
                *none = Some((moment, self.timers.insert_at(device, at)));
            }
            (None, _) => {
                if let Some((_, key)) = place.armed.take() {
                    self.timers.remove(&key);
                }
            }
        }
    }
}
