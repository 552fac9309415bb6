//! The listener of the device's web page: moves bytes between a browser and `page`, within limits.

use super::clock::Clock;
use super::handle::RunnerHandle;
use crate::page::limits::{
    ANSWER_SECS, CONNECTION_SECS, CONNECTIONS, FORM_BYTES, FORM_SECS, HEAD_BYTES, HEAD_SECS,
};
use crate::page::message::{Answer, EVERY_ANSWER, Head};
use crate::page::view::{Accounts, View};
use crate::page::{Page, Reply};
use bytes::Bytes;
use data_model::OperatorError;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What a listener needs for each of its connections.
struct Desk {
    page: Mutex<Page>,
    runner: RunnerHandle,
    clock: Clock,
}

/// There is no page: the connection is closed without a word.
#[derive(Debug, thiserror::Error)]
#[error("the page is switched off")]
struct SwitchedOff;

/// Binds the listener.
///
/// # Errors
/// If the address cannot be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, OperatorError> {
    TcpListener::bind(address).await.map_err(|error| {
        OperatorError::new(
            format!("cannot show the device's web page on {address}"),
            error,
            "set `page.listen` to a free address; port 0 picks one",
        )
    })
}

/// Shows the page of the first device until its loop ends.
pub async fn serve(listener: TcpListener, runner: RunnerHandle) {
    let ended = runner.events.clone();
    let desk = Arc::new(Desk {
        page: Mutex::new(Page::new(rand::random())),
        runner,
        clock: Clock::system(),
    });
    tokio::select! {
        () = ended.closed() => {}
        () = accept(listener, desk) => {}
    }
}

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or the caller is gone already: others still want to be heard.
                tracing::debug!(%error, "a visitor of the page could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            let connection = connection(stream, from.ip(), desk);
            // Whatever went wrong, the visitor has noticed.
            let _ = tokio::time::timeout(Duration::from_secs(CONNECTION_SECS), connection).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, from: IpAddr, desk: Arc<Desk>) {
    let service = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { desk.answer(request, from).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECS))
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let _ = connection.await;
}

impl Desk {
    async fn answer(
        &self,
        request: Request<Incoming>,
        from: IpAddr,
    ) -> Result<Response<Full<Bytes>>, SwitchedOff> {
        let reads = request.method() == http::Method::GET;
        let answer = match in_time(self.runner.look(0, Accounts::of)).await {
            Some(accounts) if !accounts.open => return Err(SwitchedOff),
            Some(accounts) => self.reply(request, from, &accounts).await,
            None => between_boots(),
        };
        let mut response = respond(&answer);
        if !reads {
            // What of a form was not read must not be taken for another request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        Ok(response)
    }

    async fn reply(&self, request: Request<Incoming>, from: IpAddr, accounts: &Accounts) -> Answer {
        let head = head_of(&request, from);
        let now = self.clock.now();
        let admitted = self.page().admit(&head, accounts, rand::random(), now);
        let visitor = match admitted {
            Ok(visitor) => visitor,
            Err(answer) => return answer,
        };
        let body = match read(request.into_body()).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let Some(view) = in_time(self.runner.look(0, View::of)).await else {
            return between_boots();
        };
        let reply = self.page().answer(&visitor, &head, &body, &view, now);
        match reply {
            Reply::Answer(answer) => answer,
            Reply::Order(order, then) => {
                let outcome = in_time(self.runner.order(0, order)).await;
                let outcome = outcome.map(|answer| answer.outcome);
                self.page().ordered(&visitor, &then, outcome, &view)
            }
        }
    }

    fn page(&self) -> std::sync::MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the loop says, if it says it soon.
async fn in_time<T>(answer: impl Future<Output = Option<T>>) -> Option<T> {
    let waited = tokio::time::timeout(Duration::from_secs(ANSWER_SECS), answer).await;
    waited.ok().flatten()
}

fn between_boots() -> Answer {
    Answer::text(503, "The device restarts. Look again in a moment.").with("retry-after", "5")
}

fn head_of(request: &Request<Incoming>, from: IpAddr) -> Head {
    let headers = request.headers();
    Head {
        method: request.method().as_str().to_owned(),
        target: request.uri().to_string(),
        hosts: all(headers, &HOST),
        origin: first(headers, &ORIGIN),
        fetch_site: first(headers, &HeaderName::from_static("sec-fetch-site")),
        content_type: first(headers, &CONTENT_TYPE),
        authorization: first(headers, &AUTHORIZATION),
        from,
    }
}

fn all(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter();
    // What is no text must not be mistaken for a header that is not there.
    let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    texts.collect()
}

fn first(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    all(headers, name).into_iter().next()
}

/// The body, within its limit and its time.
async fn read(body: Incoming) -> Result<Bytes, Answer> {
    let too_large = || Answer::text(413, format!("A form has at most {FORM_BYTES} bytes."));
    if body.size_hint().lower() > FORM_BYTES as u64 {
        return Err(too_large());
    }
    let body = Limited::new(body, FORM_BYTES).collect();
    match tokio::time::timeout(Duration::from_secs(FORM_SECS), body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Answer::text(400, "The form cannot be read.")),
        Err(_) => Err(Answer::text(408, "The form did not arrive in time.")),
    }
}

fn respond(answer: &Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(answer.body.clone()));
    let status = StatusCode::from_u16(answer.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    for (name, value) in EVERY_ANSWER {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    response
}
