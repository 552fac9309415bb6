//! The provisioning server over HTTP and HTTPS: profiles with entity tags, and images of the library by their names.

use super::reports::{REPORT_PATH, Received, receive, reporter};
use super::{Answer, Request, Transport, activation, certificate, keep_image, serve};
use crate::app::App;
use crate::limits::REPORT_BYTES;
use crate::listen::{self, Arrival};
use crate::proxies::Origin;
use crate::sessions::body;
use crate::store::FileRecord;
use axum::body::Body;
use axum::extract::Query;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, HeaderName, HeaderValue, IF_NONE_MATCH,
    USER_AGENT,
};
use http::{HeaderMap, Method, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

/// What paths of images begin with.
const IMAGES: &str = "/firmware/";
/// What the file type of an image begins with (TR-069 table 33).
const IMAGE_TYPE: &str = "1 ";

/// Who is at the other end of a connection.
struct Peer {
    address: IpAddr,
    transport: Transport,
    holder: Option<certificate::Holder>,
}

impl Peer {
    fn of(origin: &Origin) -> Peer {
        Peer {
            address: origin.address,
            transport: if origin.tls {
                Transport::Https
            } else {
                Transport::Http
            },
            holder: origin.certificate.as_ref().and_then(certificate::holder),
        }
    }
}

/// Serves one connection, until either side closes it.
pub async fn talk(app: Arc<App>, arrival: Arrival, stopped: watch::Receiver<bool>) {
    let direct = arrival.origin();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let app = Arc::clone(&app);
        let peer = Peer::of(&app.proxies.origin(&direct, request.headers_mut()));
        async move { Ok::<_, std::convert::Infallible>(answer(&app, &peer, request).await) }
    });
    listen::talk(arrival.stream, service, stopped).await;
}

