//! Calls over XMPP: what the ACS has set of them, who may call, and the address it is told (TR-069 Annex K).

use super::io::{SectionKind, StreamNews, StreamOrder};
use super::{Core, Device, Output};
use crate::connection_request::{Call, Gate};
use crate::limits::{XMPP_BOOT_WAIT_SECS, XMPP_KEEP_ALIVE_SECS, XMPP_SERVERS};
use crate::xmpp::client::Secured;
use crate::xmpp::{Ask, Client, Retry, Servers, Settings, Status, UseTls, XMPP_CLIENT_PORT};
use cwmp::side::xmpp::{Answer, Question, QuestionKind, is_allowed};
use cwmp::{Event, EventCode};
use data_model::{Secret, Timestamp};

/// What the facts tell of the connection that calls come over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmppFacts {
    /// The instance of XMPP.Connection.
    pub instance: u32,
    /// The address the server has given last; kept while the connection is lost.
    pub jabber_id: Box<str>,
    /// How it stands.
    pub status: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is encrypted.
    pub secured: Secured,
}

impl Core {
    /// The connection ConnReqXMPPConnection points to, while it is switched on.
    fn xmpp_settings(&self) -> Option<Settings> {
        let calls = self.product().known.xmpp_calls.as_ref()?;
        if self.tree.value(&calls.connection, &self.facts).is_empty() || !self.may_inform() {
            return None;
        }
        let path = self.value(&calls.connection);
        let path = path.trim_end_matches('.');
        let (table, instance) = path.rsplit_once('.')?;
        let instance: u32 = instance.parse().ok()?;
        if !table.ends_with(".XMPP.Connection") {
            return None;
        }
        let value = |name: &str| self.value_of(&format!("{path}.{name}"));
        let number = |name| value(name).and_then(|text| text.parse::<u32>().ok());
        if value("Enable")? != "1" {
            return None;
        }
        let domain = value("Domain")?;
        let servers = match value("ServerConnectAlgorithm")?.as_str() {
            "ServerTable" => Servers::Hosts(self.xmpp_servers(path)),
            "DNS" => Servers::Hosts(vec![(domain.clone(), XMPP_CLIENT_PORT)]),
            _ => Servers::OfDomain(domain.clone()),
        };
        Some(Settings {
            instance,
            username: value("Username")?,
            password: Secret::new(value("Password")?),
            resource: value("Resource")?,
            tls: match value("UseTLS")?.as_str() {
                "1" => UseTls::Always,
                _ => UseTls::IfDemanded,
            },
            keep_alive_secs: match value("KeepAliveInterval")?.parse::<i64>() {
                Ok(0) => None,
                Ok(secs) if secs > 0 => Some(u32::try_from(secs).unwrap_or(u32::MAX)),
                Ok(_) | Err(_) => Some(XMPP_KEEP_ALIVE_SECS),
            },
            retry: Retry {
                initial_secs: number("ServerRetryInitialInterval")?,
                multiplier: number("ServerRetryIntervalMultiplier")?,
                maximum_secs: number("ServerRetryMaxInterval")?,
            },
            domain,
            servers,
        })
    }

    /// The servers of the table that are switched on, those of the lowest priority first, heavy ones before light ones.
    fn xmpp_servers(&self, path: &str) -> Vec<(String, u16)> {
        let mut servers = Vec::new();
        for number in 1..=XMPP_SERVERS {
            let value = |name: &str| self.value_of(&format!("{path}.Server.{number}.{name}"));
            let read = || {
                let enabled = value("Enable")? == "1";
                let order: (u32, i64) = (
                    value("Priority")?.parse().ok()?,
                    value("Weight")?.parse().ok()?,
                );
                let server = (value("ServerAddress")?, value("Port")?.parse().ok()?);
                enabled.then_some(((order.0, -order.1), server))
            };
            servers.extend(read());
        }
        servers.sort_by_key(|(order, _)| *order);
        servers.into_iter().map(|(_, server)| server).collect()
    }
}

impl Device {
    /// When the XMPP client wants to be woken.
    pub(super) fn xmpp_due(&self) -> Option<Timestamp> {
        self.xmpp.as_ref()?.deadline()
    }

    /// Puts what the ACS has set into force, and lets the client do what is due.
    pub(super) fn tend_xmpp(&mut self) {
        let now = self.now();
        match (self.core.xmpp_settings(), &self.xmpp) {
            (None, None) => return,
            (None, Some(_)) => {
                self.xmpp = None;
                self.outputs.push_back(Output::Stream(StreamOrder::Close));
                return self.change_xmpp_facts(None);
            }
            (Some(settings), Some(client)) if *client.settings() == settings => {}
            (Some(settings), before) => {
                if before.is_some() {
                    self.outputs.push_back(Output::Stream(StreamOrder::Close));
                }
                self.xmpp = Some(Box::new(Client::new(settings, now)));
            }
        }
        let random = &mut self.random;
        if let Some(client) = &mut self.xmpp {
            client.wake(random, now);
        }
        self.do_for_xmpp();
    }

    /// TR-069 K.2.1: a device that is about to connect waits a moment with the session of its boot, so that a new
    /// address rides along.
    pub(super) fn boot_waits_for_xmpp(&self) -> Timestamp {
        let end = self.core.facts.booted.plus_secs(XMPP_BOOT_WAIT_SECS);
        let connects = self
            .xmpp
            .as_ref()
            .is_some_and(|client| client.status() == Status::Connecting);
        if connects && self.now() < end {
            end
        } else {
            Timestamp::from_millis(0)
        }
    }

