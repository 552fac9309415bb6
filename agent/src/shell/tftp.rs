//! Files by TFTP: one UDP socket for each, and a datagram sent again when nothing comes.

use super::transfers::Sink;
use crate::limits::TFTP_TRIES;
use cwmp::side::tftp::client::{Failure, Get, PACKET_BYTES, Put, Step};
use cwmp::side::tftp::packet::{PORT, stranger};
use cwmp::{Fault, FaultCode};
use http::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{UdpSocket, lookup_host};

/// Fetches a file.
pub(super) async fn fetch(url: &str, sink: &mut Sink<'_>, wait_ms: u64) -> Result<(), Fault> {
    let (host, name) = place(url)?;
    let (mut get, packet) = Get::begin(&name).map_err(|failure| refused(&failure))?;
    let mut talk = Talk::open(&host, packet, wait_ms).await?;
    let mut received = 0u64;
    let mut piece = Vec::with_capacity(PACKET_BYTES);
    loop {
        let datagram = talk.next(FaultCode::COMPLETE_DOWNLOAD).await?;
        let step = get.receive(&datagram, &mut piece);
        let step = step.map_err(|failure| refused(&failure))?;
        sink.check_size(get.total_bytes().unwrap_or(0))?;
        if !piece.is_empty() {
            received += piece.len() as u64;
            sink.take(&piece, received)?;
            piece.clear();
        }
        match step {
            Step::Ignore => {}
            Step::Send(packet) => talk.say(packet).await?,
            Step::Last(packet) => {
                let complete = get.total_bytes().is_none_or(|total| total == received);
                talk.say(packet).await?;
                return match complete {
                    true => Ok(()),
                    false => {
                        let why = format!("{received} bytes of a file that should have others");
                        Err(Fault::new(FaultCode::COMPLETE_DOWNLOAD, why))
                    }
                };
            }
            Step::Done => return Ok(()),
        }
    }
}

/// Sends a file.
pub(super) async fn send(url: &str, content: &[u8], wait_ms: u64) -> Result<(), Fault> {
    let failed = |failure: Failure| Fault::new(FaultCode::UPLOAD_FAILURE, failure.to_string());
    let (host, name) = place(url)?;
    let (mut put, packet) = Put::begin(&name, content).map_err(failed)?;
    let mut talk = Talk::open(&host, packet, wait_ms).await?;
    loop {
        let datagram = talk.next(FaultCode::UPLOAD_FAILURE).await?;
        match put.receive(&datagram).map_err(failed)? {
            Step::Ignore => {}
            Step::Send(packet) | Step::Last(packet) => talk.say(packet).await?,
            Step::Done => return Ok(()),
        }
    }
}

fn refused(failure: &Failure) -> Fault {
    let code = match failure.is_access() {
        true => FaultCode::ACCESS_FILE,
        false => FaultCode::TRANSFER_FAILURE,
    };
    Fault::new(code, failure.to_string())
}

/// Host with port, and file name of a URL (RFC 3617).
fn place(url: &str) -> Result<((String, u16), String), Fault> {
    let unusable = || Fault::new(FaultCode::CONTACT_FILE_SERVER, "the URL cannot be read");
    let uri: Uri = url.trim().parse().map_err(|_| unusable())?;
    let host = uri.host().ok_or_else(unusable)?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let path = path.split(";mode=").next().unwrap_or_default();
    let name = unescaped(path.trim_start_matches('/')).ok_or_else(unusable)?;
    Ok(((host, uri.port_u16().unwrap_or(PORT)), name))
}

/// `%41` as `A`.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            plain.push(byte);
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        plain.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(plain).ok()
}

/// A conversation with one server.
struct Talk {
    socket: UdpSocket,
    /// Where the request went.
    server: SocketAddr,
    /// Where the first answer came from: the server's transfer ID.
    peer: Option<SocketAddr>,
    /// What was said last, to be said again.
    said: Vec<u8>,
    buffer: Vec<u8>,
    wait_ms: u64,
}

impl Talk {
    async fn open(host: &(String, u16), request: Vec<u8>, wait_ms: u64) -> Result<Talk, Fault> {
        let unreachable = |why: String| Fault::new(FaultCode::CONTACT_FILE_SERVER, why);
        let mut addresses = lookup_host((host.0.as_str(), host.1))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let server = addresses
            .next()
            .ok_or_else(|| unreachable("the name has no address".into()))?;
        let any: IpAddr = match server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let mut talk = Talk {
            socket,
            server,
            peer: None,
            said: Vec::new(),
            // One byte more shows that a datagram is too long.
            buffer: vec![0; PACKET_BYTES + 1],
            wait_ms,
        };
        talk.say(request).await?;
        Ok(talk)
    }

    async fn say(&mut self, packet: Vec<u8>) -> Result<(), Fault> {
        self.said = packet;
        self.repeat().await
    }

    async fn repeat(&self) -> Result<(), Fault> {
        let to = self.peer.unwrap_or(self.server);
        let sent = self.socket.send_to(&self.said, to).await;
        let failed =
            |error: std::io::Error| Fault::new(FaultCode::CONTACT_FILE_SERVER, error.to_string());
        sent.map(drop).map_err(failed)
    }

    /// The next datagram of the server. What was said last is said again while none comes, each time after a longer wait.
    async fn next(&mut self, broken_off: FaultCode) -> Result<Vec<u8>, Fault> {
        let mut wait = Duration::from_millis(self.wait_ms);
        for _ in 0..TFTP_TRIES {
            match tokio::time::timeout(wait, self.hear()).await {
                Ok(datagram) => return Ok(datagram),
                Err(_) => self.repeat().await?,
            }
            wait *= 2;
        }
        let (code, why) = match self.peer {
            None => (
                FaultCode::CONTACT_FILE_SERVER,
                "the TFTP server does not answer",
            ),
            Some(_) => (broken_off, "the TFTP server has fallen silent"),
        };
        Err(Fault::new(code, why))
    }

    async fn hear(&mut self) -> Vec<u8> {
        loop {
            // An error here is an ICMP message about an earlier datagram; the wait will end.
            let Ok((length, from)) = self.socket.recv_from(&mut self.buffer).await else {
                tokio::task::yield_now().await;
                continue;
            };
            let known = match self.peer {
                None => from.ip() == self.server.ip(),
                Some(peer) => peer == from,
            };
            if known {
                self.peer = Some(from);
                return self.buffer[..length].to_vec();
            }
            if from.ip() == self.server.ip() {
                let _ = self.socket.send_to(&stranger(), from).await;
            }
        }
    }
}
