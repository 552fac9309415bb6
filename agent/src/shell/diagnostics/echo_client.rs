//! UDPEchoDiagnostics: datagrams to the echo service of one host (RFC 862), or to that of TR-143, which adds its times.

use super::resolve::resolve;
use super::{icmp, now_us, us};
use crate::diagnostics::echo::{PLUS_BYTES, PlusFields};
use crate::diagnostics::findings::{EchoAnswer, EchoPacket, Echoes};
use crate::diagnostics::test::{Echo, Probe};
use crate::diagnostics::{Findings, Outcome, Trouble};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// Where TR-143 A.1.4 has the number of the repetition, behind the header of Echo Plus.
const ITERATION: std::ops::Range<usize> = PLUS_BYTES..PLUS_BYTES + 4;

pub(super) async fn run(echo: &Echo) -> Outcome {
    let address = match resolve(&echo.host, echo.probe.version).await {
        Ok(address) => address,
        Err(trouble) => return Outcome::failed(trouble),
    };
    let mut client = match EchoClient::open(SocketAddr::new(address, echo.port), &echo.probe).await
    {
        Ok(client) => client,
        Err(error) => {
            tracing::warn!(%error, "an echo service cannot be asked");
            return Outcome::failed(Trouble::Internal);
        }
    };
    let pause = Duration::from_millis(echo.pause_ms.into());
    let mut packets = Vec::with_capacity(echo.repetitions as usize);
    let mut next = tokio::time::Instant::now();
    for number in 1..=echo.repetitions {
        tokio::time::sleep_until(next).await;
        next = tokio::time::Instant::now() + pause;
        packets.push(client.packet(number).await);
    }
    Outcome::complete(Findings::Echo(Echoes {
        address,
        each: echo.each,
        packets,
    }))
}

/// A socket to one echo service.
pub(super) struct EchoClient {
    socket: UdpSocket,
    timeout: Duration,
    request: Vec<u8>,
}

impl EchoClient {
    pub(super) async fn open(to: SocketAddr, probe: &Probe) -> io::Result<EchoClient> {
        let domain = match to {
            SocketAddr::V4(_) => Domain::IPV4,
            SocketAddr::V6(_) => Domain::IPV6,
        };
        let socket = Socket::new(domain, Type::DGRAM, None)?;
        icmp::mark(&socket, to.ip(), probe.dscp)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket.into())?;
        socket.connect(to).await?;
        Ok(EchoClient {
            socket,
            timeout: Duration::from_millis(probe.timeout_ms.into()),
            request: vec![0; probe.block_bytes as usize],
        })
    }

    /// Sends one packet and waits for its echo. One that cannot be sent, or that nobody takes, has none.
    pub(super) async fn packet(&mut self, number: u32) -> EchoPacket {
        self.write(number);
        let mut packet = EchoPacket {
            number,
            sent: now_us(),
            echo: None,
        };
        let answered = tokio::time::timeout(self.timeout, self.exchange()).await;
        if let Ok(Ok(echo)) = answered {
            packet.echo = Some(echo);
        }
        packet
    }

    fn write(&mut self, number: u32) {
        let number = number.to_be_bytes();
        let length = self.request.len().min(number.len());
        // A packet too short for the whole number has the part of it that changes.
        self.request[..length].copy_from_slice(&number[number.len() - length..]);
        if let Some(iteration) = self.request.get_mut(ITERATION) {
            iteration.copy_from_slice(&number);
        }
    }

    async fn exchange(&self) -> io::Result<EchoAnswer> {
        let begin = Instant::now();
        self.socket.send(&self.request).await?;
        let mut answer = vec![0; self.request.len() + 1];
        loop {
            let bytes = self.socket.recv(&mut answer).await?;
            if !self.is_echo(&answer[..bytes]) {
                continue;
            }
            let fields = PlusFields::read(&answer[..bytes]);
            return Ok(EchoAnswer {
                received: now_us(),
                round_trip_us: us(begin.elapsed()).max(1),
                answer_number: fields.sequence,
                server_received_us: fields.received_us,
                server_replied_us: fields.replied_us,
                server_failures: fields.failures,
            });
        }
    }

    /// An echo is the request again, but for the fields a service of TR-143 fills in.
    fn is_echo(&self, answer: &[u8]) -> bool {
        let filled_in = 4.min(self.request.len())..PLUS_BYTES.min(self.request.len());
        answer.len() == self.request.len()
            && answer[..filled_in.start] == self.request[..filled_in.start]
            && answer[filled_in.end..] == self.request[filled_in.end..]
    }
}