    pub(super) fn stream_news(&mut self, news: StreamNews) {
        let now = self.now();
        let random = &mut self.random;
        let Some(client) = &mut self.xmpp else {
            return;
        };
        match news {
            StreamNews::Open => client.opened(now),
            StreamNews::Secured => client.secured_now(now),
            StreamNews::Bytes(bytes) => client.received(&bytes, random, now),
            StreamNews::Closed => client.closed(random, now),
        }
        self.do_for_xmpp();
    }

    fn do_for_xmpp(&mut self) {
        let now = self.now();
        while let Some(ask) = self.xmpp.as_mut().and_then(|client| client.poll()) {
            let order = match ask {
                Ask::Open(servers) => StreamOrder::Open(servers),
                Ask::Secure(name) => StreamOrder::Secure(name),
                Ask::Send(text) => StreamOrder::Send(text),
                Ask::Close => StreamOrder::Close,
                Ask::Decide(question) => {
                    let answer = self.called_by_xmpp(&question);
                    if let Some(client) = &mut self.xmpp {
                        client.answer(&question, answer, now);
                    }
                    self.answered_by_xmpp(answer);
                    continue;
                }
            };
            self.outputs.push_back(Output::Stream(order));
        }
        self.take_over_xmpp();
    }

    /// TR-069 K.2.1.3: who may call, and what everybody else is told.
    fn called_by_xmpp(&mut self, question: &Question) -> Answer {
        let (now, random) = (self.now(), &mut self.random);
        let secured = self.xmpp.as_ref().map(|client| client.secured());
        let QuestionKind::ConnectionRequest { username, password } = &question.kind else {
            return Answer::ServiceUnavailable;
        };
        if !self.core.may_inform() || secured != Some(Secured::Yes) {
            return Answer::ServiceUnavailable;
        }
        let known = &self.core.product().known;
        let allowed = known
            .xmpp_calls
            .as_ref()
            .map(|calls| self.core.value(&calls.allowed));
        let our_username = self.core.value(&known.connection_request_username);
        let our_password = Secret::new(self.core.value(&known.connection_request_password));
        let proved = !our_username.is_empty()
            && !our_password.is_empty()
            && *username == our_username
            && *password == our_password;
        if !proved || !is_allowed(&allowed.unwrap_or_default(), &question.from) {
            return Answer::NotAuthorized;
        }
        let gate = self.gate.get_or_insert_with(|| Box::new(Gate::new(random)));
        match gate.admit(now) {
            Call::Accepted => Answer::Result,
            Call::Refused => Answer::ServiceUnavailable,
        }
    }

    fn answered_by_xmpp(&mut self, answer: Answer) {
        match answer {
            Answer::Result => {
                // The answer leaves before the session begins, as with HTTP (TR-069 K.2.3.2).
                while let Some(Ask::Send(text)) =
                    self.xmpp.as_mut().and_then(|client| client.poll())
                {
                    self.outputs
                        .push_back(Output::Stream(StreamOrder::Send(text)));
                }
                self.raise(Event::new(EventCode::ConnectionRequest));
            }
            Answer::ServiceUnavailable | Answer::NotAuthorized => {}
        }
    }

    /// Takes over what the client has learned.
    fn take_over_xmpp(&mut self) {
        let now = self.now();
        let Some(client) = &self.xmpp else {
            return;
        };
        let before = self.core.facts.xmpp.as_deref();
        let before = before.filter(|facts| facts.instance == client.settings().instance);
        let status = client.status().as_str();
        // TR-181 ConnReqJabberID: what it was before the connection was lost, or the device restarted.
        let kept = before.map_or(&*self.core.meta.reported_jabber_id, |facts| {
            &*facts.jabber_id
        });
        let facts = XmppFacts {
            instance: client.settings().instance,
            jabber_id: client.jabber_id().unwrap_or(kept).into(),
            status,
            since: before
                .filter(|facts| facts.status == status)
                .map_or(now, |facts| facts.since),
            secured: client.secured(),
        };
        if before != Some(&facts) {
            self.change_xmpp_facts(Some(Box::new(facts)));
        }
    }

    fn change_xmpp_facts(&mut self, facts: Option<Box<XmppFacts>>) {
        let told = self.core.changes.has_active();
        let id =
            |facts: &Option<Box<XmppFacts>>| facts.as_ref().map(|facts| facts.jabber_id.clone());
        let known = match &self.core.facts.xmpp {
            None => self.core.meta.reported_jabber_id.clone(),
            facts => id(facts).unwrap_or_default(),
        };
        let same = id(&facts).is_some_and(|new| new == known);
        let address = self
            .core
            .product()
            .known
            .xmpp_calls
            .as_ref()
            .map(|calls| calls.jabber_id);
        let waits = address.is_some_and(|address| self.core.changes.waits_for(&address));
        self.core.observing(|core| core.facts.xmpp = facts);
        if let Some(address) = address.filter(|_| same && !waits) {
            self.core.changes.forget(&address);
        }
        self.tell_changes(told);
    }

    /// The ACS has taken an Inform: if the address was in it, it is known.
    pub(super) fn jabber_id_told(&mut self) {
        let Some(calls) = &self.core.product().known.xmpp_calls else {
            return;
        };
        let address = calls.jabber_id;
        let changes = &self.core.changes;
        if changes.is_in_flight(&address) && !changes.waits_for(&address) {
            self.core.meta.reported_jabber_id = self.core.value(&address).into();
            self.persist(&[SectionKind::Meta]);
        }
    }
}
