//! The machine of the STUN client: learns the binding, announces it, keeps it, and finds out how long it lasts.

use super::exchange::{Exchange, Purpose};
use super::period::Period;
use super::{Ask, Settings};
use crate::device::io::DatagramPort;
use crate::limits::STUN_CHANGES_IN_A_ROW;
use crate::random::Random;
use cwmp::side::stun::{Class, ErrorCode, Integrity, Message, Received};
use data_model::Timestamp;
use std::collections::VecDeque;
use std::net::SocketAddr;

/// The STUN client of one device, from its being switched on to its being switched off.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    local: SocketAddr,
    mapped: Option<SocketAddr>,
    exchange: Option<Exchange>,
    /// What happens when no request waits for its answer.
    next: (Timestamp, Purpose),
    period: Period,
    /// The form of signature the server has taken last.
    form: Integrity,
    /// Announcements that were followed by yet another binding.
    changes_in_a_row: u8,
    search: Search,
    asks: VecDeque<Ask>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    Closed,
    Open,
}

impl Client {
    /// Begins at once with learning the binding of the port at `local`.
    pub fn new(settings: Settings, local: SocketAddr, now: Timestamp) -> Client {
        let period = Period::new(settings.minimum_secs, settings.maximum_secs);
        Client {
            settings,
            local,
            mapped: None,
            exchange: None,
            next: (now, Purpose::KeepAlive { probed_secs: None }),
            period,
            form: Integrity::Padded,
            changes_in_a_row: 0,
            search: Search::Closed,
            asks: VecDeque::new(),
        }
    }

    /// What it was set up with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The newest address the server has seen us at (TR-069 G.2.1.1).
    pub fn mapped(&self) -> Option<SocketAddr> {
        self.mapped
    }

    /// When to wake it.
    pub fn deadline(&self) -> Timestamp {
        match &self.exchange {
            Some(exchange) => exchange.due,
            None => self.next.0,
        }
    }

    /// What it wants, until there is nothing.
    pub fn poll(&mut self) -> Option<Ask> {
        self.asks.pop_front()
    }

    /// Does what has become due.
    pub fn wake(&mut self, random: &mut Random, now: Timestamp) {
        while self.deadline() <= now {
            match &mut self.exchange {
                None => self.begin(self.next.1, None, random, now),
                Some(exchange) => match exchange.transmit(now) {
                    Some(bytes) => self.asks.push_back(Ask::Send(exchange.port(), bytes)),
                    None => self.unanswered(random, now),
                },
            }
        }
    }

    /// The port of the search is closed. If nobody has asked for that, the search cannot be made.
    pub fn search_port_closed(&mut self, now: Timestamp) {
        if self.search == Search::Closed {
            return;
        }
        self.search = Search::Closed;
        self.period.give_up();
        if self.probes() {
            self.exchange = None;
        }
        if self.exchange.is_none() {
            self.plan(now);
        }
    }

    /// A STUN message has arrived at one of the ports.
    pub fn received(
        &mut self,
        port: DatagramPort,
        datagram: &[u8],
        random: &mut Random,
        now: Timestamp,
    ) {
        let Ok(answer) = Message::read(datagram) else {
            return;
        };
        let settings = &self.settings;
        let ours = |exchange: &mut Exchange| exchange.is_answered_by(&answer, settings);
        let Some(exchange) = self.exchange.take_if(ours) else {
            return;
        };
        match answer.message.class {
            Class::Request => {}
            Class::ErrorResponse => self.refused(&exchange, &answer, random, now),
            Class::Response => self.answered(&exchange, port, &answer, random, now),
        }
        self.wake(random, now);
    }

    fn probes(&self) -> bool {
        let purpose = self.exchange.as_ref().map(|exchange| exchange.purpose);
        matches!(purpose, Some(Purpose::Probe { .. }))
    }

    fn begin(
        &mut self,
        purpose: Purpose,
        signed: Option<Integrity>,
        random: &mut Random,
        now: Timestamp,
    ) {
        let exchange = Exchange::new(purpose, &self.settings, self.mapped, signed, random, now);
        self.exchange = Some(exchange);
    }

