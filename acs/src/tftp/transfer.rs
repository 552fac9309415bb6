//! One TFTP transfer on a socket of its own, which is its transfer ID (RFC 1350, section 4).

use super::places::{Cut, Place};
use crate::limits::TFTP_STRANGERS;
use cwmp::side::tftp::packet::{OTHER, stranger};
use cwmp::side::tftp::request::{LARGEST_BLOCK, Refused};
use cwmp::side::tftp::transfer::Transfer;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

/// The way to a peer.
pub(super) struct Line {
    pub(super) socket: UdpSocket,
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
    begun: Instant,
    told: oneshot::Receiver<Cut>,
    /// Strangers that were answered.
    strangers: u32,
    buffer: Vec<u8>,
}

/// What comes next in the life of a transfer.
enum Next {
    Datagram(usize),
    Deadline,
    Cut(Cut),
}

/// What became of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Driven {
    /// It has ended, or waits for something else than the peer.
    Rests,
    /// Nobody is interested in it any more.
    Superseded,
}

impl Line {
    pub(super) fn new(
        socket: UdpSocket,
        peer: SocketAddr,
        place: Place,
        told: oneshot::Receiver<Cut>,
    ) -> Line {
        Line {
            socket,
            peer,
            place,
            begun: Instant::now(),
            told,
            strangers: 0,
            // One byte more shows that a block is too long.
            buffer: vec![0; LARGEST_BLOCK + 5],
        }
    }

    /// Milliseconds since it began.
    pub(super) fn now(&self) -> u64 {
        // A transfer lasts minutes; its milliseconds fit.
        self.begun.elapsed().as_millis() as u64
    }

    /// Sends one packet. What cannot be sent is as good as lost, and repeated.
    pub(super) async fn say(&self, packet: &[u8]) {
        let _ = self.socket.send_to(packet, self.peer).await;
    }

    /// Moves the file until the transfer has ended, or waits for something else than the peer.
    pub(super) async fn drive(&mut self, transfer: &mut impl Transfer) -> Driven {
        loop {
            while let Some(packet) = transfer.next_packet() {
                self.say(&packet).await;
            }
            let Some(deadline) = transfer.deadline() else {
                return Driven::Rests;
            };
            match self.next(deadline).await {
                Next::Datagram(length) => {
                    self.place.proved();
                    let now = self.now();
                    transfer.receive(&self.buffer[..length], now);
                }
                Next::Deadline => transfer.wake(self.now()),
                Next::Cut(Cut::Superseded) => return Driven::Superseded,
                Next::Cut(Cut::Stopping) => transfer.refuse(&Refused {
                    code: OTHER,
                    text: "the server stops: try again later",
                }),
            }
        }
    }

    async fn next(&mut self, deadline_ms: u64) -> Next {
        let deadline = self.begun + Duration::from_millis(deadline_ms);
        loop {
            let (heard, from) = tokio::select! {
                // Whoever sends without end must not outrun the clock.
                biased;
                told = &mut self.told, if !self.told.is_terminated() => match told {
                    Ok(cut) => return Next::Cut(cut),
                    Err(_) => continue,
                },
                () = sleep_until(deadline) => return Next::Deadline,
                heard = self.socket.recv_from(&mut self.buffer) => match heard {
                    Ok(heard) => heard,
                    // An ICMP message about an earlier packet; the deadline will come.
                    Err(_) => continue,
                },
            };
            if from == self.peer {
                return Next::Datagram(heard);
            }
            // RFC 1350, section 4: the stranger is told, and the transfer goes on.
            if self.strangers < TFTP_STRANGERS {
                self.strangers += 1;
                let _ = self.socket.send_to(&stranger(), from).await;
            }
        }
    }
}
