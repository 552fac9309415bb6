//! Takes TFTP requests, has the shelf answer them, and starts transfers.

use super::metrics::{TftpMetrics, label};
use super::places::{Cut, NoPlace, Place, Places};
use super::transfer::{Driven, Line};
use super::{Refusal, Shelf};
use crate::limits::{TFTP_ANSWER, TFTP_FILE_BYTES, TFTP_GRACE, TFTP_REPORT_BYTES};
use crate::metrics::Metrics;
use bytes::Bytes;
use cwmp::side::tftp::packet::{Packet, Wish};
use cwmp::side::tftp::receiving::Receiving;
use cwmp::side::tftp::request::{REQUEST_BYTES, Refused, Request};
use cwmp::side::tftp::sending::Sending;
use cwmp::side::tftp::transfer::{End, Transfer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// What every transfer shares.
#[derive(Clone)]
struct Shared {
    shelf: Arc<dyn Shelf>,
    metrics: TftpMetrics,
}

/// Serves until it is stopped. Transfers under way get some seconds to end by themselves, then their peers are told.
///
/// A transfer's socket has the address the listener has: on a host with several, listen to one of them, because a
/// device does not take an answer from another address than it asked.
pub async fn serve(
    socket: UdpSocket,
    shelf: Arc<dyn Shelf>,
    metrics: TftpMetrics,
    mut stopped: watch::Receiver<bool>,
) {
    let shared = Shared { shelf, metrics };
    let places = Places::default();
    let mut running = JoinSet::new();
    // One byte more shows that a request is too long.
    let mut buffer = [0; REQUEST_BYTES + 1];
    loop {
        while running.try_join_next().is_some() {}
        let (length, peer) = tokio::select! {
            heard = socket.recv_from(&mut buffer) => match heard {
                Ok(heard) => heard,
                Err(error) => {
                    tracing::debug!(%error, "a TFTP request could not be taken");
                    // An ICMP message about an answer, or no memory: the others still want to be served.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        if let Some(begin) = asked(&socket, &shared, &places, &buffer[..length], peer).await {
            running.spawn(begin.carry_out(shared.clone()));
        }
    }
    drop(socket);
    let ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(TFTP_GRACE, ended).await.is_err() {
        places.cut_all();
        while running.join_next().await.is_some() {}
    }
}

/// A request that has a place.
struct Begin {
    request: Request,
    peer: SocketAddr,
    place: Place,
    told: oneshot::Receiver<Cut>,
    socket: UdpSocket,
}

/// Looks at a request; what is refused is answered from here, by one packet.
async fn asked(
    socket: &UdpSocket,
    shared: &Shared,
    places: &Places,
    datagram: &[u8],
    peer: SocketAddr,
) -> Option<Begin> {
    let refused = &shared.metrics.refused;
    // What is no request is not answered: two servers could keep each other busy with their errors.
    let Some(Packet::Request(wish, rest)) = Packet::read(datagram) else {
        Metrics::count(refused, "no_request");
        return None;
    };
    let request = match Request::read(wish, rest) {
        Ok(request) => request,
        Err(why) => {
            tracing::debug!(peer.address = %peer, %why, "TFTP request refused");
            Metrics::count(refused, "malformed");
            let _ = socket.send_to(&why.packet(), peer).await;
            return None;
        }
    };
    // Not answered either: a device asks again by itself, and an error would send it away.
    let (place, told) = match places.take(peer, wish, datagram) {
        Ok(taken) => taken,
        Err(NoPlace::Repeated) => return None,
        Err(NoPlace::Crowded) => {
            Metrics::count(refused, "crowded");
            return None;
        }
    };
    let own = match socket.local_addr() {
        Ok(address) => UdpSocket::bind((address.ip(), 0)).await,
        Err(error) => Err(error),
    };
    match own {
        Ok(socket) => Some(Begin {
            request,
            peer,
            place,
            told,
            socket,
        }),
        Err(error) => {
            tracing::warn!(%error, "a TFTP transfer has no socket: raise the limit of open files");
            Metrics::count(refused, "no_socket");
            None
        }
    }
}

impl Begin {
    async fn carry_out(self, shared: Shared) {
        let metrics = shared.metrics.clone();
        let (peer, name) = (self.peer, shared.shelf.shown(&self.request.name));
        metrics.open.inc();
        let outcome = match self.request.wish {
            Wish::Read => self.read(&shared).await,
            Wish::Write => self.write(&shared).await,
        };
        metrics.open.dec();
        match outcome {
            Ok(how) => {
                tracing::debug!(peer.address = %peer, file = name, end = how, "TFTP transfer ended");
                Metrics::count(&metrics.ended, how);
            }
            Err(why) => {
                tracing::debug!(peer.address = %peer, file = name, ?why, "TFTP request refused");
                Metrics::count(&metrics.refused, why.label());
            }
        }
    }

    fn line(self) -> (Request, Line) {
        let line = Line::new(self.socket, self.peer, self.place, self.told);
        (self.request, line)
    }

    async fn read(self, shared: &Shared) -> Result<&'static str, Refusal> {
        let (request, mut line) = self.line();
        let peer = canonical(line.peer);
        let file = answer(shared.shelf.serve(&request.name, peer)).await;
        let file = match file.and_then(|file| held(&mut line.place, file, TFTP_FILE_BYTES)) {
            Ok(file) => file,
            Err(why) => return Err(refuse(&line, why).await),
        };
        let mut sending = Sending::begin(&request.agreed, file.clone(), line.now());
        if line.drive(&mut sending).await == Driven::Superseded {
            return Ok("superseded");
        }
        if sending.end() == Some(&End::Complete) {
            shared.metrics.bytes_sent.inc_by(file.len() as u64);
        }
        Ok(ended(&sending))
    }

    async fn write(self, shared: &Shared) -> Result<&'static str, Refusal> {
        let (request, mut line) = self.line();
        let peer = canonical(line.peer);
        if let Err(why) = answer(shared.shelf.admit(&request.name, peer)).await {
            return Err(refuse(&line, why).await);
        }
        let begun = Receiving::begin(&request.agreed, TFTP_REPORT_BYTES, line.now());
        let mut receiving = match begun {
            Ok(receiving) => receiving,
            Err(why) => {
                line.say(&why.packet()).await;
                return Err(Refusal::TooLarge);
            }
        };
        if line.drive(&mut receiving).await == Driven::Superseded {
            return Ok("superseded");
        }
        let Some(content) = receiving.take() else {
            return Ok(ended(&receiving));
        };
        let bytes = content.len() as u64;
        let kept = shared
            .shelf
            .receive(&request.name, peer, Bytes::from(content));
        match answer(kept).await {
            Ok(()) => {
                shared.metrics.bytes_received.inc_by(bytes);
                receiving.kept(line.now());
            }
            Err(why) => receiving.refuse(&why.refused()),
        }
        // What is kept is kept, whoever has asked for something else meanwhile.
        match line.drive(&mut receiving).await {
            Driven::Superseded => Ok(label(&End::Complete)),
            Driven::Rests => Ok(ended(&receiving)),
        }
    }
}

fn ended(transfer: &impl Transfer) -> &'static str {
    transfer.end().map_or("cut_off", label)
}

/// An IPv4 peer of an IPv6 socket under the name it has everywhere else.
fn canonical(peer: SocketAddr) -> SocketAddr {
    SocketAddr::new(peer.ip().to_canonical(), peer.port())
}

/// What the shelf says within its time.
async fn answer<T>(said: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let said = tokio::time::timeout(TFTP_ANSWER, said).await;
    said.unwrap_or(Err(Refusal::Busy))
}

/// A file that is small enough, and has room among the others.
fn held(place: &mut Place, file: Bytes, most_bytes: usize) -> Result<Bytes, Refusal> {
    if file.len() > most_bytes {
        return Err(Refusal::TooLarge);
    }
    match place.hold(file.len()) {
        true => Ok(file),
        false => Err(Refusal::Busy),
    }
}

async fn refuse(line: &Line, why: Refusal) -> Refusal {
    let refused: Refused = why.refused();
    line.say(&refused.packet()).await;
    why
}
