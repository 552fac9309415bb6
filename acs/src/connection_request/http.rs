//! A connection request over HTTP: a GET with digest (TR-069 3.2.2.2). No redirect is followed.

use super::guard::Target;
use super::{Basic, Outcome};
use crate::clock;
use crate::limits::CALL_TIMEOUT;
use crate::store::Credentials;
use bytes::Bytes;
use cwmp::http::{Authorizer, Challenge};
use http::header::{AUTHORIZATION, HOST, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Calls a device and says how it went.
pub(super) async fn get(target: &Target, credentials: &Credentials, basic: Basic) -> Outcome {
    match tokio::time::timeout(CALL_TIMEOUT, attempt(target, credentials, basic)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Failed(format!("no answer within {} s", CALL_TIMEOUT.as_secs())),
    }
}

async fn attempt(target: &Target, credentials: &Credentials, basic: Basic) -> Outcome {
    let mut authorizer = Authorizer::new(
        credentials.connection_request_username.as_str(),
        credentials.connection_request_password.clone(),
    );
    let allowed = match basic {
        Basic::Allowed => Challenge::BasicAllowed,
        Basic::Refused => Challenge::DigestOnly,
    };
    for _ in 0..2 {
        let response = match send(target, &mut authorizer).await {
            Ok(response) => response,
            Err(why) => return Outcome::Failed(why),
        };
        match response.status() {
            StatusCode::OK | StatusCode::NO_CONTENT | StatusCode::ACCEPTED => {
                return Outcome::Accepted;
            }
            StatusCode::SERVICE_UNAVAILABLE => return Outcome::Busy,
            StatusCode::UNAUTHORIZED => {
                let headers = response.headers().get_all(WWW_AUTHENTICATE).iter();
                let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
                if let Err(why) = authorizer.challenge(headers, allowed) {
                    return Outcome::Failed(why.to_string());
                }
            }
            status => return Outcome::Failed(format!("the device answered {status}")),
        }
    }
    Outcome::Failed("the device does not accept our user or password".into())
}

/// One request on a connection of its own: some devices close after the 401.
async fn send(target: &Target, authorizer: &mut Authorizer) -> Result<Response<Incoming>, String> {
    let stream = TcpStream::connect(target.address)
        .await
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    // Ends with the response; its errors come out of the request.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut request = Request::builder()
        .method("GET")
        .uri(&target.path)
        .header(HOST, &target.host);
    let cnonce = format!("{:016x}", clock::random());
    if let Some(authorization) = authorizer.header("GET", &target.path, &cnonce) {
        request = request.header(AUTHORIZATION, authorization);
    }
    let request = request
        .body(Empty::new())
        .map_err(|error| error.to_string())?;
    sender
        .send_request(request)
        .await
        .map_err(|error| error.to_string())
}
