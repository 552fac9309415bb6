//! What the loop does for devices that are called: the HTTP listener's being open or closed, ports for datagrams.

use super::handle::{Command, Event};
use super::runner::Runner;
use super::start::listen_again;
use super::stream::Task;
use super::udp::UdpCalls;
use crate::device::Input;
use crate::device::io::{DatagramOut, DatagramPort, Listener, OpenPort, StreamNews, StreamOrder};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

impl Runner {
    /// Takes calls over HTTP for a device, or does not. A listener of one device is closed with it; one of many stays
    /// for the others.
    pub(super) fn set_listener(&mut self, device: usize, state: Listener) {
        let Some(running) = &self.places[device].device else {
            return;
        };
        let path = format!("/{:016x}", running.core().facts.connection_request_path);
        let alone = self.places.len() == 1;
        if let Ok(mut paths) = self.paths.write() {
            match state {
                Listener::Open => paths.insert(path, device),
                Listener::Closed => paths.remove(&path),
            };
        }
        match (state, self.listening) {
            (Listener::Closed, _) if alone => {
                if let Some(listener) = self.listener.take() {
                    listener.abort();
                }
            }
            (Listener::Open, Some(address)) if self.listener.is_none() => {
                self.listener = Some(listen_again(address, &self.events, &self.paths));
            }
            (Listener::Open | Listener::Closed, _) => {}
        }
    }

    /// Our address towards the ACS is this one: if that is news, every device is told under which URL it is called.
    pub(super) fn own_address(&mut self, own: IpAddr) {
        let Some(bound) = self.listening.filter(|bound| self.reach.follows(*bound)) else {
            return;
        };
        if own.is_ipv6() && bound.is_ipv4() || !self.reach.learn(own) {
            return;
        }
        let authority: Arc<str> = self.reach.authority(bound).into();
        for device in 0..self.places.len() {
            self.places[device].config.authority = Arc::clone(&authority);
            let authority = authority.to_string();
            self.handle(device, Input::Listening { authority });
            let sockets = &self.places[device].sockets;
            let port = DatagramPort::ConnectionRequest;
            let socket = sockets
                .iter()
                .find(|socket| socket.port == port && !socket.has_route());
            if let Some(socket) = socket {
                let open = self.udp.describe(port, socket.local);
                self.handle(device, Input::PortOpen(open));
            }
        }
    }

    /// The port that is there from the start on, for a device that has just been booted.
    pub(super) fn open_first_port(&mut self, device: usize) {
        let port = DatagramPort::ConnectionRequest;
        if self.udp.calls == UdpCalls::Always
            && let Input::PortOpen(open) = self.open(device, port)
            && let Some(running) = &mut self.places[device].device
        {
            running.handle(Input::PortOpen(open), self.clock.now());
        }
    }

    pub(super) fn open_port(&mut self, device: usize, port: DatagramPort) {
        let answer = self.open(device, port);
        // Not at once: the device is in the middle of what it wants.
        let _ = self
            .events
            .send(Event::Command(Command::Input(device, answer)));
    }

    fn open(&mut self, device: usize, port: DatagramPort) -> Input {
        let sockets = &mut self.places[device].sockets;
        if let Some(socket) = sockets.iter().find(|socket| socket.port == port) {
            let open = self.udp.describe(port, socket.local);
            return Input::PortOpen(self.behind_its_nat(device, open));
        }
        if self.udp.calls == UdpCalls::Never {
            return Input::PortClosed(port);
        }
        let around = self.surroundings.as_ref();
        let own = around.and_then(|around| around.source(device));
        match self.udp.open(device, port, own) {
            Ok(socket) => {
                let open = self.udp.describe(port, socket.local);
                sockets.push(socket);
                Input::PortOpen(self.behind_its_nat(device, open))
            }
            Err(error) => {
                tracing::warn!(device, %error, "a port for datagrams cannot be opened");
                Input::PortClosed(port)
            }
        }
    }

    /// A port as a device knows it that has an address of its own behind a NAT.
    fn behind_its_nat(&self, device: usize, mut open: OpenPort) -> OpenPort {
        let around = self.surroundings.as_ref();
        if let Some(inside) = around.and_then(|around| around.inside_nat(device)) {
            open.local.set_ip(inside);
            open.authority = open.local.to_string();
        }
        open
    }

    pub(super) fn close_port(&mut self, device: usize, port: DatagramPort) {
        if self.udp.keeps(port) {
            return;
        }
        let sockets = &mut self.places[device].sockets;
        let before = sockets.len();
        sockets.retain(|socket| socket.port != port);
        if sockets.len() < before {
            let closed = Command::Input(device, Input::PortClosed(port));
            let _ = self.events.send(Event::Command(closed));
        }
    }

    pub(super) fn send_datagram(&self, device: usize, datagram: DatagramOut) {
        let sockets = &self.places[device].sockets;
        if let Some(socket) = sockets.iter().find(|socket| socket.port == datagram.port) {
            self.udp.send(device, socket, datagram.to, datagram.bytes);
        }
    }

    /// News of a stream, if it is the one the device has at present; the stream goes on when its place is free.
    pub(super) fn take_stream(
        &mut self,
        device: usize,
        number: u64,
        news: StreamNews,
        place: OwnedSemaphorePermit,
    ) {
        let stream = self.places[device].stream.as_ref();
        if stream.is_some_and(|stream| stream.number == number) {
            self.handle(device, Input::Stream(news));
        }
        drop(place);
    }

    pub(super) fn order_stream(&mut self, device: usize, order: StreamOrder) {
        match order {
            StreamOrder::Open(servers) => {
                self.streams += 1;
                let task = Task {
                    device,
                    number: self.streams,
                    network: self.network.clone(),
                    events: self.events.clone(),
                };
                self.places[device].stream = Some(Box::new(task.start(servers)));
            }
            StreamOrder::Close => self.places[device].stream = None,
            StreamOrder::Secure(_) | StreamOrder::Send(_) => {
                if let Some(stream) = &self.places[device].stream {
                    // A stream that has just ended reports that.
                    let _ = stream.orders.send(order);
                }
            }
        }
    }

    /// A restart closes what the device has opened.
    pub(super) fn close_ports(&mut self, device: usize) {
        let udp = &self.udp;
        let sockets = &mut self.places[device].sockets;
        sockets.retain(|socket| udp.keeps(socket.port));
    }
}
