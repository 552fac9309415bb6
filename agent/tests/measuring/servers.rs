//! What is measured: a file server and a name server on loopback that know exactly what they have sent.

use simple_dns::rdata::{A, AAAA, RData};
use simple_dns::{CLASS, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

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

/// A name server in charge of `example.net`: `acs` has an IPv4 address, `six` only an IPv6 one, `broken` breaks it,
/// `silent` gets no response, all else does not exist.
pub async fn names() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((bytes, from)) = socket.recv_from(&mut buffer).await {
            let query = Packet::parse(&buffer[..bytes]).expect("the device asks in DNS");
            // Whoever guesses the number of a query must not be believed without the question.
            let forged = Packet::new_reply(query.id());
            let _ = socket.send_to(&written(&forged), from).await;
            let _ = socket.send_to(b"not DNS at all", from).await;
            if let Some(response) = response(&query) {
                let _ = socket.send_to(&written(&response), from).await;
            }
        }
    });
    address
}

fn written(packet: &Packet<'_>) -> Vec<u8> {
    packet.build_bytes_vec().expect("a message")
}

fn response<'a>(query: &Packet<'a>) -> Option<Packet<'a>> {
    let question = query.questions.first().expect("a question").clone();
    let mut response = Packet::new_reply(query.id());
    response.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    let name = question.qname.to_string();
    let data = match (name.as_str(), question.qtype) {
        ("acs.example.net", QTYPE::TYPE(TYPE::A)) => {
            Some(RData::A(A::from(Ipv4Addr::new(192, 0, 2, 7))))
        }
        ("six.example.net", QTYPE::TYPE(TYPE::AAAA)) => {
            Some(RData::AAAA(AAAA::from(Ipv6Addr::LOCALHOST)))
        }
        ("acs.example.net" | "six.example.net", _) => None,
        ("silent.example.net", _) => return None,
        ("broken.example.net", _) => {
            *response.rcode_mut() = RCODE::ServerFailure;
            None
        }
        (_, _) => {
            *response.rcode_mut() = RCODE::NameError;
            None
        }
    };
    if let Some(data) = data {
        let record = ResourceRecord::new(question.qname.clone(), CLASS::IN, 60, data);
        response.answers.push(record);
    }
    response.questions.push(question);
    Some(response)
}
