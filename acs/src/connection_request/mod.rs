//! Calling devices: which may be called, how often, and how it went.

mod guard;
mod http;

use crate::config::{ConnectionRequestConfig, Network};
use crate::limits::{CALL_PAUSE_MAX_MS, CALL_PAUSE_MS, CALL_RETRY_MS, CALLS};
use crate::store::{Credentials, Device, Id};
use data_model::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Devices whose last call is remembered before old ones are dropped.
const REMEMBERED: usize = 100_000;

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The device has accepted it and will come.
    Accepted,
    /// It was called a moment ago and has not come yet.
    TooSoon,
    /// It cannot be called, or may not be: why.
    Impossible(String),
    /// It did not answer, or not as it should: why.
    Failed(String),
    /// It is busy (503).
    Busy,
}

impl Outcome {
    /// The word for it in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::TooSoon => "too_soon",
            Outcome::Impossible(_) => "impossible",
            Outcome::Failed(_) => "failed",
            Outcome::Busy => "busy",
        }
    }
}

/// Calls devices.
#[derive(Debug)]
pub struct Caller {
    allow: Vec<Network>,
    basic: Basic,
    places: Semaphore,
    last: Mutex<HashMap<Id, LastCall>>,
}

/// Whether a device that asks for Basic gets our password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basic {
    /// It does.
    Allowed,
    /// It does not: it would be shown to everybody on the way.
    Refused,
}

impl Caller {
    /// A caller by the settings, which have been checked.
    pub fn new(config: &ConnectionRequestConfig) -> Caller {
        Caller {
            allow: config
                .allow
                .iter()
                .filter_map(|network| Network::parse(network))
                .collect(),
            basic: if config.basic {
                Basic::Allowed
            } else {
                Basic::Refused
            },
            places: Semaphore::new(CALLS),
            last: Mutex::default(),
        }
    }

    /// Calls a device, unless it was called a moment ago and has not come yet.
    pub async fn call(
        &self,
        device: &Device,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Outcome {
        if !self.may_call_now(device, now) {
            return Outcome::TooSoon;
        }
        let outcome = self.attempt(device, credentials).await;
        self.note(device.id, &outcome, now);
        outcome
    }

    async fn attempt(&self, device: &Device, credentials: &Credentials) -> Outcome {
        let target =
            match guard::check(&device.connection_request_url, &device.address, &self.allow) {
                Ok(target) => target,
                Err(why) => return Outcome::Impossible(why),
            };
        let Ok(_place) = self.places.acquire().await else {
            return Outcome::Failed("the server is winding down".into());
        };
        http::get(&target, credentials, self.basic).await
    }

    /// A device that has come since its last call may be called again at once; one that has not gets time to, and one
    /// that could not be reached is left alone for longer each time.
    fn may_call_now(&self, device: &Device, now: Timestamp) -> bool {
        let mut last = self.last();
        let awaited = |call: &LastCall| {
            now.since_ms(call.at) < call.pause_ms() && device.last_inform < call.at
        };
        if last.get(&device.id).is_some_and(awaited) {
            return false;
        }
        // Old entries tell nothing any more; they are dropped when there are many.
        if last.len() > REMEMBERED {
            last.retain(|_, call| now.since_ms(call.at) < CALL_PAUSE_MAX_MS);
        }
        // Under way counts as accepted, so that nobody calls a second time meanwhile.
        let failures = last.get(&device.id).map_or(0, |call| call.failures);
        let call = LastCall {
            at: now,
            failures,
            accepted: true,
        };
        last.insert(device.id, call);
        true
    }

    fn note(&self, device: Id, outcome: &Outcome, now: Timestamp) {
        let mut last = self.last();
        let failures = last.get(&device).map_or(0, |call| call.failures);
        let call = match outcome {
            Outcome::Accepted => LastCall {
                at: now,
                failures: 0,
                accepted: true,
            },
            Outcome::TooSoon | Outcome::Busy | Outcome::Impossible(_) | Outcome::Failed(_) => {
                LastCall {
                    at: now,
                    failures: failures.saturating_add(1),
                    accepted: false,
                }
            }
        };
        last.insert(device, call);
    }

    fn last(&self) -> MutexGuard<'_, HashMap<Id, LastCall>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last call of a device.
#[derive(Debug, Clone, Copy)]
struct LastCall {
    at: Timestamp,
    /// Calls in a row that did not reach it.
    failures: u32,
    accepted: bool,
}

impl LastCall {
    /// Milliseconds in which it is not called again, unless it has come since.
    fn pause_ms(&self) -> u64 {
        if self.accepted {
            return CALL_PAUSE_MS;
        }
        let doubled = CALL_RETRY_MS << self.failures.saturating_sub(1).min(16);
        doubled.min(CALL_PAUSE_MAX_MS)
    }
}
