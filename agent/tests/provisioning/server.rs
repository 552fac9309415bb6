//! Servers of profiles that follow a script: one answer for each connection, or one small file by TFTP.

use agent::provisioning::certificate::Subject;
use rustls::ServerConfig;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

/// A server over HTTP.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
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
                while !is_whole(&head) {
                    let read = stream.read_buf(&mut head).await.expect("the device writes");
                    assert!(read > 0, "the request is cut off");
                }
                seen.lock().expect("nobody panics with it").push(head);
                // A device that has read enough hangs up.
                let _ = stream.write_all(&answer).await;
            }
        });
        Server { address, requests }
    }

    /// A file.
    pub fn ok(body: &[u8]) -> Vec<u8> {
        Server::with("", body)
    }

    /// A file, with these headers.
    pub fn with(headers: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
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

    /// The requests so far, as text.
    pub fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().expect("nobody panics with it");
        let text = |request: &Vec<u8>| String::from_utf8_lossy(request).into_owned();
        requests.iter().map(text).collect()
    }

    /// The body of the last request.
    pub fn body(&self) -> Vec<u8> {
        let requests = self.requests.lock().expect("nobody panics with it");
        let last = requests.last().cloned().unwrap_or_default();
        last[head_bytes(&last).unwrap_or(last.len())..].to_vec()
    }
}

/// Where the body of a request begins.
fn head_bytes(request: &[u8]) -> Option<usize> {
    let ends = request.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(ends + 4)
}

fn is_whole(request: &[u8]) -> bool {
    let Some(head) = head_bytes(request) else {
        return false;
    };
    let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse().ok());
    request.len() >= head + length.unwrap_or(0)
}

/// A server of files, with TLS or without, that says what it has seen.
pub struct FileServer {
    root: String,
    files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which one.
    pub path: String,
    /// The subject of the certificate the device has shown.
    pub subject: Option<String>,
}

impl FileServer {
    /// Without TLS.
    pub async fn plain() -> FileServer {
        FileServer::start(None, "127.0.0.1").await
    }

    /// With TLS, under this host.
    pub async fn with_tls(config: ServerConfig, host: &str) -> FileServer {
        FileServer::start(Some(TlsAcceptor::from(Arc::new(config))), host).await
    }

    async fn start(tls: Option<TlsAcceptor>, host: &str) -> FileServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let server = FileServer {
            root: format!("{scheme}://{host}:{port}"),
            files: Arc::default(),
            seen: Arc::default(),
        };
        let (files, seen) = (Arc::clone(&server.files), Arc::clone(&server.seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Some(tls) = &tls else {
                    serve(stream, None, &files, &seen).await;
                    continue;
                };
                // Whoever is refused has not come as far as a request.
                if let Ok(stream) = tls.accept(stream).await {
                    let shown = stream.get_ref().1.peer_certificates();
                    let shown = shown.and_then(|chain| Subject::of_der(&chain[0]));
                    let shown = shown.map(|subject| subject.to_string());
                    serve(stream, shown, &files, &seen).await;
                }
            }
        });
        server
    }

    /// Puts a file there.
    pub fn put(&self, path: &str, content: impl Into<Vec<u8>>) {
        let mut files = self.files.lock().expect("nobody panics with it");
        files.insert(path.into(), content.into());
    }

    /// The URL of a file on it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("nobody panics with it").clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    subject: Option<String>,
    files: &Mutex<HashMap<String, Vec<u8>>>,
    seen: &Mutex<Vec<Seen>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // A certificate that is refused shows here at the latest.
        if !matches!(stream.read_buf(&mut head).await, Ok(read) if read > 0) {
            return;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let content = files
        .lock()
        .expect("nobody panics with it")
        .get(&path)
        .cloned();
    let answer = match content {
        Some(content) => Server::ok(&content),
        None => Server::status("404 Not Found", ""),
    };
    let request = Seen { path, subject };
    seen.lock().expect("nobody panics with it").push(request);
    // The device may have hung up.
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
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
