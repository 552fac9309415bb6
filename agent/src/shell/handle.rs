//! How others speak to a running loop: what can happen to it, and the handle that lets it happen.

use crate::bulk_data::ReportOutcome;
use crate::device::io::{
    ConnectionRequest, ConnectionRequestAnswer, DatagramIn, HttpFailure, HttpResponse, StreamNews,
    TransferOutcome,
};
use crate::device::orders::{LocalAnswer, Order};
use crate::device::{Device, Input};
use crate::platform::Request;
use crate::shell::http::Connection;
use crate::shell::upload::Uploads;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

/// What happens to the loop.
pub(super) enum Event {
    Http {
        device: usize,
        epoch: u32,
        result: Result<HttpResponse, HttpFailure>,
        connection: Option<Connection>,
    },
    Persisted {
        device: usize,
        kept: bool,
    },
    Transfer {
        device: usize,
        number: u32,
        outcome: TransferOutcome,
    },
    Report {
        device: usize,
        number: u32,
        outcome: ReportOutcome,
    },
    Call {
        device: usize,
        call: ConnectionRequest,
        answer: oneshot::Sender<ConnectionRequestAnswer>,
    },
    Datagram {
        device: usize,
        datagram: DatagramIn,
        /// Makes room for the next one when it is dropped.
        place: OwnedSemaphorePermit,
    },
    Stream {
        device: usize,
        number: u64,
        news: StreamNews,
        /// Lets the stream go on when it is dropped.
        place: OwnedSemaphorePermit,
    },
    Boot {
        device: usize,
        /// Void if something else has happened to its power since.
        epoch: u32,
        /// What the machine was asked for instead.
        asked: Option<Request>,
    },
    /// What was to happen to a device some time after its boot.
    InThisLife {
        device: usize,
        /// Void if it has stopped since.
        stops: u32,
        command: Command,
    },
    Order {
        device: usize,
        order: Order,
        answer: oneshot::Sender<LocalAnswer>,
    },
    Command(Command),
}

/// What may be asked of a running loop.
pub(super) enum Command {
    Input(usize, Input),
    Look(usize, Look),
    LookAtAll(LookAtAll),
    /// Let no device open a session by itself any more.
    Hold,
    /// Switch a device on that is off.
    SwitchOn(usize),
    /// Take the power from a device, for so long; `None` until it is switched on.
    CutPower(usize, Option<Duration>),
    Refresh(usize),
    /// The address towards the ACS is this one.
    Own(IpAddr),
    Stop,
}

/// A question about one device.
pub(super) type Look = Box<dyn FnOnce(Option<&Device>) + Send>;

/// A question about every device, by its number.
pub(super) type LookAtAll = Box<dyn FnOnce(&mut dyn Iterator<Item = (usize, &Device)>) + Send>;

/// Counts of what the devices of a runner have done; read while it runs.
#[derive(Debug, Default)]
pub struct Counters {
    /// Sessions that ended well.
    pub sessions: AtomicU64,
    /// Sessions that failed.
    pub failed_sessions: AtomicU64,
    /// Boots.
    pub boots: AtomicU64,
}

/// Speaks to a running loop.
#[derive(Clone)]
pub struct RunnerHandle {
    pub(super) events: mpsc::UnboundedSender<Event>,
    pub(super) uploads: Uploads,
    /// Where connection requests are taken, if anywhere.
    pub listening: Option<SocketAddr>,
    /// Where the device's web page is shown, if anywhere.
    pub page: Option<SocketAddr>,
    /// What has happened.
    pub counters: Arc<Counters>,
}

impl std::fmt::Debug for RunnerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunnerHandle")
            .field("listening", &self.listening)
            .finish_non_exhaustive()
    }
}

impl RunnerHandle {
    /// Lets something happen to a device.
    pub fn input(&self, device: usize, input: Input) {
        // A loop that has ended has no devices anything could happen to.
        let _ = self
            .events
            .send(Event::Command(Command::Input(device, input)));
    }

    /// Looks at a device; `None` if the loop has ended or the device is between two boots.
    pub async fn look<T: Send + 'static>(
        &self,
        device: usize,
        look: impl FnOnce(&Device) -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        let look: Look = Box::new(move |device| {
            if let Some(device) = device {
                let _ = sender.send(look(device));
            }
        });
        self.events
            .send(Event::Command(Command::Look(device, look)))
            .ok()?;
        receiver.await.ok()
    }

    /// Looks at all devices that are on, one after the other; `None` if the loop has ended.
    pub async fn look_at_all<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut dyn Iterator<Item = (usize, &Device)>) -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        let look: LookAtAll = Box::new(move |devices| {
            // Whoever asked may have given up.
            let _ = sender.send(look(devices));
        });
        self.events
            .send(Event::Command(Command::LookAtAll(look)))
            .ok()?;
        receiver.await.ok()
    }

    /// Lets no device open a session by itself any more; those that are open go on.
    pub fn hold(&self) {
        let _ = self.events.send(Event::Command(Command::Hold));
    }

    /// Switches a device on that is off; it comes up with what it has kept.
    pub fn switch_on(&self, device: usize) {
        let _ = self.events.send(Event::Command(Command::SwitchOn(device)));
    }

    /// Takes the power from a device for some time, or until it is switched on.
    pub fn cut_power(&self, device: usize, off_for: Option<Duration>) {
        let command = Command::CutPower(device, off_for);
        let _ = self.events.send(Event::Command(command));
    }

    /// Gives a device the order of a person and waits for its answer; `None` if the loop has ended, the device is
    /// between two boots, or what it would answer could not be kept.
    pub async fn order(&self, device: usize, order: Order) -> Option<LocalAnswer> {
        let (answer, receiver) = oneshot::channel();
        let event = Event::Order {
            device,
            order,
            answer,
        };
        self.events.send(event).ok()?;
        receiver.await.ok()
    }

    /// Lets a device look at the hardware it runs on.
    pub fn refresh(&self, device: usize) {
        let _ = self.events.send(Event::Command(Command::Refresh(device)));
    }

    /// Whether the loop has ended.
    pub fn has_ended(&self) -> bool {
        self.events.is_closed()
    }

    /// Ends the loop; what was acknowledged has been kept already.
    pub fn stop(&self) {
        let _ = self.events.send(Event::Command(Command::Stop));
    }
}
