//! An HTTP file server that follows a script: one answer, to the byte, for each connection.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// One request as it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Request line and headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// The server.
pub struct FileServer {
    /// Where it listens.
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FileServer {
    /// Listens, and gives these answers in turn; then nobody is there any more.
    pub async fn answering(answers: Vec<Vec<u8>>) -> FileServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read(&mut stream).await;
                seen.lock().expect("nobody panics with it").push(request);
                stream.write_all(&answer).await.expect("the device reads");
            }
        });
        FileServer { address, requests }
    }

    /// The same answer over TLS to everybody who believes its certificate.
    pub async fn over_tls(config: rustls::ServerConfig, answer: Vec<u8>) -> FileServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let request = read(&mut stream).await;
                seen.lock().expect("nobody panics with it").push(request);
                stream.write_all(&answer).await.expect("the device reads");
                stream.shutdown().await.expect("the device reads");
            }
        });
        FileServer { address, requests }
    }

    /// The URL of a file on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("nobody panics with it").clone()
    }
}

/// One request, whole.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Request {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut request = Request {
                head,
                body: bytes.split_off(end + 4),
            };
            let length = request.header("content-length").unwrap_or("0");
            let length: usize = length.parse().expect("a number");
            while request.body.len() < length {
                let read = stream.read_buf(&mut request.body).await;
                assert!(read.expect("the device writes") > 0, "the body is cut off");
            }
            return request;
        }
        let read = stream.read_buf(&mut bytes).await;
        assert!(read.expect("the device writes") > 0, "the head is cut off");
    }
}

/// An answer: status, headers, and as much of the body as is sent before the connection is closed.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// A file that is sent to this place of it and no further.
pub fn cut_off(headers: &str, body: &[u8], at: usize) -> Vec<u8> {
    let headers = format!("{headers}Content-Length: {}\r\n", body.len());
    answer("200 OK", &headers, &body[..at])
}

/// The rest of a file.
pub fn rest(body: &[u8], from: usize, until: usize) -> Vec<u8> {
    let headers = format!(
        "Content-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\n",
        body.len() - 1,
        body.len(),
        body.len() - from
    );
    answer("206 Partial Content", &headers, &body[from..until])
}
