//! An HTTP connection that is measured: when it came about, when its first and last bytes went by, and how many.

use super::icmp::mark;
use super::now_us;
use crate::diagnostics::Trouble;
use crate::diagnostics::findings::Micros;
use crate::shell::http::Network;
use http::Uri;
use socket2::{Domain, SockAddr, Socket, Type};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// Time for a connection of a test to come about.
const CONNECT: Duration = Duration::from_secs(30);

/// A connection that is measured.
pub(super) struct Metered {
    stream: TcpStream,
    readings: Arc<Readings>,
}

/// What has gone by so far.
#[derive(Debug, Default)]
pub(super) struct Readings {
    received: AtomicU64,
    sent: AtomicU64,
    first_received: AtomicI64,
    last_received: AtomicI64,
    first_sent: AtomicI64,
}

impl Readings {
    pub(super) fn received(&self) -> u64 {
        self.received.load(Relaxed)
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    pub(super) fn first_received(&self) -> Micros {
        Micros(self.first_received.load(Relaxed))
    }

    pub(super) fn last_received(&self) -> Micros {
        Micros(self.last_received.load(Relaxed))
    }

    pub(super) fn first_sent(&self) -> Micros {
        Micros(self.first_sent.load(Relaxed))
    }

    fn note_received(&self, bytes: u64) {
        let now = now_us().0;
        if self.received.fetch_add(bytes, Relaxed) == 0 {
            self.first_received.store(now, Relaxed);
        }
        self.last_received.store(now, Relaxed);
    }

    fn note_sent(&self, bytes: u64) {
        if self.sent.fetch_add(bytes, Relaxed) == 0 {
            self.first_sent.store(now_us().0, Relaxed);
        }
    }
}

/// An open connection and when it came about.
pub(super) struct Opened {
    pub(super) stream: Metered,
    pub(super) readings: Arc<Readings>,
    pub(super) asked: Micros,
    pub(super) there: Micros,
    pub(super) interface: Option<Interface>,
}

/// Opens a connection to the server of a URL.
pub(super) async fn open(network: &Network, url: &Uri, dscp: u32) -> Result<Opened, Trouble> {
    let host = url
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let port = url.port_u16().unwrap_or(80);
    let addresses = tokio::time::timeout(CONNECT, lookup_host((host.as_str(), port))).await;
    let addresses = addresses
        .ok()
        .and_then(Result::ok)
        .ok_or(Trouble::CannotResolveHostName)?;
    for address in addresses {
        let asked = now_us();
        let dialled = tokio::time::timeout(CONNECT, dial(network.source, address, dscp)).await;
        if let Ok(Ok(stream)) = dialled {
            let there = now_us();
            let readings = Arc::new(Readings::default());
            let local = stream.local_addr().ok();
            return Ok(Opened {
                interface: local.and_then(|local| Interface::of(local.ip())),
                stream: Metered {
                    stream,
                    readings: Arc::clone(&readings),
                },
                readings,
                asked,
                there,
            });
        }
    }
    Err(Trouble::InitConnectionFailed)
}

async fn dial(
    source: Option<IpAddr>,
    address: SocketAddr,
    dscp: u32,
) -> std::io::Result<TcpStream> {
    let domain = if address.is_ipv4() {
        Domain::IPV4
    } else {
        Domain::IPV6
    };
    let socket = Socket::new(domain, Type::STREAM, None)?;
    mark(&socket, address.ip(), dscp)?;
    if let Some(source) = source.filter(|source| source.is_ipv4() == address.is_ipv4()) {
        socket.bind(&SockAddr::from(SocketAddr::new(source, 0)))?;
    }
    socket.set_nonblocking(true)?;
    TcpSocket::from_std_stream(socket.into())
        .connect(address)
        .await
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let bytes = buffer.filled().len() - before;
        if bytes > 0 {
            self.readings.note_received(bytes as u64);
        }
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = polled {
            self.readings.note_sent(written as u64);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The interface a connection runs over, for the count of all its traffic.
pub(super) struct Interface {
    name: String,
}

impl Interface {
    fn of(local: IpAddr) -> Option<Interface> {
        let mut addresses = nix::ifaddrs::getifaddrs().ok()?;
        let found = addresses.find(|interface| {
            let address = interface.address.as_ref();
            let v4 = address
                .and_then(|address| address.as_sockaddr_in())
                .map(|v4| IpAddr::V4(v4.ip()));
            let v6 = address
                .and_then(|address| address.as_sockaddr_in6())
                .map(|v6| IpAddr::V6(v6.ip()));
            v4.or(v6) == Some(local)
        });
        found.map(|interface| Interface {
            name: interface.interface_name,
        })
    }

    /// Bytes received so far.
    pub(super) fn received(&self) -> Option<u64> {
        self.counter("rx_bytes")
    }

    /// Bytes sent so far.
    pub(super) fn sent(&self) -> Option<u64> {
        self.counter("tx_bytes")
    }

    fn counter(&self, which: &str) -> Option<u64> {
        let path = format!("/sys/class/net/{}/statistics/{which}", self.name);
        std::fs::read_to_string(path).ok()?.trim().parse().ok()
    }
}

/// What an interface has counted since an earlier reading; at least what we know of ourselves.
pub(super) fn interface_bytes(before: Option<u64>, after: Option<u64>, own: u64) -> u64 {
    let counted = before
        .zip(after)
        .map(|(before, after)| after.saturating_sub(before));
    counted.unwrap_or(0).max(own)
}
