//! How the loop of [`Runner`] starts: listener, journal, and the first boot of every device.

use super::clock::Clock;
use super::disk::Disk;
use super::handle::{Counters, Event, RunnerHandle};
use super::journal::{Devices, Journal};
use super::listener::{self, Ask};
use super::machine::Machine;
use super::orders::Orders;
use super::place::Place;
use super::reach::{self, Reach};
use super::record::Recorder;
use super::report::Reporter;
use super::runner::{Paths, Runner, RunnerConfig};
use super::slots::SlotStore;
use super::transfers::TransferConfig;
use super::udp::UdpShell;
use crate::device::{DeviceConfig, Saved};
use crate::limits::PORT_DRAWS;
use data_model::OperatorError;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_util::time::DelayQueue;

/// Binds the listener, if there is to be one, and passes its calls on to the loop.
async fn listen(
    address: Option<SocketAddr>,
    events: &mpsc::UnboundedSender<Event>,
    paths: &Paths,
) -> Result<(Option<SocketAddr>, Option<AbortHandle>), OperatorError> {
    let Some(address) = address else {
        return Ok((None, None));
    };
    let listener = listener::bind(address).await?;
    let bound = listener.local_addr().unwrap_or(address);
    let task = tokio::spawn(listener::serve(listener, ask(events, paths)));
    Ok((Some(bound), Some(task.abort_handle())))
}

/// Where it listens, the listener, and those at further addresses.
type Listening = (Option<SocketAddr>, Option<AbortHandle>, Vec<AbortHandle>);

/// Binds the listener, and the same port at further addresses of ours.
async fn listen_everywhere(
    address: Option<SocketAddr>,
    own: &[IpAddr],
    events: &mpsc::UnboundedSender<Event>,
    paths: &Paths,
) -> Result<Listening, OperatorError> {
    let any = address.filter(|address| address.port() == 0 && !own.is_empty());
    for _ in 0..PORT_DRAWS {
        // Not one of those the system gives to connections: it would be taken at one of the addresses.
        let drawn = any.map(|any| SocketAddr::new(any.ip(), rand::random_range(LISTENING)));
        if let Some(drawn) = drawn
            && let Ok(listening) = listen_at_all(Some(drawn), own, events, paths).await
        {
            return Ok(listening);
        }
    }
    listen_at_all(address, own, events, paths).await
}

/// Ports of listeners that may have any.
const LISTENING: std::ops::RangeInclusive<u16> = 10_000..=32_000;

async fn listen_at_all(
    address: Option<SocketAddr>,
    own: &[IpAddr],
    events: &mpsc::UnboundedSender<Event>,
    paths: &Paths,
) -> Result<Listening, OperatorError> {
    let (bound, listener) = listen(address, events, paths).await?;
    let mut also = Vec::new();
    for own in own {
        let at = bound.map(|bound| SocketAddr::new(*own, bound.port()));
        match listen(at, events, paths).await {
            Ok((_, handle)) => also.extend(handle),
            Err(error) => {
                for begun in listener.iter().chain(&also) {
                    begun.abort();
                }
                return Err(error);
            }
        }
    }
    Ok((bound, listener, also))
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

/// The journal, if there is one, and what it holds.
fn open_journal(
    disk: &Disk,
    path: Option<&Path>,
    events: &mpsc::UnboundedSender<Event>,
) -> Result<(Option<Journal>, Devices), OperatorError> {
    let Some(path) = path else {
        return Ok((None, Devices::new()));
    };
    let events = events.clone();
    let done = move |device: u32, outcome: std::io::Result<()>| {
        let kept = outcome.is_ok();
        let _ = events.send(Event::Persisted {
            device: device as usize,
            kept,
        });
    };
    let (journal, saved) = Journal::open_on(disk, path, Box::new(done))?;
    Ok((Some(journal), saved))
}

impl Runner {
    /// Opens what is needed and boots every device.
    ///
    /// # Errors
    /// If the listener or the journal cannot be had.
    pub async fn start(config: RunnerConfig) -> Result<(Runner, RunnerHandle), OperatorError> {
        Runner::start_on(Disk::default(), config).await
    }

    /// [`Runner::start`] on a disk of the caller's.
    ///
    /// # Errors
    /// As [`Runner::start`].
    pub async fn start_on(
        disk: Disk,
        config: RunnerConfig,
    ) -> Result<(Runner, RunnerHandle), OperatorError> {
        let (events, incoming) = mpsc::unbounded_channel();
        let paths = Paths::default();
        let own: Vec<IpAddr> = config
            .surroundings
            .as_ref()
            .map_or_else(Vec::new, |around| around.sources());
        let (listening, listener, also_listening) =
            listen_everywhere(config.listen, &own, &events, &paths).await?;
        let (journal, saved) = open_journal(&disk, config.journal.as_deref(), &events)?;
        let reach = Reach::new(config.advertise);
        if let (Some(bound), Some(first)) = (listening, config.devices.first()) {
            reach.look_before_boot(bound, first, saved.get(&0)).await;
        }
        let reach = Arc::new(reach);
        let udp = UdpShell::new(config.udp, listening, Arc::clone(&reach), events.clone());
        let authority = listening.map(|bound| reach.authority(bound));
        let authority: Arc<str> = authority.unwrap_or_default().into();
        let slots = SlotStore::new(disk, config.slots);
        let transfers = TransferConfig::new(config.network.clone(), slots, config.trusted);
        let handle = RunnerHandle {
            events: events.clone(),
            uploads: transfers.uploads.clone(),
            listening,
            page: None,
            counters: Arc::new(Counters::default()),
        };
        let mut runner = Runner {
            clock: Clock::system(),
            places: Vec::with_capacity(config.devices.len()),
            timers: DelayQueue::new(),
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
            orders: Orders::new(),
            paths,
            counters: Arc::clone(&handle.counters),
            listener,
            also_listening,
            machine: Machine::new(config.platform),
            surroundings: config.surroundings,
            listening,
            reach,
            udp: Arc::new(udp),
        };
        reach::follow(&runner.reach, listening, &handle);
        for (number, device) in config.devices.into_iter().enumerate() {
            let record = config.record.as_ref().filter(|_| number == 0);
            let kept = saved.get(&(number as u32)).cloned();
            runner.add(device, &authority, kept, record)?;
            if config.switched_on {
                let saved = runner.places[number].off.take().unwrap_or_default();
                runner.boot(number, &saved);
            }
        }
        Ok((runner, handle))
    }

    /// Makes a place for the next device, which is off.
    fn add(
        &mut self,
        mut device: DeviceConfig,
        authority: &Arc<str>,
        kept: Option<Saved>,
        record: Option<&PathBuf>,
    ) -> Result<(), OperatorError> {
        let number = self.places.len();
        let around = self.surroundings.as_ref();
        // An ACS calls nobody but where the device comes from.
        let own = around.and_then(|around| around.inside_nat(number).or(around.source(number)));
        device.authority = match (own, self.listening) {
            (Some(own), Some(bound)) => SocketAddr::new(own, bound.port()).to_string().into(),
            _ => Arc::clone(authority),
        };
        let mut place = Place::new(device);
        if let Some(folder) = record {
            let product = Arc::clone(&place.config.product);
            place.recorder = Some(Box::new(Recorder::open(folder, product)?));
        }
        let saved = kept.or_else(|| Some(around?.first_state(number)));
        place.off = saved.map(Box::new);
        self.places.push(place);
        Ok(())
    }
}
