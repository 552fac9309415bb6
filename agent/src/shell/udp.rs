//! The sockets for datagrams: STUN and UDP connection requests (TR-069 Annex G).

use super::handle::{Command, Event};
use super::reach::Reach;
use crate::device::Input;
use crate::device::io::{DatagramIn, DatagramPort, OpenPort};
use crate::limits::DATAGRAM_BYTES;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{UdpSocket, lookup_host};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Datagrams of one port that wait for their device; beyond that the system drops them, as it does any datagram.
const WAITING: usize = 64;
/// How long the address of a name is kept: every datagram to a server has to go to the same one, or the NAT makes
/// another binding.
const NAME_TTL: Duration = Duration::from_secs(5 * 60);

/// Which devices have a port for datagrams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UdpCalls {
    /// None.
    #[default]
    Never,
    /// Every one, from its start on (TR-069 G.2.1.4).
    Always,
    /// Those that have STUN switched on: a fleet cannot have a socket for each device.
    WithStun,
}

/// How ports are opened.
#[derive(Debug)]
pub(super) struct UdpShell {
    pub(super) calls: UdpCalls,
    /// Where; a port of zero is any.
    pub(super) address: SocketAddr,
    /// The host the ACS reaches us under.
    pub(super) reach: Arc<Reach>,
    pub(super) events: mpsc::UnboundedSender<Event>,
}

impl UdpShell {
    /// Ports with the number of the HTTP listener's, as far as it is free.
    pub(super) fn new(
        calls: UdpCalls,
        listening: Option<SocketAddr>,
        reach: Arc<Reach>,
        events: mpsc::UnboundedSender<Event>,
    ) -> UdpShell {
        UdpShell {
            calls,
            address: listening.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0))),
            reach,
            events,
        }
    }

    /// Opens a port of a device.
    pub(super) fn open(
        &self,
        device: usize,
        port: DatagramPort,
        own: Option<IpAddr>,
    ) -> io::Result<Socket> {
        let ip = own.unwrap_or(self.address.ip());
        let socket = match port {
            // The number of the HTTP listener's port, if it is free.
            DatagramPort::ConnectionRequest => bind(SocketAddr::new(ip, self.address.port()))
                .or_else(|_| bind(SocketAddr::new(ip, 0)))?,
            DatagramPort::BindingSearch => bind(SocketAddr::new(ip, 0))?,
        };
        let local = socket.local_addr()?;
        let socket = Arc::new(socket);
        let events = self.events.clone();
        let reader = tokio::spawn(read(Arc::clone(&socket), device, port, events));
        Ok(Socket {
            port,
            socket,
            reader: reader.abort_handle(),
            local,
            route: Arc::default(),
        })
    }

    /// Whether a port stays, whatever its device says.
    pub(super) fn keeps(&self, port: DatagramPort) -> bool {
        self.calls == UdpCalls::Always && port == DatagramPort::ConnectionRequest
    }

    /// What a device is told of a port.
    pub(super) fn describe(&self, port: DatagramPort, local: SocketAddr) -> OpenPort {
        OpenPort {
            port,
            local,
            authority: self.reach.authority(local),
        }
    }

    /// Sends a datagram; what goes wrong is like a datagram that is lost on the way.
    pub(super) fn send(
        self: &Arc<Self>,
        device: usize,
        socket: &Socket,
        to: String,
        bytes: Vec<u8>,
    ) {
        let shell = Arc::clone(self);
        let (port, local) = (socket.port, socket.local);
        let (socket, route) = (Arc::clone(&socket.socket), Arc::clone(&socket.route));
        tokio::spawn(async move {
            let outcome = async {
                let to = resolve(&to, local, &route).await?;
                shell.look_at_route(device, port, local, to, &route)?;
                socket.send_to(&bytes, to).await
            };
            if let Err(error) = outcome.await {
                tracing::debug!(%error, to, "a datagram cannot be sent");
            }
        });
    }

    /// A port on every interface has the address of the one that leads to the receiver; the device is told of it, and
    /// when it changes.
    fn look_at_route(
        &self,
        device: usize,
        port: DatagramPort,
        bound: SocketAddr,
        to: SocketAddr,
        route: &Mutex<Route>,
    ) -> io::Result<()> {
        if !bound.ip().is_unspecified() {
            return Ok(());
        }
        let probe = std::net::UdpSocket::bind(SocketAddr::new(bound.ip(), 0))?;
        probe.connect(to)?;
        let own = probe.local_addr()?.ip();
        let mut route = route.lock().unwrap_or_else(PoisonError::into_inner);
        if route.own.replace(own) != Some(own) {
            let open = self.describe(port, SocketAddr::new(own, bound.port()));
            let input = Command::Input(device, Input::PortOpen(open));
            // A loop that has ended has no devices.
            let _ = self.events.send(Event::Command(input));
        }
        Ok(())
    }
}

/// A port that is open; it is closed when this is dropped.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) port: DatagramPort,
    pub(super) local: SocketAddr,
    socket: Arc<UdpSocket>,
    reader: AbortHandle,
    route: Arc<Mutex<Route>>,
}

impl Socket {
    /// Whether the device has been told which address of ours leads to the receiver.
    pub(super) fn has_route(&self) -> bool {
        let route = self.route.lock().unwrap_or_else(PoisonError::into_inner);
        route.own.is_some()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// What is known of the way to the receiver.
#[derive(Debug, Default)]
struct Route {
    own: Option<IpAddr>,
    name: Option<(String, SocketAddr, Instant)>,
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

async fn read(
    socket: Arc<UdpSocket>,
    device: usize,
    port: DatagramPort,
    events: mpsc::UnboundedSender<Event>,
) {
    let places = Arc::new(Semaphore::new(WAITING));
    let mut buffer = vec![0; DATAGRAM_BYTES + 1];
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match socket.recv_from(&mut buffer).await {
            // Longer than anything for us.
            Ok((length, _)) if length > DATAGRAM_BYTES => {}
            Ok((length, from)) => {
                let bytes = buffer[..length].to_vec();
                let datagram = DatagramIn { port, from, bytes };
                let event = Event::Datagram {
                    device,
                    datagram,
                    place,
                };
                if events.send(event).is_err() {
                    return;
                }
            }
            Err(error) => {
                // Somebody we sent to is not there; others are.
                tracing::debug!(%error, "a datagram could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// The address of `host:port` in the family of the socket.
async fn resolve(to: &str, local: SocketAddr, route: &Mutex<Route>) -> io::Result<SocketAddr> {
    if let Ok(address) = to.parse() {
        return Ok(address);
    }
    let known = || {
        let route = route.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, address, since) = route.name.as_ref()?;
        (name == to && since.elapsed() < NAME_TTL).then_some(*address)
    };
    if let Some(address) = known() {
        return Ok(address);
    }
    let found = lookup_host(to)
        .await?
        .find(|found| found.is_ipv4() == local.is_ipv4());
    let address =
        found.ok_or_else(|| io::Error::other("the name has no address we can send to"))?;
    let mut route = route.lock().unwrap_or_else(PoisonError::into_inner);
    route.name = Some((to.to_owned(), address, Instant::now()));
    Ok(address)
}
