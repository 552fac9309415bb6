//! A TFTP server on a socket of its own: plain or with options, losing and doubling datagrams if it is told to.

use std::net::SocketAddr;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Options are answered.
    Options,
    /// Options are ignored, as RFC 1350 has none.
    Plain,
    /// Every third datagram is lost, every fourth is sent twice.
    Lossy,
    /// Everybody is told that there is no such file.
    Missing,
    /// The first block is all that ever comes.
    FallsSilent,
}

/// The server, for one transfer.
pub struct TftpServer {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<(String, Vec<u8>)>,
}

impl TftpServer {
    /// Serves this file to whoever reads, and takes whatever somebody writes.
    pub async fn start(file: Vec<u8>, manner: Manner) -> TftpServer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("it is bound");
        let task = tokio::spawn(serve(socket, file, manner));
        TftpServer { address, task }
    }

    /// The URL of a file on it.
    pub fn url(&self, path: &str) -> String {
        format!("tftp://{}{path}", self.address)
    }

    /// The name that was asked for, and what was written.
    pub async fn seen(self) -> (String, Vec<u8>) {
        self.task.await.expect("the server does not panic")
    }
}

async fn serve(socket: UdpSocket, file: Vec<u8>, manner: Manner) -> (String, Vec<u8>) {
    let mut buffer = vec![0; 2_000];
    let (length, peer) = socket.recv_from(&mut buffer).await.expect("a request");
    let request = buffer[..length].to_vec();
    let mut words = request[2..].split(|byte| *byte == 0);
    let name = String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned();
    // A transfer has a port of its own (RFC 1350, section 4).
    let own = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    own.connect(peer).await.expect("a peer");
    let mut line = Line {
        own,
        manner,
        count: 0,
    };
    if manner == Manner::Missing {
        line.send(b"\0\x05\0\x01no such file\0").await;
        return (name, Vec::new());
    }
    let block_bytes = if manner == Manner::Plain { 512 } else { 1_000 };
    let written = match request[1] {
        1 => line.give(&file, block_bytes).await,
        _ => line.take(block_bytes).await,
    };
    (name, written)
}

struct Line {
    own: UdpSocket,
    manner: Manner,
    count: usize,
}

impl Line {
    async fn send(&mut self, packet: &[u8]) {
        self.count += 1;
        let copies = match (self.manner, self.count % 12) {
            (Manner::Lossy, 3) => 0,
            (Manner::Lossy, 7) => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let _ = self.own.send(packet).await;
        }
    }

    async fn hear(&mut self) -> Option<Vec<u8>> {
        let mut buffer = vec![0; 2_000];
        let wait = std::time::Duration::from_millis(100);
        let heard = tokio::time::timeout(wait, self.own.recv(&mut buffer)).await;
        let length = heard.ok()?.ok()?;
        Some(buffer[..length].to_vec())
    }

    fn options(&self, size: usize) -> Vec<u8> {
        format!("\0\x06blksize\x001000\0tsize\0{size}\0").into_bytes()
    }

    async fn give(&mut self, file: &[u8], block_bytes: usize) -> Vec<u8> {
        let blocks = file.len() / block_bytes + 1;
        let from = usize::from(self.manner == Manner::Plain);
        for block in from..=blocks {
            let packet = if block == 0 {
                self.options(file.len())
            } else {
                let start = (block - 1) * block_bytes;
                let end = (start + block_bytes).min(file.len());
                [
                    &[0, 3],
                    &(block as u16).to_be_bytes()[..],
                    &file[start..end],
                ]
                .concat()
            };
            if block == 2 && self.manner == Manner::FallsSilent {
                return Vec::new();
            }
            let ack = [&[0, 4], &(block as u16).to_be_bytes()[..]].concat();
            for _ in 0..30 {
                self.send(&packet).await;
                if self.hear().await.is_some_and(|heard| heard == ack) {
                    break;
                }
            }
        }
        Vec::new()
    }

    async fn take(&mut self, block_bytes: usize) -> Vec<u8> {
        let mut file = Vec::new();
        let mut block = 0u16;
        let mut reply = match self.manner {
            Manner::Plain => vec![0, 4, 0, 0],
            _ => self.options(0),
        };
        self.send(&reply).await;
        for _ in 0..3_000 {
            let Some(heard) = self.hear().await else {
                self.send(&reply).await;
                continue;
            };
            let number = [heard[2], heard[3]];
            if heard[1] == 3 && u16::from_be_bytes(number) == block.wrapping_add(1) {
                block = block.wrapping_add(1);
                file.extend_from_slice(&heard[4..]);
                reply = vec![0, 4, number[0], number[1]];
                self.send(&reply).await;
                if heard.len() - 4 < block_bytes {
                    self.linger(&reply).await;
                    return file;
                }
            } else {
                self.send(&reply).await;
            }
        }
        file
    }

    /// The last acknowledgement may be lost as well (RFC 1350, section 6).
    async fn linger(&mut self, reply: &[u8]) {
        let mut silent = 0;
        while silent < 3 {
            match self.hear().await {
                Some(_) => self.send(reply).await,
                None => silent += 1,
            }
        }
    }
}
