//! A small proxy: it passes everything on, and says whom it comes from in the way it was told to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How it says whom it comes from.
#[derive(Debug, Clone)]
pub enum Says {
    /// At the head of each connection.
    First(Vec<u8>),
    /// In the head of each request: lines, each with its end.
    Lines(String),
}

impl Says {
    /// `X-Forwarded-For`
    pub fn forwarded_for(address: &str) -> Says {
        Says::Lines(format!("X-Forwarded-For: {address}\r\n"))
    }
}

/// Where it is reached.
#[derive(Debug)]
pub struct Proxy {
    /// The address.
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// One in front of a server, which it reaches from this address of the loopback network.
    pub async fn start(server: SocketAddr, from: &str, says: Says) -> Proxy {
        let from: IpAddr = from.parse().expect("an address");
        let listener = TcpListener::bind(super::anywhere()).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let says = Arc::new(says);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let says = Arc::clone(&says);
                tokio::spawn(async move {
                    let socket = TcpSocket::new_v4().expect("a socket");
                    socket.bind(SocketAddr::new(from, 0)).expect("loopback");
                    if let Ok(server) = socket.connect(server).await {
                        pass_on(client, server, &says).await;
                    }
                });
            }
        });
        Proxy { address, task }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

async fn pass_on(client: TcpStream, server: TcpStream, says: &Says) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    match says {
        Says::First(header) => {
            if to_server.write_all(header).await.is_ok() {
                let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
            }
        }
        Says::Lines(lines) => {
            let mut bytes = Vec::new();
            while let Some(request) = request(&mut from_client, &mut bytes, lines).await {
                if to_server.write_all(&request).await.is_err() {
                    break;
                }
            }
        }
    }
    drop(to_server);
    let _ = back.await;
}

/// The next request, with further lines in its head.
async fn request<S>(from: &mut S, bytes: &mut Vec<u8>, lines: &str) -> Option<Vec<u8>>
where
    S: tokio::io::AsyncRead + Unpin,
{
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 2;
        }
        if from.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| {
        let text = line.strip_prefix("content-length:")?;
        text.trim().parse::<usize>().ok()
    });
    let whole = end + 2 + length.unwrap_or(0);
    while bytes.len() < whole {
        if from.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = bytes[end..whole].to_vec();
    let request = [&bytes[..end], lines.as_bytes(), &body].concat();
    bytes.drain(..whole);
    Some(request)
}
