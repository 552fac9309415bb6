//! The listener of the device's web page: moves bytes between a browser and `page`, within limits.

use super::clock::Clock;
use super::handle::RunnerHandle;
use super::upload::Upload;
use crate::device::orders::{LocalRefusal, Order};
use crate::limits::CONFIGURATION_BYTES;
use crate::page::access::{Policy, Visitor};
use crate::page::limits::{
    ANSWER_SECS, CONNECTION_SECS, CONNECTIONS, FILE_SECS, FORM_BYTES, FORM_SECS, HEAD_BYTES,
    HEAD_SECS, IMAGE_PIECES, MULTIPART_BYTES,
};
use crate::page::maintenance::restarting;
use crate::page::message::{Answer, EVERY_ANSWER, Head, Target};
use crate::page::multipart::{Broken, Multipart};
use crate::page::route::{Route, Takes};
use crate::page::view::{Accounts, View};
use crate::page::{Admitted, Page, Reply, Then};
use bytes::Bytes;
use data_model::{OperatorError, Secret, Timestamp};
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, REFERER, USER_AGENT,
};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot};

/// What a listener needs for each of its connections.
struct Desk {
    page: Mutex<Page>,
    runner: RunnerHandle,
    clock: Clock,
    /// Files that are on their way in.
    receives: AtomicUsize,
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
pub async fn serve(listener: TcpListener, runner: RunnerHandle, policy: Policy) {
    let ended = runner.events.clone();
    let desk = Arc::new(Desk {
        page: Mutex::new(Page::new(rand::random(), policy)),
        runner,
        clock: Clock::system(),
        receives: AtomicUsize::new(0),
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
            let served = connection(stream, from.ip(), Arc::clone(&desk));
            // Whatever went wrong, the visitor has noticed.
            tokio::select! {
                () = served => {}
                () = too_long(&desk) => {}
            }
            drop(place);
        });
    }
}

