//! More devices than the server can serve (promise P6): who is let in, who is told to come back and when, and that those
//! who are in go on.
//!
//! The decisions are pure: [`gate`] puts together [`places`], [`refusing`] and [`come_back`]. Here are the clock, the
//! lock, the log, and those who wait to be let in. A session is turned away at its head, before its message is read; a
//! connection that nobody could do anything for is not even taken.

pub mod bodies;
pub mod come_back;
pub mod gate;
pub mod places;
pub mod refusing;

use crate::clock;
use crate::config::overload::OverloadConfig;
use crate::limits::ACCEPT_PAUSE;
use crate::metrics::overload::OverloadMetrics;
use crate::metrics::{Metrics, NameLabel};
use crate::sessions::table::SessionTable;
use bodies::Bodies;
use gate::{Gate, Turn};
pub use places::Wait;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The log tells of a crowd so often at most.
const TOLD: Duration = Duration::from_secs(60);

/// The gate of the port for devices.
#[derive(Debug)]
pub struct Overload {
    gate: Mutex<Gate>,
    began: Instant,
    sessions: Arc<SessionTable>,
    most_sessions: AtomicUsize,
    /// A place has become free, and somebody waits for one.
    freed: Notify,
    waiting: AtomicBool,
    /// The memory of messages.
    pub bodies: Bodies,
    metrics: OverloadMetrics,
    rejected: Family<NameLabel, Counter>,
    told: Mutex<Told>,
}

/// What the log has been told.
#[derive(Debug, Default)]
struct Told {
    at: Option<Instant>,
    turned_away: u64,
}

/// A request in work; its place is free when this is dropped.
#[derive(Debug)]
pub struct Place<'a>(&'a Overload);

/// A connection that has not shown yet what it wants.
#[derive(Debug)]
pub struct Undecided {
    overload: Arc<Overload>,
    taken: u64,
}

/// Why a device is turned away, and the seconds after which it is to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnedAway {
    /// The reason, out of a fixed list.
    pub why: &'static str,
    /// What it is told.
    pub seconds: u64,
}

/// How the gate stands.
#[derive(Debug, Clone, Copy)]
pub struct Stand {
    /// Requests of devices in work.
    pub in_work: u32,
    /// How many there may be.
    pub places: u32,
    /// How long it takes to serve all that have been turned away.
    pub behind: Duration,
}

impl Overload {
    /// A gate before these sessions.
    pub fn new(
        config: &OverloadConfig,
        sessions: Arc<SessionTable>,
        metrics: OverloadMetrics,
        rejected: Family<NameLabel, Counter>,
    ) -> Overload {
        Overload {
            gate: Mutex::new(Gate::new(config.aims())),
            began: Instant::now(),
            sessions,
            most_sessions: AtomicUsize::new(config.sessions as usize),
            freed: Notify::new(),
            waiting: AtomicBool::new(false),
            bodies: Bodies::default(),
            metrics,
            rejected,
            told: Mutex::default(),
        }
    }

    /// Other settings are in force.
    pub fn follow(&self, config: &OverloadConfig) {
        self.most_sessions
            .store(config.sessions as usize, Ordering::Relaxed);
        self.gate().follow(config.aims());
    }

    /// Waits until one more connection may be taken.
    pub async fn turn(self: &Arc<Overload>) -> Undecided {
        loop {
            // Before the look, so that a place that becomes free behind it is heard of.
            let freed = self.freed.notified();
            if let Turn::Take(taken) = self.gate().connection(self.moment()) {
                let overload = Arc::clone(self);
                return Undecided { overload, taken };
            }
            self.metrics.pauses.inc();
            self.waiting.store(true, Ordering::SeqCst);
            tokio::select! {
                () = freed => {}
                () = tokio::time::sleep(ACCEPT_PAUSE) => {}
            }
            self.waiting.store(false, Ordering::SeqCst);
        }
    }

    /// Whether a connection from there may begin its TLS handshake. Whoever has a session open may.
    pub fn hears(&self, address: IpAddr) -> bool {
        let hears = self.gate().handshake(self.moment()) || self.sessions.has_one_from(address);
        if !hears {
            Metrics::count(&self.rejected, "unheard");
            self.tell();
        }
        hears
    }

