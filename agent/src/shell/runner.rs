//! One loop that drives any number of devices: the daemon runs it with one, a fleet with thousands.
//!
//! The loop owns every device. Requests, transfers and the journal work beside it and report by events; an event of
//! an exchange that is no longer the device's is told by its epoch and dropped.
//!
//! Long because the loop owns everything it decides about.

use super::clock::Clock;
use super::datagram;
use super::diagnostics::{self, DiagnosticsConfig};
use super::handle::{Command, Counters, Event, RunnerHandle};
use super::http::{Network, post};
use super::journal::Journal;
use super::listener::{self, Ask};
use super::machine::Machine;
use super::place::Place;
use super::record::Recorder;
use super::report::Reporter;
use super::slots::SlotStore;
use super::transfers::{TransferConfig, carry_out};
use super::udp::{UdpCalls, UdpShell};
use crate::bulk_data::{ReportJob, ReportOutcome};
use crate::device::io::{
    ConnectionRequest, ConnectionRequestAnswer, Listener, Restart, SessionSummary,
};
use crate::device::{Device, DeviceConfig, Input, Output, Saved};
use crate::limits::TFTP_FIRST_WAIT_MS;
use crate::platform::{Platform, Request};
use data_model::{OperatorError, Timestamp};
use ed25519_dalek::VerifyingKey;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, RwLock};
use std::time::Duration;
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
    timers: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// Devices whose time has come while too many sessions were open.
    queued: VecDeque<usize>,
    open_sessions: usize,
    session_limit: usize,
    reporter: Reporter,
    transfers: TransferConfig,
    diagnostics: DiagnosticsConfig,
    pub(super) network: Network,
    pub(super) streams: u64,
    journal: Option<Journal>,
    pub(super) events: mpsc::UnboundedSender<Event>,
    incoming: mpsc::UnboundedReceiver<Event>,
    calls: HashMap<u64, oneshot::Sender<ConnectionRequestAnswer>>,
    next_call: u64,
    pub(super) paths: Paths,
    counters: Arc<Counters>,
    machine: Machine,
    pub(super) listener: Option<AbortHandle>,
    /// Where it listens, or would.
    pub(super) listening: Option<SocketAddr>,
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

/// Binds the listener and passes its calls on to the loop.
async fn listen(
    address: SocketAddr,
    events: &mpsc::UnboundedSender<Event>,
    paths: &Paths,
) -> Result<(SocketAddr, AbortHandle), OperatorError> {
    let listener = listener::bind(address).await?;
    let bound = listener.local_addr().unwrap_or(address);
    let task = tokio::spawn(listener::serve(listener, ask(events, paths)));
    Ok((bound, task.abort_handle()))
}

