//! A server on a loopback port that speaks HTTP by hand: what it closes, packs and leaves out is the test's.

use cwmp::{AcsRequest, AcsResponse, FromAcs, FromCpe, Header, envelope, message::Body};
use flate2::Compression;
use flate2::write::GzEncoder;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What becomes of a connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It stays open.
    Keep,
    /// It is closed, and the answer says so.
    CloseTold,
    /// It is closed without a word.
    CloseUntold,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Post {
    /// The connection it came over, counted from 0.
    pub connection: usize,
    /// Request line and headers.
    pub head: String,
    /// The body as it came.
    pub body: Vec<u8>,
    /// What it is, if it is a message that can be read; empty for no body.
    pub message: String,
    /// More had come before the answer was given.
    pub early: bool,
}

/// What goes on between the server's thread and the test.
#[derive(Default)]
struct Shared {
    seen: Vec<Post>,
    requests: VecDeque<AcsRequest>,
    open: usize,
    ports: Vec<u16>,
}

/// The server.
pub struct Server {
    /// Where it is.
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

/// How bodies of answers go out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Bomb,
}

type Script = dyn Fn(usize) -> Vec<String> + Send;

impl Server {
    /// Answers as an ACS does; `script` gives status line and headers for each request by its number, none for the
    /// usual ones.
    pub fn start(after: After, script: impl Fn(usize) -> Vec<String> + Send + 'static) -> Server {
        Server::run(after, Packing::Plain, Box::new(script))
    }

    /// Packs what it says.
    pub fn packing(after: After) -> Server {
        Server::run(after, Packing::Gzip, Box::new(|_| Vec::new()))
    }

    /// Answers with little that unpacks to very much.
    pub fn bombing() -> Server {
        Server::run(After::Keep, Packing::Bomb, Box::new(|_| Vec::new()))
    }

    /// Speaks TLS with this certificate; `host` is how its URL names it.
    pub fn with_tls(config: ServerConfig, host: &str) -> Server {
        let mut server = Server::listen(move |stream, connection, shared| {
            let Ok(session) = ServerConnection::new(Arc::new(config.clone())) else {
                return;
            };
            let line = StreamOwned::new(session, stream);
            let keep = |_: usize| Vec::new();
            serve(line, connection, After::Keep, Packing::Plain, &keep, shared);
        });
        let port = server.url.rsplit(':').next().unwrap_or_default();
        server.url = format!("https://{host}:{port}");
        server
    }

    fn run(after: After, packing: Packing, script: Box<Script>) -> Server {
        Server::listen(move |stream, connection, shared| {
            serve(stream, connection, after, packing, &script, shared);
        })
    }

    fn listen(serve: impl Fn(TcpStream, usize, &Mutex<Shared>) + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Mutex::new(Shared::default()));
        let server = Server {
            url: format!("http://{address}/acs"),
            shared: Arc::clone(&shared),
        };
        std::thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { return };
                let port = stream.peer_addr().map_or(0, |peer| peer.port());
                lock(&shared).ports.push(port);
                lock(&shared).open += 1;
                serve(stream, connection, &shared);
                lock(&shared).open -= 1;
            }
        });
        server
    }

    /// Something to ask the device in its session.
    pub fn asks(&self, request: AcsRequest) {
        lock(&self.shared).requests.push_back(request);
    }

    /// What the device has sent so far.
    pub fn seen(&self) -> Vec<Post> {
        lock(&self.shared).seen.clone()
    }

    /// The ports its connections came from.
    pub fn ports(&self) -> Vec<u16> {
        lock(&self.shared).ports.clone()
    }

    /// Whether no connection is open.
    pub fn all_closed(&self) -> bool {
        lock(&self.shared).open == 0
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection until either side closes it.
fn serve<L: Line>(
    mut stream: L,
    connection: usize,
    after: After,
    packing: Packing,
    script: &Script,
    shared: &Mutex<Shared>,
) {
    while let Some((head, body)) = read(&mut stream) {
        let post = Post {
            connection,
            message: message_of(&body),
            early: stream.more_has_come(),
            head,
            body,
        };
        let (number, reply) = {
            let mut shared = lock(shared);
            let number = shared.seen.len();
            let reply = reply_to(&post, &mut shared.requests);
            shared.seen.push(post);
            (number, reply)
        };
        let lines = script(number);
        let refused = lines.first().is_some_and(|line| line.contains("401"));
        let reply = if refused { String::new() } else { reply };
        let closes = lines.iter().any(|line| line == "Connection: close");
        if write(&mut stream, lines, &reply, after, packing).is_err()
            || closes
            || after != After::Keep
        {
            return;
        }
    }
}

/// Head and body of the next request; `None` when the connection is over.
fn read(stream: &mut impl Line) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let wanted = name.eq_ignore_ascii_case("content-length");
        wanted.then(|| value.trim().parse::<usize>().ok())?
    });
    let end = head_end + length.expect("our messages state their length");
    while bytes.len() < end {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    Some((head, bytes[head_end..end].to_vec()))
}

