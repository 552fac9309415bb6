//! A connection request over HTTP: a GET with digest (TR-069 3.2.2.2). No redirect is followed.

use super::guard::Target;
use super::{Basic, Outcome};
use crate::clock;
use crate::limits::CALL_TIMEOUT;
use crate::store::Credentials;
use bytes::Bytes;
use cwmp::http::{Authorizer, Challenge};
use http::header::{AUTHORIZATION, CONNECTION, HOST, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Requests of one call at most: without proof, with it, and both again after a connection that broke.
const REQUESTS: usize = 4;

/// Calls a device and says how it went.
pub(super) async fn get(
    target: &Target,
    credentials: &Credentials,
    basic: Basic,
    tls: &Arc<ClientConfig>,
) -> Outcome {
    match tokio::time::timeout(CALL_TIMEOUT, attempt(target, credentials, basic, tls)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Failed(format!("no answer within {} s", CALL_TIMEOUT.as_secs())),
    }
}

async fn attempt(
    target: &Target,
    credentials: &Credentials,
    basic: Basic,
    tls: &Arc<ClientConfig>,
) -> Outcome {
    let mut authorizer = Authorizer::new(
        credentials.connection_request_username.as_str(),
        credentials.connection_request_password.clone(),
    );
    let allowed = match basic {
        Basic::Allowed => Challenge::BasicAllowed,
        Basic::Refused if target.tls => Challenge::BasicAllowed,
        Basic::Refused => Challenge::DigestOnly,
    };
    let mut challenged = false;
    let mut broken = false;
    for _ in 0..REQUESTS {
        let response = match send(target, &mut authorizer, tls).await {
            Ok(response) => response,
            Err(Trouble::Unreachable(why)) => return Outcome::Failed(why),
            // Some devices drop the connection on which the proof comes, and take it on the next one.
            Err(Trouble::Broken(_)) if challenged && !broken => {
                broken = true;
                continue;
            }
            Err(Trouble::Broken(why)) => return Outcome::Failed(why),
        };
        match response.status() {
            StatusCode::OK | StatusCode::NO_CONTENT | StatusCode::ACCEPTED => {
                return Outcome::Accepted;
            }
            StatusCode::SERVICE_UNAVAILABLE => return Outcome::Busy,
            // A second challenge refuses the proof, unless its nonce went down with the connection.
            StatusCode::UNAUTHORIZED if !challenged || broken => {
                let headers = response.headers().get_all(WWW_AUTHENTICATE).iter();
                let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
                if let Err(why) = authorizer.challenge(headers, allowed) {
                    return Outcome::Failed(why.to_string());
                }
                challenged = true;
            }
            StatusCode::UNAUTHORIZED => break,
            status => return Outcome::Failed(format!("the device answered {status}")),
        }
    }
    Outcome::Failed("the device does not accept our user or password".into())
}

/// Why there is no answer.
enum Trouble {
    /// There is no connection.
    Unreachable(String),
    /// It has ended before the answer.
    Broken(String),
}

/// One request on a connection of its own: some devices close after the 401.
async fn send(
    target: &Target,
    authorizer: &mut Authorizer,
    tls: &Arc<ClientConfig>,
) -> Result<Response<Incoming>, Trouble> {
    let unreachable = |error: std::io::Error| Trouble::Unreachable(error.to_string());
    let stream = TcpStream::connect(target.address)
        .await
        .map_err(unreachable)?;
    if !target.tls {
        return exchange(stream, target, authorizer).await;
    }
    let name = ServerName::from(target.address.ip());
    let connected = TlsConnector::from(Arc::clone(tls)).connect(name, stream);
    let stream = connected.await.map_err(unreachable)?;
    exchange(stream, target, authorizer).await
}

async fn exchange<S>(
    stream: S,
    target: &Target,
    authorizer: &mut Authorizer,
) -> Result<Response<Incoming>, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| Trouble::Broken(error.to_string());
    let (mut sender, connection) = http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    // Ends with the response; its errors come out of the request.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut request = Request::builder()
        .method("GET")
        .uri(&target.path)
        .header(HOST, &target.host)
        .header(CONNECTION, "close");
    let cnonce = format!("{:016x}", clock::random());
    if let Some(authorization) = authorizer.header("GET", &target.path, &cnonce) {
        request = request.header(AUTHORIZATION, authorization);
    }
    let request = request
        .body(Empty::new())
        .map_err(|error| Trouble::Unreachable(error.to_string()))?;
    sender.send_request(request).await.map_err(broken)
}