/// Binds the listener anew, where it was before.
pub(super) fn listen_again(
    address: SocketAddr,
    events: &mpsc::UnboundedSender<Event>,
    paths: &Paths,
) -> AbortHandle {
    let ask = ask(events, paths);
    let task = tokio::spawn(async move {
        loop {
            match listener::bind(address).await {
                Ok(listener) => return listener::serve(listener, ask).await,
                // The one before may not be gone yet.
                Err(error) => tracing::debug!(%error, "the listener cannot be opened again yet"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    task.abort_handle()
}

/// How the listener passes its calls on to the loop.
fn ask(events: &mpsc::UnboundedSender<Event>, paths: &Paths) -> Ask {
    let (events, paths) = (events.clone(), Arc::clone(paths));
    Arc::new(move |call, answer| {
        let known = paths
            .read()
            .ok()
            .and_then(|paths| paths.get(&call.target).copied());
        // Without a device the channel is dropped, which is answered with 404.
        if let Some(device) = known {
            let _ = events.send(Event::Call {
                device,
                call,
                answer,
            });
        }
    })
}

/// `host:port` the ACS reaches the listener under.
fn authority(listening: Option<SocketAddr>, advertise: Option<&str>) -> String {
    match (listening, advertise) {
        (None, _) => String::new(),
        (Some(address), None) => address.to_string(),
        (Some(address), Some(host)) => format!("{host}:{}", address.port()),
    }
}

impl Runner {
    /// Opens what is needed and boots every device.
    ///
    /// # Errors
    /// If the listener or the journal cannot be had.
    pub async fn start(config: RunnerConfig) -> Result<(Runner, RunnerHandle), OperatorError> {
        let (events, incoming) = mpsc::unbounded_channel();
        let paths = Paths::default();
        let (listening, listener) = match config.listen {
            Some(address) => {
                let (bound, task) = listen(address, &events, &paths).await?;
                (Some(bound), Some(task))
            }
            None => (None, None),
        };
        let (journal, saved) = match &config.journal {
            Some(path) => {
                let events = events.clone();
                let done = move |device: u32, outcome: std::io::Result<()>| {
                    let kept = outcome.is_ok();
                    let _ = events.send(Event::Persisted {
                        device: device as usize,
                        kept,
                    });
                };
                let (journal, saved) = Journal::open(path, Box::new(done))?;
                (Some(journal), saved)
            }
            None => (None, Default::default()),
        };
        let advertise = config.advertise.clone();
        let udp = UdpShell::new(config.udp, listening, advertise, events.clone());
        let authority: Arc<str> = authority(listening, config.advertise.as_deref()).into();
        let slots = config.slots.map_or(SlotStore::Simulated, SlotStore::Folder);
        let transfers = TransferConfig {
            network: config.network.clone(),
            slots,
            trusted: config.trusted,
            tftp_wait_ms: TFTP_FIRST_WAIT_MS,
        };
        let counters = Arc::new(Counters::default());
        let handle = RunnerHandle {
            events: events.clone(),
            listening,
            counters: Arc::clone(&counters),
        };
        let mut runner = Runner {
            clock: Clock::system(),
            places: Vec::with_capacity(config.devices.len()),
            timers: BinaryHeap::new(),
            queued: VecDeque::new(),
            open_sessions: 0,
            session_limit: config.sessions.max(1),
            reporter: Reporter::new(config.network.clone(), config.sessions),
            network: config.network,
            transfers,
            diagnostics: config.diagnostics,
            streams: 0,
            journal,
            events,
            incoming,
            calls: HashMap::new(),
            next_call: 0,
            paths,
            counters,
            listener,
            machine: Machine::new(config.platform),
            listening,
            udp: Arc::new(udp),
        };
        for (number, mut device) in config.devices.into_iter().enumerate() {
            device.authority = Arc::clone(&authority);
            let mut place = Place::new(device);
            if let Some(folder) = config.record.as_ref().filter(|_| number == 0) {
                let product = Arc::clone(&place.config.product);
                place.recorder = Some(Box::new(Recorder::open(folder, product)?));
            }
            runner.places.push(place);
            let saved = saved.get(&(number as u32)).cloned().unwrap_or_default();
            runner.boot(number, &saved);
        }
        Ok((runner, handle))
    }

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
            } => {
                let place = &mut self.places[device];
                if place.epoch != epoch {
                    return;
                }
                place.exchange = None;
                place.connection = connection;
                if let (Some(recorder), Ok(response)) = (&mut place.recorder, &result) {
                    recorder.response(response);
                }
                let input = match result {
                    Ok(response) => Input::HttpResponse(response),
                    Err(failure) => Input::HttpFailed(failure),
                };
                self.handle(device, input);
            }
            Event::Persisted { device, kept } => self.persisted(device, kept),
            Event::Transfer {
                device,
                number,
                outcome,
            } => {
                // One that was stopped may have ended just before.
                let running = &mut self.places[device].transfer;
                running.take_if(|(running, _)| *running == number);
                self.handle(device, Input::TransferEnded(number, outcome));
            }
            Event::Report {
                device,
                number,
                outcome,
            } => {
                if let (ReportOutcome::Failed(why), 1) = (&outcome, self.places.len()) {
                    // Whoever runs one device looks here first; what fails waits for its next interval at the latest.
                    tracing::warn!(why, "a bulk report is not delivered");
                }
                self.handle(device, Input::ReportEnded(number, outcome));
            }
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
            Event::Command(Command::Input(device, input)) => self.handle(device, input),
            Event::Command(Command::Look(device, look)) => {
                look(
                    self.places
                        .get(device)
                        .and_then(|place| place.device.as_ref()),
                );
            }
            Event::Command(Command::Refresh(device)) => {
                if let Some(input) = self.machine.look(self.clock.now()) {
                    self.handle(device, input);
                }
            }
            Event::Command(Command::Stop) => {}
        }
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

    fn carry_out(&mut self, device: usize, output: Output) {
        match output {
            Output::Persist(sections) => {
                if let Some(journal) = &self.journal {
                    self.places[device].persisting = true;
                    journal.append(device as u32, sections);
                }
            }
            Output::Http(request) => self.exchange(device, request),
            Output::CloseConnection => {
                let place = &mut self.places[device];
                place.epoch = place.epoch.wrapping_add(1);
                place.connection = None;
                if let Some(exchange) = place.exchange.take() {
                    exchange.abort();
                }
            }
            Output::StartTransfer(job) => {
                let (config, events) = (self.transfers.clone(), self.events.clone());
                let number = job.number;
                let task = tokio::spawn(async move {
                    let outcome = carry_out(&config, job).await;
                    let _ = events.send(Event::Transfer {
                        device,
                        number,
                        outcome,
                    });
                });
                self.places[device].transfer = Some((number, task.abort_handle()));
            }
            Output::StopTransfer(number) => {
                let running = &mut self.places[device].transfer;
                if let Some((_, task)) = running.take_if(|(running, _)| *running == number) {
                    task.abort();
                }
            }
            Output::PostReport(job) => self.report(device, *job),
            Output::StartTest(job) => {
                let reporter = self.test_reporter(device);
                let tests = self.places[device].tests.get_or_insert_default();
                tests.start(&self.diagnostics, &self.network, reporter, *job);
            }
            Output::CancelTest(number) => {
                if let Some(tests) = &mut self.places[device].tests {
                    tests.cancel(number);
                }
            }
            Output::Echo(asked) => {
                let reporter = self.test_reporter(device);
                let tests = self.places[device].tests.get_or_insert_default();
                tests.echo(&self.diagnostics, reporter, asked.map(|asked| *asked));
            }
            Output::AnswerConnectionRequest(answer) => {
                if let Some(caller) = self.calls.remove(&answer.number) {
                    // A caller that has hung up misses nothing.
                    let _ = caller.send(answer);
                }
            }
            Output::SendNotification(notification) => {
                let source = self.network.source;
                tokio::spawn(datagram::send(source, notification));
            }
            Output::Discover => self.machine.discover(),
            Output::SessionOver(summary) => {
                self.count(device, &summary);
                if let Some(recorder) = &mut self.places[device].recorder {
                    recorder.over(&summary);
                }
            }
            Output::Listener(state) => self.set_listener(device, state),
            Output::OpenPort(port) => self.open_port(device, port),
            Output::ClosePort(port) => self.close_port(device, port),
            Output::SendDatagram(datagram) => self.send_datagram(device, datagram),
            Output::Stream(order) => self.order_stream(device, order),
            Output::Restart(restart) => self.restart(device, restart),
        }
    }

    fn test_reporter(&self, device: usize) -> diagnostics::Reporter {
        let events = self.events.clone();
        diagnostics::Reporter { device, events }
    }

    fn exchange(&mut self, device: usize, request: crate::device::io::HttpRequest) {
        let now = self.clock.now();
        let place = &mut self.places[device];
        if let Some(recorder) = &mut place.recorder {
            recorder.request(&request, now);
        }
        let epoch = place.epoch;
        let connection = place.connection.take();
        let (network, events) = (self.network.clone(), self.events.clone());
        let task = tokio::spawn(async move {
            let (result, connection) = post(&network, connection, request).await;
            let _ = events.send(Event::Http {
                device,
                epoch,
                result,
                connection,
            });
        });
        place.exchange = Some(task.abort_handle());
    }

    fn report(&mut self, device: usize, job: ReportJob) {
        let (reporter, events) = (self.reporter.clone(), self.events.clone());
        let number = job.number;
        let task = tokio::spawn(async move {
            let outcome = reporter.post(job).await;
            let _ = events.send(Event::Report {
                device,
                number,
                outcome,
            });
        });
        let reports = &mut self.places[device].reports;
        reports.retain(|task| !task.is_finished());
        reports.push(task.abort_handle());
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

    fn restart(&mut self, device: usize, restart: Restart) {
        let place = &mut self.places[device];
        let Some(stopped) = place.device.take() else {
            return;
        };
        place.end_everything();
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

    fn boot(&mut self, device: usize, saved: &Saved) {
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
    }

    fn count(&self, device: usize, summary: &SessionSummary) {
        match &summary.failure {
            None => {
                self.counters.sessions.fetch_add(1, Relaxed);
                tracing::debug!(device, duration_ms = summary.duration_ms, "session ended");
            }
            Some(why) => {
                self.counters.failed_sessions.fetch_add(1, Relaxed);
                if self.places.len() == 1 {
                    // Whoever runs one device looks here first; the retry schedule keeps it from being often.
                    tracing::warn!(why, "session failed");
                    return;
                }
                tracing::debug!(
                    device,
                    why,
                    duration_ms = summary.duration_ms,
                    "session failed"
                );
            }
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
