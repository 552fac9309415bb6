//! Listeners: bind, take connections within their number, TLS, and streams whose peers must take what they asked for.

use crate::handshakes::Handshakes;
use crate::limits::{CONNECTIONS, HEAD_BYTES, HEAD_TIMEOUT, WRITE_TIMEOUT};
use crate::metrics::wire::{HandshakeLabel, WireMetrics};
use crate::metrics::{Metrics, NameLabel};
use crate::overload::{Overload, Undecided};
use crate::panics;
use crate::proxies::{Origin, Proxies, protocol};
use crate::tls::Current;
use data_model::OperatorError;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use rustls::pki_types::CertificateDer;
use rustls::{HandshakeKind, ProtocolVersion, ServerConnection};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutWriter;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a connection is read from and written to.
pub trait Stream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

/// A connection that has been taken, its handshake behind it.
pub struct Arrival {
    /// Who it comes from.
    pub address: SocketAddr,
    /// Whether it is private.
    pub tls: bool,
    /// The certificate the other side has proved to hold, if it was asked for one and has shown it.
    pub certificate: Option<CertificateDer<'static>>,
    /// It has not shown yet what it wants, if somebody counts that.
    pub undecided: Option<Undecided>,
    /// Its bytes. Writing ends when the peer takes nothing for [`WRITE_TIMEOUT`] (case H06).
    pub stream: Pin<Box<dyn Stream>>,
}

impl Arrival {
    /// The other side.
    pub fn origin(&self) -> Origin {
        Origin {
            address: self.address.ip().to_canonical(),
            tls: self.tls,
            certificate: self.certificate.clone(),
        }
    }
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrival")
            .field("address", &self.address)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Where something listens, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listener {
    /// The setting it is from, such as `cwmp.listen`.
    pub name: &'static str,
    /// The address and port it has.
    pub address: String,
    /// What it speaks: `http`, `https`, `tftp` or `stun`.
    pub speaks: &'static str,
}

impl Listener {
    /// A listener with or without TLS.
    pub fn web(name: &'static str, address: SocketAddr, tls: bool) -> Listener {
        Listener {
            name,
            address: address.to_string(),
            speaks: if tls { "https" } else { "http" },
        }
    }
}

/// What is known of a listener.
#[derive(Debug, Clone)]
pub struct Port {
    /// Its name.
    pub name: &'static str,
    /// The counters.
    pub wire: WireMetrics,
    /// Proxies that may be in front of it.
    pub proxies: Arc<Proxies>,
    /// The budgets of TLS handshakes.
    pub handshakes: Arc<Handshakes>,
    /// The gate, on a port for devices.
    pub overload: Option<Arc<Overload>>,
}

impl Port {
    fn open(&self) -> Gauge {
        let label = NameLabel { name: self.name };
        self.wire.connections_open.get_or_create(&label).clone()
    }
}

/// Listens on an address.
///
/// # Errors
/// Names the setting if the address cannot be had.
pub async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, OperatorError> {
    TcpListener::bind(address).await.map_err(|error| {
        OperatorError::new(
            format!("cannot listen on {address}"),
            error,
            format!("stop the other program, or set `{setting}` to a free address"),
        )
    })
}

/// Takes connections and serves each, until the server stops; then waits for the ones that are open.
pub async fn arrivals<F, Served>(
    listener: TcpListener,
    tls: Option<Current>,
    mut stopped: watch::Receiver<bool>,
    port: Port,
    serve: F,
) where
    F: Fn(Arrival, watch::Receiver<bool>) -> Served + Clone + Send + 'static,
    Served: Future<Output = ()> + Send,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let port = Arc::new(port);
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &places, &port) => accepted,
            _ = stopped.changed() => break,
        };
        let Some((stream, address, place, undecided)) = accepted else {
            continue;
        };
        let (tls, stopped, serve) = (tls.clone(), stopped.clone(), serve.clone());
        let port = Arc::clone(&port);
        connections.spawn(async move {
            let open = port.open();
            open.inc();
            let served = async move {
                if let Some(mut arrival) = taken(stream, address, tls, &port).await {
                    arrival.undecided = undecided;
                    serve(arrival, stopped).await;
                }
            };
            // A mistake of ours costs this connection, and nobody else's. It has been counted and logged.
            let _ = panics::caught(served).await;
            open.dec();
            drop(place);
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

type Accepted = (
    TcpStream,
    SocketAddr,
    OwnedSemaphorePermit,
    Option<Undecided>,
);

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>, port: &Port) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let undecided = match &port.overload {
        Some(overload) => Some(overload.turn().await),
        None => None,
    };
    match listener.accept().await {
        Ok((stream, address)) => {
            // Small messages in turn: waiting for more to send would only add delay.
            let _ = stream.set_nodelay(true);
            Some((stream, address, place, undecided))
        }
        Err(error) => {
            // Out of descriptors, or the peer is gone already: the others still want to be served (case H15).
            port.wire.accept_errors.inc();
            tracing::debug!(%error, "a connection could not be taken");
            tokio::time::sleep(Duration::from_millis(20)).await;
            None
        }
    }
}

