//! The network a device of the bench sends datagrams into: a NAT that forgets, and a STUN server behind it.

use super::stun_server::StunServer;
use agent::device::Input;
use agent::device::io::{DatagramIn, DatagramOut, DatagramPort, OpenPort};
use cwmp::side::stun::Message;
use data_model::Timestamp;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub use super::stun_server::{STUN_PASSWORD, STUN_USER};

/// The address of the device's port for connection requests next to itself.
pub const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 168, 1, 10)), 7547);
const SEARCH: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 168, 1, 10)), 40_000);
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

/// A datagram the device has sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub datagram: DatagramOut,
    /// What it says.
    pub message: Message,
}

/// A NAT that gives every port of the device a port outside, and forgets it when it is not used.
#[derive(Debug, Clone)]
pub struct Nat {
    /// How long an unused binding is kept.
    pub timeout_secs: u64,
    bindings: Vec<(SocketAddr, u16, Timestamp)>,
    next_port: u16,
}

impl Nat {
    fn pass_out(&mut self, from: SocketAddr, now: Timestamp) -> SocketAddr {
        self.forget(now);
        let known = self
            .bindings
            .iter_mut()
            .find(|(inside, ..)| *inside == from);
        let port = match known {
            Some((_, port, used)) => {
                *used = now;
                *port
            }
            None => {
                self.next_port += 1;
                self.bindings.push((from, self.next_port, now));
                self.next_port
            }
        };
        SocketAddr::new(OUTSIDE.into(), port)
    }

    fn pass_in(&mut self, to: SocketAddr, now: Timestamp) -> Option<SocketAddr> {
        self.forget(now);
        let open = self.bindings.iter();
        let mut open = open.filter(|(_, port, _)| SocketAddr::new(OUTSIDE.into(), *port) == to);
        open.next().map(|(inside, ..)| *inside)
    }

    fn forget(&mut self, now: Timestamp) {
        let timeout_ms = self.timeout_secs * 1000;
        self.bindings
            .retain(|(_, _, used)| now.since_ms(*used) <= timeout_ms);
    }

    /// It is switched off and on again.
    pub fn restarts(&mut self) {
        self.bindings.clear();
    }
}

/// The ports of the device, and all that is behind them.
#[derive(Debug)]
pub struct Ports {
    /// Between the device and the server, if anything is.
    pub nat: Option<Nat>,
    /// The server; every name leads to it.
    pub server: StunServer,
    /// The device's own address.
    pub local: SocketAddr,
    /// The port of the search cannot be had.
    pub no_search: bool,
    /// Every datagram so far.
    pub sent: Vec<Sent>,
    open: Vec<DatagramPort>,
}

impl Default for Ports {
    fn default() -> Ports {
        Ports {
            nat: None,
            server: StunServer::default(),
            local: LOCAL,
            no_search: false,
            sent: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl Ports {
    /// Puts a NAT in between.
    pub fn behind_nat(&mut self, timeout_secs: u64) {
        self.nat = Some(Nat {
            timeout_secs,
            bindings: Vec::new(),
            next_port: 50_000,
        });
    }

    /// The address outside that the port for connection requests has at present.
    pub fn outside(&self) -> Option<String> {
        let bindings = self.nat.as_ref()?.bindings.iter();
        let mut bindings = bindings.filter(|(inside, ..)| *inside == self.local);
        bindings
            .next()
            .map(|(_, port, _)| format!("{OUTSIDE}:{port}"))
    }

    /// Takes the datagrams the device has sent so far.
    pub fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    /// Whether this port is open.
    pub fn is_open(&self, port: DatagramPort) -> bool {
        self.open.contains(&port)
    }

    pub(super) fn power_off(&mut self) {
        self.open.clear();
    }

    /// Opens a port, and says so to the device.
    pub fn open(&mut self, port: DatagramPort) -> Option<Input> {
        if port == DatagramPort::BindingSearch && self.no_search {
            return Some(Input::PortClosed(port));
        }
        if !self.open.contains(&port) {
            self.open.push(port);
        }
        let local = self.inside(port);
        Some(Input::PortOpen(OpenPort {
            port,
            local,
            authority: local.to_string(),
        }))
    }

    pub(super) fn close(&mut self, port: DatagramPort) -> Option<Input> {
        let open = self.open.len();
        self.open.retain(|other| *other != port);
        (self.open.len() < open).then_some(Input::PortClosed(port))
    }

    fn inside(&self, port: DatagramPort) -> SocketAddr {
        match port {
            DatagramPort::ConnectionRequest => self.local,
            DatagramPort::BindingSearch => SEARCH,
        }
    }

    pub(super) fn send(&mut self, datagram: DatagramOut, now: Timestamp) -> Option<Input> {
        assert!(
            self.is_open(datagram.port),
            "{:?} is not open",
            datagram.port
        );
        let message = Message::read(&datagram.bytes)
            .expect("what a device sends is STUN")
            .message;
        let bytes = datagram.bytes.clone();
        let inside = self.inside(datagram.port);
        self.sent.push(Sent {
            at: now,
            datagram,
            message,
        });
        let from = match &mut self.nat {
            Some(nat) => nat.pass_out(inside, now),
            None => inside,
        };
        let (to, bytes) = self.server.answer(from, &bytes)?;
        let inside = match &mut self.nat {
            Some(nat) => nat.pass_in(to, now)?,
            None => to,
        };
        let all = [DatagramPort::ConnectionRequest, DatagramPort::BindingSearch];
        let port = all.into_iter().find(|port| self.inside(*port) == inside)?;
        let from = SocketAddr::from(([198, 51, 100, 1], 3478));
        self.is_open(port)
            .then_some(Input::Datagram(DatagramIn { port, from, bytes }))
    }
}
