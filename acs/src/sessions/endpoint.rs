//! HTTP on the CWMP port: from a request to a turn, and from a reply to a response.
//!
//! Long because a request can take many ways through the head, and they are read one beside the other.

use super::authenticate::{Authenticated, Refused, authenticate};
use super::body::{self, BadBody};
use super::certificate::identity;
use super::on_inform::Opened;
use super::table::{Taken, Token};
use super::{
    Certificate, Line, LiveSession, Proof, Remote, next_rpc, on_answer, on_call, on_inform,
};
use crate::app::App;
use crate::clock;
use crate::metrics::{Metrics, SessionEnd};
use crate::overload::{TurnedAway, Wait};
use crate::proxies::Origin;
use crate::store::{Id, Side, StoreError};
use bytes::Bytes;
use cwmp::DeviceId;
use cwmp::http::{Credentials as Given, cookies, parse_authorization};
use cwmp::limits::{ENVELOPE_BYTES, ENVELOPE_BYTES_UNAUTHENTICATED};
use cwmp::session::acs::{BadRequest, Refusal, Reply, Turn};
use cwmp::session::{AcsSession, RequestIds};
use data_model::Timestamp;
use http::header::{
    ALLOW, AUTHORIZATION, CONNECTION, CONTENT_TYPE, COOKIE, HOST, RETRY_AFTER, SET_COOKIE,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Body as _;
use hyper::body::Incoming;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::Instrument as _;

/// The cookie of a session.
const COOKIE_NAME: &str = "session";

/// One connection of a device. Remembers its session for devices that never send the cookie back (spec W-23).
#[derive(Debug)]
pub struct Peer {
    /// The listener it came to.
    listener: &'static str,
    /// Who is at the other end.
    pub remote: Remote,
    /// The identity its certificate is for, if it is for one device.
    certified: Option<String>,
    session: Mutex<Option<Token>>,
}

impl Peer {
    /// A connection without a session, to a listener of this name.
    pub fn new(listener: &'static str, origin: &Origin) -> Peer {
        let certificate = match &origin.certificate {
            Some(_) => Certificate::Shown,
            None => Certificate::None,
        };
        Peer {
            listener,
            remote: Remote {
                address: origin.address,
                line: if origin.tls { Line::Tls } else { Line::Plain },
                certificate,
            },
            certified: origin.certificate.as_ref().and_then(identity),
            session: Mutex::new(None),
        }
    }

    fn session(&self) -> Option<Token> {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, token: Option<Token>) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

/// Why a request is answered without a message.
#[derive(Debug)]
enum Rejected {
    /// An HTTP status with words.
    Status(u16, String),
    /// 401 with these challenges.
    Challenge(Vec<String>),
    /// It brings no Inform, as a session must begin.
    NoInform(String),
    /// 503: the store takes nothing; try again in a while.
    Busy,
    /// 503: other messages have the memory this one needs.
    NoMemory,
    /// 503: there is no place; come back then.
    TurnedAway(TurnedAway),
}

impl From<BadBody> for Rejected {
    fn from(bad: BadBody) -> Rejected {
        match bad {
            BadBody::Wrong(status, why) => Rejected::Status(status, why),
            BadBody::NoMemory => Rejected::NoMemory,
        }
    }
}

impl From<StoreError> for Rejected {
    fn from(error: StoreError) -> Rejected {
        tracing::error!(%error, "a session cannot go on");
        Rejected::Busy
    }
}

impl From<Refused> for Rejected {
    fn from(refused: Refused) -> Rejected {
        match refused {
            Refused::Challenge(headers) => Rejected::Challenge(headers),
            Refused::Unavailable(error) => error.into(),
        }
    }
}

/// Answers one request on the CWMP port.
pub async fn answer(
    app: Arc<App>,
    peer: Arc<Peer>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let response = match turn(&app, &peer, request).await {
        Ok(response) => response,
        Err(rejected) => reject(&app, rejected),
    };
    let bytes = response.body().size_hint().exact().unwrap_or_default();
    app.metrics
        .wire
        .responded(response.status().as_u16(), bytes);
    response
}

/// A session that is taken out for one request. If the request comes to no answer, because the device hangs up or by a
/// mistake of ours, the session is over: nobody else could give it back.
struct Held<'a> {
    app: &'a App,
    token: Token,
    answered: bool,
}

impl Held<'_> {
    fn new(app: &App, token: Token) -> Held<'_> {
        Held {
            app,
            token,
            answered: false,
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.app.sessions.abandon(self.token, &self.app.metrics);
        }
    }
}

