//! How the device is called besides HTTP, and when the HTTP listener is open: UDP connection requests and the STUN client
//! behind them (TR-069 Annex G).

use super::exchange::absolute;
use super::facts::UdpFacts;
use super::io::{DatagramIn, DatagramOut, DatagramPort, Listener, OpenPort, SectionKind};
use super::{Core, Device, Output};
use crate::connection_request::{Call, Gate};
use crate::limits::PORT_RETRY_SECS;
use crate::stun::{Ask, Client, Settings};
use cwmp::side::Kind;
use cwmp::side::stun::DEFAULT_PORT;
use cwmp::side::udp_connection_request::{LastRequest, UdpConnectionRequest};
use cwmp::{Event, EventCode};
use data_model::schema::Address;
use data_model::{Secret, Timestamp};
use std::net::SocketAddr;

/// What a device that is called by UDP remembers, beside its facts.
#[derive(Debug)]
pub(super) struct Udp {
    /// The STUN client, while it is switched on and the port is open.
    stun: Option<Client>,
    /// When to ask again for a port that could not be had.
    opens_at: Option<Timestamp>,
    /// The address the ACS knows, or will be told next.
    noted: Box<str>,
    /// When the ACS was told last.
    told: Option<Timestamp>,
}

impl Core {
    /// What the ACS has set of STUN; `None` while it is off, or no session could follow a call.
    fn stun_settings(&self) -> Option<Settings> {
        let calls = self.product().known.udp_calls.as_ref()?;
        if !self.is(&calls.enable, "1") || !self.may_inform() {
            return None;
        }
        let mut host = self.value(&calls.server);
        if host.is_empty() {
            // TR-181 STUNServerAddress: then it is the host of the ACS.
            let url = self.value(&self.product().known.url);
            host = absolute(&url)?.host()?.to_owned();
        }
        if host.contains(':') && !host.starts_with('[') {
            host = format!("[{host}]");
        }
        let port = self.value(&calls.port).parse().ok();
        let port: u16 = port.filter(|port| *port != 0).unwrap_or(DEFAULT_PORT);
        Some(Settings {
            server: format!("{host}:{port}"),
            username: self.value(&calls.username),
            password: Secret::new(self.value(&calls.password)),
            minimum_secs: self.value(&calls.minimum).parse().unwrap_or(0),
            // -1 does not fit, and stands for none.
            maximum_secs: self.value(&calls.maximum).parse().ok(),
        })
    }

    /// Whether a parameter has this value; asked all the time, so nothing is copied.
    fn is(&self, address: &Address, value: &str) -> bool {
        self.tree.value(address, &self.facts) == value
    }

    fn notification_limit_secs(&self) -> u64 {
        let calls = self.product().known.udp_calls.as_ref();
        let address = calls.and_then(|calls| calls.notification_limit.as_ref());
        address
            .and_then(|address| self.value(address).parse().ok())
            .unwrap_or(0)
    }

    fn takes_http_calls(&self) -> Listener {
        match &self.product().known.http_calls {
            Some(address) if self.is(address, "0") => Listener::Closed,
            Some(_) | None => Listener::Open,
        }
    }
}

impl Device {
    /// When the STUN client, or what is to become of it, wants to be woken.
    pub(super) fn stun_due(&self) -> Option<Timestamp> {
        let udp = self.udp.as_ref()?;
        let stun = udp.stun.as_ref().map(Client::deadline);
        stun.into_iter().chain(udp.opens_at).min()
    }

    /// Before this time a changed UDPConnectionRequestAddress alone opens no session (TR-069 G.2.1.3).
    pub(super) fn udp_notification_due(&self) -> Timestamp {
        let due = || {
            let calls = self.core.product().known.udp_calls.as_ref()?;
            let told = self.udp.as_ref()?.told?;
            let only = self.core.changes.only_active(&calls.address);
            only.then(|| told.plus_secs(self.core.notification_limit_secs()))
        };
        due().unwrap_or(Timestamp::from_millis(0))
    }