/// A connection may last longer while a file comes in.
async fn too_long(desk: &Desk) {
    tokio::time::sleep(Duration::from_secs(CONNECTION_SECS)).await;
    if desk.receives.load(Ordering::Relaxed) > 0 {
        tokio::time::sleep(Duration::from_secs(FILE_SECS)).await;
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
        let admitted = match self.page().admit(&head, accounts, now) {
            Ok(admitted) => admitted,
            Err(answer) => return answer,
        };
        let body = request.into_body();
        let Some(visitor) = &admitted.visitor else {
            return match read(body, admitted.takes).await {
                Ok(body) => {
                    let random = rand::random();
                    self.page().at_the_door(&head, &body, accounts, random, now)
                }
                Err(answer) => answer,
            };
        };
        if admitted.takes == Takes::Image {
            return self.receive(visitor, &head, body, now).await;
        }
        let body = match read(body, admitted.takes).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let Some(view) = self.view(visitor, &admitted).await else {
            return between_boots();
        };
        let reply = self
            .page()
            .answer(&admitted, visitor, &head, &body, &view, now);
        match reply {
            Reply::Answer(answer) => answer,
            Reply::Document(document) => {
                let text = in_time(self.runner.look(0, move |it| document.of(it.core()))).await;
                text.map_or_else(between_boots, |text| {
                    Answer::document(document.file_name(), text)
                })
            }
            Reply::Order(order, then) => {
                let outcome = in_time(self.runner.order(0, order)).await;
                let outcome = outcome.map(|answer| answer.outcome);
                self.page().ordered(visitor, &then, outcome, &view)
            }
        }
    }

    async fn view(&self, visitor: &Visitor, admitted: &Admitted) -> Option<View> {
        let (role, tab) = (visitor.role, admitted.route.tab());
        in_time(
            self.runner
                .look(0, move |device| View::of(device, role, tab)),
        )
        .await
    }

    /// Takes an image in, piece by piece: the device decides whether it wants one, and checks it on its way.
    async fn receive(
        &self,
        visitor: &Visitor,
        head: &Head,
        body: Incoming,
        now: Timestamp,
    ) -> Answer {
        let kind = head.content_type.as_deref().unwrap_or_default();
        let broken = || Answer::text(400, Broken.to_string());
        let Some(mut form) = Multipart::of(kind) else {
            return broken();
        };
        self.receives.fetch_add(1, Ordering::Relaxed);
        let taken = async {
            let (first, body) = self.front(visitor, &mut form, body, now).await?;
            let (sender, pieces) = mpsc::channel(IMAGE_PIECES);
            let (outcome, ended) = oneshot::channel();
            if !self.runner.uploads.offer(Upload { pieces, outcome }) {
                return Err(Answer::text(409, "Somebody sends an image already."));
            }
            let order = in_time(self.runner.order(0, Order::TakeFirmware)).await;
            let admitted = Admitted::at(Route::Maintenance);
            let Some(view) = self.view(visitor, &admitted).await else {
                return Err(between_boots());
            };
            let told = |outcome| {
                self.page()
                    .ordered(visitor, &Then::Firmware, outcome, &view)
            };
            match order.map(|answer| answer.outcome) {
                Some(Ok(())) => {}
                refused => return Err(told(refused)),
            }
            send(form, first, body, &sender).await?;
            let ended = tokio::time::timeout(Duration::from_secs(FILE_SECS), ended).await;
            match ended.ok().and_then(Result::ok) {
                Some(Ok(())) => {
                    let line = "The image is good. The device restarts into it as soon as every line rests.";
                    Ok(Answer::html(200, restarting(&view, visitor, line)))
                }
                Some(Err(why)) => Err(told(Some(Err(LocalRefusal::Unusable(why))))),
                None => Err(told(None)),
            }
        };
        let taken = tokio::time::timeout(Duration::from_secs(FILE_SECS), taken).await;
        self.receives.fetch_sub(1, Ordering::Relaxed);
        match taken {
            Ok(Ok(answer) | Err(answer)) => answer,
            Err(_) => Answer::text(408, "The image did not arrive in time."),
        }
    }

    /// Reads a form with a file as far as its token, and looks at that before the rest.
    async fn front(
        &self,
        visitor: &Visitor,
        form: &mut Multipart,
        mut body: Incoming,
        now: Timestamp,
    ) -> Result<(Vec<u8>, Incoming), Answer> {
        let broken = || Answer::text(400, Broken.to_string());
        loop {
            let piece = next(&mut body).await?.ok_or_else(broken)?;
            let first = form.take(&piece).map_err(|_| broken())?;
            if let Some(token) = form.field("token") {
                self.page().is_own_form(visitor, token, now)?;
                return Ok((first, body));
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

/// Passes an image on, piece by piece. A taker that has had enough says why elsewhere.
async fn send(
    mut form: Multipart,
    first: Vec<u8>,
    mut body: Incoming,
    to: &mpsc::Sender<Option<Bytes>>,
) -> Result<(), Answer> {
    let broken = |_| Answer::text(400, Broken.to_string());
    let mut piece = first;
    loop {
        if to.send(Some(piece.into())).await.is_err() {
            return Ok(());
        }
        match next(&mut body).await? {
            Some(bytes) => piece = form.take(&bytes).map_err(broken)?,
            None => break,
        }
    }
    let last = form.finish().map_err(broken)?;
    if to.send(Some(last.into())).await.is_ok() {
        let _ = to.send(None).await;
    }
    Ok(())
}

/// The next bytes of a body; `None` at its end.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Answer> {
    let wait = Duration::from_secs(FORM_SECS);
    match tokio::time::timeout(wait, body.frame()).await {
        Ok(Some(Ok(frame))) => Ok(Some(frame.into_data().unwrap_or_default())),
        Ok(None) => Ok(None),
        Ok(Some(Err(_))) => Err(Answer::text(400, "The form cannot be read.")),
        Err(_) => Err(Answer::text(408, "The form did not arrive in time.")),
    }
}

fn head_of(request: &Request<Incoming>, from: IpAddr) -> Head {
    let headers = request.headers();
    let secret = |text: String| Secret::new(text);
    Head {
        method: request.method().as_str().to_owned(),
        target: Target::parse(&request.uri().to_string()),
        hosts: all(headers, &HOST),
        origin: first(headers, &ORIGIN),
        referer: first(headers, &REFERER),
        fetch_site: first(headers, &HeaderName::from_static("sec-fetch-site")),
        browser: first(headers, &USER_AGENT).is_some_and(|name| name.starts_with("Mozilla/")),
        content_type: first(headers, &CONTENT_TYPE),
        authorization: first(headers, &AUTHORIZATION).map(secret),
        cookies: all(headers, &COOKIE).into_iter().map(secret).collect(),
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
async fn read(body: Incoming, takes: Takes) -> Result<Bytes, Answer> {
    let limit = match takes {
        Takes::Nothing => return Ok(Bytes::new()),
        Takes::Form | Takes::Image => FORM_BYTES,
        Takes::Document => CONFIGURATION_BYTES as usize,
        Takes::File => CONFIGURATION_BYTES as usize + MULTIPART_BYTES,
    };
    let too_large = || Answer::text(413, format!("This takes at most {limit} bytes."));
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let body = Limited::new(body, limit).collect();
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
