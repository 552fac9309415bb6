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
use super::transfers::TransferConfig;
use super::udp::{UdpCalls, UdpShell};
use crate::bulk_data::ReportOutcome;
use crate::device::boot::resets;
use crate::device::io::{
    ConnectionRequest, ConnectionRequestAnswer, HttpFailure, HttpResponse, Listener, Restart,
    TransferOutcome,
};
use crate::device::orders::Order;
use crate::device::{Device, DeviceConfig, Input, Saved};
use crate::platform::{Platform, Request};
use crate::provisioning::engine::Ask;
use crate::provisioning::notify::Wanted;
use data_model::Timestamp;
use data_model::signing::VerifyingKey;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, RwLock};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

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
    /// Where the sessions of the first device are recorded, if anywhere.
    pub record: Option<PathBuf>,
}

/// The loop.
pub struct Runner {
    pub(super) clock: Clock,
    pub(super) places: Vec<Place>,
    pub(super) timers: BinaryHeap<Reverse<(Timestamp, usize)>>,
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
    pub(super) listener: Option<AbortHandle>,
    /// Where it listens, or would.
    pub(super) listening: Option<SocketAddr>,
    /// The host it is reached under.
    pub(super) reach: Arc<Reach>,
    pub(super) udp: Arc<UdpShell>,
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
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
            let wake = self.timers.peek().map(|Reverse((moment, _))| *moment);
            let event = match wake {
                None => self.incoming.recv().await,
                Some(moment) => {
                    let at = tokio::time::Instant::from_std(self.clock.instant_of(moment));
                    tokio::select! {
                        event = self.incoming.recv() => event,
                        () = tokio::time::sleep_until(at) => {
                            self.fire();
                            continue;
                        }
                    }
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
                saved,
                asked,
            } => {
                let mut saved = saved.unwrap_or_else(|| self.stable_state(device));
                self.machine.still_runs(asked.as_ref(), &mut saved);
                self.boot(device, &saved);
            }
            Event::Order {
                device,
                order,
                answer,
            } => self.ordered(device, order, answer),
            Event::Command(Command::Input(device, input)) => self.handle(device, input),
            Event::Command(Command::Look(device, look)) => {
                let place = self.places.get(device);
                look(place.and_then(|place| place.device.as_ref()));
            }
            Event::Command(Command::Refresh(device)) => {
                if let Some(input) = self.machine.look(self.clock.now()) {
                    self.handle(device, input);
                }
                for wanted in self.machine.notified() {
                    self.notified(device, wanted);
                }
            }
            Event::Command(Command::Own(own)) => self.own_address(own),
            Event::Command(Command::Stop) => {}
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

    /// Wakes the devices whose time has come, as many as may have a session at one time.
    fn fire(&mut self) {
        let now = self.clock.now();
        while let Some(Reverse((moment, device))) = self.timers.peek().copied() {
            if moment > now {
                return;
            }
            self.timers.pop();
            let place = &mut self.places[device];
            // An older timer of a device whose deadline has moved.
            if place.armed != Some(moment) {
                continue;
            }
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
    fn drain(&mut self, device: usize) {
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

    pub(super) fn restart(&mut self, device: usize, restart: Restart) {
        let place = &mut self.places[device];
        let Some(stopped) = place.device.take() else {
            return;
        };
        place.end_everything();
        self.drop_orders(device);
        self.close_ports(device);
        // Everything in front of a reboot has been kept, so this is what a power cut would leave.
        let (saved, request) = match restart {
            Restart::Reboot => (Some(stopped.saved()), Some(Request::of_restart(&stopped))),
            Restart::PowerCut => (None, None),
        };
        let (asked, pause) = self.machine.restart(request);
        let events = self.events.clone();
        tokio::spawn(async move {
            pause.over().await;
            let _ = events.send(Event::Boot {
                device,
                saved,
                asked,
            });
        });
    }

    /// What is on stable storage for a device.
    fn stable_state(&self, device: usize) -> Saved {
        let Some(journal) = &self.journal else {
            return Saved::new();
        };
        match journal.read_back() {
            Ok(mut devices) => devices.remove(&(device as u32)).unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read back");
                Saved::new()
            }
        }
    }

    pub(super) fn boot(&mut self, device: usize, saved: &Saved) {
        let now = self.clock.now();
        let place = &mut self.places[device];
        let hardware = self.machine.hardware(now);
        let booted = Device::boot_on(hardware, place.config.clone(), saved, now);
        self.machine.booted(&booted, saved);
        place.device = Some(booted);
        self.set_listener(device, Listener::Open);
        self.open_first_port(device);
        self.counters.boots.fetch_add(1, Relaxed);
        self.drain(device);
        // In a fleet the file is that of all, and what simulated devices have forgotten is no secret.
        if let Some(journal) = self
            .journal
            .as_ref()
            .filter(|_| self.places.len() == 1 && resets(saved))
        {
            journal.write_anew();
        }
    }

    /// Sets the timer of a device and counts its session; lets a queued one go when there is room.
    fn settle(&mut self, device: usize) {
        let place = &mut self.places[device];
        let in_session = place.device.as_ref().is_some_and(Device::in_session);
        match (place.counted, in_session) {
            (false, true) => self.open_sessions += 1,
            (true, false) => self.open_sessions -= 1,
            (true, true) | (false, false) => {}
        }
        place.counted = in_session;
        let deadline = place.device.as_ref().and_then(Device::deadline);
        if deadline != place.armed {
            place.armed = deadline;
            if let Some(moment) = deadline {
                self.timers.push(Reverse((moment, device)));
            }
        }
        if self.open_sessions < self.session_limit
            && let Some(next) = self.queued.pop_front()
        {
            self.handle(next, Input::Wake);
        }
    }
}