async fn turn(
    app: &App,
    peer: &Peer,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Rejected> {
    if request.method() != Method::POST {
        return Err(Rejected::Status(
            405,
            "a session is a series of POSTs".into(),
        ));
    }
    let (head, incoming) = request.into_parts();
    let coding = body::coding(&head.headers)?;
    let cookie =
        header(&head.headers, COOKIE.as_str()).and_then(|text| cookies::find(text, COOKIE_NAME));
    let token = match cookie {
        Some(text) => Token::parse(text),
        None => peer.session(),
    };
    if let Some(token) = token {
        match app.sessions.take(token) {
            // Somebody else shows its cookie: that opens nothing, and the session goes on as if nothing had been.
            Taken::Session(session) if !belongs(&session, peer, &head.headers) => {
                app.sessions.put_back(token, session);
            }
            Taken::Session(mut session) => {
                let mut held = Held::new(app, token);
                let bodies = &app.overload.bodies;
                let read = body::read(incoming, coding, ENVELOPE_BYTES, bodies).await;
                let (body, _share) = match read {
                    Ok(body) => body,
                    Err(bad) => {
                        session.ended(&bad.to_string());
                        app.sessions
                            .end(token, SessionEnd::BadRequest, &app.metrics);
                        held.answered = true;
                        return Err(bad.into());
                    }
                };
                let _place = app.overload.enter();
                let span = session.span(token);
                let turn = continue_session(app, peer, token, session, &head, body);
                let response = turn.instrument(span).await;
                held.answered = true;
                return response;
            }
            Taken::Busy => {
                return Err(Rejected::Status(
                    400,
                    "a request of this session is not answered yet".into(),
                ));
            }
            // An expired session; a new Inform may follow under the old cookie.
            Taken::Unknown => {}
        }
    }
    open_session(app, peer, &head, token, incoming, coding).await
}

/// Whether a session is that of whoever shows its cookie: from the same address, and not with the credentials of another
/// device (case H16).
fn belongs(session: &LiveSession, peer: &Peer, headers: &HeaderMap) -> bool {
    if session.address != peer.remote.address {
        return false;
    }
    let given = header(headers, AUTHORIZATION.as_str()).and_then(parse_authorization);
    let username = match (session.proof, given) {
        (Proof::None, _) | (Proof::Given, None) => return true,
        (Proof::Given, Some(Given::Basic { username, .. })) => username,
        (Proof::Given, Some(Given::Digest(fields))) => fields.username,
    };
    username == *session.identity
}

/// A request without a live session: it must authenticate, and bring an Inform.
async fn open_session(
    app: &App,
    peer: &Peer,
    head: &http::request::Parts,
    claimed: Option<Token>,
    incoming: Incoming,
    coding: body::Coding,
) -> Result<Response<Full<Bytes>>, Rejected> {
    // Turned away before any XML is read (promise P6).
    let place = match app.overload.admit() {
        Ok(place) => place,
        Err(turned_away) => {
            body::discard(&head.headers, incoming).await;
            return Err(Rejected::TurnedAway(turned_away));
        }
    };
    let (now, begun) = (clock::now(), Instant::now());
    let target = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let authorization = header(&head.headers, AUTHORIZATION.as_str());
    let authenticated = match authenticate(app, authorization, target, peer.remote, now).await {
        Ok(authenticated) => authenticated,
        Err(refused) => {
            // The body is read and thrown away, so that the device can use the connection for its second attempt.
            drop(place);
            let bodies = &app.overload.bodies;
            let _ = body::read(incoming, coding, ENVELOPE_BYTES_UNAUTHENTICATED, bodies).await;
            return Err(refused.into());
        }
    };
    app.overload.waited(Wait::Credentials, begun.elapsed());
    // A body that is slow to arrive keeps nobody out meanwhile.
    drop(place);
    let bodies = &app.overload.bodies;
    let (body, _share) =
        body::read(incoming, coding, ENVELOPE_BYTES_UNAUTHENTICATED, bodies).await?;
    let _place = app.overload.enter();
    let proved = authenticated.identity.as_deref().map(Id::of_identity);
    match begin(app, peer, head, authenticated, &body, now).await {
        Err(Rejected::NoInform(why)) => {
            // Some devices open a connection for each request and send no cookie back (spec W-23): their session is
            // that of the device that has proved itself, or the only one of somebody who proves nothing, from the
            // same address. One that says which session it belongs to is not given another (case H16).
            let found = match claimed {
                None => app.sessions.find(proved, peer.remote.address),
                Some(_) => None,
            };
            let Some(token) = found else {
                return Err(Rejected::NoInform(why));
            };
            match app.sessions.take(token) {
                Taken::Session(session) => {
                    let mut held = Held::new(app, token);
                    let span = session.span(token);
                    let turn = continue_session(app, peer, token, session, head, body);
                    let response = Box::pin(turn.instrument(span)).await;
                    held.answered = true;
                    response
                }
                Taken::Busy | Taken::Unknown => Err(Rejected::NoInform(why)),
            }
        }
        other => other,
    }
}

/// An authenticated request that has to bring an Inform.
async fn begin(
    app: &App,
    peer: &Peer,
    head: &http::request::Parts,
    authenticated: Authenticated,
    body: &[u8],
    now: Timestamp,
) -> Result<Response<Full<Bytes>>, Rejected> {
    app.metrics.wire.bytes_in.inc_by(body.len() as u64);
    let ids = RequestIds::starting_at(clock::random() >> 34);
    match AcsSession::new(ids).post(body) {
        Ok(Turn::Informed(informed)) => {
            let token = Token::new();
            let span = super::span(token, &informed.inform.device_id.username());
            let host = header(&head.headers, HOST.as_str()).map(str::to_owned);
            let opening = async {
                certificate_fits(app, peer, &informed.inform.device_id).await?;
                let (remote, authenticated) = (peer.remote, &authenticated);
                let inform = on_inform::on_inform(app, remote, authenticated, informed, host, now);
                opened(app, peer, token, inform.await?, body)
            };
            opening.instrument(span).await
        }
        Ok(Turn::Called(_) | Turn::Ready(_) | Turn::Answered(_) | Turn::Refused(_)) => {
            Err(Rejected::NoInform("a session begins with an Inform".into()))
        }
        Err(Refusal::NoSession { reply, fault }) => {
            Metrics::count(&app.metrics.wire.protocol_errors, "refused_inform");
            app.metrics.wire.our_fault(fault.code);
            tracing::debug!(%fault, address = %peer.remote.address, "Inform refused");
            Ok(message(reply))
        }
        Err(Refusal::BadRequest(why @ BadRequest::NoInform(_))) => {
            Err(Rejected::NoInform(why.to_string()))
        }
        Err(Refusal::BadRequest(why)) => Err(Rejected::Status(400, why.to_string())),
    }
}

/// What a device is told after its Inform; the session begins here, if it does.
fn opened(
    app: &App,
    peer: &Peer,
    token: Token,
    opened: Opened,
    inform: &[u8],
) -> Result<Response<Full<Bytes>>, Rejected> {
    match opened {
        Opened::Session(mut session, reply) => {
            session.traced(Side::Cpe, inform);
            session.traced(Side::Acs, reply.bytes());
            app.metrics.session_started(peer.listener);
            app.sessions.open(token, *session, &app.metrics);
            peer.remember(Some(token));
            let mut response = message(reply);
            let cookie = format!("{COOKIE_NAME}={token}; Path=/; HttpOnly");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().insert(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Opened::Refused(reply) => Ok(message(reply)),
        Opened::Unproved(challenges) => Err(Rejected::Challenge(challenges)),
        Opened::WrongIdentity => {
            app.metrics.identity_mismatches.inc();
            let why = "the credentials are those of another device";
            Err(Rejected::Status(403, why.into()))
        }
    }
}

/// A certificate that is for one device opens no session of another (spec A-05, case T04).
async fn certificate_fits(app: &App, peer: &Peer, claimed: &DeviceId) -> Result<(), Rejected> {
    let Some(certified) = &peer.certified else {
        return Ok(());
    };
    let claimed = claimed.username();
    if *certified == claimed {
        return Ok(());
    }
    let address = peer.remote.address;
    tracing::warn!(%claimed, %certified, %address, "Inform with a foreign certificate");
    let claimed: String = claimed.chars().take(128).collect();
    let subject = format!("certificate of {certified} claims to be {claimed}");
    crate::auth::refused(app, address, "device.refused", subject).await?;
    app.metrics.identity_mismatches.inc();
    let why = "the certificate is that of another device";
    Err(Rejected::Status(403, why.into()))
}

/// A request of a session that is open. What most sessions never come to has memory of its own, for that of each request
/// is moved about as it is made.
async fn continue_session(
    app: &App,
    peer: &Peer,
    token: Token,
    mut session: Box<LiveSession>,
    head: &http::request::Parts,
    body: Bytes,
) -> Result<Response<Full<Bytes>>, Rejected> {
    app.metrics.wire.bytes_in.inc_by(body.len() as u64);
    session.traced(Side::Cpe, &body);
    let machine = std::mem::replace(
        &mut session.machine,
        AcsSession::new(RequestIds::starting_at(0)),
    );
    let outcome = match machine.post(&body) {
        Ok(Turn::Called(called)) => Box::pin(on_call::on_call(app, &session, called)).await,
        Ok(Turn::Refused(refused)) => {
            Ok(refused.send()).map(|(machine, reply)| (Some(machine), reply))
        }
        Ok(Turn::Ready(ready)) => Box::pin(next_rpc::next_rpc(app, &mut session, ready)).await,
        Ok(Turn::Answered(answered)) => {
            session.count_answer(&app.metrics, &answered.answer);
            Box::pin(on_answer::on_answer(app, &mut session, answered)).await
        }
        Ok(Turn::Informed(_)) => Ok((None, Reply { body: None })),
        Err(Refusal::BadRequest(BadRequest::SecondInform)) => {
            // The device has given the session up and begins a new one under the old cookie.
            app.sessions
                .end(token, SessionEnd::Superseded, &app.metrics);
            return Box::pin(begin_again(app, peer, head, &body)).await;
        }
        Err(Refusal::BadRequest(why)) => {
            app.sessions
                .end(token, SessionEnd::BadRequest, &app.metrics);
            Metrics::count(&app.metrics.wire.protocol_errors, "broken_session");
            session.ended(&format!("broken by the device: {why}"));
            tracing::info!(device.identity = %session.identity, %why, "session broken by the device");
            return Err(Rejected::Status(400, why.to_string()));
        }
        Err(Refusal::NoSession { reply, .. }) => Ok((None, reply)),
    };
    match outcome {
        Ok((Some(machine), reply)) => {
            session.machine = machine;
            session.traced(Side::Acs, reply.bytes());
            if !app.sessions.put_back(token, session) {
                return Err(Rejected::Status(
                    400,
                    "a newer session of this device is open".into(),
                ));
            }
            Ok(message(reply))
        }
        Ok((None, reply)) => {
            session.traced(Side::Acs, reply.bytes());
            session.ended("completed");
            app.sessions.end(token, SessionEnd::Completed, &app.metrics);
            peer.remember(None);
            let ms = session.count_completed(&app.metrics);
            tracing::debug!(device.identity = %session.identity, rpcs = session.rpcs, duration_ms = ms, "session ended");
            Ok(message(reply))
        }
        Err(error) => {
            session.ended("the store was not available");
            app.sessions
                .end(token, SessionEnd::Unavailable, &app.metrics);
            Err(error.into())
        }
    }
}

/// An Inform that came under the cookie of an open session: whoever sends it has to authenticate like anybody.
async fn begin_again(
    app: &App,
    peer: &Peer,
    head: &http::request::Parts,
    body: &[u8],
) -> Result<Response<Full<Bytes>>, Rejected> {
    let now = clock::now();
    let target = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let authorization = header(&head.headers, AUTHORIZATION.as_str());
    let authenticated = authenticate(app, authorization, target, peer.remote, now).await?;
    begin(app, peer, head, authenticated, body, now).await
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// TR-069 3.4: 200 with an envelope, 204 with nothing.
fn message(reply: Reply) -> Response<Full<Bytes>> {
    let Some(body) = reply.body else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        return response;
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let xml = HeaderValue::from_static("text/xml; charset=\"utf-8\"");
    response.headers_mut().insert(CONTENT_TYPE, xml);
    response
}

fn reject(app: &App, rejected: Rejected) -> Response<Full<Bytes>> {
    match rejected {
        Rejected::Challenge(challenges) => {
            // Each device's first request ends here too: it cannot know what to prove before it is asked.
            Metrics::count(&app.metrics.requests_rejected, "unauthenticated");
            let mut response = plain(401, "authentication is required");
            for challenge in challenges {
                if let Ok(value) = HeaderValue::from_str(&challenge) {
                    response.headers_mut().append(WWW_AUTHENTICATE, value);
                }
            }
            response
        }
        Rejected::Busy => {
            Metrics::count(&app.metrics.requests_rejected, "store");
            // Spread, so that those who were turned away together do not come back together (promise P6).
            come_back(app, 5 + clock::random() % 11)
        }
        Rejected::TurnedAway(turned_away) => {
            let mut response = come_back(app, turned_away.seconds);
            // Whoever has no session holds no connection.
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Rejected::NoInform(why) => reject(app, Rejected::Status(400, why)),
        Rejected::NoMemory => {
            let turned_away = app.overload.turn_away("bytes");
            reject(app, Rejected::TurnedAway(turned_away))
        }
        Rejected::Status(status, why) => {
            let name = match status {
                405 => "method",
                408 => "slow",
                413 => "too_large",
                415 => "coding",
                403 => "identity",
                _ => "bad_request",
            };
            Metrics::count(&app.metrics.requests_rejected, name);
            let mut response = plain(status, &why);
            if status == 405 {
                response
                    .headers_mut()
                    .insert(ALLOW, HeaderValue::from_static("POST"));
            }
            if status == 408 || status == 413 {
                // The rest of the body may still be on its way.
                response
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            }
            response
        }
    }
}

/// 503, and when to come again.
fn come_back(app: &App, seconds: u64) -> Response<Full<Bytes>> {
    let observed = Duration::from_secs(seconds).as_secs_f64();
    app.metrics.wire.retry_after_seconds.observe(observed);
    let mut response = plain(503, "the server cannot take this request now");
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// An answer in words, never in XML (TR-069 3.7.2.4).
fn plain(status: u16, why: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{why}\n"))));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}