    /// A place for a request that wants to begin a session.
    ///
    /// # Errors
    /// If there is none; it is counted.
    pub fn admit(&self) -> Result<Place<'_>, TurnedAway> {
        if self.sessions.len() >= self.most_sessions.load(Ordering::Relaxed) {
            return Err(self.turn_away("sessions"));
        }
        if !self.gate().enter_if_free(self.moment()) {
            return Err(self.turn_away("overload"));
        }
        Ok(Place(self))
    }

    /// A place for a request that has been let in.
    pub fn enter(&self) -> Place<'_> {
        self.gate().enter();
        Place(self)
    }

    /// A device is turned away for this reason; says what it is told.
    pub fn turn_away(&self, why: &'static str) -> TurnedAway {
        let bounds = self.gate().turn_away(self.moment());
        let seconds = come_back::between(bounds, clock::random());
        Metrics::count(&self.rejected, why);
        self.tell();
        TurnedAway { why, seconds }
    }

    /// A request has waited for so long.
    pub fn waited(&self, wait: Wait, time: Duration) {
        if wait == Wait::Inform {
            self.metrics.inform_wait_seconds.observe(time.as_secs_f64());
        }
        self.gate().waited(wait, time);
    }

    /// How it stands.
    pub fn stand(&self) -> Stand {
        let gate = self.gate();
        Stand {
            in_work: gate.in_work(),
            places: gate.places(),
            behind: gate.behind(self.moment()),
        }
    }

    /// Tells the metrics how it stands.
    pub fn measure(&self) {
        let stand = self.stand();
        self.metrics.in_work.set(i64::from(stand.in_work));
        self.metrics.places.set(i64::from(stand.places));
        self.metrics.behind_seconds.set(stand.behind.as_secs_f64());
        let bytes = i64::try_from(self.bodies.bytes()).unwrap_or(i64::MAX);
        self.metrics.body_bytes.set(bytes);
    }

    fn moment(&self) -> Duration {
        self.began.elapsed()
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        // Nothing that holds the lock can panic half-way through a change.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more device was not served: the log is told, once a minute at most.
    fn tell(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.turned_away += 1;
        if told.at.is_some_and(|at| at.elapsed() < TOLD) {
            return;
        }
        told.at = Some(Instant::now());
        let turned_away = std::mem::take(&mut told.turned_away);
        drop(told);
        let stand = self.stand();
        tracing::warn!(
            turned_away,
            in_work = stand.in_work,
            places = stand.places,
            behind_secs = stand.behind.as_secs(),
            "more devices come than can be served; they are told to come back"
        );
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.gate().leave();
        if self.0.waiting.load(Ordering::SeqCst) {
            self.0.freed.notify_waiters();
        }
    }
}

impl Drop for Undecided {
    fn drop(&mut self) {
        self.overload.gate().decided(self.taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn overload(most: u32) -> Arc<Overload> {
        let config = OverloadConfig {
            in_work: most,
            ..OverloadConfig::default()
        };
        let (sessions, rejected) = (Arc::default(), Family::default());
        let metrics = OverloadMetrics::default();
        Arc::new(Overload::new(&config, sessions, metrics, rejected))
    }

    fn rejected(overload: &Overload, name: &'static str) -> u64 {
        let label = NameLabel { name };
        overload.rejected.get_or_create(&label).get()
    }

    /// Covers P6.
    #[test]
    fn who_finds_no_place_is_told_different_times_and_counted() {
        let overload = overload(1);
        let place = overload.admit().expect("nobody else is there");
        let mut told = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let turned = overload.admit().expect_err("it is full");
            assert!((5..=15).contains(&turned.seconds), "{turned:?}");
            told.insert(turned.seconds);
        }
        assert!(told.len() > 5, "{told:?}");
        assert_eq!(rejected(&overload, "overload"), 200);
        drop(place);
        assert!(overload.admit().is_ok());
    }

    /// Covers P6, T05.
    #[test]
    fn handshakes_nobody_could_do_anything_for_do_not_begin() {
        let overload = overload(1);
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(overload.hears(from));
        let _place = overload.admit();
        let heard = (0..10_000).filter(|_| overload.hears(from)).count();
        assert!((30..500).contains(&heard), "{heard}");
        assert_eq!(rejected(&overload, "unheard"), 10_000 - heard as u64);
    }

    /// Covers P6.
    #[tokio::test]
    async fn whoever_waits_to_be_taken_is_as_soon_as_a_place_is_free() {
        let overload = overload(1);
        let place = overload.admit().expect("nobody else is there");
        for _ in 0..1_000 {
            overload.turn_away("overload");
        }
        let mut turn = Box::pin(overload.turn());
        let waits = tokio::time::timeout(4 * ACCEPT_PAUSE, turn.as_mut()).await;
        assert!(waits.is_err(), "nothing is free, and enough were told so");
        drop(place);
        let taken = tokio::time::timeout(Duration::from_secs(10), turn).await;
        assert!(taken.is_ok());
    }
}
