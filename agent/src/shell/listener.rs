//! The listener for connection requests: reads as little as can be, and asks the device.

use crate::device::io::{ConnectionRequest, ConnectionRequestAnswer};
use bytes::Bytes;
use data_model::OperatorError;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

/// Connections open at one time; a scan fills them and is thrown out by the time-out.
const CONNECTIONS: usize = 256;
/// Time for the head of a request to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time one connection may stay, whatever it does.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 8 * 1024;
/// Time for the device to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Passes a call on to its device; the answer comes back on the channel, which is dropped if there is no such device.
pub type Ask =
    Arc<dyn Fn(ConnectionRequest, oneshot::Sender<ConnectionRequestAnswer>) + Send + Sync>;

/// Binds the listener.
///
/// # Errors
/// If the address cannot be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, OperatorError> {
    TcpListener::bind(address).await.map_err(|error| {
        OperatorError::new(
            format!("cannot listen for connection requests on {address}"),
            error,
            "set `connection_request.listen` to a free address; port 0 picks one",
        )
    })
}

/// Takes connections until the task is ended.
pub async fn serve(listener: TcpListener, ask: Ask) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of descriptors, or the caller is gone already: others still want to be heard.
                tracing::debug!(%error, "a caller could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let ask = Arc::clone(&ask);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&ask)));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .max_buf_size(HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            // Whatever went wrong, the caller has noticed.
            let _ = tokio::time::timeout(CONNECTION_TIMEOUT, connection).await;
            drop(place);
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    ask: Ask,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let authorization = request.headers().get(AUTHORIZATION);
    let call = ConnectionRequest {
        number: 0,
        method: request.method().as_str().to_owned(),
        target: request.uri().to_string(),
        authorization: authorization
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
    };
    let (sender, receiver) = oneshot::channel();
    ask(call, sender);
    let mut response = Response::new(Empty::new());
    match tokio::time::timeout(ANSWER_TIMEOUT, receiver).await {
        Ok(Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status);
            *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            for challenge in &answer.www_authenticate {
                if let Ok(value) = HeaderValue::from_str(challenge) {
                    response.headers_mut().append(WWW_AUTHENTICATE, value);
                }
            }
        }
        Ok(Err(_)) => *response.status_mut() = StatusCode::NOT_FOUND,
        Err(_) => *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
    }
    Ok(response)
}
