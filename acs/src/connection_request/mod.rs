//! Calling devices: by which way, which may be called, how often, and how it went.
//!
//! Three ways (TR-069 3.2.2, Annexes G and K): [`http`], [`udp`] from the port of [`stun`], [`xmpp`]. What has reached
//! a device last is tried first; [`guard`] says where a call may go, [`pace`] how often.

mod arrivals;
mod guard;
mod http;
mod pace;
pub mod stun;
mod tls;
mod udp;
pub mod xmpp;

use crate::config::{Config, ConnectionRequestConfig, Network};
use crate::limits::CALLS;
use crate::live::Live;
use crate::store::{Credentials, Device, Id, Reach, Way};
use arrivals::Arrivals;
use data_model::{OperatorError, Timestamp};
use pace::{LastCalls, Pace, Reached};
use rustls::ClientConfig;
use std::sync::Arc;
use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The device has accepted it and will come, or has come.
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

    /// Why it was not accepted, if that needs words.
    pub fn why(&self) -> Option<&str> {
        match self {
            Outcome::Accepted | Outcome::TooSoon | Outcome::Busy => None,
            Outcome::Impossible(why) | Outcome::Failed(why) => Some(why),
        }
    }
}

/// One way that was tried, or that could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which.
    pub way: Way,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// All in all.
    pub outcome: Outcome,
    /// The way that reached the device, or the last that was tried.
    pub way: Option<Way>,
    /// Every way in turn.
    pub attempts: Vec<Attempt>,
}

impl Called {
    /// Nothing was tried.
    pub fn nothing(outcome: Outcome) -> Called {
        Called {
            outcome,
            way: None,
            attempts: Vec::new(),
        }
    }

    /// All in all: the first success, else the words of everything that went wrong.
    fn of(attempts: Vec<Attempt>) -> Called {
        let reached = attempts
            .iter()
            .find(|attempt| matches!(attempt.outcome, Outcome::Accepted | Outcome::Busy));
        if let Some(reached) = reached {
            return Called {
                outcome: reached.outcome.clone(),
                way: Some(reached.way),
                attempts,
            };
        }
        let words = attempts.iter().filter_map(|attempt| {
            let why = attempt.outcome.why()?;
            Some(format!("{}: {why}", attempt.way.as_str()))
        });
        let words = words.collect::<Vec<_>>().join("; ");
        let tried = attempts
            .iter()
            .rfind(|attempt| matches!(attempt.outcome, Outcome::Failed(_)));
        Called {
            outcome: match tried {
                Some(_) => Outcome::Failed(words),
                None => Outcome::Impossible(words),
            },
            way: tried.map(|attempt| attempt.way),
            attempts,
        }
    }
}

/// Calls devices.
#[derive(Debug)]
pub struct Caller {
    rules: Live<Rules>,
    places: Semaphore,
    pace: Pace,
    last: LastCalls,
    arrivals: Arrivals,
    udp: udp::Sender,
    xmpp: Option<xmpp::Xmpp>,
}

/// What the settings say about calls, ready for use.
#[derive(Debug)]
pub struct Rules {
    allow: Vec<Network>,
    basic: Basic,
    tls: Arc<ClientConfig>,
    per_second: u32,
}

impl Rules {
    /// By the settings, which have been checked.
    ///
    /// # Errors
    /// If a file they name cannot be used.
    pub fn new(calls: &ConnectionRequestConfig) -> Result<Rules, OperatorError> {
        let allow = calls.allow.iter();
        Ok(Rules {
            allow: allow
                .filter_map(|network| Network::parse(network))
                .collect(),
            basic: if calls.basic {
                Basic::Allowed
            } else {
                Basic::Refused
            },
            tls: tls::client(calls.ca_file.as_deref())?,
            per_second: calls.per_second,
        })
    }
}

/// Whether a device that asks for Basic on a line without TLS gets our password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basic {
    /// It does.
    Allowed,
    /// It does not: it would be shown to everybody on the way.
    Refused,
}

impl Caller {
    /// A caller by the settings, which have been checked.
    ///
    /// # Errors
    /// If a file they name cannot be used.
    pub fn new(config: &Config) -> Result<Caller, OperatorError> {
        let rules = Rules::new(&config.connection_request)?;
        Ok(Caller {
            pace: Pace::new(rules.per_second),
            rules: Live::new(rules),
            places: Semaphore::new(CALLS),
            last: LastCalls::default(),
            arrivals: Arrivals::default(),
            udp: udp::Sender::default(),
            xmpp: xmpp::Xmpp::new(&config.xmpp)?,
        })
    }

    /// Calls from here on follow these rules; calls under way end by those they began with.
    pub fn follow(&self, rules: Rules) {
        self.pace.set(rules.per_second);
        self.rules.put(rules);
    }

    /// The port of our STUN server is open: UDP requests leave from it.
    pub fn send_from(&self, socket: Arc<UdpSocket>) {
        self.udp.open(socket);
    }

    /// Our XMPP account, if there is one.
    pub fn xmpp(&self) -> Option<&xmpp::Xmpp> {
        self.xmpp.as_ref()
    }

    /// Calls under way.
    pub fn under_way(&self) -> usize {
        CALLS.saturating_sub(self.places.available_permits())
    }

    /// A device has come.
    pub fn came(&self, device: Id) {
        self.last.came(device);
        self.arrivals.came(device);
    }

    /// Whether a device is left alone at this moment: it was called a moment ago, or could not be reached.
    pub fn rests(&self, device: Id, now: Timestamp) -> bool {
        self.last.rests(device, now)
    }

