//! Calls devices that do not agree with their profiles any more, once for each change.
//!
//! A change begins a round: every device that is still to be compared is called, in the order of keys and no more at
//! a time than calls are free. Who does not answer is compared when it comes by itself. Devices of which nothing else is
//! desired than before, and those whose maintenance window is closed, are not called. When a window opens, its devices
//! have their turn.

use super::call_devices;
use crate::app::App;
use crate::clock;
use crate::limits::CALLS;
use crate::sessions::compare::{self, Asked};
use crate::store::{Id, Observed, Page, Result, Waits};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, Semaphore};

/// Calls of the round under way at one time: half of all, so that people and tasks are not kept waiting.
const PLACES: usize = CALLS / 2;
/// Devices remembered because they were in a session; they end theirs within minutes.
const LATER: usize = 10_000;

/// How far the round is.
#[derive(Debug)]
pub struct Round {
    state: Mutex<State>,
    places: Arc<Semaphore>,
    /// Wakes this job and no other one: a round through a whole fleet would keep all of them running.
    nudge: Notify,
}

impl Default for Round {
    fn default() -> Round {
        Round {
            state: Mutex::default(),
            places: Arc::new(Semaphore::new(PLACES)),
            nudge: Notify::new(),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    stage: Stage,
    /// Devices that were in a session when it was their turn: it may have begun before the change.
    later: Vec<Id>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Stage {
    /// Every device has had its turn.
    #[default]
    Over,
    /// It goes on behind this device.
    Behind(Option<Id>),
}

impl Round {
    /// What is desired of devices has changed.
    pub fn begin(&self) {
        self.state().stage = Stage::Behind(None);
        self.nudge.notify_one();
    }

    /// Waits until there may be something to do.
    pub(super) async fn nudged(&self) {
        self.nudge.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Devices to come back to, at most so many.
    fn take_later(&self, most: usize) -> Vec<Id> {
        let mut state = self.state();
        let rest = state.later.len().saturating_sub(most);
        state.later.split_off(rest)
    }

    fn later(&self, device: Id) {
        let mut state = self.state();
        if state.later.len() < LATER {
            state.later.push(device);
        }
    }
}

pub(super) async fn run(app: &Arc<App>) -> Result<()> {
    for device in app.round.take_later(app.round.places.available_permits()) {
        turn(app, device);
    }
    let free = app.round.places.available_permits();
    if free > 0 {
        for device in app.store.windows_opened(clock::now(), free).await? {
            turn(app, device);
        }
    }
    let Stage::Behind(after) = app.round.state().stage else {
        return Ok(());
    };
    let limit = app.round.places.available_permits();
    if limit == 0 {
        return Ok(());
    }
    let devices = app.store.devices_to_compare(Page { after, limit }).await?;
    let next = devices.last().copied();
    for device in devices {
        turn(app, device);
    }
    let mut state = app.round.state();
    // A change in the meantime has begun the round anew.
    if matches!(state.stage, Stage::Behind(now) if now == after) {
        state.stage = match next {
            Some(next) => Stage::Behind(Some(next)),
            None => Stage::Over,
        };
    }
    Ok(())
}

/// Whether a device has to come: what is desired of it is looked at without asking it.
async fn is_to_be_called(app: &App, device: Id) -> Result<bool> {
    let Some(device) = app.store.device_find(device).await? else {
        return Ok(false);
    };
    let (stamp, now) = (app.profiles().stamp, clock::now());
    match compare::ask(app, &device).await? {
        Asked::AsBefore => {
            compare::agrees_as_before(app, &device, stamp).await?;
            Ok(false)
        }
        Asked::Impossible(fault) => {
            app.store
                .provisioning_failed(device.id, stamp, fault, now)
                .await?;
            Ok(false)
        }
        Asked::Anew(desired) => {
            let closed = compare::closed(app, &device, &desired, now).await?;
            let all = desired.profiles();
            let until = closed.values().min().copied();
            let Some(until) = until.filter(|_| all.len() == closed.len()) else {
                return Ok(true);
            };
            let waits = Waits {
                stamp,
                revision: device.provisioning.revision,
                until,
                fault: None,
            };
            let nothing = Observed::default();
            app.store
                .provisioning_waits(device.id, waits, nothing, now)
                .await?;
            Ok(false)
        }
    }
}

fn turn(app: &Arc<App>, device: Id) {
    let place = Arc::clone(&app.round.places).try_acquire_owned();
    let (false, Ok(place)) = (app.sessions.is_open(device), place) else {
        app.round.later(device);
        return;
    };
    let app = Arc::clone(app);
    tokio::spawn(async move {
        match is_to_be_called(&app, device).await {
            Ok(true) => call_devices::call_and_log(&app, device).await,
            Ok(false) => {}
            Err(error) => tracing::warn!(%device, %error, "a device cannot be compared"),
        }
        drop(place);
        if !matches!(app.round.state().stage, Stage::Over) {
            app.round.nudge.notify_one();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_round_that_begins_wakes_its_job() {
        let round = Round::default();
        let long = std::time::Duration::from_secs(60);
        let idle = tokio::time::timeout(long, round.nudged()).await;
        assert!(idle.is_err(), "nothing is desired anew");
        round.begin();
        let woken = tokio::time::timeout(long, round.nudged()).await;
        woken.expect("what is desired has changed");
    }
}
