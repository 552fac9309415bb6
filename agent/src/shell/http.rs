//! The device's connection to its ACS: one for each session, kept as long as the ACS keeps it.

use super::dial::{Source, SourcePort, dial};
use super::packing::{ACCEPTED, pack, unpack};
use super::tls::Tls;
use crate::device::io::{HttpFailure, HttpRequest, HttpResponse, Reached};
use bytes::Bytes;
use cwmp::limits::AGENT_ENVELOPE_BYTES;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, DATE, HOST, HeaderName, HeaderValue,
    LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use http::{Method, Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Time for a connection to come about, TLS included (TR-069 3.4.2: at least 30 s).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How connections are made.
#[derive(Debug, Clone)]
pub struct Network {
    /// For https.
    pub tls: Arc<Tls>,
    /// The address connections come from, if it matters: a fleet needs many.
    pub source: Option<IpAddr>,
    /// Who is asked for SRV records, if not the system's name servers.
    pub name_server: Option<SocketAddr>,
}

/// A byte stream, plain or encrypted.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Scheme, host and port it leads to.
    place: String,
    /// Which of several addresses it leads to.
    reached: Option<Reached>,
    /// Our own address on it.
    pub(super) local: Option<IpAddr>,
}

/// How a request ended, and the connection if it can be used again.
pub type Answered = (Result<HttpResponse, HttpFailure>, Option<Connection>);

/// Sends one request, over the connection given if it leads to the right place and is still open, else over a new one.
/// Gives the connection back if it can be used again.
pub async fn post(
    network: &Network,
    port: SourcePort,
    connection: Option<Connection>,
    request: HttpRequest,
) -> Answered {
    match try_post(network, port, connection, request).await {
        Ok((response, connection)) => (Ok(response), Some(connection)),
        Err(failure) => (Err(failure), None),
    }
}

async fn try_post(
    network: &Network,
    port: SourcePort,
    connection: Option<Connection>,
    request: HttpRequest,
) -> Result<(HttpResponse, Connection), HttpFailure> {
    let uri: Uri = request
        .url
        .parse()
        .map_err(|_| HttpFailure::Connect("unusable URL".into()))?;
    let place = place_of(&uri);
    let anew = || connect_from(network, port, &uri, request.before.as_ref());
    let mut used = false;
    let mut connection = match connection.filter(|open| open.place == place) {
        Some(mut open) => match open.sender.ready().await {
            Ok(()) => {
                used = true;
                open
            }
            // TR-069 3.4.2: closed between two round trips, so the session goes on over a new one.
            Err(_) => anew().await?,
        },
        None => anew().await?,
    };
    let message = build(&uri, &request);
    let response = match connection.sender.try_send_request(message).await {
        Ok(response) => response,
        Err(mut failed) => match failed.take_message() {
            // Not a byte of it has left: the peer closed while we were about to write.
            Some(message) => {
                connection = anew().await?;
                connection
                    .sender
                    .send_request(message)
                    .await
                    .map_err(broken)?
            }
            None => {
                let error = failed.into_error();
                if !(used && is_closed_by_peer(&error)) {
                    return Err(broken(error));
                }
                // The peer closed behind its last answer while this was under way, and has not answered it.
                connection = anew().await?;
                let message = build(&uri, &request);
                connection
                    .sender
                    .send_request(message)
                    .await
                    .map_err(broken)?
            }
        },
    };
    let mut response = read(response).await?;
    response.reached = connection.reached.clone();
    Ok((response, connection))
}

fn build(uri: &Uri, request: &HttpRequest) -> Request<Full<Bytes>> {
    let body = pack(&request.body, request.coding);
    let length = body.len();
    let mut message = Request::new(Full::new(body));
    *message.method_mut() = Method::POST;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *message.uri_mut() = path.parse().unwrap_or_default();
    let headers = message.headers_mut();
    if let Some(authority) = uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        headers.insert(HOST, host);
    }
    // RFC 9110 8.6: an empty POST states its length too; some servers wait for a body otherwise.
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    message
}

async fn read(
    response: http::Response<hyper::body::Incoming>,
) -> Result<HttpResponse, HttpFailure> {
    let (parts, body) = response.into_parts();
    let all = |name: HeaderName| -> Vec<String> {
        let values = parts.headers.get_all(name).iter();
        values
            .filter_map(|value| value.to_str().ok())
            .map(str::to_owned)
            .collect()
    };
    let first = |name| all(name).into_iter().next();
    let retry_after = first(RETRY_AFTER);
    let retry_after_secs =
        retry_after.and_then(|asked| secs_to_wait(&asked, first(DATE).as_deref()));
    let location = first(LOCATION);
    let body = Limited::new(body, AGENT_ENVELOPE_BYTES)
        .collect()
        .await
        .map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                HttpFailure::TooLarge(AGENT_ENVELOPE_BYTES)
            } else {
                HttpFailure::Broken(error.to_string())
            }
        })?;
    let codings = all(CONTENT_ENCODING);
    let body = unpack(body.to_bytes(), &codings, AGENT_ENVELOPE_BYTES)?;
    Ok(HttpResponse {
        status: parts.status.as_u16(),
        set_cookie: all(SET_COOKIE),
        www_authenticate: all(WWW_AUTHENTICATE),
        location,
        retry_after_secs,
        body,
        reached: None,
    })
}