    /// Puts what the ACS has set into force, and lets the STUN client do what is due.
    pub(super) fn tend_ways_to_call(&mut self) {
        let listener = self.core.takes_http_calls();
        if listener != self.listener {
            self.listener = listener;
            self.outputs.push_back(Output::Listener(listener));
        }
        match self.core.stun_settings() {
            Some(settings) => self.keep_reachable(settings),
            None => self.leave_unreachable(),
        }
        let now = self.now();
        let random = &mut self.random;
        if let Some(stun) = self.udp.as_mut().and_then(|udp| udp.stun.as_mut()) {
            stun.wake(random, now);
            self.do_for_stun();
        }
    }

    fn keep_reachable(&mut self, settings: Settings) {
        let now = self.now();
        let Some(udp) = &mut self.udp else {
            self.udp = Some(self.udp_not_yet());
            let open = Output::OpenPort(DatagramPort::ConnectionRequest);
            return self.outputs.push_back(open);
        };
        let Some(facts) = &self.core.facts.udp else {
            if udp.opens_at.take_if(|at| *at <= now).is_some() {
                let open = Output::OpenPort(DatagramPort::ConnectionRequest);
                self.outputs.push_back(open);
            }
            return;
        };
        let local = facts.local;
        match &udp.stun {
            Some(stun) if *stun.settings() == settings => {}
            Some(_) | None => {
                udp.stun = Some(Client::new(settings, local, now));
                let close = Output::ClosePort(DatagramPort::BindingSearch);
                self.outputs.push_back(close);
            }
        }
    }

    fn leave_unreachable(&mut self) {
        let Some(udp) = &mut self.udp else {
            return;
        };
        let was_on = udp.stun.take().is_some();
        if self.core.facts.udp.is_none() {
            self.udp = None;
        }
        if was_on {
            for port in [DatagramPort::BindingSearch, DatagramPort::ConnectionRequest] {
                self.outputs.push_back(Output::ClosePort(port));
            }
            self.learn_mapped(None);
        }
    }

    fn udp_not_yet(&self) -> Box<Udp> {
        Box::new(Udp {
            stun: None,
            opens_at: None,
            noted: self.core.meta.reported_udp_address.clone(),
            told: None,
        })
    }

    pub(super) fn port_open(&mut self, open: OpenPort) {
        if open.port == DatagramPort::BindingSearch {
            return;
        }
        let mut facts = UdpFacts {
            local: open.local,
            authority: open.authority.into(),
            mapped: None,
        };
        if self.udp.is_none() {
            self.udp = Some(self.udp_not_yet());
        }
        let present = self.core.facts.udp.as_ref();
        if present.is_some_and(|present| present.local == facts.local) {
            facts.mapped = present.and_then(|present| present.mapped);
        } else if let Some(udp) = &mut self.udp {
            // TR-069 G.2.1.1: another address of our own, so the binding is discovered anew at once.
            udp.stun = None;
        }
        if let Some(udp) = &mut self.udp {
            udp.opens_at = None;
        }
        self.change_udp_facts(Some(Box::new(facts)));
    }

    pub(super) fn port_closed(&mut self, port: DatagramPort) {
        let now = self.now();
        match port {
            DatagramPort::BindingSearch => {
                if let Some(stun) = self.udp.as_mut().and_then(|udp| udp.stun.as_mut()) {
                    stun.search_port_closed(now);
                }
            }
            DatagramPort::ConnectionRequest => {
                if let Some(udp) = &mut self.udp {
                    udp.stun = None;
                    udp.opens_at = Some(now.plus_secs(PORT_RETRY_SECS));
                }
                self.change_udp_facts(None);
                if self.core.stun_settings().is_none() {
                    self.udp = None;
                }
            }
        }
    }

    pub(super) fn datagram(&mut self, datagram: &DatagramIn) {
        match Kind::of(&datagram.bytes) {
            Some(Kind::Stun) => {
                let now = self.now();
                let random = &mut self.random;
                if let Some(stun) = self.udp.as_mut().and_then(|udp| udp.stun.as_mut()) {
                    stun.received(datagram.port, &datagram.bytes, random, now);
                    self.do_for_stun();
                }
            }
            Some(Kind::ConnectionRequest) if datagram.port == DatagramPort::ConnectionRequest => {
                self.called_by_udp(datagram.from, &datagram.bytes);
            }
            Some(Kind::ConnectionRequest) | None => {}
        }
    }

