//! An ACS of one device on a loopback socket: the session machine of the `cwmp` crate behind hyper.

use bytes::Bytes;
use cwmp::AcsRequest;
use cwmp::message::{CpeRequest, FromCpe};
use cwmp::rpc::{Inform, RequestDownload, SetParameterValues};
use cwmp::session::acs::{Ready, Reply, Turn};
use cwmp::session::{AcsSession, RequestIds};
use data_model::{ParameterList, XsdType};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

#[derive(Default)]
struct State {
    machine: Option<AcsSession>,
    to_ask: VecDeque<AcsRequest>,
    /// Every Inform, in order; those a test has waited for in front.
    informs: Vec<Inform>,
    looked_at: usize,
    answers: usize,
    /// The files devices have asked for.
    wishes: Vec<RequestDownload>,
    /// What is asked once a device has asked for a file.
    grant: Option<AcsRequest>,
}

/// The ACS.
pub struct TestAcs {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    news: watch::Receiver<()>,
    task: AbortHandle,
}

impl Drop for TestAcs {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TestAcs {
    pub async fn start() -> TestAcs {
        TestAcs::on("127.0.0.1:0").await.expect("there are ports")
    }

    /// An ACS somewhere else; `None` if this host has no such address.
    pub async fn on(address: &str) -> Option<TestAcs> {
        let listener = TcpListener::bind(address).await.ok()?;
        let address = listener.local_addr().expect("it is bound");
        let state: Arc<Mutex<State>> = Arc::default();
        let (tell, news) = watch::channel(());
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, tell) = (Arc::clone(&shared), tell.clone());
                let service =
                    service_fn(move |request| serve(request, Arc::clone(&state), tell.clone()));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        Some(TestAcs {
            address,
            state,
            news,
            task: task.abort_handle(),
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}/cwmp", self.address)
    }

    /// Asks this in the next session.
    pub fn asks(&self, request: impl Into<AcsRequest>) {
        lock(&self.state).to_ask.push_back(request.into());
    }

    /// Answers the next device that asks for a file with this.
    pub fn grants(&self, request: impl Into<AcsRequest>) {
        lock(&self.state).grant = Some(request.into());
    }

    /// Waits until a device asks for a file.
    pub async fn wished(&self) -> RequestDownload {
        self.wait(|state| state.wishes.pop()).await
    }

    /// Sets this in the next session.
    pub fn sets(&self, values: &[(&str, &str)]) {
        let typed = values
            .iter()
            .map(|(name, value)| (*name, XsdType::String, *value));
        let values: ParameterList = typed.collect();
        let request = SetParameterValues {
            parameter_list: values,
            parameter_key: Default::default(),
        };
        self.asks(request);
    }

    /// Waits for the next Inform like this; those before it are skipped.
    pub async fn informed(&self, wanted: impl Fn(&Inform) -> bool) -> Inform {
        self.wait(|state| {
            while let Some(inform) = state.informs.get(state.looked_at) {
                state.looked_at += 1;
                if wanted(inform) {
                    return Some(inform.clone());
                }
            }
            None
        })
        .await
    }

    /// Waits until all that was to be asked is answered.
    pub async fn until_asked(&self) {
        self.wait(|state| {
            let done = state.to_ask.is_empty() && state.answers > 0;
            done.then(|| state.answers = 0)
        })
        .await;
    }

    /// How many Informs like this there were so far.
    pub fn count(&self, wanted: impl Fn(&Inform) -> bool) -> usize {
        let state = lock(&self.state);
        state.informs.iter().filter(|inform| wanted(inform)).count()
    }

    async fn wait<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut news = self.news.clone();
        let waiting = async {
            loop {
                news.mark_unchanged();
                if let Some(found) = look(&mut lock(&self.state)) {
                    return found;
                }
                news.changed().await.expect("the ACS runs");
            }
        };
        let waited = tokio::time::timeout(super::PATIENCE, waiting).await;
        waited
            .unwrap_or_else(|_| panic!("it does not come; so far: {:?}", lock(&self.state).informs))
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
    tell: watch::Sender<()>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let reply = lock(&state).answer(&body);
    // Nobody may be waiting.
    let _ = tell.send(());
    let status = if reply.body.is_some() { 200 } else { 204 };
    let response = Response::builder()
        .status(status)
        .header("content-type", "text/xml")
        .body(Full::from(reply.body.unwrap_or_default()));
    Ok(response.expect("the reply is a response"))
}

impl State {
    fn answer(&mut self, body: &[u8]) -> Reply {
        let envelope = cwmp::envelope::read::<FromCpe>(body).map(|envelope| envelope.body);
        if let Ok(FromCpe::Request(CpeRequest::Inform(inform))) = envelope {
            self.machine = None;
            self.informs.push(inform);
        }
        let machine = self.machine.take();
        let machine = machine.unwrap_or_else(|| AcsSession::new(RequestIds::starting_at(1)));
        let (machine, reply) = match machine.post(body) {
            Ok(Turn::Informed(turn)) => turn.accept(),
            Ok(Turn::Called(turn)) => {
                if let CpeRequest::RequestDownload(wish) = &turn.request {
                    self.wishes.push(wish.clone());
                    self.to_ask.extend(self.grant.take());
                }
                turn.acknowledge()
            }
            Ok(Turn::Ready(ready)) => return self.speak(ready),
            Ok(Turn::Answered(turn)) => {
                self.answers += 1;
                return self.speak(turn.ready);
            }
            Ok(Turn::Refused(turn)) => panic!("the device broke the schema: {}", turn.fault),
            Err(refused) => panic!("the device broke the protocol: {refused}"),
        };
        self.machine = Some(machine);
        reply
    }

    fn speak(&mut self, ready: Ready) -> Reply {
        let Some(request) = self.to_ask.pop_front() else {
            return ready.finish();
        };
        let (machine, reply) = ready.call(request);
        self.machine = Some(machine);
        reply
    }
}