/// The seconds `Retry-After` asks for: so many, or until a date in the form senders are to use (RFC 9110 10.2.3, 5.6.7).
/// What time it is before that date the `Date` of the same answer says; the clock of a device may be wrong.
fn secs_to_wait(asked: &str, answered: Option<&str>) -> Option<u64> {
    let asked = asked.trim();
    if let Ok(secs) = asked.parse() {
        return Some(secs);
    }
    let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text.trim()).ok();
    let wait = date(asked)?.signed_duration_since(date(answered?)?);
    u64::try_from(wait.num_seconds()).ok()
}

/// Opens a connection to the place a URL names.
pub(super) async fn connect(network: &Network, uri: &Uri) -> Result<Connection, HttpFailure> {
    connect_from(network, SourcePort::System, uri, None).await
}

async fn connect_from(
    network: &Network,
    port: SourcePort,
    uri: &Uri,
    before: Option<&Reached>,
) -> Result<Connection, HttpFailure> {
    let opening = open(network, port, uri, before);
    let attempt = tokio::time::timeout(CONNECT_TIMEOUT, opening).await;
    attempt.unwrap_or(Err(HttpFailure::TimedOut))
}

async fn open(
    network: &Network,
    port: SourcePort,
    uri: &Uri,
    before: Option<&Reached>,
) -> Result<Connection, HttpFailure> {
    let Opened {
        stream,
        reached,
        local,
    } = stream(network, port, uri, before).await?;
    let (sender, driver) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| HttpFailure::Connect(error.to_string()))?;
    // Ends by itself when either side closes; its errors come out of the requests.
    tokio::spawn(async move {
        let _ = driver.await;
    });
    Ok(Connection {
        sender,
        place: place_of(uri),
        reached,
        local,
    })
}

/// An open stream.
struct Opened {
    stream: Box<dyn Stream>,
    /// Which of several addresses it leads to.
    reached: Option<Reached>,
    /// Our own address on it.
    local: Option<IpAddr>,
}

async fn stream(
    network: &Network,
    own_port: SourcePort,
    uri: &Uri,
    before: Option<&Reached>,
) -> Result<Opened, HttpFailure> {
    let refused = |error: &dyn std::fmt::Display| HttpFailure::Connect(error.to_string());
    let host = uri
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let tls = uri
        .scheme_str()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let source = Source {
        ip: network.source,
        port: own_port,
    };
    let (tcp, reached) = dial(source, &host, port, before).await?;
    // Small messages in turn: waiting for more to send would only add delay.
    tcp.set_nodelay(true).map_err(|error| refused(&error))?;
    let local = tcp.local_addr().ok().map(|address| address.ip());
    if !tls {
        return Ok(Opened {
            stream: Box::new(tcp),
            reached,
            local,
        });
    }
    let name = ServerName::try_from(host).map_err(|error| refused(&error))?;
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(&network.tls.client));
    let stream = connector
        .connect(name, tcp)
        .await
        .map_err(|error| refused(&error))?;
    Ok(Opened {
        stream: Box::new(stream),
        reached,
        local,
    })
}

impl Connection {
    /// Whether it leads to the host of a URL, and not to one it was redirected to.
    pub(super) fn leads_to(&self, url: &str) -> bool {
        url.parse()
            .is_ok_and(|uri: Uri| place_of(&uri) == self.place)
    }
}

fn place_of(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let authority = uri
        .authority()
        .map(|authority| authority.as_str())
        .unwrap_or_default();
    format!("{scheme}://{authority}")
}

/// Whether a connection was closed before an answer came.
fn is_closed_by_peer(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    let reset = io.is_some_and(|io| {
        matches!(
            io.kind(),
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
        )
    });
    reset || error.is_closed() || error.is_canceled() || error.is_incomplete_message()
}

fn broken(error: hyper::Error) -> HttpFailure {
    HttpFailure::Broken(error.to_string())
}

impl Connection {
    /// Sends a request of any kind, for file transfers.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<http::Response<hyper::body::Incoming>, hyper::Error> {
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::secs_to_wait;

    #[test]
    fn whoever_turns_a_device_away_says_how_long_by_seconds_or_by_a_date() {
        let now = Some("Wed, 21 Oct 2015 07:28:00 GMT");
        for (asked, answered, secs) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("Wed, 21 Oct 2015 07:30:00 GMT", now, Some(120)),
            // By which clock?
            ("Wed, 21 Oct 2015 07:30:00 GMT", None, None),
            ("Wed, 21 Oct 2015 07:30:00 GMT", Some("yesterday"), None),
            // That time is over.
            ("Wed, 21 Oct 2015 07:27:00 GMT", now, None),
            ("-5", now, None),
            ("soon", now, None),
            ("", now, None),
        ] {
            assert_eq!(
                secs_to_wait(asked, answered),
                secs,
                "{asked:?} {answered:?}"
            );
        }
    }
}