    fn answered(
        &mut self,
        exchange: &Exchange,
        port: DatagramPort,
        answer: &Received,
        random: &mut Random,
        now: Timestamp,
    ) {
        if let Some(form) = exchange.signed {
            self.form = form;
        }
        match exchange.purpose {
            Purpose::KeepAlive { probed_secs } => {
                if let Some(secs) = probed_secs {
                    self.period.lost(secs);
                }
                let changed = self.learn(answer.message.mapped_address);
                if !changed {
                    self.changes_in_a_row = 0;
                    return self.plan(now);
                }
                if probed_secs.is_none() {
                    self.period.start_over();
                }
                self.begin(Purpose::Change, None, random, now);
            }
            Purpose::Change => {
                let changed = self.learn(answer.message.mapped_address);
                if !changed {
                    self.changes_in_a_row = 0;
                    return self.plan(now);
                }
                self.changes_in_a_row = self.changes_in_a_row.saturating_add(1);
                if self.changes_in_a_row < STUN_CHANGES_IN_A_ROW {
                    self.begin(Purpose::Change, None, random, now);
                } else {
                    self.plan(now);
                }
            }
            Purpose::Probe { secs } => {
                match port {
                    DatagramPort::ConnectionRequest => self.period.held(secs),
                    // The server has answered to where the probe came from: it does not know RESPONSE-ADDRESS.
                    DatagramPort::BindingSearch => self.period.give_up(),
                }
                let next = Purpose::KeepAlive { probed_secs: None };
                self.begin(next, None, random, now);
            }
        }
    }

    fn refused(
        &mut self,
        exchange: &Exchange,
        answer: &Received,
        random: &mut Random,
        now: Timestamp,
    ) {
        let number = answer
            .message
            .error
            .as_ref()
            .map_or(0, |error| error.number);
        let unproven = matches!(
            number,
            ErrorCode::UNAUTHORIZED | ErrorCode::INTEGRITY_CHECK_FAILURE
        );
        if unproven && !self.settings.username.is_empty() && !exchange.second_form {
            // TR-069 G.2.1.1: signed only if the server asks for it. A server that does not know the signature of
            // RFC 3489 gets the other one.
            let form = match exchange.signed {
                None => self.form,
                Some(form) => form.other(),
            };
            self.begin(exchange.purpose, Some(form), random, now);
            if let Some(again) = &mut self.exchange {
                again.second_form = exchange.signed.is_some();
            }
            return;
        }
        tracing::debug!(number, "the STUN server refuses a binding request");
        match exchange.purpose {
            Purpose::Probe { .. } => {
                self.period.give_up();
                let next = Purpose::KeepAlive { probed_secs: None };
                self.begin(next, None, random, now);
            }
            Purpose::Change => self.plan(now),
            Purpose::KeepAlive { .. } => self.try_later(now),
        }
    }

    /// A request was sent for the last time and is not answered.
    fn unanswered(&mut self, random: &mut Random, now: Timestamp) {
        let Some(exchange) = self.exchange.take() else {
            return;
        };
        match exchange.purpose {
            // Either the binding is gone or the server is: the next answer tells.
            Purpose::Probe { secs } => {
                let next = Purpose::KeepAlive {
                    probed_secs: Some(secs),
                };
                self.begin(next, None, random, now);
            }
            // TR-069 G.2.1.3: an announcement that fails is not repeated.
            Purpose::Change => self.plan(now),
            Purpose::KeepAlive { .. } => self.try_later(now),
        }
    }

    /// Whether the binding is another one than before.
    fn learn(&mut self, mapped: Option<SocketAddr>) -> bool {
        let before = self.mapped;
        self.mapped = mapped.or(before);
        self.mapped != before
    }

    /// The server cannot be reached, or does not want us.
    fn try_later(&mut self, now: Timestamp) {
        let wait = u64::from(self.period.secs());
        let purpose = Purpose::KeepAlive { probed_secs: None };
        self.next = (now.plus_secs(wait), purpose);
    }

    /// The binding was used at this moment: when to look after it next.
    fn plan(&mut self, now: Timestamp) {
        let nat = self.mapped.is_some_and(|mapped| mapped != self.local);
        let candidate = self.period.candidate().filter(|_| nat);
        let (secs, purpose) = match candidate {
            Some(secs) => (secs, Purpose::Probe { secs }),
            None if nat => (self.period.secs(), Purpose::KeepAlive { probed_secs: None }),
            None => (
                self.period.without_nat_secs(),
                Purpose::KeepAlive { probed_secs: None },
            ),
        };
        self.next = (now.plus_secs(secs.into()), purpose);
        match (candidate, self.search) {
            (Some(_), Search::Closed) => {
                self.search = Search::Open;
                self.asks.push_back(Ask::OpenSearch);
            }
            (None, Search::Open) => {
                self.search = Search::Closed;
                self.asks.push_back(Ask::CloseSearch);
            }
            (Some(_), Search::Open) | (None, Search::Closed) => {}
        }
    }
}
