//! Calls devices that do not agree with their profiles any more, once for each change.
//!
//! A change begins a round: every device that is still to be compared is called, in the order of keys and no more at
//! a time than calls are free. Who does not answer is compared when it comes by itself.

use super::call_devices;
use crate::app::App;
use crate::limits::CALLS;
use crate::store::{Id, Page, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Calls of the round under way at one time: half of all, so that people and tasks are not kept waiting.
const PLACES: usize = CALLS / 2;
/// Devices remembered because they were in a session; they end theirs within minutes.
const LATER: usize = 10_000;

/// How far the round is.
#[derive(Debug)]
pub struct Round {
    state: Mutex<State>,
    places: Arc<Semaphore>,
}

impl Default for Round {
    fn default() -> Round {
        Round {
            state: Mutex::default(),
            places: Arc::new(Semaphore::new(PLACES)),
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

fn turn(app: &Arc<App>, device: Id) {
    let place = Arc::clone(&app.round.places).try_acquire_owned();
    let (false, Ok(place)) = (app.sessions.is_open(device), place) else {
        app.round.later(device);
        return;
    };
    let app = Arc::clone(app);
    tokio::spawn(async move {
        call_devices::call_and_log(&app, device).await;
        drop(place);
        if !matches!(app.round.state().stage, Stage::Over) {
            app.nudge.notify_one();
        }
    });
}
