//! The UDP echo service of TR-143: answers one source, counts, and tells its counters now and then.

use super::now_us;
use crate::diagnostics::echo::{PLUS_BYTES, PlusFields};
use crate::diagnostics::{EchoConfig, EchoCounters};
use crate::limits::ECHO_REPORT_MS;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// Bytes of the largest datagram.
const DATAGRAM_BYTES: usize = 65_535;
/// Between two attempts to bind a port that is taken.
const BIND_AGAIN: Duration = Duration::from_secs(1);
/// Ports whose services answer whatever comes: an answer to one would go to and fro for ever.
const ANSWERING_PORTS: [u16; 3] = [7, 13, 19];

/// Serves until it is aborted.
pub(super) async fn serve(
    address: IpAddr,
    config: EchoConfig,
    counters: EchoCounters,
    tell: impl Fn(EchoCounters),
) {
    let at = SocketAddr::new(address, config.port);
    let mut warned = false;
    let socket = loop {
        match UdpSocket::bind(at).await {
            Ok(socket) => break socket,
            Err(error) if !warned => {
                warned = true;
                tracing::warn!(%at, %error, "UDP echo cannot be served yet");
            }
            Err(_) => {}
        }
        tokio::time::sleep(BIND_AGAIN).await;
    };
    let mut service = Service {
        config,
        counters,
        started: Instant::now(),
        sequence: 0,
        failures: 0,
    };
    let mut buffer = vec![0; DATAGRAM_BYTES];
    let mut told = Instant::now();
    let mut untold = false;
    loop {
        let pause = Duration::from_millis(ECHO_REPORT_MS);
        let due = tokio::time::Instant::from_std(told + pause);
        tokio::select! {
            received = socket.recv_from(&mut buffer) => {
                // An error is about an answer that could not be delivered; the next request is none the worse.
                if let Ok((bytes, from)) = received {
                    untold |= service.answer(&socket, &mut buffer[..bytes], from);
                }
            }
            () = tokio::time::sleep_until(due), if untold => {
                untold = false;
                told = Instant::now();
                tell(service.counters);
            }
        }
    }
}

struct Service {
    config: EchoConfig,
    counters: EchoCounters,
    started: Instant,
    sequence: u32,
    failures: u32,
}

impl Service {
    /// Answers one request; false if it is none of ours.
    fn answer(&mut self, socket: &UdpSocket, packet: &mut [u8], from: SocketAddr) -> bool {
        let known = self.config.source == Some(from.ip().to_canonical());
        if !known || ANSWERING_PORTS.contains(&from.port()) {
            return false;
        }
        self.counters.received(packet.len(), now_us());
        let received_us = self.counter_us();
        if self.config.plus && packet.len() >= PLUS_BYTES {
            let fields = PlusFields {
                sequence: self.sequence.wrapping_add(1),
                received_us,
                replied_us: self.counter_us(),
                failures: self.failures,
            };
            fields.write(packet);
        }
        match socket.try_send_to(packet, from) {
            Ok(bytes) => {
                self.sequence = self.sequence.wrapping_add(1);
                self.counters.responded(bytes);
            }
            Err(_) => self.failures = self.failures.wrapping_add(1),
        }
        true
    }

    /// Microseconds since the service began, of a counter of 32 bits.
    fn counter_us(&self) -> u32 {
        self.started.elapsed().as_micros() as u32
    }
}