/// A line to a device, plain or encrypted.
trait Line: Read + Write {
    /// Whether something has come that was not asked for yet, within a moment.
    fn more_has_come(&self) -> bool;
}

impl Line for TcpStream {
    fn more_has_come(&self) -> bool {
        let moment = Some(Duration::from_millis(20));
        self.set_read_timeout(moment).expect("a time limit");
        let peeked = self.peek(&mut [0; 1]);
        self.set_read_timeout(None).expect("no time limit");
        match peeked {
            Ok(count) => count > 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }
}

impl Line for StreamOwned<ServerConnection, TcpStream> {
    /// TLS has messages of its own; only the plain line is watched.
    fn more_has_come(&self) -> bool {
        false
    }
}

fn message_of(body: &[u8]) -> String {
    match envelope::read::<FromCpe>(body) {
        Ok(envelope) => envelope.body.name().to_owned(),
        Err(_) => String::new(),
    }
}

fn reply_to(post: &Post, requests: &mut VecDeque<AcsRequest>) -> String {
    let unpacked = match post.body.starts_with(&[0x1f, 0x8b]) {
        true => {
            let mut bytes = Vec::new();
            let mut packed = flate2::read::GzDecoder::new(&post.body[..]);
            packed.read_to_end(&mut bytes).expect("gzip");
            bytes
        }
        false => post.body.clone(),
    };
    let said = envelope::read::<FromCpe>(&unpacked).ok();
    let namespace = said
        .as_ref()
        .map_or_else(Default::default, |said| said.namespace);
    match said {
        Some(said) if said.body.name() == "Inform" => {
            let header = Header {
                id: said.header.id,
                use_version: Some("1.4".into()),
                ..Header::default()
            };
            let response = AcsResponse::InformResponse(Default::default());
            envelope::write(namespace, &header, &FromAcs::from(response))
        }
        Some(_) | None => match requests.pop_front() {
            Some(request) => {
                let header = Header::with_id("asked");
                envelope::write(namespace, &header, &FromAcs::from(request))
            }
            None => String::new(),
        },
    }
}

fn write(
    stream: &mut impl Line,
    mut lines: Vec<String>,
    reply: &str,
    after: After,
    packing: Packing,
) -> std::io::Result<()> {
    if lines.is_empty() {
        let status = if reply.is_empty() {
            "204 No Content"
        } else {
            "200 OK"
        };
        lines.push(format!("HTTP/1.1 {status}"));
        lines.push("Content-Type: text/xml".into());
    }
    let mut body = reply.as_bytes().to_vec();
    if packing != Packing::Plain && !reply.is_empty() {
        if packing == Packing::Bomb {
            body = vec![b' '; 32 << 20];
        }
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&body)?;
        body = packer.finish()?;
        lines.push("Content-Encoding: gzip".into());
    }
    lines.push(format!("Content-Length: {}", body.len()));
    if after == After::CloseTold {
        lines.push("Connection: close".into());
    }
    stream.write_all(format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes())?;
    stream.write_all(&body)
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// If there is none in time; `what` says what was waited for.
pub async fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    let asking = async {
        loop {
            beat.tick().await;
            if let Some(answer) = ask() {
                return answer;
            }
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), asking).await;
    waited.unwrap_or_else(|_| panic!("in a minute it did not happen that {what}"))
}