/// Speaks HTTP with a device until either side closes, or the server stops: what is being answered then is finished.
/// hyper is used directly, for its switches for odd clients.
pub async fn talk<S>(stream: Pin<Box<dyn Stream>>, service: S, mut stopped: watch::Receiver<bool>)
where
    S: HttpService<
            Incoming,
            ResBody: Body<Data: Send, Error: Into<BoxError>> + 'static,
            Error: Into<BoxError>,
        >,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES)
        .ignore_invalid_headers(true)
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // Errors here are the device's: it closed, or spoke something else. It notices by itself.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Who comes, by the word of a proxy if one speaks the PROXY protocol; then TLS.
async fn taken(
    mut stream: TcpStream,
    address: SocketAddr,
    tls: Option<Current>,
    port: &Port,
) -> Option<Arrival> {
    let mut address = address;
    if port.proxies.announces(port.name, address.ip()) {
        let header = tokio::time::timeout(HEAD_TIMEOUT, protocol::read(&mut stream));
        match header.await {
            Ok(Ok(Some(client))) => address.set_ip(client),
            Ok(Ok(None)) => {}
            Ok(Err(why)) => {
                Metrics::count(&port.wire.protocol_errors, "proxy_header");
                tracing::debug!(%address, %why, "a connection of a proxy is closed");
                return None;
            }
            Err(_) => return None,
        }
    }
    // A proxy speaks for many, who are in nobody's table.
    let counts = tls.is_some() && !port.proxies.trusts(address.ip());
    if counts && !may_begin(port, address) {
        return None;
    }
    shake_hands(stream, address, tls, &port.wire).await
}

/// Whether its TLS handshake may begin.
fn may_begin(port: &Port, address: SocketAddr) -> bool {
    let address = address.ip();
    let heard = port.overload.as_ref();
    heard.is_none_or(|overload| overload.hears(address)) && port.handshakes.may_begin(address)
}

async fn shake_hands(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<Current>,
    metrics: &WireMetrics,
) -> Option<Arrival> {
    let Some(acceptor) = tls else {
        return Some(Arrival {
            address,
            tls: false,
            certificate: None,
            undecided: None,
            stream: patient(stream),
        });
    };
    // A peer that does not get through it notices by itself.
    let handshake = tokio::time::timeout(HEAD_TIMEOUT, acceptor.get().accept(stream));
    let (result, stream) = match handshake.await {
        Ok(Ok(stream)) => ("good", Some(stream)),
        Ok(Err(_)) => ("refused", None),
        Err(_) => ("slow", None),
    };
    let session = stream.as_ref().map(|stream| stream.get_ref().1);
    let label = label(result, session);
    metrics.tls_handshakes.get_or_create(&label).inc();
    let stream = stream?;
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(|chain| chain.first());
    Some(Arrival {
        address,
        tls: true,
        certificate: certificate.map(|certificate| certificate.clone().into_owned()),
        undecided: None,
        stream: patient(stream),
    })
}

fn label(name: &'static str, session: Option<&ServerConnection>) -> HandshakeLabel {
    let version = session.and_then(|session| session.protocol_version());
    let kind = session.and_then(|session| session.handshake_kind());
    HandshakeLabel {
        name,
        version: match version {
            Some(ProtocolVersion::TLSv1_2) => "1.2",
            Some(ProtocolVersion::TLSv1_3) => "1.3",
            Some(_) | None => "none",
        },
        kind: match kind {
            Some(HandshakeKind::Resumed) => "resumed",
            Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest) => "full",
            None => "none",
        },
    }
}

fn patient<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S) -> Pin<Box<TimeoutWriter<S>>> {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(WRITE_TIMEOUT));
    Box::pin(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;

    /// Covers H06.
    #[tokio::test(start_paused = true)]
    async fn writing_to_a_peer_that_never_reads_ends() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let written = patient(ours).write_all(&[0; 1000]).await;
        let error = written.expect_err("nobody reads");
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    }
}
