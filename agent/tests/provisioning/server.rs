//! Servers of profiles that follow a script: one answer for each connection, or one small file by TFTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

/// A server over HTTP.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives these answers in turn.
    pub async fn answering(answers: Vec<Vec<u8>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let read = stream.read_buf(&mut head).await.expect("the device writes");
                    assert!(read > 0, "the head is cut off");
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                seen.lock().expect("nobody panics with it").push(head);
                // A device that has read enough hangs up.
                let _ = stream.write_all(&answer).await;
            }
        });
        Server { address, requests }
    }

    /// A file.
    pub fn ok(body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    /// An answer without a body.
    pub fn status(status: &str, headers: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: 0\r\n\r\n")
            .into_bytes()
    }

    /// The URL of a file on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("nobody panics with it").clone()
    }
}

/// Serves a file of one block by TFTP, once.
pub async fn tftp(file: Vec<u8>) -> SocketAddr {
    assert!(file.len() < 512, "it is one block");
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut buffer = vec![0; 2_000];
        let (_, peer) = socket.recv_from(&mut buffer).await.expect("a request");
        let own = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let block = [&[0, 3, 0, 1][..], &file].concat();
        own.send_to(&block, peer).await.expect("the device listens");
        own.recv_from(&mut buffer)
            .await
            .expect("an acknowledgement");
    });
    address
}
