//! Calling devices: which may be called, how often, and how it went.

mod guard;
mod http;

use crate::config::{ConnectionRequestConfig, Network};
use crate::limits::{CALL_PAUSE_MS, CALLS};
use crate::store::{Credentials, Device, Id};
use data_model::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

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
    last: Mutex<HashMap<Id, Timestamp>>,
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

    /// A device that has come since its last call may be called again at once; one that has not gets time to.
    fn may_call_now(&self, device: &Device, now: Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |at: &Timestamp| now.since_ms(*at) < CALL_PAUSE_MS;
        let awaited = |at: &Timestamp| recent(at) && device.last_inform < *at;
        if last.get(&device.id).is_some_and(awaited) {
            return false;
        }
        // Old entries tell nothing any more; they are dropped when there are many.
        if last.len() > 100_000 {
            last.retain(|_, at| recent(at));
        }
        last.insert(device.id, now);
        true
    }
}