    /// Whether the last call of a device has reached it.
    pub fn is_awaited(&self, device: Id) -> bool {
        self.last.is_awaited(device)
    }

    /// A device cannot be called at all: it is looked at again after a while.
    pub fn cannot(&self, device: Id, now: Timestamp) {
        self.last.end(device, Reached::No, now);
    }

    /// Calls that may begin at once.
    pub fn room(&self) -> usize {
        self.places.available_permits()
    }

    /// Calls a device, unless it was called a moment ago and has not come yet.
    pub async fn call(
        &self,
        device: &Device,
        credentials: &Credentials,
        reach: &Reach,
        now: Timestamp,
    ) -> Called {
        if !self.last.begin(device.id, device.last_inform, now) {
            return Called::nothing(Outcome::TooSoon);
        }
        let attempts = self.attempts(device, credentials, reach).await;
        let called = Called::of(attempts);
        let reached = match called.outcome {
            Outcome::Accepted => Reached::Yes,
            Outcome::TooSoon | Outcome::Busy | Outcome::Impossible(_) | Outcome::Failed(_) => {
                Reached::No
            }
        };
        self.last.end(device.id, reached, now);
        called
    }

    async fn attempts(
        &self,
        device: &Device,
        credentials: &Credentials,
        reach: &Reach,
    ) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let Ok(_place) = self.places.acquire().await else {
            return attempts;
        };
        for way in ways(reach) {
            let begin = Instant::now();
            let outcome = self.by(way, device, credentials, reach).await;
            let reached = matches!(outcome, Outcome::Accepted | Outcome::Busy);
            attempts.push(Attempt {
                way,
                outcome,
                took_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            });
            if reached {
                break;
            }
        }
        attempts
    }

    async fn by(
        &self,
        way: Way,
        device: &Device,
        credentials: &Credentials,
        reach: &Reach,
    ) -> Outcome {
        let rules = self.rules.get();
        match way {
            Way::Http => {
                let url = &device.connection_request_url;
                match guard::check(url, &device.address, &rules.allow) {
                    Err(why) => Outcome::Impossible(why),
                    Ok(target) => {
                        self.pace.pass().await;
                        http::get(&target, credentials, rules.basic, &rules.tls).await
                    }
                }
            }
            Way::Udp => match guard::check_udp(reach, &device.address, &rules.allow) {
                Err(why) => Outcome::Impossible(why),
                Ok(target) => {
                    self.pace.pass().await;
                    let called = self
                        .udp
                        .call(device.id, &target, credentials, &self.arrivals);
                    called.await
                }
            },
            Way::Xmpp => match (guard::check_jabber_id(reach), &self.xmpp) {
                (Err(why), _) => Outcome::Impossible(why),
                (Ok(_), None) => {
                    Outcome::Impossible("this server has no account: `xmpp.jid` is not set".into())
                }
                (Ok(jid), Some(xmpp)) => {
                    self.pace.pass().await;
                    xmpp.call(jid, credentials).await
                }
            },
        }
    }
}

/// The ways to a device in the order they are tried in: what worked last, then the others. A way the device has told
/// nothing about is none.
fn ways(reach: &Reach) -> Vec<Way> {
    let known = |way: &Way| match way {
        Way::Http => true,
        Way::Udp => reach
            .udp_address
            .as_deref()
            .is_some_and(|text| !text.is_empty()),
        Way::Xmpp => reach
            .jabber_id
            .as_deref()
            .is_some_and(|text| !text.is_empty()),
    };
    let first = reach.worked;
    let others = Way::ALL.into_iter().filter(|way| Some(*way) != first);
    first.into_iter().chain(others).filter(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_worked_last_is_tried_first_and_what_is_not_known_is_not_tried() {
        let mut reach = Reach::default();
        assert_eq!(ways(&reach), [Way::Http]);
        reach.udp_address = Some("198.51.100.7:40001".into());
        reach.jabber_id = Some("cpe@example.net/ata".into());
        assert_eq!(ways(&reach), [Way::Http, Way::Udp, Way::Xmpp]);
        reach.worked = Some(Way::Xmpp);
        assert_eq!(ways(&reach), [Way::Xmpp, Way::Http, Way::Udp]);
        reach.jabber_id = Some(String::new());
        assert_eq!(
            ways(&reach),
            [Way::Http, Way::Udp],
            "it is switched off since"
        );
    }

    #[test]
    fn a_call_that_nobody_took_says_what_went_wrong_with_each_way() {
        let attempt = |way, outcome| Attempt {
            way,
            outcome,
            took_ms: 1,
        };
        let failed = Called::of(vec![
            attempt(Way::Http, Outcome::Failed("refused".into())),
            attempt(Way::Udp, Outcome::Impossible("no STUN".into())),
        ]);
        assert_eq!(
            failed.outcome,
            Outcome::Failed("http: refused; udp: no STUN".into())
        );
        assert_eq!(failed.way, Some(Way::Http));
        let reached = Called::of(vec![
            attempt(Way::Http, Outcome::Failed("refused".into())),
            attempt(Way::Udp, Outcome::Accepted),
        ]);
        assert_eq!(
            (reached.outcome, reached.way),
            (Outcome::Accepted, Some(Way::Udp))
        );
        let nothing = Called::of(vec![attempt(
            Way::Http,
            Outcome::Impossible("no URL".into()),
        )]);
        assert_eq!(nothing.outcome, Outcome::Impossible("http: no URL".into()));
        assert_eq!(nothing.way, None);
    }
}
