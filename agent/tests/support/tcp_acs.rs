//! A small ACS on a real socket: one connection at a time, one list of requests, no authentication.

use cwmp::rpc::Inform;
use cwmp::session::RequestIds;
use cwmp::session::acs::{AcsSession, AnswerFault, Reply, Turn};
use cwmp::{AcsRequest, CpeResponse};
use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an ACS comes to know.
#[derive(Debug)]
pub enum Heard {
    /// The first byte of a connection.
    FirstByte,
    /// An Inform.
    Inform(Box<Inform>),
    /// The answer to a request.
    Answer(Box<Result<CpeResponse, AnswerFault>>),
    /// A session has ended well.
    Ended,
}

/// The ACS.
pub struct TcpAcs {
    /// Where it listens.
    pub address: SocketAddr,
    asks: Arc<Mutex<VecDeque<AcsRequest>>>,
    heard: Receiver<Heard>,
}

impl TcpAcs {
    /// Starts one on a free port; it ends with the process.
    pub fn start() -> TcpAcs {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let asks: Arc<Mutex<VecDeque<AcsRequest>>> = Arc::default();
        let (sender, heard) = mpsc::channel();
        let queue = Arc::clone(&asks);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that breaks is the device's affair.
                let _ = serve(&stream, &queue, &sender);
            }
        });
        TcpAcs {
            address,
            asks,
            heard,
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it asks in the next session.
    pub fn asks(&self, request: impl Into<AcsRequest>) {
        let mut asks = self.asks.lock().expect("nobody panics with it");
        asks.push_back(request.into());
    }

    /// The next thing it hears that is of this kind; others before it are passed over.
    #[track_caller]
    pub fn hears<T>(&self, wanted: impl Fn(Heard) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            let heard = self.heard.recv_timeout(rest);
            let heard = heard.expect("the ACS hears nothing of the kind");
            if let Some(found) = wanted(heard) {
                return found;
            }
        }
    }
}

fn serve(
    stream: &TcpStream,
    asks: &Mutex<VecDeque<AcsRequest>>,
    heard: &Sender<Heard>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    let mut session = Some(AcsSession::new(RequestIds::starting_at(1)));
    if !reader.fill_buf()?.is_empty() {
        let _ = heard.send(Heard::FirstByte);
    }
    while let (Some(body), Some(current)) = (read_body(&mut reader)?, session.take()) {
        let turn = current.post(&body);
        let turn = turn.map_err(|_| io::Error::other("no message of a device"))?;
        let reply = match turn {
            Turn::Informed(turn) => {
                let _ = heard.send(Heard::Inform(Box::new(turn.inform.clone())));
                open(turn.accept(), &mut session)
            }
            Turn::Called(turn) => open(turn.acknowledge(), &mut session),
            Turn::Refused(turn) => open(turn.send(), &mut session),
            Turn::Ready(ready) => match next(asks) {
                Some(ask) => open(ready.call(ask), &mut session),
                None => ready.finish(),
            },
            Turn::Answered(turn) => {
                let _ = heard.send(Heard::Answer(Box::new(turn.answer)));
                match next(asks) {
                    Some(ask) => open(turn.ready.call(ask), &mut session),
                    None => turn.ready.finish(),
                }
            }
        };
        let body = reply.body.unwrap_or_default();
        let status = if body.is_empty() {
            "204 No Content"
        } else {
            "200 OK"
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        writer.write_all(head.as_bytes())?;
        writer.write_all(body.as_bytes())?;
    }
    let _ = heard.send(Heard::Ended);
    Ok(())
}

fn open((next, reply): (AcsSession, Reply), session: &mut Option<AcsSession>) -> Reply {
    *session = Some(next);
    reply
}

fn next(asks: &Mutex<VecDeque<AcsRequest>>) -> Option<AcsRequest> {
    asks.lock().ok()?.pop_front()
}

/// The body of the next request; `None` if the connection has ended.
fn read_body(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}
