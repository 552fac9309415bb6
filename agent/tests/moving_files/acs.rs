//! A small ACS: it asks what it is given, in the first session that gets so far, and says what it is told.

use crate::file_server::{answer, read};
use cwmp::message::CpeRequest;
use cwmp::session::RequestIds;
use cwmp::session::acs::{AcsSession, Reply, Turn};
use cwmp::{AcsRequest, CpeResponse};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// What the ACS has heard.
#[derive(Debug)]
pub enum Heard {
    /// The answer to something it has asked.
    Answer(Box<CpeResponse>),
    /// A request of the device, the Inform among them.
    Told(Box<CpeRequest>),
}

/// The ACS.
pub struct Acs {
    /// Its URL.
    pub url: String,
    heard: UnboundedReceiver<Heard>,
}

struct Talk {
    asks: VecDeque<AcsRequest>,
    session: Option<AcsSession>,
    heard: UnboundedSender<Heard>,
}

impl Acs {
    /// Listens on a free port; each connection carries one exchange.
    pub async fn asking(asks: Vec<AcsRequest>) -> Acs {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let (sender, heard) = mpsc::unbounded_channel();
        let mut talk = Talk {
            asks: asks.into(),
            session: None,
            heard: sender,
        };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let body = read(&mut stream).await.body;
                let body = talk.takes(&body).body.unwrap_or_default();
                let status = if body.is_empty() {
                    "204 No Content"
                } else {
                    "200 OK"
                };
                let headers = format!(
                    "Content-Type: text/xml\r\nContent-Length: {}\r\n",
                    body.len()
                );
                let answer = answer(status, &headers, body.as_bytes());
                // A device that has hung up comes again.
                let _ = stream.write_all(&answer).await;
            }
        });
        Acs {
            url: format!("http://{address}/"),
            heard,
        }
    }

    /// The next thing it hears that is of this kind.
    pub async fn hears<T>(&mut self, wanted: impl Fn(Heard) -> Option<T>) -> T {
        let search = async {
            loop {
                let heard = self.heard.recv().await.expect("the ACS is there");
                if let Some(found) = wanted(heard) {
                    return found;
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), search).await;
        found.expect("the ACS hears it in time")
    }
}

impl Talk {
    fn takes(&mut self, body: &[u8]) -> Reply {
        let session = self.session.take();
        let session = session.unwrap_or_else(|| AcsSession::new(RequestIds::starting_at(1)));
        match session
            .post(body)
            .expect("the device keeps to the protocol")
        {
            Turn::Informed(turn) => {
                self.hears(Heard::Told(Box::new(turn.inform.clone().into())));
                self.goes_on(turn.accept())
            }
            Turn::Called(turn) => {
                self.hears(Heard::Told(Box::new(turn.request.clone())));
                self.goes_on(turn.acknowledge())
            }
            Turn::Refused(turn) => self.goes_on(turn.send()),
            Turn::Answered(turn) => {
                let answer = turn.answer.expect("the device grants what is asked");
                self.hears(Heard::Answer(Box::new(answer)));
                match self.asks.pop_front() {
                    Some(ask) => self.goes_on(turn.ready.call(ask)),
                    None => turn.ready.finish(),
                }
            }
            Turn::Ready(ready) => match self.asks.pop_front() {
                Some(ask) => self.goes_on(ready.call(ask)),
                None => ready.finish(),
            },
        }
    }

    fn goes_on(&mut self, (session, reply): (AcsSession, Reply)) -> Reply {
        self.session = Some(session);
        reply
    }

    fn hears(&self, heard: Heard) {
        // A test that has ended hears nothing more.
        let _ = self.heard.send(heard);
    }
}