    /// TR-069 G.2.1.4: whatever is not as it should be is ignored, and nothing is ever answered.
    fn called_by_udp(&mut self, from: SocketAddr, bytes: &[u8]) {
        if !self.core.may_inform() {
            return;
        }
        let known = &self.core.product().known;
        let username = self.core.value(&known.connection_request_username);
        let password = Secret::new(self.core.value(&known.connection_request_password));
        let last = &self.core.meta.last_udp_request;
        let checked = UdpConnectionRequest::read(bytes)
            .map_err(|malformed| malformed.to_string())
            .and_then(|received| {
                let checked = received.check(last, &username, &password);
                checked.map_err(|ignored| ignored.to_string())
            });
        let request = match checked {
            Ok(request) => request,
            Err(why) => {
                tracing::debug!(%from, why, "a UDP connection request is ignored");
                return;
            }
        };
        let (now, random) = (self.now(), &mut self.random);
        let gate = self.gate.get_or_insert_with(|| Box::new(Gate::new(random)));
        match gate.admit(now) {
            Call::Refused => {}
            Call::Accepted => {
                self.core.meta.last_udp_request = LastRequest {
                    timestamp: request.timestamp,
                    id: Some(request.id),
                };
                self.persist(&[SectionKind::Meta]);
                self.raise(Event::new(EventCode::ConnectionRequest));
            }
        }
    }

    /// Carries out what the STUN client wants, and takes over what it has learned.
    fn do_for_stun(&mut self) {
        let Some(stun) = self.udp.as_mut().and_then(|udp| udp.stun.as_mut()) else {
            return;
        };
        while let Some(ask) = stun.poll() {
            self.outputs.push_back(match ask {
                Ask::Send(port, bytes) => Output::SendDatagram(DatagramOut {
                    port,
                    to: stun.settings().server.clone(),
                    bytes,
                }),
                Ask::OpenSearch => Output::OpenPort(DatagramPort::BindingSearch),
                Ask::CloseSearch => Output::ClosePort(DatagramPort::BindingSearch),
            });
        }
        if let Some(mapped) = stun.mapped() {
            self.learn_mapped(Some(mapped));
        }
    }

    fn learn_mapped(&mut self, mapped: Option<SocketAddr>) {
        let Some(facts) = &self.core.facts.udp else {
            return;
        };
        if facts.mapped != mapped {
            let facts = UdpFacts {
                mapped,
                ..(**facts).clone()
            };
            self.change_udp_facts(Some(Box::new(facts)));
        }
    }

    /// Everything that may change UDPConnectionRequestAddress and NATDetected comes through here.
    fn change_udp_facts(&mut self, facts: Option<Box<UdpFacts>>) {
        if facts == self.core.facts.udp {
            return;
        }
        let Some(calls) = &self.core.product().known.udp_calls else {
            self.core.facts.udp = facts;
            return;
        };
        let address = calls.address;
        let told = self.core.changes.has_active();
        let waits = self.core.changes.waits_for(&address);
        self.core.observing(|core| core.facts.udp = facts);
        // Of the address itself only what differs from what the ACS knows is news, and nothing before a binding that is
        // wanted has been learned.
        if !waits {
            self.core.changes.forget(&address);
        }
        self.note_udp_address(&address);
        self.tell_changes(told);
    }

    fn note_udp_address(&mut self, address: &Address) {
        let Some(facts) = &self.core.facts.udp else {
            return;
        };
        let learned = facts.mapped.is_some();
        let waits_for_stun = !learned && self.core.stun_settings().is_some();
        let value = self.core.facts.udp_connection_request_address();
        let Some(udp) = &mut self.udp else {
            return;
        };
        if waits_for_stun || *udp.noted == *value {
            return;
        }
        let first = udp.noted.is_empty();
        udp.noted = value.into();
        // That a port is open next to the device is part of every boot, and no change.
        if learned || !first {
            self.core.note_change(*address);
        }
    }

    /// The ACS has taken an Inform: if the address was in it, it is known.
    pub(super) fn udp_address_told(&mut self) {
        let Some(calls) = &self.core.product().known.udp_calls else {
            return;
        };
        let address = calls.address;
        if !self.core.changes.is_in_flight(&address) {
            return;
        }
        let now = self.now();
        if let Some(udp) = &mut self.udp {
            udp.told = Some(now);
        }
        if !self.core.changes.waits_for(&address) {
            let value = self.core.facts.udp_connection_request_address();
            self.core.meta.reported_udp_address = value.into();
        }
    }
}