async fn answer(app: &App, peer: &Peer, request: hyper::Request<Incoming>) -> Response<Body> {
    let reports = app.live().provisioning.reports && request.uri().path().starts_with(REPORT_PATH);
    if reports && (request.method() == Method::PUT || request.method() == Method::POST) {
        return report(app, peer, request).await;
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allowed);
        return response;
    }
    if let Some(name) = request.uri().path().strip_prefix(IMAGES)
        && app.live().provisioning.images
    {
        let name = name.to_owned();
        return image(app, peer, &name, request).await;
    }
    let tags = text(request.headers(), IF_NONE_MATCH);
    let asked = asked(peer, request.uri().path(), request.headers());
    let answer = match request.uri().path() {
        activation::CALLHOME => {
            let said = Query::<CallHome>::try_from_uri(request.uri());
            let said = said.map(|Query(said)| said).unwrap_or_default();
            match activation::callhome(app, &asked, &said.id, &said.sw).await {
                Ok(rule) => return told(rule),
                Err(answer) => answer,
            }
        }
        _ => serve(app, &asked).await,
    };
    match answer {
        Answer::Profile {
            bytes,
            tag,
            encrypted,
        } => {
            let known = tags.is_some_and(|tags| knows(tags, &tag));
            profile(bytes, &tag, encrypted, known)
        }
        Answer::NotFound => status(StatusCode::NOT_FOUND),
        Answer::Refused => status(StatusCode::FORBIDDEN),
        Answer::Unavailable => status(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// What a device calls home with; what else it says does not matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CallHome {
    /// `MAC:SN:PN`
    id: String,
    /// The load it runs.
    sw: String,
}

/// A rule, as the maker's service answers.
fn told(rule: String) -> Response<Body> {
    let mut response = Response::new(Body::from(rule));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn asked<'a>(peer: &Peer, path: &'a str, headers: &'a HeaderMap) -> Request<'a> {
    Request {
        path,
        address: peer.address,
        transport: peer.transport,
        host: text(headers, HOST).filter(|host| is_host(host)),
        user_agent: text(headers, USER_AGENT),
        certificate: peer.holder.clone(),
    }
}

/// Takes a report. A body is only read from somebody who may report.
async fn report(app: &App, peer: &Peer, request: hyper::Request<Incoming>) -> Response<Body> {
    let (head, incoming) = request.into_parts();
    let asked = asked(peer, head.uri.path(), &head.headers);
    let reporter = match reporter(app, &asked).await {
        Ok(reporter) => reporter,
        Err(received) => return received_status(received),
    };
    let read = match body::coding(&head.headers) {
        Ok(coding) => body::read(incoming, coding, REPORT_BYTES, &app.overload.bodies).await,
        Err(bad) => Err(bad),
    };
    match read {
        Ok((bytes, _share)) => received_status(receive(app, &asked, &reporter, &bytes).await),
        Err(bad) => {
            tracing::info!(address = %peer.address, why = %bad, "a report has not come whole");
            status(StatusCode::from_u16(bad.status()).unwrap_or(StatusCode::BAD_REQUEST))
        }
    }
}

fn received_status(received: Received) -> Response<Body> {
    status(match received {
        Received::Kept => StatusCode::NO_CONTENT,
        Received::Bad => StatusCode::BAD_REQUEST,
        Received::Refused => StatusCode::FORBIDDEN,
        Received::NotFound => StatusCode::NOT_FOUND,
        Received::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    })
}

/// Whether one of these entity tags is this one (RFC 9110 section 13.1.2).
fn knows(tags: &str, tag: &str) -> bool {
    let mut tags = tags.split(',').map(str::trim);
    tags.any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// Whether a `Host` is fit to be put into a rule: names and addresses, with a port or without.
fn is_host(host: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    !host.is_empty() && host.len() <= 255 && host.bytes().all(legal)
}

fn profile(bytes: bytes::Bytes, tag: &str, encrypted: bool, known: bool) -> Response<Body> {
    let mut response = match known {
        true => status(StatusCode::NOT_MODIFIED),
        false => Response::new(Body::from(bytes)),
    };
    let kind = match encrypted {
        true => "application/octet-stream",
        false => "text/xml; charset=utf-8",
    };
    let headers = response.headers_mut();
    if !known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    // A cache between us must ask each time: the next device at this path may be another one.
    let caching = match encrypted {
        true => "private, no-cache",
        // There may be a key in it.
        false => "no-store",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// An image of the library by its name: whoever has it can run nothing with it that is not signed.
async fn image(
    app: &App,
    peer: &Peer,
    name: &str,
    request: hyper::Request<Incoming>,
) -> Response<Body> {
    let files = match app.store.file_list().await {
        Ok(files) => files,
        Err(error) => {
            tracing::error!(%error, "an image cannot be looked up");
            return status(StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    // The newest of a name comes first. Nothing of the path reaches the disk.
    // Nothing but images: configurations of the library hold secrets.
    let named = |file: &FileRecord| file.name == name && file.file_type.starts_with(IMAGE_TYPE);
    let Some(file) = files.into_iter().find(named) else {
        return status(StatusCode::NOT_FOUND);
    };
    app.metrics.files_sent.inc();
    let asked = asked(peer, request.uri().path(), request.headers());
    keep_image(app, &asked, &file.id.to_string()).await;
    match ServeFile::new(app.library.path(&file))
        .oneshot(request)
        .await
    {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_every_form_a_client_may_send_it() {
        for tags in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(knows(tags, "\"a\""), "{tags}");
        }
        assert!(!knows("\"b\"", "\"a\""));
    }

    #[test]
    fn nothing_but_a_host_gets_into_a_rule() {
        for host in ["prov.example.net", "192.0.2.1:7567", "[2001:db8::1]:80"] {
            assert!(is_host(host), "{host}");
        }
        for host in ["", "a b", "a/../b", "a] http://evil", "a\"", "$SA"] {
            assert!(!is_host(host), "{host}");
        }
    }
}
