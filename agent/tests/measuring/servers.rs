//! What is measured: a file server and a name server on loopback that know exactly what they have sent.

use super::name_server::Says;
use simple_dns::rdata::{A, AAAA, RData};
use simple_dns::{RCODE, TYPE};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of the file.
pub const FILE_BYTES: usize = 300_000;

/// A file server, one connection for each request.
pub struct Files {
    pub address: SocketAddr,
    /// Bytes of responses, headers included.
    pub sent: Arc<AtomicU64>,
    /// Bytes of the bodies of requests.
    pub received: Arc<AtomicU64>,
}

impl Files {
    /// `/file` has [`FILE_BYTES`], `/short` ends too early, `/put` takes a file, `/login` wants credentials; there is
    /// nothing else.
    pub async fn start() -> Files {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let files = Files {
            address: listener.local_addr().expect("it is bound"),
            sent: Arc::default(),
            received: Arc::default(),
        };
        let (sent, received) = (Arc::clone(&files.sent), Arc::clone(&files.received));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&sent), Arc::clone(&received)));
            }
        });
        files
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn serve(mut stream: TcpStream, sent: Arc<AtomicU64>, received: Arc<AtomicU64>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read_exact(&mut byte).await.is_err() {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head)
        .expect("an HTTP head is a text")
        .to_ascii_lowercase();
    assert!(
        !head.contains("authorization"),
        "TR-143 has no credentials: {head}"
    );
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut left: usize = length.map_or(0, |length| length.trim().parse().expect("a number"));
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        match stream.read(&mut buffer).await {
            Ok(bytes) if bytes > 0 => {
                received.fetch_add(bytes as u64, SeqCst);
                left -= bytes;
            }
            Ok(_) | Err(_) => return,
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (status, announced, body) = match path {
        "/file" => ("200 OK", FILE_BYTES, vec![0x5a; FILE_BYTES]),
        "/short" => ("200 OK", FILE_BYTES, vec![0x5a; 1000]),
        "/put" => ("201 Created", 0, Vec::new()),
        "/login" => ("401 Unauthorized", 0, Vec::new()),
        _ => ("404 Not Found", 0, Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {announced}\r\n\r\n");
    for part in [head.as_bytes(), &body] {
        if stream.write_all(part).await.is_ok() {
            sent.fetch_add(part.len() as u64, SeqCst);
        }
    }
}

/// What the name server in charge of `example.net` says: `acs` has an IPv4 address, `six` only an IPv6 one, `many` an
/// answer that does not fit into a datagram, `broken` breaks it, `silent` gets no response, all else does not exist.
pub fn names(name: &str, kind: TYPE) -> Says {
    let address = || RData::A(A::from(Ipv4Addr::new(192, 0, 2, 7)));
    match (name, kind) {
        ("acs.example.net", TYPE::A) => Says::Records(vec![address()]),
        ("six.example.net", TYPE::AAAA) => {
            Says::Records(vec![RData::AAAA(AAAA::from(Ipv6Addr::LOCALHOST))])
        }
        ("many.example.net", TYPE::A) => Says::Long(vec![address(); 100]),
        ("acs.example.net" | "six.example.net" | "many.example.net", _) => {
            Says::Records(Vec::new())
        }
        ("silent.example.net", _) => Says::Nothing,
        ("broken.example.net", _) => Says::Code(RCODE::ServerFailure),
        (_, _) => Says::Code(RCODE::NameError),
    }
}
