//! An ACS on a real socket: it asks one list of things in each session, and tells what it has heard.

use bytes::Bytes;
use cwmp::rpc::{GetParameterValues, SetParameterValues};
use cwmp::session::acs::{Ready, Reply, Turn};
use cwmp::session::{AcsSession, RequestIds};
use cwmp::{AcsRequest, CpeResponse, ParameterKey};
use data_model::{ParameterList, XsdType};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What was said in one session.
#[derive(Debug, Default)]
pub struct Heard {
    /// The codes of its events.
    pub events: Vec<String>,
    /// The values the device answered with.
    pub values: ParameterList,
    /// Requests it refused.
    pub faults: Vec<String>,
}

/// The server.
pub struct Acs {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

struct State {
    /// The requests of each session to come.
    scripts: VecDeque<Vec<AcsRequest>>,
    session: Option<AcsSession>,
    asking: VecDeque<AcsRequest>,
    hearing: Heard,
    heard: mpsc::UnboundedSender<Heard>,
}

impl Acs {
    /// Listens on loopback.
    pub async fn start() -> Acs {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (sender, heard) = mpsc::unbounded_channel();
        let state = Arc::new(Mutex::new(State {
            scripts: VecDeque::new(),
            session: None,
            asking: VecDeque::new(),
            hearing: Heard::default(),
            heard: sender,
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&state), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Acs {
            address,
            state,
            heard,
        }
    }

    /// The next session for which nothing is planned yet asks these things.
    pub fn asks(&self, requests: Vec<AcsRequest>) {
        self.state
            .lock()
            .expect("no test panics in it")
            .scripts
            .push_back(requests);
    }

    /// The next session that has come to its end.
    pub async fn session(&mut self) -> Heard {
        let heard = tokio::time::timeout(super::PATIENCE, self.heard.recv()).await;
        heard.expect("a session in time").expect("the server runs")
    }
}

async fn answer(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request
        .into_body()
        .collect()
        .await
        .expect("a whole request")
        .to_bytes();
    let reply = state.lock().expect("no test panics in it").take(&body);
    let body = reply.body.unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(body.clone())));
    if body.is_empty() {
        *response.status_mut() = http::StatusCode::NO_CONTENT;
    }
    Ok(response)
}

impl State {
    fn take(&mut self, body: &[u8]) -> Reply {
        let session = self.session.take();
        let session = session.unwrap_or_else(|| AcsSession::new(RequestIds::starting_at(1)));
        match session
            .post(body)
            .expect("the device keeps to the protocol")
        {
            Turn::Informed(turn) => {
                self.asking = self.scripts.pop_front().unwrap_or_default().into();
                let events = turn.inform.event.iter();
                self.hearing.events = events.map(|event| event.event_code.to_string()).collect();
                self.go_on(turn.accept())
            }
            Turn::Called(turn) => self.go_on(turn.acknowledge()),
            Turn::Ready(ready) => self.speak(ready),
            Turn::Answered(turn) => {
                match turn.answer {
                    Ok(CpeResponse::GetParameterValuesResponse(response)) => {
                        self.hearing.values = response.parameter_list;
                    }
                    Ok(_) => {}
                    Err(fault) => self.hearing.faults.push(format!("{fault:?}")),
                }
                self.speak(turn.ready)
            }
            Turn::Refused(turn) => panic!("the device broke the schema: {}", turn.fault),
        }
    }

    fn speak(&mut self, ready: Ready) -> Reply {
        match self.asking.pop_front() {
            Some(request) => self.go_on(ready.call(request)),
            None => {
                let _ = self.heard.send(std::mem::take(&mut self.hearing));
                ready.finish()
            }
        }
    }

    fn go_on(&mut self, (session, reply): (AcsSession, Reply)) -> Reply {
        self.session = Some(session);
        reply
    }
}

/// SetParameterValues of parameters of one object.
pub fn set(object: &str, values: &[(&str, &str)]) -> AcsRequest {
    let names: Vec<String> = values
        .iter()
        .map(|(name, _)| format!("{object}{name}"))
        .collect();
    let typed = names.iter().zip(values);
    let typed = typed.map(|(name, (_, value))| (name.as_str(), XsdType::String, *value));
    SetParameterValues {
        parameter_list: typed.collect(),
        parameter_key: ParameterKey::new("").expect("an empty key is short"),
    }
    .into()
}

/// GetParameterValues of everything in an object.
pub fn get(object: &str) -> AcsRequest {
    GetParameterValues {
        parameter_names: vec![object.into()],
    }
    .into()
}
