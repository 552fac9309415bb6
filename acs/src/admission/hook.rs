//! The external posture check: somebody else's server says whether a device may come in.

use super::rules::Stranger;
use crate::config::admission::{Decision, HookConfig};
use crate::limits::{HOOK_BYTES, HOOK_CALLS};
use crate::outbound::{Order, Outbound};
use bytes::Bytes;
use cwmp::rpc::Inform;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Asks.
#[derive(Debug)]
pub struct Hook {
    config: HookConfig,
    outbound: Outbound,
    places: Semaphore,
}

/// What is asked.
#[derive(Debug, Serialize)]
struct Question<'a> {
    identity: &'a str,
    manufacturer: &'a str,
    oui: &'a str,
    product_class: &'a str,
    serial_number: &'a str,
    software_version: &'a str,
    address: String,
    proof: &'static str,
    events: Vec<&'a str>,
}

/// What is answered. Further members are for later versions of the check.
#[derive(Debug, Deserialize)]
struct Verdict {
    decision: Decision,
    #[serde(default)]
    why: String,
}

/// What the hook has said, or what is done because it has said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// This, and why.
    Decided(Decision, String),
    /// Nothing of use: the fall-back, and what was wrong.
    Away(Decision, String),
}

impl Hook {
    /// A hook by the settings, which have been checked.
    pub fn new(config: HookConfig, outbound: Outbound) -> Hook {
        Hook {
            config,
            outbound,
            places: Semaphore::new(HOOK_CALLS),
        }
    }

    /// Asks about a device.
    pub async fn ask(&self, inform: &Inform, stranger: &Stranger<'_>) -> Said {
        let away = |why: String| Said::Away(self.config.when_away, why);
        let Ok(_place) = self.places.try_acquire() else {
            return away(format!("{HOOK_CALLS} questions are under way"));
        };
        let reply = match self.outbound.send(self.order(inform, stranger)).await {
            Ok(reply) => reply,
            Err(why) => return away(why),
        };
        if reply.status != StatusCode::OK {
            return away(format!("it answered {}", reply.status));
        }
        match serde_json::from_slice::<Verdict>(&reply.body) {
            Ok(Verdict { decision, .. }) if decision == Decision::Ask => {
                away("it answered with a question".into())
            }
            Ok(Verdict { decision, why }) => {
                let plain = why.chars().filter(|c| !c.is_control()).take(200).collect();
                Said::Decided(decision, plain)
            }
            // What it sent may hold anything, and is not repeated.
            Err(_) => away("its answer has no `decision` of enrol, quarantine or refuse".into()),
        }
    }

    fn order(&self, inform: &Inform, stranger: &Stranger<'_>) -> Order {
        let id = &inform.device_id;
        let version = inform
            .parameter_list
            .get_by_suffix(".DeviceInfo.SoftwareVersion");
        let events = inform.event.iter();
        let question = Question {
            identity: &id.username(),
            manufacturer: &id.manufacturer,
            oui: &id.oui,
            product_class: &id.product_class,
            serial_number: &id.serial_number,
            software_version: version.unwrap_or_default(),
            address: stranger.address.to_string(),
            proof: stranger.proof.name(),
            events: events.map(|event| event.event_code.as_str()).collect(),
        };
        // A question of texts always has a form in JSON.
        let body = serde_json::to_vec(&question).unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        let mut headers = vec![(CONTENT_TYPE, json)];
        if !self.config.token.is_empty() {
            let bearer = format!("Bearer {}", self.config.token.reveal());
            if let Ok(mut value) = HeaderValue::from_str(&bearer) {
                value.set_sensitive(true);
                headers.push((AUTHORIZATION, value));
            }
        }
        Order {
            method: Method::POST,
            url: self.config.url.clone(),
            headers,
            body: Bytes::from(body),
            deadline: Duration::from_millis(self.config.timeout_ms),
            answer_bytes: HOOK_BYTES,
        }
    }
}
